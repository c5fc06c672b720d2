//! Ups and downs of referrals and waits, through the real pages.

use kith_access::Organisation;
use kith_base::{Day, Id};
use kith_db::{Outcome, Tx};
use kith_testkit::World;

use super::made::{program, refer};

/// So many people, each referred on a day by a practice and first seen a week later.
async fn referred(world: &World, practice: Id<Organisation>, day: Day, count: usize) {
    let add = async |tx: &mut Tx| {
        for _ in 0..count {
            refer(tx, world, practice, day, None).await?;
        }
        Outcome::Ok(())
    };
    world.app.db.act(add).await.unwrap();
}

#[tokio::test]
async fn nothing_yet_says_when_to_come_back() {
    for world in World::small(program).await {
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/rhythm")
            .await
            .is_on("Ups and downs")
            .sees("There is no whole month of referrals yet");
    }
}

#[tokio::test]
async fn fewer_than_twelve_months_have_no_limits_and_say_what_it_takes() {
    for world in World::small(program).await {
        for month in 5..=10 {
            let day = Day::ymd(2026, month, 1).unwrap();
            referred(&world, world.riverside, day, 9).await;
        }
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/rhythm")
            .await
            .sees("It is too early to tell a change from ordinary ups and downs")
            .sees("6 points are too few for limits; at least 12 are needed")
            .sees("What would be needed: 12 whole months.")
            .sees("Oct 2026 Value 9 Signals none");
    }
}

#[tokio::test]
async fn a_month_that_stands_out_is_a_question_for_three_readers() {
    for world in World::small(program).await {
        for month in 0..16 {
            let day = Day::ymd(2025, 7, 1).unwrap().plus_months(month);
            let count = if month == 14 {
                31
            } else {
                9 + (month % 3) as usize
            };
            referred(&world, world.riverside, day, count).await;
        }
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/figures/rhythm")
            .await
            .sees("Something changed; ask what happened: outside its limits in Sep 2026")
            .does_not_see("XmR: mean");
        mo.opens("/figures/rhythm?reader=researcher")
            .await
            .sees("XmR: mean");
        // A practice sees its own referrals: at the other one there are none.
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/figures/rhythm")
            .await
            .sees("its usual movement is")
            .sees("Sep 2026 Value 31");
        let mut harry = world.signed_in(world.harry).await;
        harry
            .opens("/figures/rhythm")
            .await
            .sees("There is no whole month");
        for nobody in [world.kay, world.ada, world.grace] {
            let mut browser = world.signed_in(nobody).await;
            browser.opens("/figures/rhythm").await.is_answered(403);
        }
    }
}

#[tokio::test]
async fn the_waits_of_a_handful_are_not_shown() {
    for world in World::small(program).await {
        for month in 0..13 {
            let day = Day::ymd(2025, 10, 1).unwrap().plus_months(month);
            referred(&world, world.riverside, day, 3).await;
        }
        let mut rita = world.signed_in(world.rita).await;
        rita.opens("/figures/rhythm")
            .await
            .sees("The number is too small to show without naming someone.")
            .sees("What would be needed: At least 8 people.");
    }
}
