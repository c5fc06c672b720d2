//! A button pressed twice, a page sent again after "back": every form of the
//! area does its work once, and the second press is sent on like the first.
//! The forms are posted as a browser would, by whoever may, on both databases.
//! Before that each is sent, with everything filled in, by those whose role or
//! reach does not go so far, and by those of another scheme: it does nothing.
//! What is done stands in the audit trail.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod sent;
mod service;

use axum::Router;
use kith_access::App;
use kith_testkit::World;

use cases::{a_note, a_referral, concerns, the_record};
use sent::Sent;
use service::{an_import, the_team, two_records};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// What leaves no row in the audit trail: rows that are sorted and not shown,
/// and a draft that saves itself every few seconds.
const NOT_IN_THE_TRAIL: &[&str] = &["/import/{import}/check", "/people/{person}/contact/draft"];

#[tokio::test]
async fn every_form_does_its_work_once() {
    for world in World::small(program).await {
        let mut sent = Sent::new(&world).await;
        let held = a_referral(&mut sent).await;
        a_note(&mut sent, held).await;
        the_record(&mut sent, held).await;
        concerns(&mut sent).await;
        two_records(&mut sent).await;
        an_import(&mut sent).await;
        the_team(&mut sent).await;
        let all = kith_casework::routes();
        let missing: Vec<&str> = all
            .list()
            .iter()
            .filter(|route| route.method == "POST" && !sent.routes.contains(route.path))
            .map(|route| route.path)
            .collect();
        assert!(missing.is_empty(), "not sent twice here: {missing:?}");
        let silent: Vec<&str> = sent.silent.into_iter().collect();
        assert_eq!(silent, NOT_IN_THE_TRAIL, "what leaves no row in the trail");
        println!("{} forms were refused to others", sent.refused);
        assert!(sent.refused > 200, "{}", sent.refused);
    }
}
