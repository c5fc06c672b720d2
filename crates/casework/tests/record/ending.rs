//! A referral is closed with the practice's message shown first, and reopened
//! with a reason by somebody who takes it on.

use kith_casework::paths;
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn the_practice_reads_exactly_what_the_worker_checked() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings").await;
        kay.follows("Close").await;
        kay.presses("Check the message to the practice").await;
        kay.is_answered(422)
            .sees("Select why you are closing it")
            .sees("Select whether the person knows");
        kay.chooses("The person has what they wanted")
            .fills("What changed", "I sing on Mondays")
            .chooses("Not yet: give me a task to tell them");
        kay.presses("Check the message to the practice").await;
        let exactly =
            "Closed: The person has what they wanted. In the person's words: I sing on Mondays";
        kay.sees("Exactly this will be sent to Riverside Surgery")
            .sees(exactly)
            .sees("What you need to do: Nothing");
        kay.presses("Change something").await;
        kay.fills("What changed", "I sing on Tuesdays");
        kay.presses("Check the message to the practice").await;
        let exactly =
            "Closed: The person has what they wanted. In the person's words: I sing on Tuesdays";
        kay.sees(exactly);
        kay.presses("Close and send").await;
        kay.sees("Referral closed")
            .sees(exactly)
            .sees("Tell the person that their referral");
        kay.sees("She sings");
    }
}

#[tokio::test]
async fn a_manager_reopens_what_is_closed_from_the_list() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings").await;
        world.closes(world.kay, mary.referral).await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens("/team").await;
        mo.follows("Kay Ward").await;
        mo.follows("Closed").await.sees("THISTLE, Mary");
        mo.follows("Reopen")
            .await
            .fills("Why are you reopening it?", "She rang us")
            .picks("Who takes it on", "Sam Bright");
        mo.presses("Reopen the referral")
            .await
            .sees("Referral reopened");
    }
}

#[tokio::test]
async fn a_closed_referral_is_reopened_by_its_worker_and_the_practice_hears() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings").await;
        kay.follows("Close").await;
        kay.chooses("We lost touch").chooses("Yes");
        kay.presses("Check the message to the practice").await;
        kay.presses("Close and send").await;
        kay.follows("Reopen").await;
        kay.presses("Reopen the referral").await;
        kay.is_answered(422).sees("Enter why you are reopening it");
        kay.fills("Why are you reopening it?", "She rang us");
        let mails = "select count(*) from outbox where scheme_id = $1 and kind = 'message.practice' and body not like '%Thistle%'";
        let before = world.count(mails).await;
        kay.presses("Reopen the referral").await;
        kay.sees("Referral reopened")
            .sees("Accepted")
            .sees("Kay Ward");
        kay.sees("Reopened: a link worker is seeing the person again.");
        assert_eq!(
            world.count(mails).await,
            before + 1,
            "as at the other stages"
        );
    }
}

#[tokio::test]
async fn a_manager_reopens_it_for_a_link_worker() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings").await;
        kay.follows("Close").await;
        kay.chooses("We lost touch").chooses("Yes");
        kay.presses("Check the message to the practice").await;
        kay.presses("Close and send").await;
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.follows("Reopen").await;
        mo.fills("Why are you reopening it?", "Her doctor rang");
        mo.presses("Reopen the referral").await;
        mo.is_answered(422).sees("Select who takes it on");
        mo.picks("Who takes it on", "Sam Bright");
        mo.presses("Reopen the referral").await;
        mo.sees("Referral reopened").sees("Sam Bright");
    }
}

#[tokio::test]
async fn two_windows_close_once() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings").await;
        let mut other = world.signed_in(world.kay).await;
        for browser in [&mut kay, &mut other] {
            browser.opens(paths::close(mary.referral)).await;
            browser.chooses("We lost touch").chooses("Yes");
            browser.presses("Check the message to the practice").await;
        }
        kay.presses("Close and send").await;
        kay.sees("Referral closed");
        other.presses("Close and send").await;
        other
            .is_answered(409)
            .sees("Somebody changed this referral");
    }
}

#[tokio::test]
async fn only_an_assigned_worker_closes_and_an_open_one_is_not_reopened() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::close(mary.referral)).await;
        sam.is_answered(404);
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::close(mary.referral)).await;
        rita.is_answered(403);
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::reopen(mary.referral)).await;
        kay.fills("Why are you reopening it?", "A slip");
        kay.presses("Reopen the referral").await;
        kay.is_answered(409).sees("This referral is accepted");
        let omar = world.refers(world.rita, &omar()).await;
        kay.opens(paths::close(omar.referral)).await;
        kay.is_answered(404);
    }
}
