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

#[tokio::test]
async fn what_the_lead_did_with_ones_concern_is_a_reply() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::raise_concern_about(mary.person)).await;
        kay.chooses_in("Is anybody in danger now?", "No")
            .fills("What are you worried about?", "Her son has her bank card");
        kay.presses("Raise the concern").await;
        let here = kay.path().to_owned();
        kay.opens(paths::today()).await.sees("Nothing came back.");

        let mut lena = world.signed_in(world.lena).await;
        lena.opens(&here).await;
        lena.presses("Acknowledge: I will see to it").await;
        kay.opens(paths::today())
            .await
            .sees("Your concern was acknowledged")
            .sees("THISTLE, Mary")
            .sees("The safeguarding lead");
        lena.chooses("Looked into: the person is safe")
            .fills("What may whoever raised it know?", "She is safe");
        lena.presses("Close the concern").await;
        kay.opens(paths::today())
            .await
            .sees("Your concern was closed")
            .sees("She is safe");
        // Nobody else is told on their day.
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::today()).await.sees("Nothing came back.");
    }
}
