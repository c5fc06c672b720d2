//! `/today`: the day of whoever is signed in, and `/today?day=`: another day
//! of theirs.

use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Account, Answer, App, Needs, Routes, Scope, Signed};
use kith_base::{Day, Id, Ts};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Cell},
    el,
    html::{link, p},
};
use serde::Deserialize;

use super::{
    pack,
    replies::{self, Replies},
    share::{Looked, Share},
    store::{self, CameBack},
    tables::{boxed, meetings, people, steps, table, tasks_table},
    week,
};
use crate::{
    caseload, paths,
    task::{self, store::OfDay},
    waiting,
};

/// The routes of the day.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/today", Needs::Can(Ability::SeeCaseload), today)
        .merge(pack::routes())
}

/// Which day is asked for: a date that is none means today.
#[derive(Deserialize)]
struct Ask {
    day: Option<String>,
}

/// Somebody's share of a day, and how many tasks each day of the week has.
struct Own {
    share: Share,
    tasks: Vec<OfDay>,
}

/// A colleague who is away, and what of theirs cannot wait for them.
struct Covered {
    away: caseload::store::Covered,
    own: Own,
}

async fn covered(
    tx: &mut Tx,
    signed: &Signed,
    scope: &Scope,
    looked: Looked,
) -> Outcome<Vec<Covered>> {
    let mut all = Vec::new();
    let actor = &signed.actor;
    for away in caseload::store::covered(tx, actor.scheme, actor.account, looked.today).await? {
        let own = own(tx, signed, scope, away.id, looked).await?;
        all.push(Covered { away, own });
    }
    Ok(all)
}

/// What the week ahead counts: one's own, and that of whom one stands in for.
fn weeks<'a>(own: &'a Own, covered: &'a [Covered]) -> Vec<week::Part<'a>> {
    let part = |own: &'a Own, until| week::Part {
        held: &own.share.held,
        tasks: &own.tasks,
        until,
    };
    std::iter::once(part(own, None))
        .chain(
            covered
                .iter()
                .map(|one| part(&one.own, Some(one.away.until_on))),
        )
        .collect()
}

async fn today(app: App, signed: Signed, Query(ask): Query<Ask>) -> Answer {
    let actor = &signed.actor;
    actor.scope(Ability::SeeCaseload)?;
    let today = actor.today();
    let asked = ask.day.and_then(|day| day.parse().ok());
    let day = asked.filter(|day: &Day| *day >= today).unwrap_or(today);
    let looked = Looked { day, today };
    if looked.is_today() {
        whole_day(&app, &signed, looked).await
    } else {
        day_ahead(&app, &signed, looked).await
    }
}

/// A worker's own share of a day, and how many tasks each day of the week has.
async fn own(
    tx: &mut Tx,
    signed: &Signed,
    scope: &Scope,
    worker: Id<Account>,
    looked: Looked,
) -> Outcome<Own> {
    let share = Share::of(tx, scope, worker, looked).await?;
    let until = week::last_day(&signed.settings.working, looked.today);
    let days = (Day::from_epoch_days(0), until);
    let tasks = task::store::by_day(tx, scope, worker, days).await?;
    Ok(Own { share, tasks })
}

async fn whole_day(app: &App, signed: &Signed, looked: Looked) -> Answer {
    let actor = &signed.actor;
    let scope = actor.scope(Ability::SeeIdentity)?;
    let since = replies::since(&signed.settings.working, looked.today);
    let (own, came_back, replies, concerns, queue, covered) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let concerns = match actor.can(Ability::HandleConcern) {
                true => store::concerns(tx, actor.scheme).await?,
                false => 0,
            };
            Ok((
                own(tx, signed, &scope, actor.account, looked).await?,
                store::came_back(tx, &scope, actor.account).await?,
                replies::of(tx, &scope, actor.account, since).await?,
                concerns,
                waiting::store::count(tx, &scope).await?,
                covered(tx, signed, &scope, looked).await?,
            ))
        })
        .await?;
    let whole = Whole {
        own,
        came_back,
        replies,
        since,
        covered,
    };
    let body = needs_now(
        concerns,
        whole.came_back.len(),
        queue,
        whole.own.share.unplanned().len(),
    )
    .and(boxes(signed, looked, &whole));
    Ok(page(signed, "Today", looked, body))
}

/// What the boxes of today show.
struct Whole {
    own: Own,
    came_back: Vec<CameBack>,
    replies: Replies,
    since: Ts,
    covered: Vec<Covered>,
}

fn boxes(signed: &Signed, looked: Looked, whole: &Whole) -> Html {
    let own = &whole.own.share;
    [
        week::strip(
            &signed.settings.working,
            looked,
            &weeks(&whole.own, &whole.covered),
        ),
        came_back_box(&whole.came_back),
        boxed(
            "Today's contacts",
            meetings(signed, &own.meetings),
            "No contact is booked for today.",
        ),
        take_along(looked),
        boxed(
            "Steps due today and before",
            steps(signed, &own.steps()),
            "No step is due.",
        ),
        boxed(
            "Tasks due",
            tasks_table(signed, &own.tasks),
            "No task is due.",
        ),
        boxed(
            "New, not met yet",
            people(signed, &own.fresh(), false),
            "Nobody new.",
        ),
        boxed(
            &format!("Replies since {}", whole.since.day().weekday()),
            replies::shown(&whole.replies),
            "Nothing came back.",
        ),
        whole
            .covered
            .iter()
            .map(|one| of_colleague(signed, one))
            .collect(),
        boxed(
            "Nothing planned",
            people(signed, &own.unplanned(), true),
            "Everybody has a next step.",
        ),
        Button::print("Print this day").into(),
    ]
    .into_iter()
    .collect()
}

/// Another day than today: whom one meets, and what is to be done by then.
async fn day_ahead(app: &App, signed: &Signed, looked: Looked) -> Answer {
    let scope = signed.actor.scope(Ability::SeeIdentity)?;
    let (whole, covered) = app
        .db
        .read(async |tx| -> Outcome<_> {
            let own = own(tx, signed, &scope, signed.actor.account, looked).await?;
            Ok((own, covered(tx, signed, &scope, looked).await?))
        })
        .await?;
    let own = &whole.share;
    let away = covered
        .iter()
        .filter(|one| one.away.until_on >= looked.day)
        .map(|one| of_colleague(signed, one));
    let body: Html = [
        week::strip(&signed.settings.working, looked, &weeks(&whole, &covered)),
        boxed(
            "Contacts",
            meetings(signed, &own.meetings),
            "No contact is booked for this day.",
        ),
        boxed(
            "Steps",
            steps(signed, &own.steps()),
            "No step is planned for this day.",
        ),
        boxed(
            "Tasks",
            tasks_table(signed, &own.tasks),
            "No task is due on this day.",
        ),
        away.collect(),
        take_along(looked),
        p(link(paths::today(), "Back to today")),
    ]
    .into_iter()
    .collect();
    Ok(page(signed, &looked.day.weekday(), looked, body))
}

/// The way to the sheets of the day.
fn take_along(looked: Looked) -> Html {
    p(link(
        paths::day_pack(looked.day),
        "Sheets to take along, for printing",
    ))
}

fn page(signed: &Signed, title: &str, looked: Looked, body: Html) -> Response {
    signed
        .page(title)
        .caption(looked.day.as_uk_date())
        .compact()
        .under(paths::today())
        .body(body)
        .into_response()
}

/// What of a colleague who is away is due: it stands on the day of whoever
/// covers, and not only behind a link.
fn of_colleague(signed: &Signed, covered: &Covered) -> Html {
    let (away, share) = (&covered.away, &covered.own.share);
    let today = share.looked.is_today();
    let mut fresh = share.fresh();
    fresh.retain(|row| today && row.next_on <= share.looked.today);
    let parts = [
        meetings(signed, &share.meetings),
        steps(signed, &share.steps()),
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
        .and(match (nothing, today) {
            (true, true) => p("Nothing of theirs is due today."),
            (true, false) => p("Nothing of theirs is planned for this day."),
            (false, _) => Html::default(),
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
