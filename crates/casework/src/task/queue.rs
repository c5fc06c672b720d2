//! The manager's queue of tasks: what the program asked somebody to do and
//! nobody has yet, and what a colleague left behind. Each is given to a link
//! worker or done and ticked off here.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Needs, Once, Routes, Signed, Trouble, account, once};
use kith_base::{Day, Id, Refusal};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Table, Tag, TagColour},
    done,
    form::{PostButton, Posted},
    html::{self, link, p},
};

use super::{
    Kind, Task, actions,
    form::{GiveForm, give},
    store::{self, Listed},
};
use crate::paths;

/// The addresses of the queue.
pub(super) fn routes() -> Routes {
    let needs = Needs::Can(Ability::SeeTeam);
    Routes::new()
        .get("/tasks", needs, list)
        .get("/tasks/{task}/give", needs, give_form)
        .post("/tasks/{task}/give", needs, give_to)
}

/// A line of the table: about whom, what, why, by when.
struct Line {
    id: Id<Task>,
    kind: Kind,
    what: String,
    due_on: Day,
    whom: Html,
}

async fn list(app: App, signed: Signed) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let (about, nobody) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let about = store::queue(tx, &scope).await?;
            let nobody = store::queue_about_nobody(tx, actor.scheme, actor.account).await?;
            Ok((about, nobody))
        })
        .await?;
    let about = about.into_iter().map(|row| Line {
        whom: row.who.cell(),
        id: row.id,
        kind: row.kind,
        what: row.what,
        due_on: row.due_on,
    });
    let nobody = nobody.into_iter().map(|row| Line {
        whom: "Nobody in particular".into(),
        id: row.id,
        kind: row.kind,
        what: row.what,
        due_on: row.due_on,
    });
    let mut lines: Vec<Line> = about.chain(nobody).collect();
    lines.sort_by_key(|line| line.due_on);
    let body = if lines.is_empty() {
        Empty::new("No task waits for somebody to do it.")
            .next("Back to the team", paths::team())
            .into()
    } else {
        p("What nobody has on their list: what a colleague left behind, mail that did not arrive, practices to ring. \
           Give each to a link worker, or do it and tick it off.")
        .and(table(&signed, &lines))
    };
    Ok(signed
        .page("Tasks nobody has yet")
        .compact()
        .under(paths::team())
        .back(paths::team())
        .body(body)
        .into_response())
}

fn table(signed: &Signed, lines: &[Line]) -> Html {
    let rows = lines.iter().map(|line| {
        let what = Html::from(line.what.as_str()).and(html::line(line.kind.to_string()));
        vec![
            Cell::new(line.whom.clone()),
            Cell::new(what),
            Cell::new(by(line.due_on, signed.actor.today())),
            Cell::new(what_to_do(signed, line)).block(true),
        ]
    });
    Table::new()
        .caption("Tasks, the oldest date first")
        .caption_classes("nhsuk-u-visually-hidden")
        .head(["About", "Task", "By", "Do"].map(Column::new))
        .rows(rows.collect::<Vec<_>>())
        .responsive(true)
        .into()
}

fn by(on: Day, today: Day) -> Html {
    let late = (on < today).then(|| Html::from(&Tag::new("Overdue").colour(TagColour::Red)));
    html::line(on.as_uk_date()).and(late.unwrap_or_default())
}

/// Two records are compared, not ticked off.
fn what_to_do(signed: &Signed, line: &Line) -> Html {
    if line.kind == Kind::SamePerson {
        return link(paths::same_person(), "Compare the two records");
    }
    let tick = PostButton::new(
        paths::tick_task(line.id),
        &signed.token(),
        Button::secondary("Tick off").small(true),
    )
    .with("back", "queue");
    link(paths::give_task(line.id), "Give to somebody").and(Html::from(tick))
}

/// The task, when it is still open, and the form with everybody to choose from.
async fn offered(
    app: &App,
    signed: &Signed,
    task: Id<Task>,
) -> Result<(Listed, GiveForm), Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let found = app
        .db
        .read(async |tx| -> Outcome<_> {
            let found = store::one(tx, &scope, task)
                .await?
                .filter(|task| task.done_at.is_none())
                .ok_or_else(Refusal::not_found)?;
            let workers = account::link_workers(tx, actor.scheme).await?;
            Ok((found, give(&workers)))
        })
        .await?;
    Ok(found)
}

fn give_page(signed: &Signed, task: &Listed, form: &GiveForm) -> Response {
    let what = p(format!("{} (by {})", task.what, task.due_on.as_uk_date()));
    let sheet = form
        .open(paths::give_task(task.id), &signed.token())
        .sheet([form.to()], Button::send("Give to this link worker"));
    signed
        .page("Give a task to somebody")
        .under(paths::team())
        .back(paths::tasks())
        .errors(form.errors())
        .body(what.and(sheet))
        .into_response()
}

async fn give_form(app: App, signed: Signed, Path(task): Path<Id<Task>>) -> Answer {
    let (task, form) = offered(&app, &signed, task).await?;
    Ok(give_page(&signed, &task, &form))
}

async fn give_to(app: App, signed: Signed, Path(id): Path<Id<Task>>, posted: Posted) -> Answer {
    let (task, form) = offered(&app, &signed, id).await?;
    let cmd = match form.check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => return Ok(give_page(&signed, &task, &form)),
    };
    let actor = &signed.actor;
    app.db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::tasks()).await? != Once::First {
                return Ok(());
            }
            actions::give(tx, actor, id, cmd.to).await
        })
        .await?;
    Ok(done(
        &paths::tasks(),
        "Given. It stands on their day when its date comes",
    ))
}
