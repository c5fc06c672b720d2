//! A task's buttons: tick off, and take the tick back. Where the browser goes
//! afterwards is said by the page it was on: `back=today` or `back=queue`,
//! otherwise the person's record.

use axum::extract::Path;
use kith_access::{Ability, Answer, App, Needs, Once, Person, Routes, Signed, once};
use kith_base::Id;
use kith_pages::{
    Html,
    components::Button,
    done,
    form::{FormToken, PostButton, Posted},
};

use super::{Task, actions, store::Listed};
use crate::paths;

/// The addresses of this thing.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .post("/tasks/{task}/done", Needs::Can(Ability::SeeCaseload), tick)
        .post(
            "/tasks/{task}/undo",
            Needs::Can(Ability::SeeCaseload),
            untick,
        )
        .merge(super::queue::routes())
}

/// The field that says which page to go back to.
const BACK: &str = "back";

fn back(posted: &Posted, person: Option<Id<Person>>) -> String {
    match (posted.text(BACK), person) {
        ("", Some(person)) => paths::person(person),
        ("queue", _) => paths::tasks(),
        _ => paths::today(),
    }
}

async fn tick(app: App, signed: Signed, Path(task): Path<Id<Task>>, posted: Posted) -> Answer {
    let to = app
        .db
        .act(async |tx| {
            let person = actions::tick(tx, &signed.actor, task).await?;
            Ok(back(&posted, person))
        })
        .await?;
    Ok(done(
        &to,
        "Task ticked off. You can take the tick back today",
    ))
}

async fn untick(app: App, signed: Signed, Path(task): Path<Id<Task>>, posted: Posted) -> Answer {
    let to = app
        .db
        .act(async |tx| {
            // A second press of the same button must not meet a refusal.
            if let Once::Again(path) = once(tx, &signed.actor, &posted, &paths::today()).await? {
                return Ok(path);
            }
            let person = actions::untick(tx, &signed.actor, task).await?;
            Ok(back(&posted, person))
        })
        .await?;
    Ok(done(&to, "Task is open again"))
}

/// The button that fits the state of a task: tick off, or take back. `today`
/// says that the page is the day's list.
#[must_use]
pub fn button(task: &Listed, token: &FormToken, today: bool) -> Html {
    let (path, words) = match task.done_at {
        None => (paths::tick_task(task.id), "Tick off"),
        Some(_) => (paths::untick_task(task.id), "Take the tick back"),
    };
    let mut button = PostButton::new(path, token, Button::secondary(words).small(true));
    if today {
        button = button.with(BACK, "today");
    }
    button.into()
}
