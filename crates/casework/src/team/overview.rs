//! The team's page: what needs the manager now, who waits and for how long,
//! what each link worker carries, who stands in for whom, and what is missing.
//! A count leads to what it counts.

use std::fmt::Write as _;

use axum::response::IntoResponse;
use kith_access::{
    Ability, Answer, App, Signed, Trouble,
    account::{self, AccountRow},
};
use kith_db::Outcome;
use kith_pages::{
    Html,
    components::{Bar, Bars, Button, Cell, Column, Empty, SummaryList, SummaryRow, Table},
    el,
    form::PostButton,
    html::{line, link, p},
};

use super::{
    rules::{self, Carried, GUIDE, quantile},
    store::{self, Cases, Contacts, CoverRow, NotFiled, Quality, Queues, Times},
};
use crate::{
    concern, merge, paths,
    task::{self, store::Queued},
    waiting::{self, picture::picture, store::Came},
};

/// Waits are told for referrals of the last thirteen weeks.
const WAITS_OVER_DAYS: i64 = 91;
/// New cases and contacts are told for the last four weeks.
const FOUR_WEEKS: i64 = 28;
/// A message that is not filed after a week is one to ask about.
const FILED_WITHIN_DAYS: i64 = 7;

struct Team {
    workers: Vec<AccountRow>,
    queues: Queues,
    came: Vec<Came>,
    times: Vec<Times>,
    cases: Vec<Cases>,
    contacts: Vec<Contacts>,
    quality: Quality,
    not_filed: Vec<NotFiled>,
    covers: Vec<CoverRow>,
    /// Pairs of records that may be one person.
    pairs: i64,
    /// Tasks nobody has.
    tasks: Queued,
    /// Concerns, without a name.
    concerns: Option<concern::store::Counts>,
}

async fn load(app: &App, signed: &Signed) -> Result<Team, Trouble> {
    let actor = &signed.actor;
    let (scheme, today) = (actor.scheme, actor.today());
    let scope = actor.scope(Ability::SeeIdentity)?;
    let since = today.plus_days(-FOUR_WEEKS).start();
    let filed_by = today.plus_days(-FILED_WITHIN_DAYS).start();
    let team = app
        .db
        .read(async |tx| {
            Outcome::Ok(Team {
                workers: account::link_workers(tx, scheme).await?,
                queues: store::queues(tx, &scope).await?,
                came: waiting::store::came(tx, &scope).await?,
                times: store::times(tx, scheme, today.plus_days(-WAITS_OVER_DAYS)).await?,
                cases: store::cases(tx, scheme, since).await?,
                contacts: store::contacts(tx, scheme, since).await?,
                quality: store::quality(tx, scheme).await?,
                not_filed: store::not_filed(tx, scheme, filed_by).await?,
                covers: store::covers(tx, scheme, today).await?,
                pairs: merge::store::unanswered(tx, scheme).await?,
                tasks: task::store::queued(tx, &scope).await?,
                concerns: concern::actions::counted(tx, actor).await?,
            })
        })
        .await?;
    Ok(team)
}

/// The page.
pub(super) async fn show(app: App, signed: Signed) -> Answer {
    let team = load(&app, &signed).await?;
    let body: Html = [
        concern::no_lead(&signed),
        needs_now(&team),
        waiting(&signed, &team),
        load_of(&team),
        covers_table(&signed, &team.covers),
        not_filed(&team.not_filed),
        quality(&team),
        records(&signed, &team),
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

/// What only the manager can put right, each leading to where it is done.
fn needs_now(team: &Team) -> Html {
    let concerns = team.concerns.unwrap_or_default();
    let late = |late: i64, words: &str| match late {
        0 => String::new(),
        late => format!(", {late} {words}"),
    };
    let all = [
        (
            concerns.raised,
            "concern nobody has acknowledged",
            "concerns nobody has acknowledged",
            late(concerns.late, "late"),
            paths::concerns(),
        ),
        (
            team.queues.overdue,
            "person waits to be taken on, past their day",
            "people wait to be taken on, past their day",
            String::new(),
            paths::waiting(),
        ),
        (
            team.queues.needs_worker,
            "person needs a link worker",
            "people need a link worker",
            late(team.queues.needs_worker_late, "past their day"),
            paths::waiting(),
        ),
        (
            team.tasks.tasks,
            "task nobody has yet",
            "tasks nobody has yet",
            late(team.tasks.late, "overdue"),
            paths::tasks(),
        ),
        (
            team.pairs,
            "pair of records may be one person",
            "pairs of records may be one person",
            String::new(),
            paths::same_person(),
        ),
    ];
    let items: Vec<Html> = all
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many, late, href)| {
            let words = if count == 1 { one } else { many };
            el("li")
                .child(link(href, format!("{count} {words}{late}")))
                .into()
        })
        .collect();
    let body: Html = if items.is_empty() {
        p("Nothing needs you now.")
    } else {
        el("ul")
            .class("nhsuk-list nhsuk-list--bullet")
            .children(items)
            .into()
    };
    heading("Needs you now").and(body)
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
        SummaryRow::new(
            "Of them, past their day",
            link(paths::waiting(), queues.overdue.to_string()),
        ),
        SummaryRow::new("The oldest came", oldest),
        SummaryRow::new(
            "Need a link worker",
            link(paths::waiting(), without_worker(queues)),
        ),
        SummaryRow::new("Until taken on", spread(&taken)),
        SummaryRow::new("Until first seen", spread(&seen)),
    ]);
    let settings = &signed.settings;
    let shape = picture(
        &team.came,
        work,
        signed.actor.today(),
        settings.take_on_days,
    );
    let how = format!(
        "The picture is of those who wait to be taken on; who is late in it is past their day. Working days from the day a referral came, for the {} referrals of the last 13 weeks. Those still waiting are in the picture and not in the two waits, so these can look shorter than they will be. \
         The median and the 90th centile are by nearest rank: waits somebody really had.",
        team.times.len()
    );
    [
        heading("Waiting"),
        shape,
        facts.into(),
        el("p").class("nhsuk-hint").child(how).into(),
    ]
    .into_iter()
    .collect()
}

/// How many need a link worker, and how many of them are past their day.
fn without_worker(queues: &Queues) -> String {
    match queues.needs_worker_late {
        0 => queues.needs_worker.to_string(),
        late => format!("{}, of them {late} past their day", queues.needs_worker),
    }
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
        .head([
            Column::new("Link worker"),
            Column::number("Open"),
            Column::number("New in 4 weeks"),
            Column::number("Contacts in 4 weeks"),
            Column::number("Holding minutes in 4 weeks"),
            Column::new("Weighed, per full time"),
            Column::new("See"),
        ]);
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
            Cell::link(
                &*worker.name,
                format!("{}?worker={}", paths::caseload(), worker.id),
            ),
            Cell::number(carried.taken + carried.open),
            Cell::number(cases.map_or(0, |cases| cases.new)),
            Cell::number(contacts.map_or(0, |contacts| contacts.contacts)),
            Cell::number(carried.holding_minutes),
            Cell::new(words),
            Cell::link("Leaving, or handing over", paths::leaving(worker.id)),
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
            "Without a worker or a queue, or without a next date",
            format!("{} of {}", q.lost, q.people),
        ),
        SummaryRow::new(
            "Without a date of birth",
            format!("{} of {}", q.no_birth_date, q.people),
        ),
        SummaryRow::new(
            "Without an NHS number",
            format!("{} of {}", q.no_number, q.people),
        ),
    ]);
    [
        heading("What is missing in the records of people with an open referral"),
        facts.into(),
    ]
    .into_iter()
    .collect()
}

/// What practices have not put into their own records after a week, by
/// practice in alphabetical order.
fn not_filed(rows: &[NotFiled]) -> Html {
    let heading = heading("Messages a practice has not filed after a week");
    if rows.is_empty() {
        return heading.and(p("Every practice has filed what it was told."));
    }
    let lines = rows.iter().map(|row| {
        vec![
            Cell::new(&*row.practice_name),
            Cell::number(row.messages),
            Cell::new(row.oldest.day().as_uk_date()),
        ]
    });
    let table = Table::new()
        .caption("Messages not filed, by practice")
        .caption_classes("nhsuk-u-visually-hidden")
        .head([
            Column::new("Practice"),
            Column::number("Messages"),
            Column::new("The oldest is of"),
        ])
        .rows(lines.collect::<Vec<_>>())
        .responsive(true);
    heading.and(Html::from(table)).and(
        el("p").class("nhsuk-hint").child(
            "The practice sees the same messages first on its page. Ring it when they stay.",
        ),
    )
}

/// What else is done with records, for those to whom it is open.
fn records(signed: &Signed, team: &Team) -> Html {
    let actor = &signed.actor;
    let all = [
        (
            Ability::SeeTeam,
            paths::tasks(),
            format!("Tasks nobody has yet ({})", team.tasks.tasks),
        ),
        (
            Ability::MergePeople,
            paths::same_person(),
            format!("Records that may be one person ({})", team.pairs),
        ),
        (
            Ability::RaiseConcern,
            paths::concerns(),
            "Safeguarding concerns".to_owned(),
        ),
        (
            Ability::SeeNotes,
            paths::restricted(),
            "Is there a restricted record?".to_owned(),
        ),
        (
            Ability::ExportScheme,
            paths::export(),
            "Take all records out".to_owned(),
        ),
    ];
    let links = all
        .into_iter()
        .filter(|(ability, ..)| actor.can(*ability))
        .map(|(_, href, words)| Html::from(el("li").child(link(href, words))));
    heading("Records").and(el("ul").class("nhsuk-list").children(links))
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
            Cell::new(stands_in(cover)),
            Cell::new(cover.from_on.as_uk_date()),
            Cell::new(cover.until_on.as_uk_date()),
            Cell::new(Html::from(end)).block(true),
        ]);
    }
    [heading("Standing in"), table.into(), way.into()]
        .into_iter()
        .collect()
}

/// Who stands in, and whom of the other's people they cannot open.
fn stands_in(cover: &CoverRow) -> Html {
    let name = Html::from(&*cover.cover_name);
    let words = match cover.closed_to_cover {
        0 => return name,
        1 => "1 restricted record is not open to them".to_owned(),
        many => format!("{many} restricted records are not open to them"),
    };
    let what = format!("{words}: ask {} to name them", cover.away_name);
    name.and(line(what))
}
