//! Somebody whose whereabouts are sensitive is found by nobody who should not
//! find them, and a restricted record exists for named people alone; on both
//! databases and without JavaScript.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::{Router, http::Method};
use kith_access::{App, outbox};
use kith_base::Id;
use kith_casework::{
    contact, import,
    person::{self, Details, Person, Place},
};
use kith_db::{Outcome, Tx, on};
use kith_pages::components::HeaderSearch;
use kith_testkit::{Somebody, Staff, World};

/// What must never be read, each in a field of its own.
const CANARIES: &[&str] = &[
    "Quicksilver Lane",
    "ZE3 9JW",
    "01632960417",
    "01632 960 417",
    "hidden.heron@example.org",
];

/// The pages with the search box that the program puts at their head.
fn program(mut app: App) -> Router {
    app.places = |_, token, frame| {
        frame.search(HeaderSearch::new(
            "/caseload/search",
            "Find somebody",
            token,
        ))
    };
    kith_casework::routes().into_router(app)
}

fn mary() -> Details {
    Details {
        place: Place {
            address: "7 Quicksilver Lane".parse().ok(),
            postcode: "ZE3 9JW".parse().ok(),
            phone: "01632960417".parse().ok(),
            email: "hidden.heron@example.org".parse().ok(),
            ..Place::default()
        },
        ..kith_testkit::mary()
    }
}

/// Rita refers Mary and Kay takes her on; a letter is about to be sent.
async fn is_known(world: &World) -> Somebody {
    let mary = world.takes_on(world.kay, &mary()).await;
    let act = async |tx: &mut Tx| {
        let mail = outbox::Mail {
            once_key: "about mary".into(),
            kind: "a letter",
            to: "practice@example.org".parse().unwrap(),
            subject: "A letter".into(),
            body: "A letter".into(),
            person: Some(mary.person),
        };
        outbox::queue(tx, world.scheme, world.now(), mail).await
    };
    world.app.db.act(act).await.unwrap();
    mary
}

const PLACE_WORDS: &str = "select count(*) from person_word where scheme_id = $1 and person_id = $2
    and (word like 'c%' or word like 'p%')";
const QUEUED: &str =
    "select count(*) from outbox where scheme_id = $1 and person_id = $2 and state = 'queued'";
const NOTICES: &str =
    "select count(*) from task where scheme_id = $1 and person_id = $2 and what like 'Important:%'";
const TURNS: &str = "select count(*) from audit where scheme_id = $1 and person_id = $2
    and action in ('hide where somebody is', 'show where somebody is again', 'restrict a record',
        'lift the restriction of a record', 'name for a restricted record', 'unname for a restricted record')";

async fn turns(world: &World, by: Staff, person: Id<Person>, button: &str) {
    let mut browser = world.signed_in(by).await;
    browser
        .opens(format!("/people/{person}/sensitive"))
        .await
        .sees("THISTLE, Mary");
    browser
        .presses(button)
        .await
        .is_answered(422)
        .sees("Enter the reason");
    browser
        .fills("Why?", "She asked us to")
        .presses(button)
        .await
        .sees("Saved. The team has been told");
}

#[tokio::test]
async fn hiding_a_place_cancels_what_is_queued_forgets_the_words_and_tells_the_team() {
    for world in World::small(program).await {
        let referred = is_known(&world).await;
        let person = referred.person;
        assert_eq!(
            world.count_about(person, PLACE_WORDS).await,
            2,
            "{}",
            world.db.engine()
        );
        assert!(world.count_about(person, QUEUED).await > 0);
        turns(&world, world.kay, person, "Hide where they are").await;
        assert_eq!(world.count_about(person, PLACE_WORDS).await, 0);
        assert_eq!(world.count_about(person, QUEUED).await, 0);
        assert_eq!(world.count_about(person, NOTICES).await, 1);
        assert_eq!(world.count_about(person, TURNS).await, 1);
        turns(&world, world.mo, person, "Stop hiding where they are").await;
        assert_eq!(world.count_about(person, PLACE_WORDS).await, 2);
        assert_eq!(world.count_about(person, TURNS).await, 2);
    }
}

#[tokio::test]
async fn a_search_by_a_hidden_place_answers_like_a_search_for_nobody() {
    for world in World::small(program).await {
        let person = is_known(&world).await.person;
        turns(&world, world.kay, person, "Hide where they are").await;
        let seek = async |postcode: &str| {
            let sought = person::Likeable {
                given: "Mary".into(),
                family: "Thistle".into(),
                born: None,
                nhs_number: None,
                postcode: postcode.parse().ok(),
            };
            let found = async |tx: &mut Tx| -> Outcome<usize> {
                Ok(person::candidates::of(tx, world.scheme, &sought)
                    .await?
                    .len())
            };
            world.app.db.read(found).await.unwrap()
        };
        assert_eq!(
            seek("ZE3 9JW").await,
            seek("ZE3 9JX").await,
            "{}",
            world.db.engine()
        );
        let mut answers = Vec::new();
        for last_four in ["0417", "0418"] {
            let mut kay = world.signed_in(world.kay).await;
            kay.opens("/caseload").await;
            kay.fills("Find somebody", last_four)
                .presses("Search")
                .await;
            answers.push((kay.status(), kay.words().replace(last_four, "")));
            kay.does_not_see("THISTLE");
        }
        assert_eq!(answers[0], answers[1]);
    }
}

const PEOPLE: &str = "select count(*) from person where scheme_id = $1";
const HIDDEN: &str = "select count(*) from person where scheme_id = $1 and location_sensitive";
const TO_DO: &str = "select count(*) from task where scheme_id = $1 and kind <> 'action'";
const ASKED: &str = "select count(*) from task where scheme_id = $1 and what like '%postcode%'";

/// A world in which Mary's place is hidden, and her referral over or not.
async fn hidden_in(world: World, over: bool) -> World {
    let mary = is_known(&world).await;
    turns(&world, world.kay, mary.person, "Hide where they are").await;
    if over {
        let answer = Some(contact::Answer::Yes);
        let purpose = contact::Purpose::Assess;
        world
            .meets(world.kay, mary.referral, purpose, None, answer)
            .await;
        world.closes(world.kay, mary.referral).await;
    }
    world
}

/// What Rita reads, and what there is, after she has referred Mary by her name,
/// her birth date and a postcode she guesses at.
async fn guesses(world: &World, number: bool, postcode: &str) -> (u16, String, [i64; 4]) {
    let mut rita = world.signed_in(world.rita).await;
    rita.opens("/refer").await;
    if number {
        rita.fills("NHS number", &mary().nhs_number.unwrap().spaced());
    }
    rita.describes("Mary", "Thistle", "1951-05-03")
        .fills("Postcode (optional)", postcode)
        .says_why("Yes");
    rita.presses("Send referral").await;
    let shown = rita.words();
    // What is another each time: the reference people quote.
    let words: Vec<&str> = shown
        .split_whitespace()
        .filter(|word| word.matches('-').count() != 2)
        .collect();
    let words = words.join(" ");
    let mut counts = [0; 4];
    for (count, sql) in counts.iter_mut().zip([PEOPLE, HIDDEN, TO_DO, ASKED]) {
        *count = world.count(sql).await;
    }
    (rita.status().as_u16(), words, counts)
}

/// Whoever may know that Mary is here may still not learn where: a postcode
/// that fits is answered like one that does not, at the form and from a file.
#[tokio::test]
async fn a_hidden_postcode_cannot_be_guessed_at_by_referring() {
    for number in [false, true] {
        let worlds = World::small(program).await.into_iter();
        for (one, other) in worlds.zip(World::small(program).await) {
            let one = hidden_in(one, number).await;
            let other = hidden_in(other, number).await;
            let fits = guesses(&one, number, "ZE3 9JW").await;
            let differs = guesses(&other, number, "ZE3 9JX").await;
            assert_eq!(fits, differs, "{}", one.db.engine());
            if !number {
                let [people, hidden, ..] = fits.2;
                assert_eq!((people, hidden), (2, 2), "the record beside is hidden too");
            }
        }
    }
}

#[tokio::test]
async fn a_hidden_postcode_cannot_be_guessed_at_by_a_file() {
    const SORTED: &str = "select sorted, choice, sure from import_row
        where scheme_id = $1 order by import_id, number";
    for world in World::small(program).await {
        let world = hidden_in(world, false).await;
        let mo = world.actor(world.mo).await;
        for postcode in ["ZE3 9JW", "ZE3 9JX"] {
            let text = format!(
                "Forename,Surname,DOB,Postcode,Consent\nMary,Thistle,03/05/1951,{postcode},Yes\n"
            );
            let (db, name) = (&world.app.db, "list.csv");
            let id = import::actions::stage(db, &mo, None, name, text.as_bytes()).await;
            import::actions::check(db, &mo, id.unwrap(), None)
                .await
                .unwrap();
        }
        let asks = async |tx: &mut Tx| -> Outcome<Vec<(String, String, bool)>> {
            Ok(on!(tx, c => sqlx::query_as(SORTED).bind(world.scheme).fetch_all(c))?)
        };
        let rows = world.app.db.read(asks).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0], rows[1], "{}", world.db.engine());
        assert_eq!(rows[0].0, "close", "{rows:?}");
    }
}

/// The addresses of a route, with every id of the story in its places.
fn addresses(path: &str, ids: &[String]) -> Vec<String> {
    let places = path.matches('{').count();
    if places == 0 {
        return vec![path.to_owned()];
    }
    let filled = |id: &str| {
        let parts: Vec<String> = path
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    id.to_owned()
                } else {
                    part.to_owned()
                }
            })
            .collect();
        parts.join("/")
    };
    ids.iter().map(|id| filled(id)).collect()
}

/// Nobody reads the place on any page, except whoever is assigned, on the
/// page that asks for it.
#[tokio::test]
async fn the_canaries_of_a_hidden_place_stand_on_no_page_of_any_role() {
    for world in World::small(program).await {
        let referred = is_known(&world).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(format!("/people/{}/concern", referred.person))
            .await;
        kay.chooses("No")
            .fills("What are you worried about?", "She is afraid.")
            .presses("Raise the concern")
            .await;
        let concern = kay.path().rsplit('/').next().unwrap().to_owned();
        // Where she lived before is a place too.
        kay.opens(format!("/people/{}/edit", referred.person)).await;
        kay.fills("Address", "A house by the sea")
            .fills("Why is it put right?", "She left Quicksilver Lane")
            .presses("Save details")
            .await
            .sees("Quicksilver Lane");
        turns(&world, world.kay, referred.person, "Hide where they are").await;
        let ids = [
            referred.person.to_string(),
            referred.referral.to_string(),
            concern,
        ];
        let routes = kith_casework::routes();
        let paths: Vec<&str> = routes
            .list()
            .iter()
            .filter(|route| route.method == "GET")
            .map(|route| route.path)
            .collect();
        assert!(paths.len() > 15, "{paths:?}");
        let everybody = [
            world.rita,
            world.harry,
            world.kay,
            world.sam,
            world.mo,
            world.ada,
            world.grace,
            world.lena,
        ];
        let mut opened = 0;
        for staff in everybody {
            let mut browser = world.signed_in(staff).await;
            for path in &paths {
                for address in addresses(path, &ids) {
                    let page = browser.send(Method::GET, &address, None).await;
                    opened += usize::from(page.status.is_success());
                    let text = page.text();
                    let found = CANARIES.iter().find(|canary| text.contains(**canary));
                    // Assigned, proved a minute ago, on the page made for it.
                    let own = [world.kay.id, world.lena.id, world.mo.id].contains(&staff.id)
                        && (*path == "/people/{person}/place" || *path == "/people/{person}/edit");
                    assert!(
                        found.is_none() || own,
                        "{} reads {found:?} at {address} ({})",
                        staff.name,
                        world.db.engine()
                    );
                }
            }
        }
        assert!(opened > 40, "the crawl opened only {opened} pages");
        let mut visitor = world.visitor();
        for path in &paths {
            for address in addresses(path, &ids) {
                let text = visitor.send(Method::GET, &address, None).await.text();
                assert!(
                    !CANARIES.iter().any(|canary| text.contains(canary)),
                    "{address}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_restricted_record_is_there_for_named_people_alone() {
    for world in World::small(program).await {
        let person = is_known(&world).await.person;
        turns(&world, world.mo, person, "Restrict the record").await;
        let page = format!("/people/{person}/sensitive");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(&page)
            .await
            .sees("Who may open this record")
            .sees("Mo Khan")
            .sees("Kay Ward");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(format!("/people/{person}/concern"))
            .await
            .is_answered(404)
            .does_not_see("THISTLE");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(format!("/people/{person}/concern"))
            .await
            .is_answered(404);
        kay.presses("Add to the list")
            .await
            .is_answered(422)
            .sees("Select who else may open the record");
        kay.picks("Who else may open the record?", "Sam Bright, Link worker")
            .presses("Add to the list")
            .await
            .sees("Added to the list");
        sam.opens(format!("/people/{person}/concern"))
            .await
            .sees("THISTLE, Mary");
        kay.presses("Remove Sam Bright")
            .await
            .sees("Removed from the list");
        sam.opens(format!("/people/{person}/concern"))
            .await
            .is_answered(404);
        kay.presses("Remove Mo Khan").await;
        kay.presses("Remove Kay Ward")
            .await
            .is_answered(409)
            .sees("Somebody must be able to open this record");
    }
}

#[tokio::test]
async fn only_the_whole_number_and_the_birth_date_find_a_restricted_record() {
    for world in World::small(program).await {
        let person = is_known(&world).await.person;
        turns(&world, world.kay, person, "Restrict the record").await;
        let number = mary().nhs_number.unwrap();
        let mut sam = world.signed_in(world.sam).await;
        for (born, says) in [
            ("1951-05-04", "There is no restricted record"),
            ("1951-05-03", "A restricted record exists: ask Kay Ward."),
        ] {
            sam.opens("/restricted").await;
            sam.fills("NHS number", &number.spaced())
                .fills_date("Date of birth", born);
            sam.presses("Look").await.sees(says).does_not_see("THISTLE");
            assert_eq!(sam.path(), "/restricted", "no number stands in an address");
        }
        for staff in [world.rita, world.ada] {
            world
                .signed_in(staff)
                .await
                .opens("/restricted")
                .await
                .is_answered(403);
        }
    }
}

#[tokio::test]
async fn a_link_worker_who_is_not_assigned_turns_no_switch() {
    for world in World::small(program).await {
        let person = is_known(&world).await.person;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(format!("/people/{person}/sensitive"))
            .await
            .is_answered(404)
            .does_not_see("THISTLE");
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(format!("/people/{person}/sensitive"))
            .await
            .is_answered(403);
    }
}
