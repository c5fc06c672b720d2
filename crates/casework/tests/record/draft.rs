//! What is typed is not lost: not by a sign-out, a late autosave or a slip.

use axum::http::Method;
use kith_casework::paths;
use kith_testkit::{Browser, World, mary};

use crate::program;

const FORM: &str = "application/x-www-form-urlencoded";

/// What the script does every few seconds.
async fn saves_by_itself(kay: &mut Browser, to: &str, keys: &(String, String), note: &str) -> u16 {
    let body = format!("csrf={}&once={}&minutes=20&note={note}", keys.0, keys.1);
    kay.send(Method::POST, to, Some((FORM.into(), body.into_bytes())))
        .await
        .status
        .as_u16()
}

fn keys(kay: &Browser) -> (String, String) {
    (kay.hidden("csrf"), kay.hidden("once"))
}

#[tokio::test]
async fn a_draft_is_there_again_after_a_sign_out_and_can_be_discarded() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan").fills("Note", "Half a sentence");
        kay.presses("Keep as a draft").await;
        kay.sees("Draft saved 10:00").sees("Half a sentence");
        world.passes_hours(1);
        let mut again = world.signed_in(world.kay).await;
        again.opens(paths::person(mary.person)).await;
        again.sees("You have a draft of a note");
        again.follows("Go on with it").await;
        again.sees("Draft saved 10:00").sees("Half a sentence");
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::person(mary.person)).await;
        sam.does_not_see("draft").does_not_see("Half a sentence");
        again.presses("Discard the draft").await;
        again
            .sees("Draft discarded")
            .does_not_see("Half a sentence");
    }
}

#[tokio::test]
async fn a_draft_saves_itself_and_is_gone_once_the_note_is_saved() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        let page = paths::new_contact(mary.person);
        let to = paths::contact_draft(mary.person);
        kay.opens(&page).await;
        let keys = keys(&kay);
        assert_eq!(saves_by_itself(&mut kay, &to, &keys, "Half").await, 204);
        kay.talks("Plan").fills("Note", "Whole");
        kay.presses("Save note").await;
        kay.sees("Contact saved").does_not_see("You have a draft");
        // One that was under way when the note was saved comes in late.
        assert_eq!(saves_by_itself(&mut kay, &to, &keys, "Half").await, 204);
        kay.opens(&page).await;
        kay.does_not_see("Draft saved").does_not_see("Half");
    }
}

#[tokio::test]
async fn nobody_keeps_a_draft_about_somebody_who_is_not_theirs() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::person(mary.person)).await;
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::person(mary.person)).await;
        let keys = (sam.hidden("csrf"), "key".to_owned());
        let to = paths::contact_draft(mary.person);
        assert_eq!(saves_by_itself(&mut sam, &to, &keys, "Gossip").await, 404);
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_keeps_one_note() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        let (csrf, once) = keys(&kay);
        let (referral, version) = (kay.hidden("referral"), kay.hidden("version"));
        let body = format!(
            "csrf={csrf}&once={once}&referral={referral}&version={version}&at_on-day=24&at_on-month=11\
             &at_on-year=2026&at_time=9am&mode=phone&minutes=5&purpose=plan&attended=yes&note=Once&press=save"
        );
        for _ in 0..2 {
            let sent = kay
                .send(
                    Method::POST,
                    &paths::new_contact(mary.person),
                    Some((FORM.into(), body.clone().into_bytes())),
                )
                .await;
            assert_eq!(sent.status, 303);
        }
        kay.opens(paths::person(mary.person)).await;
        assert_eq!(
            kay.links()
                .iter()
                .filter(|link| link.contains("/contact/"))
                .collect::<std::collections::BTreeSet<_>>()
                .len(),
            1
        );
    }
}
