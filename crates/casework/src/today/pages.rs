//! `/today`, and setting the next step from a row of it.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use kith_access::{Ability, Account, Actor, Answer, App, Needs, Once, Routes, Scope, Signed, once};
use kith_base::{Day, Id, Line};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Table, Tag, TagColour},
    done, el,
    form::{PostButton, Posted},
    html::{line, link, p},
};

use super::{
    form::NextForm,
    store::{self, CameBack, Held},
};
use crate::{
    Referral, caseload, paths,
    referral::{
        self, Act, Next,
        about::{About, look},
        actions::{Step, Terms},
    },
    task::{self, store::Due},
    waiting,
};

/// What the audit trail says of somebody who opens the page of the next step.
const LOOK: &str = "plan the next step";

/// The routes of the day.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/today", Needs::Can(Ability::SeeCaseload), today)
        .get(
            "/referrals/{id}/next",
            Needs::Can(Ability::WriteContact),
            next_form,
        )
        .post(
            "/referrals/{id}/next",
            Needs::Can(Ability::WriteContact),
            set_next,
        )
}

/// What stands on somebody's day.
struct Share {
    held: Vec<Held>,
    tasks: Vec<Due>,
}

impl Share {
    async fn of(tx: &mut Tx, scope: &Scope, worker: Id<Account>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            held: store::held(tx, scope, worker).await?,
            tasks: task::store::due_of(tx, scope, worker).await?,
        })
    }

    /// Whose step is due.
    fn due(&self, today: Day) -> Vec<&Held> {
        self.held.iter().filter(|row| row.is_due(today)).collect()
    }

    /// Who is new and has no step of their own today.
    fn fresh(&self, today: Day) -> Vec<&Held> {
        let new = |row: &&Held| row.first_seen_at.is_none() && !row.is_due(today);
        self.held.iter().filter(new).collect()
    }

    /// Who was met and has nothing planned.
    fn unplanned(&self) -> Vec<&Held> {
        let unplanned = |row: &&Held| row.next_step.is_none() && row.first_seen_at.is_some();
        self.held.iter().filter(unplanned).collect()
    }
}

/// A colleague who is away, and what of theirs cannot wait for them.
struct Covered {
    away: caseload::store::Covered,
    share: Share,
}

async fn covered(tx: &mut Tx, actor: &Actor, scope: &Scope) -> Outcome<Vec<Covered>> {
    let mut all = Vec::new();
    let (scheme, me) = (actor.scheme, actor.account);
    for away in caseload::store::covered(tx, scheme, me, actor.today()).await? {
        let share = Share::of(tx, scope, away.id).await?;
        all.push(Covered { away, share });
    }
    Ok(all)
}

async fn today(app: App, signed: Signed) -> Answer {
    let actor = &signed.actor;
    actor.scope(Ability::SeeCaseload)?;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let (own, came_back, concerns, queue, covered) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let concerns = match actor.can(Ability::HandleConcern) {
                true => store::concerns(tx, actor.scheme).await?,
                false => 0,
            };
            Ok((
                Share::of(tx, &scope, actor.account).await?,
                store::came_back(tx, &scope, actor.account).await?,
                concerns,
                waiting::store::count(tx, &scope).await?,
                covered(tx, actor, &scope).await?,
            ))
        })
        .await?;
    let day = actor.today();
    let unplanned = own.unplanned();
    let body: Html = [
        needs_now(concerns, came_back.len(), queue, unplanned.len()),
        came_back_box(&came_back),
        boxed(
            "Steps due today and before",
            steps(&signed, &own.due(day)),
            "No step is due.",
        ),
        boxed(
            "Tasks due",
            tasks_table(&signed, &own.tasks),
            "No task is due.",
        ),
        boxed(
            "New, not met yet",
            people(&signed, &own.fresh(day), false),
            "Nobody new.",
        ),
        covered
            .iter()
            .map(|one| of_colleague(&signed, one))
            .collect(),
        boxed(
            "Nothing planned",
            people(&signed, &unplanned, true),
            "Everybody has a next step.",
        ),
        Button::print("Print this day").into(),
    ]
    .into_iter()
    .collect();
    Ok(signed
        .page("Today")
        .caption(day.as_uk_date())
        .compact()
        .under(paths::today())
        .body(body)
        .into_response())
}

/// What of a colleague who is away is due: it stands on the day of whoever
/// covers, and not only behind a link.
fn of_colleague(signed: &Signed, covered: &Covered) -> Html {
    let (away, share) = (&covered.away, &covered.share);
    let today = signed.actor.today();
    let mut fresh = share.fresh(today);
    fresh.retain(|row| row.next_on <= today);
    let parts = [
        steps(signed, &share.due(today)),
        tasks_table(signed, &share.tasks),
        people(signed, &fresh, false),
    ];
    let nothing = parts.iter().all(Option::is_none);
    let heading = el("h2")
        .class("nhsuk-heading-m")
        .child(format!("For {}, who is away", away.name));
    let all = p(link(
        format!("{}?worker={}", paths::caseload(), away.id),
        format!("See everybody {} holds", away.name),
    ));
    Html::from(heading)
        .and(parts.into_iter().flatten().collect::<Html>())
        .and(if nothing {
            p("Nothing of theirs is due today.")
        } else {
            Html::default()
        })
        .and(all)
}

/// The line that says whether anything cannot wait.
fn needs_now(
    concerns: i64,
    came_back: usize,
    queue: waiting::store::Count,
    unplanned: usize,
) -> Html {
    let count = |count: i64, one: &str, many: &str, href: String| {
        (count > 0).then(|| {
            el("li")
                .child(link(
                    href,
                    format!("{count} {}", if count == 1 { one } else { many }),
                ))
                .into()
        })
    };
    let items: Vec<Html> = [
        count(
            concerns,
            "concern to acknowledge",
            "concerns to acknowledge",
            paths::concerns(),
        ),
        count(
            queue.late,
            "person waits past their day",
            "people wait past their day",
            paths::waiting(),
        ),
        count(
            i64::try_from(came_back).unwrap_or(i64::MAX),
            "referral you sent back is not acknowledged by its practice",
            "referrals you sent back are not acknowledged by their practices",
            format!("{}#{CAME_BACK}", paths::today()),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let waits = p(link(
        paths::waiting(),
        format!("{} on the waiting list", queue.all_waiting),
    ));
    if items.is_empty() {
        let words = match unplanned {
            0 => "Nothing needs you now.".to_owned(),
            1 => "Nothing needs you now. 1 person has nothing planned.".to_owned(),
            many => format!("Nothing needs you now. {many} people have nothing planned."),
        };
        return [p(words), waits].into_iter().collect();
    }
    let list = el("ul")
        .class("nhsuk-list nhsuk-list--bullet")
        .children(items);
    [
        el("h2")
            .class("nhsuk-heading-m")
            .child("Needs you now")
            .into(),
        Html::from(list),
        waits,
    ]
    .into_iter()
    .collect()
}

/// The place on the page where what came back stands.
const CAME_BACK: &str = "came-back";

/// What the worker sent back and its practice has not acknowledged yet; there
/// is no such place when there is nothing.
fn came_back_box(rows: &[CameBack]) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let lines = rows.iter().map(|row| {
        vec![
            Cell::new(row.who.cell()),
            Cell::new(&*row.practice_name),
            Cell::new(row.made_at.day().as_uk_date()),
        ]
    });
    let caption = "Sent back, and not acknowledged by the practice";
    let heading = el("h2").class("nhsuk-heading-m").attr("id", CAME_BACK);
    Html::from(heading.child(caption)).and(table(
        caption,
        &["Person", "Practice", "Sent back"],
        lines.collect(),
    ))
}

fn boxed(heading: &str, table: Option<Html>, empty: &str) -> Html {
    let heading = el("h2").class("nhsuk-heading-m").child(heading);
    [
        heading.into(),
        table.unwrap_or_else(|| Empty::new(empty).into()),
    ]
    .into_iter()
    .collect()
}

fn when(on: Day, today: Day) -> Html {
    let late = (on < today).then(|| Html::from(&Tag::new("Overdue").colour(TagColour::Red)));
    let words = if on == today {
        "today".to_owned()
    } else {
        on.as_uk_date()
    };
    [line(words), late.unwrap_or_default()]
        .into_iter()
        .collect()
}

/// A note's first line, short enough for a list.
fn first_line(note: Option<&String>) -> String {
    let line = note
        .and_then(|note| note.lines().next())
        .unwrap_or_default();
    let mut short: String = line.chars().take(120).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

fn table(caption: &str, head: &[&str], rows: Vec<Vec<Cell>>) -> Html {
    Table::new()
        .caption(caption)
        .caption_classes("nhsuk-u-visually-hidden")
        .head(
            head.iter()
                .map(|words| Column::new(*words))
                .collect::<Vec<_>>(),
        )
        .rows(rows)
        .responsive(true)
        .into()
}

fn steps(signed: &Signed, rows: &[&Held]) -> Option<Html> {
    let lines = rows.iter().map(|row| {
        let step = row
            .next_step
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let what: Html = [
            Html::from(step.as_str()),
            when(row.next_on, signed.actor.today()),
        ]
        .into_iter()
        .collect();
        let work = &signed.settings.working;
        let (today, words) = (signed.actor.today(), step.as_str());
        let later: Html = [
            link(paths::new_contact(row.who.person_id), "Write a note"),
            set(signed, row, words, work.after(today, 1), "Next working day").into(),
            set(signed, row, words, weeks_on(signed, 1), "In 1 week").into(),
        ]
        .into_iter()
        .collect();
        vec![
            Cell::new(row.who.cell()),
            Cell::new(what),
            Cell::new(first_line(row.last_note.as_ref())),
            Cell::new(row.who.flags()),
            Cell::new(later).block(true),
        ]
    });
    (!rows.is_empty()).then(|| {
        table(
            "Steps due",
            &["Person", "Step", "Last note", "Flags", "Do"],
            lines.collect(),
        )
    })
}

fn tasks_table(signed: &Signed, rows: &[Due]) -> Option<Html> {
    let lines = rows.iter().map(|row| {
        let tick = PostButton::new(
            paths::tick_task(row.id),
            &signed.token(),
            Button::secondary("Tick off").small(true),
        )
        .with("back", "today");
        let what: Html = [
            Html::from(row.what.as_str()),
            el("span")
                .class("kith-line")
                .child(row.kind.to_string())
                .into(),
        ]
        .into_iter()
        .collect();
        vec![
            Cell::new(row.who.cell()),
            Cell::new(what),
            Cell::new(when(row.due_on, signed.actor.today())),
            Cell::new(Html::from(tick)).block(true),
        ]
    });
    (!rows.is_empty()).then(|| {
        table(
            "Tasks due",
            &["Person", "Task", "By", "Do"],
            lines.collect(),
        )
    })
}

/// Some weeks on, moved to a working day.
fn weeks_on(signed: &Signed, weeks: i64) -> Day {
    let day = signed.actor.today().plus_days(weeks * 7);
    signed.settings.working.after(day, 0)
}

/// A button in the row that sets the next step with one press.
fn set(signed: &Signed, row: &Held, step: &str, on: Day, words: &str) -> PostButton {
    PostButton::new(
        paths::next(row.id),
        &signed.token(),
        Button::secondary(words).small(true),
    )
    .with("version", row.version.to_string())
    .with("step", step)
    .with("next_on-day", on.date().day().to_string())
    .with("next_on-month", on.date().month().to_string())
    .with("next_on-year", on.date().year().to_string())
}

/// People with a way to set their next step in the row.
fn people(signed: &Signed, rows: &[&Held], seen: bool) -> Option<Html> {
    let today = signed.actor.today();
    let lines = rows.iter().map(|row| {
        let set = |weeks: i64, words: &str| {
            set(signed, row, "Get in touch", weeks_on(signed, weeks), words)
        };
        let quick: Html = if seen {
            [
                Html::from(set(1, "In 1 week")),
                set(2, "In 2 weeks").into(),
                link(paths::next(row.id), "Another date"),
                " ".into(),
                link(paths::close(row.id), "Close"),
            ]
            .into_iter()
            .collect()
        } else {
            [
                link(paths::new_contact(row.who.person_id), "Write a note"),
                " ".into(),
                link(paths::next(row.id), "Set a date"),
            ]
            .into_iter()
            .collect()
        };
        let last = row
            .last_contact_at
            .map_or_else(|| "none yet".to_owned(), |at| at.day().as_uk_date());
        vec![
            Cell::new(row.who.cell()),
            Cell::new(when(row.next_on, today)),
            Cell::new(last),
            Cell::new(row.who.flags()),
            Cell::new(quick).block(true),
        ]
    });
    let caption = if seen {
        "People with nothing planned"
    } else {
        "People not met yet"
    };
    let comes = if seen { "Comes up" } else { "First contact by" };
    (!rows.is_empty()).then(|| {
        table(
            caption,
            &["Person", comes, "Last contact", "Flags", "Do"],
            lines.collect(),
        )
    })
}

fn next_page(signed: &Signed, about: &About, form: &NextForm) -> Response {
    let fields = [form.version(), form.step(), form.next_on()];
    let sheet = form
        .open(paths::next(about.case.id), &signed.token())
        .sheet(fields, Button::send("Set the next step"));
    about
        .page(signed, "What comes next")
        .back(paths::today())
        .errors(form.errors())
        .body(sheet)
        .into_response()
}

async fn next_form(app: App, signed: Signed, Path(id): Path<Id<Referral>>) -> Answer {
    let about = look(&app, &signed, Ability::WriteContact, id, LOOK).await?;
    let mut form = NextForm::blank();
    form.version.fill(&about.case.version);
    Ok(next_page(&signed, &about, &form))
}

async fn set_next(
    app: App,
    signed: Signed,
    Path(id): Path<Id<Referral>>,
    posted: Posted,
) -> Answer {
    let actor = &signed.actor;
    let mut form = NextForm::blank();
    form.next_on.kind.today_or_future(actor.today());
    let cmd = match form.check(&posted) {
        Ok(cmd) => cmd,
        Err(form) => {
            let about = look(&app, &signed, Ability::WriteContact, id, LOOK).await?;
            return Ok(next_page(&signed, &about, &form));
        }
    };
    let terms = Terms::of(actor.scheme, &signed.settings)?;
    app.db
        .act(async |tx| -> kith_db::Outcome<()> {
            if let Once::Again(_) = once(tx, actor, &posted, &paths::today()).await? {
                return Ok(());
            }
            let next = Next::Planned {
                step: Line::clone(&cmd.step),
                on: cmd.next_on,
            };
            let step = Step {
                referral: id,
                version: Some(cmd.version),
                act: Act::Plan(next),
                note: None,
            };
            referral::actions::step(tx, &terms, actor, Ability::WriteContact, step, actor.now)
                .await?;
            Ok(())
        })
        .await?;
    Ok(done(&paths::today(), "Next step set"))
}
