//! What came back to a link worker since the last working day.

use kith_casework::{
    contact::{Answer, Purpose},
    paths,
    referral::{Act, DeclineReason},
};
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn a_line_a_filing_and_somebody_given_are_read_on_the_day_after_and_not_for_ever() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let yes = Some(Answer::Yes);
        world
            .meets(world.kay, mary.referral, Purpose::Assess, None, yes)
            .await;
        let omar = world.takes_on(world.sam, &omar()).await;
        world
            .does(world.mo, omar.referral, Act::Assign(world.kay.id))
            .await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::add_line(mary.referral)).await;
        rita.fills(
            "What should the link worker know?",
            "She has moved in with her son",
        );
        rita.presses("Add this line").await;
        rita.opens(paths::sent_one(mary.referral)).await;
        rita.presses("Mark as filed").await;
        world.passes_days(1);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today())
            .await
            .sees("Replies since Tuesday");
        kay.sees("A line was added")
            .sees("She has moved in with her son");
        kay.sees("Given to you")
            .sees("Riverside Surgery filed 1 message");
        world.passes_days(2);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await.sees("Nothing came back.");
    }
}

#[tokio::test]
async fn a_practice_that_read_what_came_back_is_a_reply() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let decline = Act::Decline {
            reason: DeclineReason::NotReached,
            next: "Ring us".parse().expect("a line"),
            person_knows: true,
        };
        world.does(world.kay, mary.referral, decline).await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(mary.referral)).await;
        rita.presses("We have read this").await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::today()).await.sees("Read: Came back");
    }
}
