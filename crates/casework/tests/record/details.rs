//! Details are put right with the version that was read: two people who do so
//! at once see both versions, and a number that is somebody else's is refused.

use kith_base::NhsNumber;
use kith_casework::paths;
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn changed_details_are_found_again_and_the_trail_says_which_fields() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.follows("Edit details").await;
        kay.fills("Likes to be called", "Molly")
            .fills("Telephone", "01632 960 001")
            .fills("How to reach them safely", "Mornings only")
            .fills("Risk to know about", "The dog bites")
            .chooses_in("Safe to use", "Messages on the voicemail are safe");
        kay.presses("Save details").await;
        kay.is_on("Molly Thistle")
            .sees("Details saved")
            .sees("Risk: The dog bites");
        kay.sees("Safe contact: read before you ring")
            .sees("01632960001")
            .sees("Mornings only");
        kay.sees("Likes to be called, Telephone, Safe to use, How to reach them safely, Risk to know about");
        let words = "select count(*) from person_word
            where scheme_id = $1 and person_id = $2 and word = 'p0001'";
        let found = world.count_about(mary.person, words).await;
        assert_eq!(found, 1);
    }
}

/// How many mails wait for a practice.
const MAILS: &str = "select count(*) from outbox where scheme_id = $1
    and kind = 'message.practice' and state = 'queued'";

#[tokio::test]
async fn what_was_put_right_can_be_read_afterwards_with_who_when_and_why() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::edit_person(mary.person)).await;
        kay.fills("Given name", "Marie")
            .fills("Address", "2 Quay Row")
            .picks("Practice", "Hillside Practice")
            .fills("Why is it put right?", "Her passport says so");
        let mails = world.count(MAILS).await;
        kay.presses("Save details").await;
        kay.sees("Details saved. Whoever was written to by the old ones has been told")
            .sees("Given name Before Mary After Marie")
            .sees("Before Riverside Surgery After Hillside Practice")
            .sees("Before 1 Harbour Street After 2 Quay Row Why Her passport says so");
        // The manager reads notes, and this; a colleague who does not, neither.
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("What the details said before")
            .sees("Harbour Street");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::person(mary.person)).await;
        sam.does_not_see("What the details said before");

        // Her practice filed messages of a Mary: it hears that she is another.
        assert_eq!(world.count(MAILS).await, mails + 1);
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(mary.referral)).await;
        rita.sees("Put right in the person's record: Given name.")
            .sees("Check that what you filed from us is in the right record")
            .does_not_see("Harbour Street")
            .does_not_see("Her passport says so");
    }
}

#[tokio::test]
async fn a_gap_that_is_filled_and_a_place_that_changes_are_told_to_no_practice() {
    for world in World::small(program).await {
        let omar = world
            .takes_on(world.kay, &kith_testkit::named("Omar", "Khan"))
            .await;
        let mut kay = world.signed_in(world.kay).await;
        let mails = world.count(MAILS).await;
        kay.opens(paths::edit_person(omar.person)).await;
        kay.fills_date("Date of birth", "1980-01-09")
            .fills("Telephone", "01632960001");
        kay.presses("Save details").await;
        kay.sees("Details saved")
            .does_not_see("has been told")
            .sees("Date of birth Before Nothing After 9 January 1980 Why –");
        assert_eq!(world.count(MAILS).await, mails);
    }
}

#[tokio::test]
async fn where_somebody_hidden_lived_is_as_closed_as_where_they_live() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::edit_person(mary.person)).await;
        kay.fills("Address", "2 Quay Row")
            .fills("Likes to be called", "Molly")
            .fills("Why is it put right?", "She fled from Harbour Street");
        kay.presses("Save details").await;
        let hide = "update person set location_sensitive = $3 where scheme_id = $1 and id = $2";
        world.marks(mary.person, hide).await;
        kay.opens(paths::person(mary.person)).await;
        kay.sees("Likes to be called Before Nothing After Molly")
            .does_not_see("Harbour Street")
            .does_not_see("Quay Row");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.does_not_see("Harbour Street").does_not_see("Quay Row");
        kay.follows("Show where they live").await;
        kay.sees("How this has changed")
            .sees("Before 1 Harbour Street After 2 Quay Row Why She fled from Harbour Street");
    }
}

#[tokio::test]
async fn what_mattered_to_somebody_before_can_be_read_afterwards() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        for matters in ["My garden", "My sister"] {
            kay.does_not_see("What the details said before");
            kay.opens(paths::new_contact(mary.person)).await;
            kay.talks("Plan").fills("What matters to them now", matters);
            kay.presses("Save note").await;
        }
        kay.sees("What matters to them Before My garden After My sister");
    }
}

#[tokio::test]
async fn two_workers_who_change_details_at_once_choose_field_by_field() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        let mut other = world.signed_in(world.kay).await;
        kay.opens(paths::edit_person(mary.person)).await;
        other.opens(paths::edit_person(mary.person)).await;
        other
            .fills("Telephone", "01632960001")
            .picks("Gender", "Female (including trans woman)");
        other.presses("Save details").await;
        kay.fills("Telephone", "01632960999")
            .fills("Risk to know about", "The dog bites");
        kay.presses("Save details").await;
        kay.is_answered(409)
            .sees("Keep mine: 01632960999")
            .sees("Keep theirs: 01632960001");
        kay.sees("Keep mine: The dog bites")
            .sees("Keep theirs: Female (including trans woman)");
        kay.chooses("Keep theirs: 01632960001");
        kay.presses("Save what I chose").await;
        // Mine where I changed it, theirs where only they did, and what I chose.
        kay.sees("Details saved")
            .sees("The dog bites")
            .sees("01632960001")
            .sees("Female (including trans woman)");
        kay.does_not_see("01632960999");
    }
}

#[tokio::test]
async fn another_records_number_is_refused_by_its_field() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::edit_person(omar.person)).await;
        let taken = NhsNumber::with_check_digit(999_000_001).unwrap().spaced();
        kay.fills("NHS number", &taken)
            .fills("Gender, in their own words", "Man");
        kay.presses("Save details").await;
        kay.is_answered(422)
            .sees("Another record has this NHS number");
        assert!(
            kay.html().contains("value=\"Man\""),
            "what was typed is kept"
        );
        kay.opens(paths::person(mary.person)).await;
        kay.sees(&taken);
    }
}

#[tokio::test]
async fn a_wrong_answer_is_said_by_its_field_and_nothing_is_lost() {
    let world = World::smallest(program).await;
    let mary = world.takes_on(world.kay, &mary()).await;
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::edit_person(mary.person)).await;
    kay.fills("Family name", "")
        .fills("Telephone", "call me")
        .fills("Gender, in their own words", "Woman");
    kay.presses("Save details").await;
    kay.is_answered(422)
        .sees("Enter family name")
        .sees("Enter a telephone number");
    assert!(kay.html().contains("value=\"Woman\""));
}

#[tokio::test]
async fn a_sensitive_place_needs_a_new_proof_before_it_is_seen_or_changed() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        world
            .marks(
                mary.person,
                "update person set location_sensitive = $3 where scheme_id = $1 and id = $2",
            )
            .await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.sees("Location hidden")
            .does_not_see("Harbour Street")
            .does_not_see("01632960982");
        kay.opens(paths::edit_person(mary.person)).await;
        kay.fills("Gender, in their own words", "Woman");
        world.app.clock.set(world.now().plus_seconds(11 * 60));
        kay.presses("Save details").await;
        kay.is_answered(422)
            .sees("Confirm it is you")
            .sees("nothing is saved yet");
        assert!(kay.html().contains("value=\"Woman\""));
        kay.opens(paths::place(mary.person)).await;
        assert!(kay.path().starts_with("/step-up"), "{}", kay.path());
        let mut again = world.signed_in(world.kay).await;
        again.opens(paths::person(mary.person)).await;
        again.follows("Show where they live").await;
        again.sees("1 Harbour Street").sees("01632960982");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::place(mary.person)).await;
        mo.is_answered(404).does_not_see("Harbour Street");
    }
}

#[tokio::test]
async fn what_somebody_is_counted_by_is_kept_and_not_recorded_stays_so() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.sees("Ethnic group Not recorded");
        kay.follows("Edit details").await;
        kay.picks("Ethnic group", "White: Irish")
            .fills("Ethnic group, in their own words", "From Cork");
        kay.presses("Save details").await;
        kay.sees("White: Irish. In their own words: From Cork")
            .sees("Gender Not recorded");
        let kept = "select count(*) from person
            where scheme_id = $1 and id = $2 and ethnicity = 'white_irish' and gender is null";
        assert_eq!(world.count_about(mary.person, kept).await, 1);
    }
}

#[tokio::test]
async fn how_the_risk_has_changed_can_be_read_afterwards() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        for risk in ["The dog bites", "The dog has died"] {
            kay.opens(paths::edit_person(mary.person)).await;
            kay.fills("Risk to know about", risk);
            kay.presses("Save details").await;
        }
        kay.sees("How the risk to know about has changed")
            .sees("Before Nothing")
            .sees("After The dog bites")
            .sees("Before The dog bites")
            .sees("After The dog has died");
    }
}
