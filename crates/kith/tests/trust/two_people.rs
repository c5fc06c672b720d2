//! What can do the most harm needs two people, and what is sensitive needs a
//! new proof: all records of a large scheme leave when one has asked and
//! another has released them, once, within a day, and not when either has
//! left; and every ability that asks again who one is does so everywhere.

use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use kith_access::{Needs, Reach};
use kith_base::Id;
use kith_casework::export::release::ONE_ALONE;
use kith_db::{Outcome, Tx, on, run};
use kith_testkit::{Browser, Staff, World};
use tower::ServiceExt;

use crate::{
    canaries::{sends_empty, token},
    program,
    story::{Story, unzipped},
};

const TRAIL: &str = "select action from audit where scheme_id = $1
    and (action like '%all records%' or action like '%export of somebody%') order by id";

async fn trail(world: &World) -> Vec<String> {
    let read = async |tx: &mut Tx| -> Outcome<Vec<String>> {
        Ok(on!(tx, c => sqlx::query_scalar(TRAIL).bind(world.scheme).fetch_all(c))?)
    };
    world.db.read(read).await.unwrap()
}

/// Sends the form that takes everything, without looking whether it is shown.
async fn takes(world: &World, who: Staff) -> (u16, Vec<u8>) {
    let mut browser = world.signed_in(who).await;
    let token = token(&mut browser, "/account").await;
    let sent = sends_empty(&mut browser, "/export", &token, 1).await;
    (sent.status.as_u16(), sent.bytes.to_vec())
}

async fn asks(world: &World, who: Staff) {
    let mut browser = world.signed_in(who).await;
    browser
        .opens("/export")
        .await
        .does_not_see("one taking")
        .presses("Ask for the release")
        .await
        .sees("Asked. Those who may release it have been told")
        .sees("Nobody has released it yet");
}

async fn releases<'a>(browser: &'a mut Browser, to: &str) -> &'a mut Browser {
    browser
        .opens("/export/waiting")
        .await
        .presses(&format!("Release it to {to}"))
        .await
}

async fn leaves(world: &World, who: Staff) {
    world
        .signed_in(world.ada)
        .await
        .opens(format!("/admin/accounts/{}", who.id))
        .await
        .follows("Mark as left")
        .await
        .presses("Yes, mark as left")
        .await
        .sees("Marked as left");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_five_hundred_people_one_manager_takes_the_records_alone() {
    let world = World::smallest(program).await;
    world.has_people(ONE_ALONE).await;
    let (status, bytes) = takes(&world, world.mo).await;
    assert_eq!(status, 200);
    let files = unzipped(&bytes);
    let people = files.iter().find(|(name, _)| name == "person.csv").unwrap();
    assert_eq!(people.1.lines().count(), 501);
}

#[tokio::test(flavor = "multi_thread")]
async fn above_five_hundred_people_another_releases_what_one_asked_for_once() {
    for world in World::small(program).await {
        world.has_people(ONE_ALONE + 1).await;
        let (status, bytes) = takes(&world, world.mo).await;
        assert_eq!(status, 409, "taken alone");
        assert!(!bytes.starts_with(b"PK"));
        asks(&world, world.mo).await;
        assert_eq!(
            takes(&world, world.mo).await.0,
            409,
            "taken before the release"
        );
        // Nobody releases their own.
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/export/waiting")
            .await
            .sees("Another person must release what you asked for");
        let request = one_request(&world).await;
        let own = token(&mut mo, "/account").await;
        let sent = sends_empty(&mut mo, &format!("/export/{request}/release"), &own, 2).await;
        assert_eq!(sent.status, 409, "{}", sent.text());
        // The guardian is told by mail, and finds it in their own places.
        let mut grace = world.signed_in(world.grace).await;
        grace.opens("/audit").await.follows("Releases").await;
        releases(&mut grace, "Mo Khan")
            .await
            .sees("Released, for one taking");
        // Whoever released it does not take it.
        assert_eq!(takes(&world, world.grace).await.0, 403);
        mo.opens("/export")
            .await
            .sees("Released by Grace Hill, for one taking");
        let (status, bytes) = takes(&world, world.mo).await;
        assert_eq!(status, 200);
        assert!(
            unzipped(&bytes)
                .iter()
                .any(|(name, _)| name == "person.csv")
        );
        assert_eq!(
            takes(&world, world.mo).await.0,
            409,
            "taken twice by one release"
        );
        assert_eq!(
            trail(&world).await,
            [
                "ask for all records",
                "release all records",
                "take all records out"
            ]
        );
    }
}

async fn one_request(world: &World) -> Id<()> {
    let read = async |tx: &mut Tx| -> Outcome<Id<()>> {
        Ok(on!(tx, c => sqlx::query_scalar(
            "select id from export_request where scheme_id = $1 order by asked_at, id limit 1")
            .bind(world.scheme).fetch_one(c))?)
    };
    world.db.read(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_and_releasing_hold_for_a_day_each() {
    let world = World::smallest(program).await;
    world.has_people(ONE_ALONE + 1).await;
    asks(&world, world.mo).await;
    world.passes_hours(25);
    let mut grace = world.signed_in(world.grace).await;
    grace
        .opens("/export/waiting")
        .await
        .sees("Nobody has asked to take all records out");
    asks(&world, world.mo).await;
    world.passes_hours(23);
    let mut grace = world.signed_in(world.grace).await;
    releases(&mut grace, "Mo Khan").await.is_answered(200);
    world.passes_hours(23);
    let mut mo = world.signed_in(world.mo).await;
    mo.opens("/export").await.sees("Released by Grace Hill");
    world.passes_hours(2);
    assert_eq!(takes(&world, world.mo).await.0, 409);
    // And whoever asked may say that it is not needed.
    asks(&world, world.mo).await;
    let mut mo = world.signed_in(world.mo).await;
    mo.opens("/export")
        .await
        .presses("I do not need it any more")
        .await
        .sees("Taken back")
        .sees("Ask for the release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_ends_when_either_of_the_two_leaves() {
    for world in World::small(program).await {
        world.has_people(ONE_ALONE + 1).await;
        asks(&world, world.mo).await;
        releases(&mut world.signed_in(world.grace).await, "Mo Khan").await;
        leaves(&world, world.grace).await;
        assert_eq!(
            takes(&world, world.mo).await.0,
            409,
            "{}",
            world.db.engine()
        );
        let trail = trail(&world).await;
        assert_eq!(
            trail.last().unwrap(),
            "cancel an export of somebody who left"
        );
    }
}

/// The lead and the deputy are replaced before they leave.
async fn has_no_lead(world: &World) {
    const FORGET: &str = "delete from setting where scheme_id = $1 and name in ('lead', 'deputy')";
    let forget = async |tx: &mut Tx| -> Outcome<()> {
        run!(tx, sqlx::query(FORGET).bind(world.scheme))?;
        Ok(())
    };
    world.db.act(forget).await.unwrap();
}

/// Mo begins to take everything out, and has left before the end: the rest
/// does not follow, and the browser sees a broken download.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_under_way_stops_when_whoever_takes_it_leaves() {
    for world in World::small(program).await {
        world.has_people(ONE_ALONE).await;
        has_no_lead(&world).await;
        let cookie = kith_access::testing::signed_in(&world.app, world.scheme, world.mo.id)
            .await
            .unwrap();
        let mut mo = world.signed_in(world.mo).await.with_cookie(&cookie);
        let token = token(&mut mo, "/account").await;
        let mut request = Request::post("/export")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, cookie)
            .body(Body::from(format!("csrf={token}&once=trust")))
            .unwrap();
        let peer: std::net::SocketAddr = ([127, 0, 0, 1], 40_000).into();
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = world.router().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        leaves(&world, world.mo).await;
        let ended = to_bytes(answer.into_body(), 64 * 1024 * 1024).await;
        assert!(
            ended.is_err(),
            "the whole of it came ({})",
            world.db.engine()
        );
    }
}

/// Ten minutes and a little after the last proof, each route of each ability
/// that asks again does ask, in every role that has it.
#[tokio::test(flavor = "multi_thread")]
async fn every_ability_that_asks_again_asks_on_every_route() {
    let story = Story::one().await;
    let world = &story.world;
    let objects = story.objects(story.mary).await;
    let mut asked = Vec::new();
    for staff in story.everybody() {
        let actor = world.actor(staff).await;
        let mut browser = world.signed_in(staff).await;
        let token = token(&mut browser, "/account").await;
        let later = world.now().plus_seconds(10 * 60 + 1);
        let before = world.now();
        world.app.clock.set(later);
        for (n, route) in kith::router::routes().list().iter().enumerate() {
            let Needs::Can(ability) = route.needs else {
                continue;
            };
            let Some(address) = objects.address(route.path) else {
                continue;
            };
            if !ability.row().step_up || actor.reach(ability) == Reach::Nothing {
                continue;
            }
            let sent = if route.method == "GET" {
                browser.send(Method::GET, &address, None).await
            } else {
                sends_empty(&mut browser, &address, &token, n).await
            };
            let to = sent.headers.get(header::LOCATION);
            let to = to.map_or("", |to| to.to_str().unwrap());
            assert!(
                sent.status == 303 && to.starts_with("/step-up"),
                "{} {} {}: {} {to}",
                staff.name,
                route.method,
                route.path,
                sent.status
            );
            asked.push(ability);
        }
        world.app.clock.set(before);
    }
    let silent: Vec<_> = kith_access::MATRIX
        .iter()
        .filter(|row| row.step_up && !asked.contains(&row.ability))
        .map(|row| row.does)
        .collect();
    assert!(silent.is_empty(), "no route asks again for {silent:?}");
}
