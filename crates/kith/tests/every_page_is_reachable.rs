//! Nobody has to know an address: every page that is open to somebody is
//! reached from where their work begins, by links, in three steps at most.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use axum::Router;
use kith_access::{Actor, App, Needs, Role};
use kith_casework::{
    import::actions,
    paths,
    person::Details,
    referral::{Act, DeclineReason},
};
use kith_testkit::{Browser, Staff, World, mary, named, omar};

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

/// How many links one may have to follow.
const STEPS: usize = 3;
/// As many pages of one sort are looked at.
const OF_A_SORT: usize = 12;

/// Pages nobody goes to by a link, and why.
const NOT_BY_LINK: &[(&str, &str)] = &[
    ("/step-up", "asked for by what needs it"),
    ("/refer/{referral}", "shown after a referral was sent"),
    (
        "/break-glass/open/{person}",
        "found by NHS number and birth date, which never stand in an address",
    ),
];

/// Pages a role may ask for although they hold nothing for it, and why.
const NOTHING_THERE: &[(&[Role], &str, &str)] = &[
    (
        &[Role::Practice],
        "/people/{person}",
        "a practice reads what it sent, never the record",
    ),
    (
        &[Role::Administrator, Role::Guardian],
        "/people/{person}/concern",
        "they see no person; the general form is theirs",
    ),
    (
        &[Role::Manager],
        "/today",
        "a manager's day is the team's page and the tasks nobody has",
    ),
    (
        &[Role::Manager, Role::LinkWorker],
        "/sent/{referral}/line",
        "shown when a referral is sent for somebody who has one",
    ),
    (
        &[Role::Manager],
        "/export/waiting",
        "linked when another manager has asked for a release",
    ),
    (
        ALL_BUT_GUARDIAN,
        "/audit/people/{person}",
        "others see their own acts alone",
    ),
    (
        ALL_BUT_GUARDIAN,
        "/audit/accounts/{account}",
        "others see their own acts alone",
    ),
    (
        &[Role::Guardian],
        "/people/{person}",
        "a record that was opened with a reason, found by number and birth date",
    ),
    (
        &[Role::Guardian],
        "/people/{person}/place",
        "in a record that was opened with a reason",
    ),
    (
        &[Role::Guardian],
        "/people/{person}/plan",
        "in a record that was opened with a reason",
    ),
    (
        &[Role::Guardian],
        "/people/{person}/contact/{contact}",
        "in a record that was opened with a reason",
    ),
];

const ALL_BUT_GUARDIAN: &[Role] = &[
    Role::Practice,
    Role::LinkWorker,
    Role::Manager,
    Role::Administrator,
];

/// A world in which every page has something to show.
async fn full() -> World {
    let world = World::smallest(program).await;
    let (kay, mo) = (world.kay, world.mo);
    let mary_thistle = world.takes_on(kay, &mary()).await;
    world.refers(world.rita, &omar()).await;
    // The same details without a number: perhaps one person.
    let twin = Details {
        nhs_number: None,
        ..mary()
    };
    world.refers(world.harry, &twin).await;
    let ended = world.takes_on(kay, &named("Ann", "Lee")).await;
    world.closes(kay, ended.referral).await;
    let hidden = world.refers(world.rita, &named("Eve", "Hall")).await;
    let back = world.refers(world.rita, &named("Jo", "Brown")).await;
    let decline = Act::Decline {
        reason: DeclineReason::OutOfArea,
        next: "Ask the service of their council".parse().unwrap(),
        person_knows: true,
    };
    world.does(kay, back.referral, decline).await;
    let mut browser = world.signed_in(kay).await;
    browser.meets(mary_thistle, "She sings").await;
    for who in [world.rita, kay, mo, world.ada, world.grace] {
        let mut browser = world.signed_in(who).await;
        browser.opens(paths::raise_concern()).await;
        browser
            .chooses_in("Is anybody in danger now?", "No")
            .fills("Who is it about?", "A neighbour")
            .fills("What are you worried about?", "Shouting at night");
        browser.presses("Raise the concern").await;
    }
    let mut rita = world.signed_in(world.rita).await;
    rita.opens(paths::raise_concern_about(mary_thistle.person))
        .await;
    rita.chooses_in("Is anybody in danger now?", "No")
        .fills("What are you worried about?", "Bruises");
    rita.presses("Raise the concern").await;
    world.has_a_task(None, "Ring Riverside Surgery").await;
    let actor = world.actor(mo).await;
    let mut file = "Forename,Surname,DOB,Consent\nMary,,31/02/1951,Yes\n".to_owned();
    for n in 0..25 {
        file.push_str(&format!("Ann,Listed{n},01/02/1951,Yes\n"));
    }
    let import = actions::stage(&world.app.db, &actor, None, "list.csv", file.as_bytes())
        .await
        .unwrap();
    actions::check(&world.app.db, &actor, import, None)
        .await
        .unwrap();
    world
        .marks(
            mary_thistle.person,
            "update person set location_sensitive = $3 where scheme_id = $1 and id = $2",
        )
        .await;
    world
        .marks(
            hidden.person,
            "update person set restricted = $3 where scheme_id = $1 and id = $2",
        )
        .await;
    for who in [kay, world.grace] {
        let mut browser = world.signed_in(who).await;
        browser.opens(paths::break_glass(hidden.person)).await;
        let reason = "Her daughter rings and says that she has not come home tonight";
        browser.fills("Why must you see this record now?", reason);
        browser.presses("Open this record for one hour").await;
    }
    world
}

/// The address of a route that a path is.
fn route_of<'a>(routes: &[&'a str], path: &str) -> Option<&'a str> {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = plain.split('/').collect();
    let fits = |route: &&&str| {
        let wanted: Vec<&str> = route.split('/').collect();
        wanted.len() == parts.len()
            && wanted
                .iter()
                .zip(&parts)
                .all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let said = |route: &&&str| {
        route
            .split('/')
            .filter(|part| !part.starts_with('{'))
            .count()
    };
    routes.iter().filter(fits).max_by_key(said).copied()
}

/// Which routes are reached from home, and in how many steps.
async fn reached<'a>(browser: &mut Browser, routes: &[&'a str]) -> BTreeMap<&'a str, usize> {
    let mut seen = BTreeSet::new();
    let mut of_a_sort: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    browser.opens("/").await.is_answered(200);
    let mut next: VecDeque<(String, usize, String)> =
        VecDeque::from([(browser.path().to_owned(), 0, "/".to_owned())]);
    while let Some((path, steps, from)) = next.pop_front() {
        let Some(route) = route_of(routes, &path) else {
            continue;
        };
        found.entry(route).or_insert(steps);
        let sort = of_a_sort.entry(route).or_default();
        *sort += 1;
        if steps >= STEPS || *sort > OF_A_SORT || path.ends_with(".csv") {
            continue;
        }
        browser.opens(&path).await;
        assert!(
            browser.status().is_success(),
            "{path} is linked from {from} and answers {}",
            browser.status()
        );
        for link in browser.links() {
            if link.starts_with('/') && seen.insert(link.clone()) {
                next.push_back((link, steps + 1, path.clone()));
            }
        }
    }
    found
}

fn is_open(needs: Needs, actor: &Actor) -> bool {
    match needs {
        Needs::Can(ability) => actor.can(ability),
        Needs::SignedIn => true,
        _ => false,
    }
}

#[tokio::test]
async fn every_page_that_is_open_to_somebody_is_three_links_from_home_at_most() {
    let world = full().await;
    let all = kith::router::routes();
    // The figures' pages depend on what has been brought in: their own tests
    // go to them.
    let pages: Vec<_> = all
        .list()
        .iter()
        .filter(|route| route.method == "GET" && !route.path.starts_with("/figures"))
        .collect();
    let routes: Vec<&str> = pages.iter().map(|route| route.path).collect();
    let staff: [Staff; 5] = [world.rita, world.kay, world.mo, world.ada, world.grace];
    let mut missing = Vec::new();
    for who in staff {
        let actor = world.actor(who).await;
        let mut browser = world.signed_in(who).await;
        let found = reached(&mut browser, &routes).await;
        for page in pages.iter().filter(|page| is_open(page.needs, &actor)) {
            let excused = NOT_BY_LINK.iter().any(|(path, _)| *path == page.path)
                || NOTHING_THERE
                    .iter()
                    .any(|(roles, path, _)| roles.contains(&actor.role) && *path == page.path);
            if !excused && !found.contains_key(page.path) {
                missing.push(format!("{} ({}): {}", who.name, actor.role, page.path));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no link leads there in {STEPS} steps:\n{}",
        missing.join("\n")
    );
}
