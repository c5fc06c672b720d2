//! The program as a whole, through its real router: who is let in where, what
//! every answer carries, and one referral from the practice to whoever waits
//! for it.

use std::collections::BTreeSet;

use axum::{Router, http::Method};
use kith_access::{App, Needs, Reach};
use kith_testkit::{Staff, World, mary};

fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}

fn everybody(world: &World) -> [Staff; 8] {
    [
        world.rita,
        world.harry,
        world.kay,
        world.sam,
        world.mo,
        world.ada,
        world.grace,
        world.lena,
    ]
}

/// The pages whose address holds nothing of anybody.
fn plain_pages() -> Vec<(&'static str, Needs)> {
    let routes = kith::router::routes();
    let plain = routes
        .list()
        .iter()
        .filter(|route| route.method == "GET" && !route.path.contains('{'));
    plain.map(|route| (route.path, route.needs)).collect()
}

#[tokio::test]
async fn every_page_lets_in_who_may_and_nobody_else() {
    let world = World::smallest(program).await;
    for who in everybody(&world) {
        let actor = world.actor(who).await;
        let mut browser = world.signed_in(who).await;
        for (path, needs) in plain_pages() {
            let status = browser.send(Method::GET, path, None).await.status.as_u16();
            assert!(status < 500, "{} at {path}: {status}", who.name);
            if let Needs::Can(ability) = needs {
                let refused = status == 403 || status == 404;
                let may = actor.reach(ability) != Reach::Nothing;
                assert_eq!(refused, !may, "{} at {path}: {status}", who.name);
            }
        }
    }
}

#[tokio::test]
async fn somebody_signed_out_is_led_to_the_sign_in() {
    let world = World::smallest(program).await;
    let mut visitor = world.visitor();
    for (path, needs) in plain_pages() {
        if matches!(needs, Needs::Can(_) | Needs::SignedIn) {
            let sent = visitor.send(Method::GET, path, None).await;
            let to = sent
                .headers
                .get("location")
                .and_then(|to| to.to_str().ok())
                .unwrap_or_default();
            assert!(
                sent.status.is_redirection() && to.starts_with("/sign-in"),
                "{path}: {} {to}",
                sent.status
            );
        }
    }
}

#[tokio::test]
async fn every_place_to_go_is_there() {
    let world = World::smallest(program).await;
    for who in everybody(&world) {
        let mut browser = world.signed_in(who).await;
        browser.opens("/").await.is_answered(200);
        let places: BTreeSet<String> = browser
            .links()
            .into_iter()
            .filter(|href| href.starts_with('/'))
            .collect();
        assert!(places.len() > 3, "{} finds nowhere to go", who.name);
        for place in places {
            browser.opens(&place).await.is_answered(200);
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_even_when_it_is_a_no() {
    let world = World::smallest(program).await;
    let mut browser = world.signed_in(world.kay).await;
    let nowhere = [
        "/nowhere",
        "/people/00000000-0000-7000-8000-000000000000",
        "/assets/none.css",
    ];
    let pages = plain_pages()
        .into_iter()
        .map(|(path, _)| path)
        .chain(nowhere);
    for path in pages {
        let sent = browser.send(Method::GET, path, None).await;
        for header in [
            "content-security-policy",
            "strict-transport-security",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
        ] {
            assert!(
                sent.headers.contains_key(header),
                "{path} ({}) has no {header}",
                sent.status
            );
        }
    }
}

#[tokio::test]
async fn a_practice_refers_somebody_and_sees_them_waiting() {
    for world in World::small(program).await {
        let mut rita = world.signed_in(world.rita).await;
        rita.refers(&mary()).await;
        rita.opens("/sent").await.sees("THISTLE").sees("Waiting");
        // The other practice does not hear of her.
        let mut harry = world.signed_in(world.harry).await;
        harry
            .opens("/sent")
            .await
            .is_answered(200)
            .does_not_see("THISTLE");
        // Whoever looks after the system never sees anybody.
        let mut ada = world.signed_in(world.ada).await;
        ada.opens("/sent")
            .await
            .is_answered(403)
            .does_not_see("THISTLE");
        let mut kay = world.signed_in(world.kay).await;
        kay.opens("/waiting").await.sees("THISTLE");
    }
}
