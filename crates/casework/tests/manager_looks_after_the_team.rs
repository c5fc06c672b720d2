//! The team's page, covers and a leaver's cases, through the real pages.

use axum::Router;
use kith_access::App;
use kith_testkit::{World, named};

fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

#[tokio::test]
async fn the_manager_sees_who_waits_and_what_each_worker_carries() {
    for world in World::small(program).await {
        world.takes_on(world.kay, &named("Mary", "Thistle")).await;
        world.refers(world.rita, &named("Mary", "Nettle")).await;
        world.passes_days(7);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team")
            .await
            .is_on("Team")
            .sees("24 November 2026 (5 working days)")
            .sees("median 0, 90th centile 0 working days (n = 1)")
            .sees("2 of 2")
            .sees("Kay Ward Open 1 New in 4 weeks 1 Contacts in 4 weeks 0 Holding minutes in 4 weeks 0 Weighed, per full time 1.5");
        let words = mo.words();
        let place = |name: &str| words.find(name).unwrap();
        assert!(
            place("Kay Ward") < place("Lena Frost") && place("Lena Frost") < place("Sam Bright")
        );
    }
}

#[tokio::test]
async fn somebody_stands_in_and_the_days_do_not_overlap() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        let covers = async |mo: &mut kith_testkit::Browser, from: &str, until: &str| {
            mo.opens("/team/cover").await;
            mo.picks("Who is away", "Kay Ward")
                .picks("Who stands in", "Sam Bright")
                .fills_date("First day", from)
                .fills_date("Last day", until)
                .presses("Save")
                .await;
        };
        covers(&mut mo, "2026-11-30", "2026-12-04").await;
        mo.sees("Saved who stands in").sees("30 November 2026");
        covers(&mut mo, "2026-12-04", "2026-12-08").await;
        mo.is_answered(422)
            .sees("Somebody stands in on some of these days already");
        covers(&mut mo, "2026-12-08", "2026-12-07").await;
        mo.is_answered(422)
            .sees("Last day must be the same as or after the first day");
        mo.opens("/team")
            .await
            .presses("End now")
            .await
            .sees("The cover has ended")
            .sees("Nobody is away");
    }
}

#[tokio::test]
async fn everything_of_a_leaver_goes_to_one_colleague() {
    for world in World::small(program).await {
        for n in 0..12 {
            let somebody = named("Mary", &format!("Family{n}"));
            world.takes_on(world.kay, &somebody).await;
        }
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(format!("/team/leaving/{}", world.kay.id))
            .await
            .sees("Kay Ward has 12 open cases");
        mo.presses("Hand everything over")
            .await
            .is_answered(422)
            .sees("Select who takes everything over");
        mo.picks("Who takes everything over", "Sam Bright")
            .presses("Hand everything over")
            .await
            .sees("Everything is handed over");
        mo.opens(format!("/team/leaving/{}", world.kay.id))
            .await
            .sees("There is nothing to hand over");
        mo.opens(format!("/team/leaving/{}", world.sam.id))
            .await
            .sees("Sam Bright has 12 open cases");
    }
}

#[tokio::test]
async fn only_a_manager_sees_the_team() {
    let world = World::smallest(program).await;
    for who in [world.kay, world.rita, world.ada, world.grace] {
        world
            .signed_in(who)
            .await
            .opens("/team")
            .await
            .is_answered(403);
    }
}
