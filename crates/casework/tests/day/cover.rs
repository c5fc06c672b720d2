//! The days of a colleague who is away stand on the day of whoever stands in.

use kith_casework::{
    contact::{Answer, Purpose},
    paths,
};
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn the_week_counts_whom_one_stands_in_for_as_long_as_they_are_away() {
    for world in World::small(program).await {
        let today = world.now().day();
        let (tomorrow, week) = (today.plus_days(1), today.plus_days(7));
        let mut sam = world.signed_in(world.sam).await;
        for (details, on) in [(mary(), tomorrow), (omar(), week)] {
            let held = world.takes_on(world.sam, &details).await;
            let yes = Some(Answer::Yes);
            world
                .meets(world.sam, held.referral, Purpose::Assess, None, yes)
                .await;
            sam.opens(paths::next(held.referral)).await;
            sam.fills_date("Date of the next step", &on.to_string())
                .chooses_in("How will you meet?", "Telephone")
                .fills("Time", "11am");
            sam.presses("Set the next step").await;
        }
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await.does_not_see("1 meeting");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team/cover").await;
        mo.picks("Who is away", "Sam Bright")
            .picks("Who stands in", "Kay Ward")
            .fills_date("First day", &today.to_string())
            .fills_date("Last day", &today.plus_days(2).to_string());
        mo.presses("Save").await.sees("Saved who stands in");
        kay.opens(paths::today()).await;
        let seen = kay.words();
        assert_eq!(seen.matches("1 meeting").count(), 1, "{seen}");
        kay.sees("For Sam Bright, who is away");
        kay.follows(&tomorrow.weekday()).await;
        kay.sees("For Sam Bright, who is away")
            .sees("THISTLE, Mary")
            .sees("11:00");
        // By then Sam is back: that day is theirs alone.
        kay.opens(paths::day(week))
            .await
            .does_not_see("Sam Bright")
            .does_not_see("11:00");
    }
}
