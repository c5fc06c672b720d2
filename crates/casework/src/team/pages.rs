//! The team's page, the covers, and what happens when a link worker leaves.

use std::fmt::Write as _;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_access::{
    Ability, Account, Answer, App, Needs, Once, Routes, Signed, Trouble,
    account::{self, AccountRow},
    once,
};
use kith_base::{Id, Refusal, refusal::Kind};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{
        Bar, Bars, Button, Cell, Column, Empty, InsetText, SummaryList, SummaryRow, Table,
    },
    done, el,
    form::{PostButton, Posted},
    html::{link, p},
};

use super::{
    Cover, actions, form,
    rules::{self, Carried, GUIDE, quantile},
    store::{self, Cases, Contacts, CoverRow, Quality, Queues, Times},
};
use crate::{paths, referral::actions::Terms};

/// Waits are told for referrals of the last thirteen weeks.
const WAITS_OVER_DAYS: i64 = 91;
/// New cases and contacts are told for the last four weeks.
const FOUR_WEEKS: i64 = 28;
/// A message that is not filed after a week is one to ask about.
const FILED_WITHIN_DAYS: i64 = 7;

/// The addresses of the team.
#[must_use]
pub fn routes() -> Routes {
    let needs = Needs::Can(Ability::SeeTeam);
    Routes::new()
        .get("/team", needs, show)
        .get("/team/cover", needs, covers)
        .post("/team/cover", needs, cover)
        .post("/team/cover/{cover}/end", needs, end_cover)
        .get("/team/leaving/{account}", needs, leaving)
        .post("/team/leaving/{account}", needs, hand_over)
}

struct Team {
    workers: Vec<AccountRow>,
    queues: Queues,
    times: Vec<Times>,
    cases: Vec<Cases>,
    contacts: Vec<Contacts>,
    quality: Quality,
    not_filed: i64,
    covers: Vec<CoverRow>,
}

async fn load(app: &App, signed: &Signed) -> Result<Team, Trouble> {
    let (scheme, today) = (signed.actor.scheme, signed.actor.today());
    let since = today.plus_days(-FOUR_WEEKS).start();
    let team = app
        .db
        .read(async |tx| {
            Outcome::Ok(Team {
                workers: account::link_workers(tx, scheme).await?,
                queues: store::queues(tx, scheme, today).await?,
                times: store::times(tx, scheme, today.plus_days(-WAITS_OVER_DAYS)).await?,
                cases: store::cases(tx, scheme, since).await?,
                contacts: store::contacts(tx, scheme, since).await?,
                quality: store::quality(tx, scheme).await?,
                not_filed: store::not_filed(
                    tx,
                    scheme,
                    today.plus_days(-FILED_WITHIN_DAYS).start(),
                )
                .await?,
                covers: store::covers(tx, scheme, today).await?,
            })
        })
        .await?;
    Ok(team)
}

async fn show(app: App, signed: Signed) -> Answer {
    let team = load(&app, &signed).await?;
    let body: Html = [
        waiting(&signed, &team),
        load_of(&team),
        covers_table(&signed, &team.covers),
        quality(&team),
        take_out(&signed),
    ]
    .into_iter()
    .collect();
    Ok(signed
        .page("Team")
        .under(paths::team())
        .compact()
        .body(body)
        .into_response())
}

/// The way to everything the scheme keeps, for whoever may take it out.
fn take_out(signed: &Signed) -> Html {
    if signed.actor.can(Ability::ExportScheme) {
        el("p")
            .child(link(paths::export(), "Take all records out"))
            .into()
    } else {
        Html::default()
    }
}

fn heading(words: &str) -> Html {
    el("h2").class("nhsuk-heading-m").child(words).into()
}

fn waiting(signed: &Signed, team: &Team) -> Html {
    let queues = &team.queues;
    let work = &signed.settings.working;
    let days = |ended: fn(&Times) -> Option<kith_base::Ts>| -> Vec<i64> {
        team.times
            .iter()
            .filter_map(|times| Some(work.between(times.received_on, ended(times)?.day())))
            .collect()
    };
    let (taken, seen) = (
        days(|times| times.taken_at),
        days(|times| times.first_seen_at),
    );
    let oldest = queues.oldest.map_or("nobody waits".into(), |day| {
        format!(
            "{} ({} working days)",
            day.as_uk_date(),
            work.between(day, signed.actor.today())
        )
    });
    let facts = SummaryList::new(vec![
        SummaryRow::new(
            "Waiting to be taken on",
            link(paths::waiting(), queues.waiting.to_string()),
        ),
        SummaryRow::new("Past their day", queues.overdue.to_string()),
        SummaryRow::new("The oldest came", oldest),
        SummaryRow::new(
            "Need a link worker",
            link(paths::waiting(), queues.needs_worker.to_string()),
        ),
        SummaryRow::new("Until taken on", spread(&taken)),
        SummaryRow::new("Until first seen", spread(&seen)),
    ]);
    let how = format!(
        "Working days from the day a referral came, for the {} referrals of the last 13 weeks. Those still waiting are not in the two waits, so these can look shorter than they will be. \
         The median and the 90th centile are by nearest rank: waits somebody really had.",
        team.times.len()
    );
    [
        heading("Waiting"),
        facts.into(),
        el("p").class("nhsuk-hint").child(how).into(),
    ]
    .into_iter()
    .collect()
}

fn spread(days: &[i64]) -> String {
    match (quantile(days, 50), quantile(days, 90)) {
        (Some(median), Some(ninth)) => format!(
            "median {median}, 90th centile {ninth} working days (n = {})",
            days.len()
        ),
        _ => "nobody yet".into(),
    }
}

fn load_of(team: &Team) -> Html {
    if team.workers.is_empty() {
        let empty =
            Empty::new("There is no link worker yet. Ask your administrator to invite one.");
        return [heading("Load"), empty.into()].into_iter().collect();
    }
    let mut bars = Vec::new();
    let mut table = Table::new()
        .caption("What each link worker carries, by name")
        .responsive(true)
        .head(
            [
                "Link worker",
                "Open",
                "New in 4 weeks",
                "Contacts in 4 weeks",
                "Holding minutes in 4 weeks",
                "Weighed, per full time",
                "See",
            ]
            .map(Column::new),
        );
    for worker in &team.workers {
        let cases = team.cases.iter().find(|cases| cases.owner_id == worker.id);
        let contacts = team
            .contacts
            .iter()
            .find(|contacts| contacts.author_id == worker.id);
        let carried = Carried {
            taken: cases.map_or(0, |cases| cases.taken),
            open: cases.map_or(0, |cases| cases.open),
            holding_minutes: contacts.map_or(0, |contacts| contacts.holding_minutes),
        };
        let load = carried.per_full_time(worker.full_time_percent);
        let words = match worker.full_time_percent {
            100 => format!("{load:.1}"),
            part => format!("{load:.1} ({part}% of full time)"),
        };
        bars.push(
            Bar::new(worker.name.to_string(), load)
                .words(words.clone())
                .mark(GUIDE),
        );
        table = table.row([
            Cell::new(&*worker.name),
            Cell::number(carried.taken + carried.open),
            Cell::number(cases.map_or(0, |cases| cases.new)),
            Cell::number(contacts.map_or(0, |contacts| contacts.contacts)),
            Cell::number(carried.holding_minutes),
            Cell::new(words),
            Cell::link("Leaving, or handing over", leaving_path(worker.id)),
        ]);
    }
    let picture = Bars::new("Weighed load, per full time", bars)
        .unit("Weighed cases")
        .mark_words("About 40 open cases: a guide, never a target")
        .of("Link worker");
    let mut how = String::from("A case counts ");
    // Writing to a text does not fail.
    write!(
        how,
        "{} once the person has said yes and {} before, and each hour of holding in the last four weeks {} more, divided by the share of full time. The weights are our own choice.",
        rules::WEIGHT_OPEN, rules::WEIGHT_TAKEN, rules::WEIGHT_HOLDING_HOUR
    )
    .ok();
    [
        heading("Load"),
        picture.into(),
        table.into(),
        el("p").class("nhsuk-hint").child(how).into(),
    ]
    .into_iter()
    .collect()
}

fn quality(team: &Team) -> Html {
    let q = &team.quality;
    let facts = SummaryList::new(vec![
        SummaryRow::new(
            "Without a next date",
            "0: a case without a date cannot be saved",
        ),
        SummaryRow::new(
            "Without a date of birth",
            format!("{} of {}", q.no_birth_date, q.people),
        ),
        SummaryRow::new(
            "Without an NHS number",
            format!("{} of {}", q.no_number, q.people),
        ),
        SummaryRow::new(
            "Messages a practice has not filed after a week",
            team.not_filed.to_string(),
        ),
    ]);
    [
        heading("What is missing in the records of people with an open referral"),
        facts.into(),
    ]
    .into_iter()
    .collect()
}

fn covers_table(signed: &Signed, covers: &[CoverRow]) -> Html {
    let way = el("p").child(link(
        paths::cover(),
        "Say who stands in for somebody who is away",
    ));
    if covers.is_empty() {
        return [
            heading("Standing in"),
            el("p").child("Nobody is away.").into(),
            way.into(),
        ]
        .into_iter()
        .collect();
    }
    let mut table = Table::new()
        .caption("Who stands in for whom")
        .responsive(true)
        .head(["Away", "Stands in", "From", "Until", "Do"].map(Column::new));
    for cover in covers {
        let end = PostButton::new(
            format!("/team/cover/{}/end", cover.id),
            &signed.token(),
            Button::secondary("End now").small(true),
        );
        table = table.row([
            Cell::new(&*cover.away_name),
            Cell::new(&*cover.cover_name),
            Cell::new(cover.from_on.as_uk_date()),
            Cell::new(cover.until_on.as_uk_date()),
            Cell::new(Html::from(end)).block(true),
        ]);
    }
    [heading("Standing in"), table.into(), way.into()]
        .into_iter()
        .collect()
}

async fn workers(app: &App, signed: &Signed) -> Result<Vec<AccountRow>, Trouble> {
    let scheme = signed.actor.scheme;
    Ok(app
        .db
        .read(async |tx| account::link_workers(tx, scheme).await)
        .await?)
}

fn cover_page(signed: &Signed, form: &form::CoverForm) -> Response {
    let how = InsetText::new(
        "On these days whoever stands in sees and works with the other's people as with their own. It ends by itself.",
    );
    let fields = [form.away(), form.cover(), form.from(), form.until()];
    let sheet = form
        .open(paths::cover(), &signed.token())
        .sheet(fields, Button::send("Save"));
    let body = Html::from(how).and(sheet);
    signed
        .page("Who stands in")
        .back(paths::team())
        .errors(form.errors())
        .body(body)
        .into_response()
}

async fn covers(app: App, signed: Signed) -> Answer {
    Ok(cover_page(
        &signed,
        &form::cover(&workers(&app, &signed).await?),
    ))
}

async fn cover(app: App, signed: Signed, posted: Posted) -> Answer {
    let blank = form::cover(&workers(&app, &signed).await?);
    let new = match blank.clone().check(&posted) {
        Ok(new) => new,
        Err(form) => return Ok(cover_page(&signed, &form)),
    };
    let actor = &signed.actor;
    let saved = app
        .db
        .act(async |tx| {
            if once(tx, actor, &posted, &paths::team()).await? != Once::First {
                return Ok(());
            }
            actions::cover(tx, actor, &new).await
        })
        .await;
    match saved.map_err(Trouble::from) {
        Ok(()) => Ok(done(&paths::team(), "Saved who stands in")),
        Err(Trouble::Refused(refusal)) if refusal.kind == Kind::Invalid => {
            let mut form = blank.kept(&posted);
            form.refuse(&refusal);
            Ok(cover_page(&signed, &form))
        }
        Err(trouble) => Err(trouble),
    }
}

async fn end_cover(app: App, signed: Signed, Path(id): Path<Id<Cover>>, _posted: Posted) -> Answer {
    let actor = &signed.actor;
    app.db
        .act(async |tx| actions::end_cover(tx, actor, id).await)
        .await?;
    Ok(done(&paths::team(), "The cover has ended"))
}

fn leaving_path(account: Id<Account>) -> String {
    format!("/team/leaving/{account}")
}

struct Leaver {
    worker: AccountRow,
    cases: usize,
    tasks: i64,
    workers: Vec<AccountRow>,
}

async fn leaver(app: &App, signed: &Signed, id: Id<Account>) -> Result<Leaver, Trouble> {
    let scheme = signed.actor.scheme;
    let found = app
        .db
        .read(async |tx| {
            let workers = account::link_workers(tx, scheme).await?;
            let worker = workers
                .iter()
                .find(|worker| worker.id == id)
                .cloned()
                .ok_or_else(Refusal::not_found)?;
            Outcome::Ok(Leaver {
                worker,
                cases: crate::referral::store::owned_by(tx, scheme, id)
                    .await?
                    .len(),
                tasks: store::open_tasks(tx, scheme, id).await?,
                workers,
            })
        })
        .await?;
    Ok(found)
}

fn leaving_page(signed: &Signed, leaver: &Leaver, form: &form::HandOverForm) -> Response {
    let what = format!(
        "{} has {} open cases and {} open tasks. When the administrator marks them as left, their sign-in ends at once, every open case goes to the queue of those who need a link worker with tomorrow's working day as its date, and the tasks go to your queue. \
         Nothing is lost. You can hand everything to one colleague before that.",
        leaver.worker.name, leaver.cases, leaver.tasks
    );
    let way = if leaver.cases == 0 && leaver.tasks == 0 {
        p("There is nothing to hand over.")
    } else {
        form.open(leaving_path(leaver.worker.id), &signed.token())
            .sheet([form.to()], Button::send("Hand everything over"))
    };
    signed
        .page(format!("When {} leaves", leaver.worker.name))
        .back(paths::team())
        .errors(form.errors())
        .body(p(what).and(way))
        .into_response()
}

async fn leaving(app: App, signed: Signed, Path(id): Path<Id<Account>>) -> Answer {
    let leaver = leaver(&app, &signed, id).await?;
    let form = form::hand_over(&leaver.workers, id);
    Ok(leaving_page(&signed, &leaver, &form))
}

async fn hand_over(
    app: App,
    signed: Signed,
    Path(id): Path<Id<Account>>,
    posted: Posted,
) -> Answer {
    let leaver = leaver(&app, &signed, id).await?;
    let chosen = match form::hand_over(&leaver.workers, id).check(&posted) {
        Ok(chosen) => chosen,
        Err(form) => return Ok(leaving_page(&signed, &leaver, &form)),
    };
    let (actor, terms) = (
        &signed.actor,
        Terms::of(signed.actor.scheme, &signed.settings)?,
    );
    let mut left = leaver.cases + 1;
    loop {
        let now_left = app
            .db
            .act(async |tx| actions::hand_over(tx, &terms, actor, id, chosen.to, actor.now).await)
            .await?;
        // Each go makes fewer; if it does not, the page shows what is left.
        if now_left == 0 || now_left >= left {
            break;
        }
        left = now_left;
    }
    Ok(done(&paths::team(), "Everything is handed over"))
}
