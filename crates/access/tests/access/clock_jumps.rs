//! The clock is put forward or back under people who are signed in.

use kith_access::Role;

use crate::world::{PASSWORD, World};

const HOUR: i64 = 60 * 60;
const YEAR: i64 = 365 * 24 * HOUR;

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_back_signs_out_nobody_who_works_and_idle_time_counts_from_then() {
    for world in World::on_both().await {
        let mut kay = world.as_a(Role::LinkWorker).await;
        for _ in 0..6 {
            world.pass(14 * 60);
            assert!(kay.is_signed_in().await);
        }
        world.pass(-HOUR);
        assert!(
            kay.is_signed_in().await,
            "of its twelve hours eleven are left"
        );
        world.pass(15 * 60 + 1);
        assert!(!kay.is_signed_in().await, "idle by the clock as it is now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_clock_that_was_a_year_fast_is_over_when_it_is_put_right() {
    for world in World::on_both().await {
        world.pass(YEAR);
        let mut kay = world.as_a(Role::LinkWorker).await;
        assert!(kay.is_signed_in().await);
        world.pass(-YEAR);
        assert!(!kay.is_signed_in().await);
        let mut again = world.as_a(Role::LinkWorker).await;
        assert!(again.is_signed_in().await);
        world.pass(YEAR);
        assert!(!again.is_signed_in().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_and_a_code_of_a_clock_that_was_fast_leave_a_way_in() {
    for world in World::on_both().await {
        let ada = world.welcomed("ada@example.org").await;
        world.pass(YEAR);
        let mut browser = world.browser();
        let home = browser
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert_eq!((home.status, home.location()), (303, "/"));
        let wrong = [("email", "ada@example.org"), ("password", "not this one")];
        assert_eq!(world.browser().fill("/sign-in", &wrong).await.status, 422);

        // The lock does not last the year; the code might have been seen, and
        // a recovery code stands in for it.
        world.pass(60 - YEAR);
        let mut browser = world.browser();
        let second = browser
            .signs_in("ada@example.org", &ada.key, world.now())
            .await;
        assert_eq!(second.status, 422);
        world.pass(60);
        let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
        let mut browser = world.browser();
        browser.fill("/sign-in", &fields).await;
        let code = [("code", ada.codes[2].as_str())];
        let home = browser.fill("/sign-in/second", &code).await;
        assert_eq!((home.status, home.location()), (303, "/"));
        assert!(browser.is_signed_in().await);
    }
}
