//! Tasks are ticked off, and a slip is taken back on the same day.

use kith_casework::paths;
use kith_testkit::{World, mary};

use crate::program;

#[tokio::test]
async fn a_promise_is_ticked_off_and_taken_back_the_same_day() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan")
            .fills_in("Action 1", "What will be done", "Ring the choir");
        kay.presses("Save note").await;
        kay.presses_in("Ring the choir", "Tick off").await;
        kay.is_on("Mary Thistle")
            .sees("Task ticked off")
            .sees("Ring the choir (done)");
        kay.presses_in("Ring the choir", "Take the tick back").await;
        kay.sees("Task is open again");
        kay.presses_in("Ring the choir", "Tick off").await;
        world.passes_days(1);
        let mut tomorrow = world.signed_in(world.kay).await;
        tomorrow.opens(paths::person(mary.person)).await;
        tomorrow
            .does_not_see("Take the tick back")
            .does_not_see("Ring the choir");
    }
}

#[tokio::test]
async fn an_older_promise_is_ticked_in_the_next_note() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan")
            .fills_in("Action 1", "What will be done", "Ring the choir");
        kay.presses("Save note").await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Follow up")
            .chooses_in("Done since last time", "Ring the choir");
        kay.presses("Save note").await;
        kay.sees("Ring the choir (done)");
    }
}

#[tokio::test]
async fn nobody_ticks_off_what_is_not_theirs() {
    for world in World::small(program).await {
        let mary = world.takes_on(world.kay, &mary()).await;
        let mut kay = world.signed_in(world.kay).await;
        kay.opens(paths::new_contact(mary.person)).await;
        kay.talks("Plan")
            .fills_in("Action 1", "What will be done", "Ring the choir");
        kay.presses("Save note").await;
        let html = kay.html();
        let at = html.find("/tasks/").expect("a task") + "/tasks/".len();
        let task = html[at..].split('/').next().unwrap().to_owned();
        let mut sam = world.signed_in(world.sam).await;
        sam.opens(paths::person(mary.person)).await;
        let body = format!("csrf={}&once=a", sam.hidden("csrf"));
        let form = "application/x-www-form-urlencoded".to_owned();
        let sent = sam
            .send(
                axum::http::Method::POST,
                &paths::tick_task(&task),
                Some((form, body.into_bytes())),
            )
            .await;
        assert_eq!(sent.status, 404);
        let mut mo = world.signed_in(world.mo).await;
        mo.opens(paths::person(mary.person)).await;
        mo.presses_in("Ring the choir", "Tick off").await;
        mo.sees("Ring the choir (done)");
    }
}
