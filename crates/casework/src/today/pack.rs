//! `/today/pack`: what to take along on a day, on paper. Everybody who is met
//! or has a step on it: three identifiers, how to reach them, what to be
//! careful of, what matters to them, what was said last, what is promised,
//! and lines to write on. Each sheet is a look at that person and says so in
//! the trail; of somebody whose place is hidden it says to ask.

use axum::{
    extract::Query,
    response::{IntoResponse, Response},
};
use kith_access::{Ability, Answer, App, Grant, Needs, Routes, Scope, Signed, audit};
use kith_base::{Day, Id};
use kith_db::{Outcome, Tx};
use kith_pages::{
    Html,
    components::{Button, Empty, SummaryList, SummaryRow},
    el,
    html::p,
};
use serde::Deserialize;

use super::{
    share::{Looked, Share},
    store::Held,
    tables::first_line,
};
use crate::{
    Referral, booking, paths,
    person::{self, Person, Record},
    task::{self, Kind},
};

/// The routes of the pack.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/today/pack", Needs::Can(Ability::WriteContact), pack)
}

/// Which day, and whether one person of it alone.
#[derive(Deserialize)]
struct Ask {
    day: Option<String>,
    referral: Option<Id<Referral>>,
}

/// One person's sheet.
struct Sheet {
    record: Record,
    /// When, how and where, or what the step is.
    what: Html,
    last: String,
    promised: Vec<String>,
}

/// Somebody of the day, before their record is read.
struct Due {
    referral: Id<Referral>,
    person: Id<Person>,
    what: Html,
    last: String,
}

fn due(share: &Share, grant: Option<&Grant>) -> Vec<Due> {
    let meetings = share.meetings.iter().map(|row| {
        let at = row.at.map(|at| format!("{at}, ")).unwrap_or_default();
        let reach = grant.and_then(|grant| row.reach.reveal(grant));
        let what = Html::from(format!("{at}{}: {}", row.way, row.step));
        Due {
            referral: row.id,
            person: row.who.person_id,
            what: what.and(booking::shown::for_meeting(row.way, reach)),
            last: first_line(row.last_note.as_ref()),
        }
    });
    // What is overdue was not planned for this day: it is moved first.
    let of_day = |row: &&Held| row.next_on == share.looked.day;
    let steps = share.steps().into_iter().filter(of_day).map(|row| Due {
        referral: row.id,
        person: row.who.person_id,
        what: row.next_step.as_deref().unwrap_or_default().into(),
        last: first_line(row.last_note.as_ref()),
    });
    meetings.chain(steps).collect()
}

async fn sheet(tx: &mut Tx, signed: &Signed, scope: &Scope, due: Due) -> Outcome<Option<Sheet>> {
    let Some(record) = person::store::record(tx, scope, due.person).await? else {
        return Ok(None);
    };
    let tasks = task::store::of_person(tx, scope, due.person, signed.actor.now).await?;
    let open = tasks
        .iter()
        .filter(|task| task.kind == Kind::Action && task.done_at.is_none());
    let promised = open.map(|task| {
        let by = task.due_on.as_uk_date();
        format!("{} ({}, by {by})", task.what, task.who)
    });
    audit::look(tx, &signed.actor, due.person, "print the day").await?;
    Ok(Some(Sheet {
        record,
        what: due.what,
        last: due.last,
        promised: promised.collect(),
    }))
}

async fn pack(app: App, signed: Signed, Query(ask): Query<Ask>) -> Answer {
    let actor = &signed.actor;
    // What stands on a sheet is for those who read the notes.
    let scope = actor.scope(Ability::SeeNotes)?;
    let today = actor.today();
    let asked = ask.day.and_then(|day| day.parse().ok());
    let day = asked.filter(|day: &Day| *day >= today).unwrap_or(today);
    let looked = Looked { day, today };
    let grant = Grant::ordinary(actor).ok();
    let sheets = app
        .db
        .act(async |tx| -> Outcome<Vec<Sheet>> {
            let share = Share::of(tx, &scope, actor.account, looked).await?;
            let mut sheets = Vec::new();
            for due in due(&share, grant.as_ref()) {
                if ask.referral.is_none_or(|one| one == due.referral) {
                    sheets.extend(sheet(tx, &signed, &scope, due).await?);
                }
            }
            Ok(sheets)
        })
        .await?;
    Ok(page(&signed, looked, grant.as_ref(), &sheets))
}

fn page(signed: &Signed, looked: Looked, grant: Option<&Grant>, sheets: &[Sheet]) -> Response {
    let back = if looked.is_today() {
        paths::today()
    } else {
        paths::day(looked.day)
    };
    let body: Html = if sheets.is_empty() {
        let empty = Empty::new("Nobody is met on this day, and no step is due.");
        empty.next("Back to the day", back.clone()).into()
    } else {
        let words = p(
            "Print it, take it along, and shred it when the notes are written. That you made it stands in each record.",
        );
        let sheets = sheets.iter().map(|one| shown(signed, grant, one));
        Html::from(Button::print("Print these sheets"))
            .and(el("div").class("kith-no-print").child(words))
            .and(sheets.collect::<Html>())
    };
    signed
        .page("Sheets for the day")
        .caption(looked.day.as_uk_date())
        .reading()
        .under(paths::today())
        .back(back)
        .body(body)
        .into_response()
}

/// How many lines there are to write on.
const LINES: usize = 6;

fn shown(signed: &Signed, grant: Option<&Grant>, sheet: &Sheet) -> Html {
    let (record, today) = (&sheet.record, signed.actor.today());
    let who = &record.identity;
    let number = who
        .nhs_number
        .as_ref()
        .map_or_else(|| "not recorded".to_owned(), kith_base::NhsNumber::spaced);
    let place = grant.and_then(|grant| record.place.reveal(grant));
    let reach = place.map(|place| booking::store::Reach {
        next_place: None,
        address: place.address.clone(),
        postcode: place.postcode.clone(),
        phone: place.phone.clone(),
        safe_contact: place.safe_contact.clone(),
    });
    let mut rows = vec![
        SummaryRow::new("Born", who.born_and_age(today)),
        SummaryRow::new("NHS number", number.clone()),
        SummaryRow::new("Planned", sheet.what.clone()),
        SummaryRow::new(
            "How to reach them",
            booking::shown::for_paper(reach.as_ref()),
        ),
    ];
    let mut also = |what: &'static str, words: Option<String>| {
        rows.extend(words.map(|words| SummaryRow::new(what, words)));
    };
    let text = |line: &Option<kith_base::Line>| line.as_ref().map(ToString::to_string);
    also("Be careful of", text(&who.risk));
    let lone = who.lone_working.as_ref();
    also("Nobody visits alone", lone.map(|lone| lone.told(today)));
    also("To take part in a talk", text(&who.communication));
    also("Interpreter", text(&who.interpreter));
    also("To get to a place", text(&who.access_needs));
    also("What matters to them", record.matters.clone());
    also(
        "Last note",
        Some(sheet.last.clone()).filter(|last| !last.is_empty()),
    );
    also(
        "Promised",
        (!sheet.promised.is_empty()).then(|| sheet.promised.join("; ")),
    );
    let pen = (0..LINES).map(|_| el("div").class("kith-pen"));
    let name = who.listed_name();
    let foot = format!(
        "{name}, NHS No. {number}. Printed by {}, {}",
        signed.actor.name,
        signed.actor.now.as_uk_moment()
    );
    el("section")
        .class("kith-sheet")
        .child(el("h2").class("nhsuk-heading-m").child(name))
        .child(Html::from(SummaryList::new(rows)))
        .children(pen)
        .child(el("p").class("kith-sheet__foot").child(foot))
        .into()
}
