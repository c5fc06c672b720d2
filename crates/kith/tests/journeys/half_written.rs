//! Words half written, tabs mixed up, and the way back: nothing is lost,
//! nothing is done twice, and nothing goes into another's record.

use axum::http::Method;
use kith_casework::paths;
use kith_testkit::{Browser, World, mary, omar};

use crate::program;

const FORM: &str = "application/x-www-form-urlencoded";
const NOTES: &str = "select count(*) from contact where scheme_id = $1";
const CLOSED_MESSAGES: &str =
    "select count(*) from practice_message where scheme_id = $1 and stage = 'closed'";

/// What the script of the page does every few seconds.
async fn saves_by_itself(kay: &mut Browser, to: &str, note: &str) {
    let (csrf, once) = (kay.hidden("csrf"), kay.hidden("once"));
    let body = format!(
        "csrf={csrf}&once={once}&at_on-day=24&at_on-month=11&at_on-year=2026&at_time=9am\
         &minutes=20&attended=yes&note={note}"
    );
    let sent = kay
        .send(Method::POST, to, Some((FORM.into(), body.into_bytes())))
        .await;
    assert_eq!(sent.status, 204);
}

#[tokio::test]
async fn a_session_that_ended_in_the_middle_of_a_note_loses_no_word_that_was_saved() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        let to = paths::contact_draft(mary.person);
        saves_by_itself(&mut kay, &to, "She+misses+the+choir").await;
        world.passes_hours(1);
        kay.talks("Plan").fills("Note", "She misses the choir, and");
        kay.presses("Save note").await.is_on("Sign in");
        assert_eq!(world.count(NOTES).await, 0);
        // Signed in again she is led back to the note, and it is there.
        assert!(kay.path().contains("contact"), "{}", kay.path());
        let mut again = world.signed_in(world.kay).await;
        again.opens(paths::new_contact(mary.person)).await;
        again.sees("Draft saved 10:00").sees("She misses the choir");
        again.talks("Plan");
        again.presses("Save note").await.sees("Contact saved");
        again.sees("She misses the choir");
        assert_eq!(world.count(NOTES).await, 1);
    }
}

#[tokio::test]
async fn the_way_back_and_a_second_press_keep_one_note_and_close_once() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Find out what matters")
            .chooses_in("Does the person want to work with you?", "Yes")
            .fills("Note", "She sings");
        kay.presses("Save note").await.sees("Contact saved");
        kay.goes_back().presses("Save note").await;
        kay.is_answered(200).is_on("Mary Thistle");
        assert_eq!(world.count(NOTES).await, 1, "{}", world.db.engine());
        kay.follows("Close").await;
        kay.chooses("We lost touch").chooses("Yes");
        kay.presses("Check the message to the practice").await;
        kay.presses("Close and send").await.sees("Referral closed");
        kay.goes_back().presses("Close and send").await;
        kay.is_on("Mary Thistle");
        assert_eq!(world.count(CLOSED_MESSAGES).await, 1);
    }
}

#[tokio::test]
async fn a_note_about_one_person_never_lands_in_the_record_of_another() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let omar = world.takes_on(world.kay, &omar()).await;
        let mut marys = world.signed_in(world.kay).await;
        marys.opens(paths::new_contact(mary.person)).await;
        let mut omars = world.signed_in(world.kay).await;
        omars.opens(paths::new_contact(omar.person)).await;
        omars.talks("Plan").fills("Note", "He plays chess");
        omars.presses("Save note").await.sees("He plays chess");
        marys.talks("Plan").fills("Note", "She sings");
        marys.presses("Save note").await.is_on("Mary Thistle");
        marys.sees("She sings").does_not_see("chess");
        // What one page knows of Mary is refused at Omar's address.
        marys.opens(paths::new_contact(mary.person)).await;
        let (csrf, once) = (marys.hidden("csrf"), marys.hidden("once"));
        let (referral, version) = (marys.hidden("referral"), marys.hidden("version"));
        let body = format!(
            "csrf={csrf}&once={once}&referral={referral}&version={version}&at_on-day=24&at_on-month=11\
             &at_on-year=2026&at_time=9am&mode=phone&minutes=5&purpose=plan&attended=yes&note=Mixed+up&press=save"
        );
        let to = paths::new_contact(omar.person);
        let sent = marys
            .send(Method::POST, &to, Some((FORM.into(), body.into_bytes())))
            .await;
        assert!(sent.status.is_client_error(), "{}", sent.status);
        assert_eq!(world.count(NOTES).await, 2);
    }
}

#[tokio::test]
async fn two_tabs_that_plan_the_same_step_keep_the_first_and_say_so() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut one = world.signed_in(world.kay).await;
        let mut other = world.signed_in(world.kay).await;
        for tab in [&mut one, &mut other] {
            tab.opens(paths::next(mary.referral)).await;
            tab.fills_date("Date of the next step", "2026-12-01");
        }
        one.fills("What comes next?", "Ring her");
        one.presses("Set the next step").await.sees("Next step set");
        other.fills("What comes next?", "Write to her");
        other.presses("Set the next step").await.is_answered(409);
        other.sees("Somebody changed this referral");
        one.opens(paths::person(mary.person)).await.sees("Ring her");
    }
}
