//! Every look at somebody is one row of the trail, and so is every no about
//! somebody: each address that names a person is opened and sent in every
//! role, and the rows written meanwhile are held against what was shown. A
//! form that comes back shows them once more, and counts as a look.

use std::collections::BTreeSet;

use axum::http::Method;
use kith_access::{Account, Needs, Person, RouteInfo, audit::Row};
use kith_base::{Clock, Id, Ts, Word};
use kith_db::{Outcome, on};
use kith_testkit::{Browser, Sent, Staff};
use uuid::Uuid;

use crate::{
    canaries::{sends_empty, token},
    story::{Objects, Somebody, Story},
};

/// A row of the trail, as far as it tells who looked at whom.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Written {
    id: Id<Row>,
    account_id: Option<Id<Account>>,
    role: String,
    action: String,
    person_id: Option<Id<Person>>,
    object_id: Option<Uuid>,
    outcome: String,
}

const SINCE: &str = "select id, account_id, role, action, person_id, object_id, outcome from audit
    where scheme_id = $1 and id > $2 order by id";

/// The trail, read on from where it was read last. Rows of one moment have no
/// order, so that it is read with some overlap.
struct Trail<'a> {
    story: &'a Story,
    last: Ts,
    seen: BTreeSet<Id<Row>>,
}

impl<'a> Trail<'a> {
    async fn of(story: &'a Story) -> Self {
        let mut trail = Self {
            story,
            last: Ts::from_micros(0).plus_seconds(60),
            seen: BTreeSet::new(),
        };
        trail.goes_on().await;
        trail
    }

    async fn goes_on(&mut self) -> Vec<Written> {
        let scheme = self.story.world.scheme;
        let since = Id::<Row>::new(self.last.plus_seconds(-1));
        self.last = Clock::Real.now();
        let rows: Outcome<Vec<Written>> = self
            .story
            .world
            .db
            .read(async |tx| {
                Ok(on!(tx, c => sqlx::query_as(SINCE).bind(scheme).bind(since).fetch_all(c))?)
            })
            .await;
        let mut rows = rows.unwrap();
        rows.retain(|row| self.seen.insert(row.id));
        rows
    }
}

/// Somebody whose records are asked for, and how a page would name them.
struct Asked {
    who: Somebody,
    family: &'static str,
    objects: Objects,
}

impl Asked {
    async fn all(story: &Story) -> Vec<Self> {
        let mut all = Vec::new();
        for (who, family) in [
            (story.mary, "THISTLE"),
            (story.nora, "NETTLE"),
            (story.hugh, "HAWTHORN"),
            (story.rose, "ROWAN"),
        ] {
            let objects = story.objects(who).await;
            all.push(Self {
                who,
                family,
                objects,
            });
        }
        all
    }
}

/// What stands in an address that makes it one about a person.
const ABOUT: &[&str] = &["{person}", "{referral}", "{one}", "{concern}", "{contact}"];

fn is_about_somebody(path: &str) -> bool {
    ABOUT.iter().any(|part| path.contains(part)) || path.starts_with("/referrals/")
}

/// What is wrong with the rows written while an answer was made.
fn faults(
    route: &RouteInfo,
    staff: (Staff, &str),
    asked: &Asked,
    sent: &Sent,
    rows: &[Written],
) -> Vec<String> {
    let mut faults = Vec::new();
    let (text, status) = (sent.text(), sent.status.as_u16());
    for row in rows {
        if row.account_id != Some(staff.0.id) || row.role != staff.1 {
            faults.push(format!("a row of somebody else: {row:?}"));
        }
        if row.action.is_empty() {
            faults.push(format!("a row that does not say what was done: {row:?}"));
        }
    }
    let refused: Vec<_> = rows.iter().filter(|row| row.outcome == "refused").collect();
    let done: Vec<_> = rows.iter().filter(|row| row.outcome == "done").collect();
    let people: BTreeSet<_> = done.iter().filter_map(|row| row.person_id).collect();
    let looks = done.iter().filter(|row| row.person_id.is_some()).count();
    if people.len() != looks {
        faults.push(format!("somebody stands there twice: {rows:?}"));
    }
    let capital = text.contains(asked.family);
    if matches!(status, 403 | 404) {
        let needs = match route.needs {
            Needs::Can(ability) => ability.row().about_people,
            _ => false,
        };
        let object = refused.first().and_then(|row| row.object_id);
        if (needs || is_about_somebody(route.path)) && refused.len() != 1 {
            faults.push(format!("a no that is not one row: {rows:?}"));
        } else if is_about_somebody(route.path) && object.is_none() {
            faults.push("a no that does not say about what".into());
        }
        if !done.is_empty() {
            faults.push(format!("a no, and something done: {rows:?}"));
        }
    } else if is_about_somebody(route.path) && capital {
        if !people.contains(&asked.who.person) {
            faults.push(format!("shown, and not written down: {rows:?}"));
        }
        if !refused.is_empty() {
            faults.push(format!("shown, and written down as refused: {rows:?}"));
        }
    }
    faults
}

async fn asks(browser: &mut Browser, method: &str, address: &str, token: &str, n: usize) -> Sent {
    match method {
        "GET" => browser.send(Method::GET, address, None).await,
        _ => sends_empty(browser, address, token, n).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_coverage() {
    for story in Story::both().await {
        let everybody = Asked::all(&story).await;
        let routes = kith::router::routes();
        let mut trail = Trail::of(&story).await;
        let (mut wrong, mut shown, mut refused, mut n) = (Vec::new(), 0, 0, 0);
        for method in ["GET", "POST"] {
            for staff in story.everybody() {
                let role = story.world.actor(staff).await.role;
                let mut browser = story.world.signed_in(staff).await;
                let token = token(&mut browser, "/account").await;
                trail.goes_on().await;
                let list = routes.list().iter().filter(|route| route.method == method);
                for route in list.filter(|route| route.path != "/sign-out") {
                    for asked in &everybody {
                        let Some(address) = asked.objects.address(route.path) else {
                            continue;
                        };
                        n += 1;
                        let sent = asks(&mut browser, method, &address, &token, n).await;
                        let rows = trail.goes_on().await;
                        shown += rows.iter().filter(|row| row.outcome == "done").count();
                        refused += rows.iter().filter(|row| row.outcome != "done").count();
                        let who = (staff, role.code());
                        for fault in faults(route, who, asked, &sent, &rows) {
                            let (path, status) = (route.path, sent.status.as_u16());
                            wrong.push(format!(
                                "{} {method} {path} ({status}), {}: {fault}",
                                staff.name, asked.family
                            ));
                        }
                        if !route.path.contains('{') {
                            break;
                        }
                    }
                }
            }
        }
        let engine = story.world.db.engine();
        println!(
            "audit_coverage: {n} asked, {shown} rows of looks and acts, {refused} of refusals, on {engine}"
        );
        assert!(wrong.is_empty(), "{} on {engine}: {wrong:#?}", wrong.len());
        assert!(shown > 250 && refused > 500, "{shown} {refused}");
    }
}
