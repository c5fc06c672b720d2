//! A link worker meets somebody and writes it down once: the record, the
//! practice's message and its code come from the same note.

use kith_casework::paths;
use kith_testkit::{World, mary, omar};

use crate::program;

#[tokio::test]
async fn the_first_meeting_with_a_yes_tells_the_practice_once_and_codes_it_once() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        kay.sees("THISTLE, Mary")
            .sees("999 000")
            .sees("First steps");
        kay.follows("Add note").await;
        kay.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "Yes")
            .fills("Note", "She misses the choir")
            .fills("What matters to them now", "To sing again")
            .fills("Next step", "Ring the choir")
            .chooses_in("When", "In a week");
        kay.presses("Save note").await;
        kay.is_on("Mary Thistle")
            .sees("Contact saved")
            .sees("To sing again")
            .sees("Active");
        kay.sees("Ring the choir, 1 December 2026")
            .sees("She misses the choir");
        kay.sees("First seen on 24 November 2026.")
            .sees("code 871731000000106");
        kay.opens(paths::new_contact(mary.person)).await;
        kay.does_not_see("Does the person want to work with you?");
        kay.talks("Plan").fills("Note", "She rang them herself");
        kay.presses("Save note").await;
        assert_eq!(kay.words().matches("871731000000106").count(), 1);
        assert_eq!(kay.words().matches("First seen on").count(), 1);
    }
}

#[tokio::test]
async fn not_yet_is_an_answer_and_the_case_stays_with_its_worker() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "Not yet");
        kay.presses("Save note").await;
        kay.sees("Accepted")
            .sees("First seen on")
            .does_not_see("871731000000106");
    }
}

#[tokio::test]
async fn a_no_goes_back_to_the_practice_with_the_declined_code() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "No");
        kay.presses("Save note").await;
        kay.sees("went back to whoever sent it")
            .sees("Came back")
            .sees("871711000000103");
        kay.sees("The person said no")
            .does_not_see("871731000000106");
        // Whoever met them may still read what they wrote.
        kay.sees("Find out what matters");
    }
}

#[tokio::test]
async fn holding_names_its_function_and_needs_no_goal() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She cried").await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Holding").fills("Note", "We sat together");
        kay.presses("Save note").await;
        kay.is_answered(422)
            .sees("Select what the holding was for")
            .sees("We sat together");
        kay.chooses_in("What was the holding for?", "Bearing witness to distress")
            .chooses_in("How heavy was it for you?", "5: heavy");
        kay.presses("Save note").await;
        kay.sees("Holding (bearing witness to distress)")
            .sees("We sat together")
            .sees("5: heavy");
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.sees("We sat together").does_not_see("5: heavy");
    }
}

#[tokio::test]
async fn somebody_who_did_not_attend_is_noted_and_not_called_seen() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Find out what matters")
            .chooses_in("Did you meet?", "Did not attend");
        kay.presses("Save note").await;
        kay.is_answered(422).sees("Enter why you did not meet");
        kay.fills("If you did not meet, why", "Nobody opened the door");
        kay.presses("Save note").await;
        kay.sees("did not attend")
            .sees("Nobody opened the door")
            .does_not_see("First seen");
    }
}

#[tokio::test]
async fn a_connection_is_told_to_the_practice_once() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She wants company").await;
        for _ in 0..2 {
            kay.opens(paths::new_contact(mary.person)).await;
            kay.talks("Connect to a service")
                .fills("Connected to", "Otley walking group");
            kay.presses("Save note").await;
        }
        assert_eq!(
            kay.words()
                .matches("Connected to Otley walking group.")
                .count(),
            1
        );
    }
}

#[tokio::test]
async fn a_first_meeting_that_connects_tells_both_in_one_message() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Connect to a service")
            .fills("Connected to", "Otley walking group")
            .chooses_in("Does the person want to work with you?", "Yes");
        kay.presses("Save note").await;
        kay.sees("First seen on 24 November 2026. Connected to Otley walking group.")
            .sees("code 871731000000106");
        // The next connection is no news to the practice.
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Connect to a service")
            .fills("Connected to", "Otley choir");
        kay.presses("Save note").await;
        let mut rita = world.signed_in(world.rita).await;
        rita.opens(paths::sent_one(mary.referral))
            .await
            .sees("First seen on 24 November 2026. Connected to Otley walking group.")
            .does_not_see("Otley choir");
        let told = "select count(*) from practice_message where scheme_id = $1";
        assert_eq!(world.count(told).await, 2, "received, and first seen");
    }
}

#[tokio::test]
async fn save_and_next_goes_back_to_the_day() {
    let world = World::smallest(program).await;
    let mary = world.takes_on(world.kay, &mary()).await;
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(mary.person)).await;
    kay.talks("Plan");
    kay.presses("Save and next").await;
    assert_eq!(kay.path(), paths::today());
}

#[tokio::test]
async fn a_note_about_closing_leads_to_the_closing_page_and_is_kept() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She sings again").await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Close").fills("Note", "We said goodbye");
        kay.presses("Save note").await;
        kay.sees("Close the referral")
            .sees("Contact saved. Now close the referral");
        kay.opens(paths::person(mary.person)).await;
        kay.sees("We said goodbye");
    }
}

#[tokio::test]
async fn the_referral_moved_on_while_the_note_was_written_and_no_word_is_lost() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut first = world.signed_in(world.kay).await;
        first.opens(paths::new_contact(mary.person)).await;
        let mut second = world.signed_in(world.kay).await;
        second.meets(mary, "She said yes").await;
        first.talks("Plan").fills("Note", "A long note");
        first.presses("Save note").await;
        first
            .is_answered(409)
            .sees("The referral has changed while you were writing");
        first.sees("A long note");
        first.presses("Save note").await;
        first
            .sees("Contact saved")
            .sees("A long note")
            .sees("She said yes");
    }
}

#[tokio::test]
async fn a_note_cannot_be_put_on_somebody_elses_referral() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        let body = format!(
            "csrf={}&once={}&referral={}&version=2&at_on-day=24&at_on-month=11&at_on-year=2026&at_time=9am\
             &mode=phone&minutes=5&purpose=plan&attended=yes",
            kay.hidden("csrf"),
            kay.hidden("once"),
            omar.referral
        );
        let form = "application/x-www-form-urlencoded".to_owned();
        let sent = kay
            .send(
                axum::http::Method::POST,
                &paths::new_contact(mary.person),
                Some((form, body.into_bytes())),
            )
            .await;
        assert_eq!(sent.status, 404);
    }
}

#[tokio::test]
async fn somebody_nobody_has_taken_on_has_no_note_and_the_page_says_so() {
    for world in World::small(program).await {
        let mary = world.refers(world.rita, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.is_answered(404);
    }
}

#[tokio::test]
async fn its_author_puts_a_note_right_in_two_windows_and_sees_both_versions() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "She misses the chair").await;
        let note = kay.last_link(&format!("/people/{}/contact/", mary.person));
        let mut other = world.signed_in(world.kay).await;
        other.opens(&note).await;
        kay.opens(&note).await;
        kay.fills("Note", "She misses the choir");
        kay.presses("Save the change").await;
        kay.sees("Note saved").sees("She misses the choir");
        other.fills("Note", "She misses the choirmaster");
        other.presses("Save the change").await;
        other
            .is_answered(409)
            .sees("She misses the choir")
            .sees("She misses the choirmaster");
        other.presses("Save the change").await;
        other.sees("Note saved").sees("She misses the choirmaster");
    }
}

#[tokio::test]
async fn a_note_is_voided_with_a_reason_and_stays_struck_through() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.meets(mary, "Meant for somebody else").await;
        let note = kay.last_link(&format!("/people/{}/contact/", mary.person));
        kay.opens(&note).await;
        kay.presses("Void the note").await;
        kay.is_answered(422).sees("Enter a reason");
        kay.fills("Reason", "Written into the wrong record");
        kay.presses("Void the note").await;
        kay.sees("Note voided")
            .sees("Voided: Written into the wrong record");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(&note).await;
        sam.is_answered(404);
    }
}

#[tokio::test]
async fn another_action_is_added_without_a_script() {
    let world = World::smallest(program).await;
    let mary = world.takes_on(world.kay, &mary()).await;
    let mut kay = world.signed_in(world.kay).await;
    kay.opens(paths::new_contact(mary.person)).await;
    kay.talks("Plan")
        .fills_in("Action 1", "What will be done", "Ring the council");
    kay.presses("Add another action").await;
    kay.fills_in("Action 3", "What will be done", "Find the choir's room");
    kay.presses("Save note").await;
    kay.sees("Ring the council").sees("Find the choir's room");
}
