//! The tables of the day: whom one meets, whose step is due, what is to be
//! done, who is new, who has nothing planned.

use kith_access::{Grant, Signed};
use kith_base::{Day, Word};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Table, Tag, TagColour},
    el,
    form::PostButton,
    html::{line, link},
};

use super::store::Held;
use crate::{
    booking::{self, form::InARow, store::Booked},
    paths,
    task::store::Due,
};

pub(super) fn boxed(heading: &str, table: Option<Html>, empty: &str) -> Html {
    let heading = el("h2").class("nhsuk-heading-m").child(heading);
    [
        heading.into(),
        table.unwrap_or_else(|| Empty::new(empty).into()),
    ]
    .into_iter()
    .collect()
}

/// Whom somebody meets, in order of time.
pub(super) fn meetings(signed: &Signed, rows: &[Booked]) -> Option<Html> {
    let grant = Grant::ordinary(&signed.actor).ok();
    let lines = rows.iter().map(|row| {
        let same = |other: &&Booked| other.id != row.id && other.at == row.at;
        let double = row.at.is_some() && rows.iter().any(|other| same(&other));
        let double = double.then(|| line(Tag::new("Same time").colour(TagColour::Yellow)));
        let at = row
            .at
            .map_or_else(|| "No time".to_owned(), |at| at.to_string());
        let age = row
            .who
            .born
            .map(|born| signed.actor.today().years_since(born));
        let age = age
            .map(|age| line(format!("{age} years")))
            .unwrap_or_default();
        let reach = grant.as_ref().and_then(|grant| row.reach.reveal(grant));
        let step = (row.way.label() != &*row.step).then(|| line(&*row.step));
        let how = Html::from(row.way.label())
            .and(step.unwrap_or_default())
            .and(booking::shown::for_meeting(row.way, reach));
        let links: Html = [
            link(paths::new_contact(row.who.person_id), "Write a note"),
            " ".into(),
            link(paths::next(row.id), "Move"),
            " ".into(),
            link(paths::day_pack_of(row.on, row.id), "Print"),
        ]
        .into_iter()
        .collect();
        vec![
            Cell::new(Html::from(at).and(double.unwrap_or_default())),
            Cell::new(row.who.cell().and(age)),
            Cell::new(how),
            Cell::new(first_line(row.last_note.as_ref())),
            Cell::new(row.who.flags()),
            Cell::new(links).block(true),
        ]
    });
    let head = [
        "Time",
        "Person",
        "How and where",
        "Last note",
        "Flags",
        "Do",
    ];
    (!rows.is_empty()).then(|| table("Contacts of the day", &head, lines.collect()))
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
pub(crate) fn first_line(note: Option<&String>) -> String {
    let line = note
        .and_then(|note| note.lines().next())
        .unwrap_or_default();
    let mut short: String = line.chars().take(120).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

pub(super) fn table(caption: &str, head: &[&str], rows: Vec<Vec<Cell>>) -> Html {
    Table::new()
        .caption(caption)
        .caption_classes("nhsuk-u-visually-hidden")
        .head(
            head.iter()
                .map(|words| Column::new(*words))
                .collect::<Vec<_>>(),
        )
        .rows(rows)
        .long(true)
        .into()
}

pub(super) fn steps(signed: &Signed, rows: &[&Held]) -> Option<Html> {
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
        let tomorrow = signed.settings.working.after(signed.actor.today(), 1);
        let later = [
            (tomorrow, "Next working day"),
            (weeks_on(signed, 1), "In 1 week"),
        ];
        let note = link(paths::new_contact(row.who.person_id), "Write a note");
        let later = note.and(set(signed, row, &later, None));
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

pub(super) fn tasks_table(signed: &Signed, rows: &[Due]) -> Option<Html> {
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

/// The form of a row that sets the next step.
fn set<'a>(
    signed: &Signed,
    row: &Held,
    later: &'a [(Day, &'static str)],
    book: Option<(Day, Day)>,
) -> InARow<'a> {
    InARow {
        action: paths::next(row.id),
        token: signed.token(),
        version: row.version,
        later,
        book,
    }
}

/// People with a way to set their next step in the row.
pub(super) fn people(signed: &Signed, rows: &[&Held], seen: bool) -> Option<Html> {
    let today = signed.actor.today();
    let lines = rows.iter().map(|row| {
        let quick: Html = if seen {
            let in_weeks = |weeks| weeks_on(signed, weeks);
            let later = [(in_weeks(1), "In 1 week"), (in_weeks(2), "In 2 weeks")];
            [
                Html::from(set(signed, row, &later, Some((today, in_weeks(1))))),
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
