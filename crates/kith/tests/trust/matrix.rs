//! Who meets what, everywhere: each route whose address names something, in
//! every role, about a person of one's own, of a colleague's, of another
//! practice, a restricted one, a merged one, one of another scheme, and one
//! who does not exist. Whom a role reaches is written down here a second
//! time, in `Seen`, and compared with what the program answers. Out of reach
//! is answered word for word like something that is not there, and a form
//! that is refused changes nothing.

use std::collections::BTreeMap;

use axum::http::Method;
use kith_access::{Ability, Actor, Needs, Reach, Role};
use kith_base::Word;
use kith_testkit::{Browser, Sent, Staff};

use crate::{
    canaries::{sends_empty, token},
    story::{Objects, Somebody, Story, steady},
};

/// One of the people of the story, and who sees them.
struct Seen {
    name: &'static str,
    who: Somebody,
    /// Whose practice sent or registered them.
    practice: &'static str,
    /// Who works with them, or leads on a concern about them.
    assigned: &'static [&'static str],
    /// Who may open the record at all, where that is restricted.
    named: Option<&'static [&'static str]>,
    here: bool,
}

impl Seen {
    fn all(story: &Story) -> [Self; 6] {
        let one = |name, who, practice, assigned| Self {
            name,
            who,
            practice,
            assigned,
            named: None,
            here: true,
        };
        let riverside = "Rita Shah";
        [
            one(
                "own",
                story.mary,
                riverside,
                &["Kay Ward", "Lena Frost", "Mo Khan"],
            ),
            one("a colleague's", story.nora, riverside, &["Sam Bright"]),
            one("another practice's", story.hugh, "Harry Obi", &[]),
            Self {
                named: Some(&["Kay Ward", "Mo Khan"]),
                ..one("restricted", story.rose, riverside, &["Kay Ward"])
            },
            one("merged", story.gone, riverside, &[]),
            Self {
                here: false,
                ..one("another scheme's", story.stranger, "", &[])
            },
        ]
    }

    /// Whether somebody reaches them, by this much.
    fn within(&self, reach: Reach, by: Staff) -> bool {
        let named = self.named.is_none_or(|named| named.contains(&by.name));
        self.here
            && named
            && match reach {
                Reach::Scheme => true,
                Reach::Practice => self.practice == by.name,
                Reach::Assigned => self.assigned.contains(&by.name),
                Reach::Nothing | Reach::Own | Reach::Glass => false,
            }
    }
}

/// Addresses that say no, or yes, for a reason of their own, which is said.
const OF_THEIR_OWN: &[(&str, &str)] = &[
    (
        "/people/{person}",
        "a practice reads what became of its referrals under /sent instead",
    ),
    (
        "/sent/{referral}/take-back",
        "only while nobody has taken the referral on",
    ),
    (
        "/referrals/{referral}/reopen",
        "whoever takes referrals on may take on a closed one",
    ),
    (
        "/concerns/{concern}",
        "a concern is its lead's and its raiser's",
    ),
    (
        "/audit/accounts/{account}",
        "one's own acts; the guardian everybody's",
    ),
    (
        "/audit/people/{person}",
        "the guardian alone, and nobody is told who exists",
    ),
    (
        "/break-glass/open/{person}",
        "it is for those out of reach: it asks why",
    ),
    ("/break-glass/{id}", "an access, not a person"),
    ("/import/{import}", "a list, not a person"),
    ("/import/{import}/problems.csv", "a list, not a person"),
    ("/import/{import}/rows/{group}", "a list, not a person"),
    ("/admin/accounts/{id}", "an account, not a person"),
    ("/admin/accounts/{id}/leave", "an account, not a person"),
    ("/admin/organisations/{id}", "an organisation, not a person"),
    ("/team/leaving/{account}", "an account, not a person"),
    ("/same-person/{one}/{other}", "two people"),
    ("/figures/*", "counts of many, not a person"),
];

/// Whether somebody may know of them: a restricted record exists for the named
/// alone, but for the guardian, who reads the trail.
fn may_exist(path: &str, one: &Seen, by: Staff) -> bool {
    let about_them = path.contains("{person}") || path.contains("{referral}");
    !about_them || path.starts_with("/audit/") || one.within(Reach::Scheme, by)
}

fn is_of_its_own(path: &str) -> bool {
    OF_THEIR_OWN
        .iter()
        .any(|(own, _)| match own.strip_suffix('*') {
            Some(begins) => path.starts_with(begins),
            None => *own == path,
        })
}

fn has_place(path: &str) -> bool {
    path.contains('{')
}

/// What somebody meets at an address: its status and its words.
fn met(sent: &Sent, address: &str) -> (u16, String) {
    let mut words = steady(&sent.text());
    for id in address.split('/').filter(|part| part.len() == 36) {
        words = words.replace(id, "…");
    }
    (sent.status.as_u16(), words)
}

async fn opens(browser: &mut Browser, address: &str) -> (u16, String) {
    met(&browser.send(Method::GET, address, None).await, address)
}

fn routes(method: &str) -> Vec<(&'static str, Ability)> {
    let routes = kith::router::routes();
    let of = routes
        .list()
        .iter()
        .filter(|route| route.method == method && has_place(route.path));
    of.filter_map(|route| match route.needs {
        Needs::Can(ability) => Some((route.path, ability)),
        _ => None,
    })
    .collect()
}

/// Each ability asks for its own row of the table; the guardian's glass is
/// not broken in this story.
fn reach(actor: &Actor, ability: Ability) -> Reach {
    actor.reach(ability)
}

#[tokio::test(flavor = "multi_thread")]
async fn idor_matrix() {
    for story in Story::both().await {
        let people = Seen::all(&story);
        let mut objects = Vec::new();
        for one in &people {
            objects.push(story.objects(one.who).await);
        }
        let mut faults = Vec::new();
        let (mut cells, mut shown) = (0, 0);
        for staff in story.everybody() {
            let actor = story.world.actor(staff).await;
            let mut browser = story.world.signed_in(staff).await;
            for (path, ability) in routes("GET") {
                let nobodys = Objects::nobodys().address(path).unwrap();
                let missing = opens(&mut browser, &nobodys).await;
                let reach = reach(&actor, ability);
                let none = if reach == Reach::Nothing { 403 } else { 404 };
                let of_its_own = is_of_its_own(path);
                if missing.0 != none && !of_its_own {
                    faults.push(format!(
                        "{} at {path} about nobody: {}",
                        staff.name, missing.0
                    ));
                }
                for (one, objects) in people.iter().zip(&objects) {
                    let Some(address) = objects.address(path) else {
                        continue;
                    };
                    cells += 1;
                    let here = opens(&mut browser, &address).await;
                    let what = format!("{} at {path}, {}: {}", staff.name, one.name, here.0);
                    // What reads like nothing there has shown nothing.
                    let shows = here.0 != 404 && here.0 != 403 && here != missing;
                    shown += usize::from(shows);
                    if here.0 >= 500 {
                        faults.push(format!("{what}: a fault"));
                    } else if !shows && here.1 != missing.1 {
                        faults.push(format!("{what}: reads otherwise than what is not there"));
                    } else if !of_its_own && shows != one.within(reach, staff) {
                        faults.push(format!("{what}: the table says {reach:?}"));
                    } else if of_its_own && shows && !(one.here && may_exist(path, one, staff)) {
                        faults.push(format!("{what}: restricted, or of another scheme"));
                    }
                }
            }
        }
        println!(
            "idor_matrix: {cells} cells, {shown} shown, on {}",
            story.world.db.engine()
        );
        assert!(
            faults.is_empty(),
            "{} of {cells}: {faults:#?}",
            faults.len()
        );
        assert!(cells > 1_000 && shown > 150, "{cells} {shown}");
    }
}

/// Every row of every table, but for the trail and what is used up by asking.
pub async fn rows(story: &Story) -> BTreeMap<String, String> {
    let kept = story.kept().await.into_iter();
    kept.filter(|(name, _)| name != "audit.csv" && name != "manifest.json")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_about_what_is_out_of_reach_changes_nothing() {
    for story in Story::both().await {
        let before = rows(&story).await;
        let people = Seen::all(&story);
        let mut faults = Vec::new();
        let mut cells = 0;
        for staff in story.everybody() {
            let actor = story.world.actor(staff).await;
            let mut browser = story.world.signed_in(staff).await;
            let token = token(&mut browser, "/account").await;
            for (n, (path, ability)) in routes("POST").into_iter().enumerate() {
                let reach = reach(&actor, ability);
                let nobodys = Objects::nobodys().address(path).unwrap();
                let missing = sends_empty(&mut browser, &nobodys, &token, n).await;
                let missing = met(&missing, &nobodys);
                for one in &people {
                    let objects = story.objects(one.who).await;
                    let elsewhere = !one.here;
                    let Some(address) = objects.address(path) else {
                        continue;
                    };
                    // What is in reach is changed by the journeys, not here.
                    let may = is_of_its_own(path) || may_change(path, one, reach, staff);
                    if reach != Reach::Nothing && !elsewhere && may {
                        continue;
                    }
                    cells += 1;
                    let sent = sends_empty(&mut browser, &address, &token, n).await;
                    let sent = met(&sent, &address);
                    let what = format!("{} sends {path}, {}: {}", staff.name, one.name, sent.0);
                    let no = matches!(sent.0, 403 | 404 | 422);
                    if !no {
                        faults.push(format!("{what}: not refused"));
                    } else if sent != missing {
                        faults.push(format!("{what}: reads otherwise than what is not there"));
                    }
                }
            }
        }
        println!("refused forms: {cells} on {}", story.world.db.engine());
        assert!(
            faults.is_empty(),
            "{} of {cells}: {faults:#?}",
            faults.len()
        );
        assert!(cells > 500, "{cells}");
        let after = rows(&story).await;
        for (name, text) in &before {
            assert_eq!(Some(text), after.get(name), "{name} was changed");
        }
    }
}

/// Whether a form could do something about somebody: they are in reach, or
/// the address is not about them alone.
fn may_change(path: &str, one: &Seen, reach: Reach, staff: Staff) -> bool {
    let about_more = ![
        "{person}",
        "{referral}",
        "/referrals/",
        "{concern}",
        "{task}",
    ]
    .iter()
    .any(|part| path.contains(part));
    about_more
        || path.starts_with("/concerns/")
        || one.within(reach, staff)
        || path.starts_with("/tasks/")
        || path.starts_with("/break-glass/")
}

#[test]
fn nobody_but_the_guardian_and_the_administrator_is_without_people_of_their_own() {
    for role in Role::ALL {
        let sees = Ability::SeeIdentity.row().of_role(*role);
        let works = matches!(role, Role::Practice | Role::LinkWorker | Role::Manager);
        assert_eq!(
            matches!(sees, Reach::Nothing | Reach::Glass),
            !works,
            "{role}"
        );
    }
}
