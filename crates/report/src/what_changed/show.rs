//! A reading on the page: its analyses for one reader, how it was made, and
//! the readings before it.

use kith_access::Signed;
use kith_pages::{
    Html,
    components::{
        Button, ButtonVariant, Cell, Column, Details, Empty, InsetText, SummaryList, SummaryRow,
        Table,
    },
    el,
    form::PostButton,
    html::link,
};

use crate::{
    paths,
    reading::{
        Stage,
        answer::Answer,
        question::{AnsweredBy, Question, in_digits},
        store::Row,
    },
    shown::{
        Reader,
        html::{numbers, switch},
    },
    subject::Subject,
};

/// A reading as it was made.
pub(super) fn reading(row: &Row, answer: &Answer, path: &str, reader: Reader) -> Html {
    let parts = answer.parts.iter().map(|part| part.html(reader));
    [switch(path, reader)]
        .into_iter()
        .chain(parts)
        .chain([how(row, answer)])
        .collect()
}

/// When it was made, and by whom.
pub(super) fn when(row: &Row) -> String {
    let at = row.done_at.unwrap_or(row.made_at);
    format!("Read on {} by {}", at.as_uk_moment(), row.made_by_name)
}

/// The question of a reading that can be read.
fn question(row: &Row) -> Option<Question> {
    serde_json::from_str(&row.question).ok()
}

fn how(row: &Row, answer: &Answer) -> Html {
    let mut rows = vec![SummaryRow::new("Made", when(row))];
    let primary = question(row).and_then(|question| question.primary);
    match primary {
        None => rows.push(SummaryRow::new(
            "Question",
            "None was fixed beforehand: everything here is exploratory (R11).",
        )),
        Some(primary) => {
            let by = primary
                .answered_by
                .parse::<AnsweredBy>()
                .map_or("", AnsweredBy::label);
            let words = format!(
                "{} Answered by: {by}. Fixed on {}.",
                primary.words,
                row.made_at.as_uk_moment()
            );
            rows.push(SummaryRow::new("Question", words));
            if !answer.fixed_in_time {
                rows.push(SummaryRow::new(
                    "Fixed beforehand",
                    "No: some of these files had been read before the question was fixed, so the answer is exploratory (R11).",
                ));
            }
        }
    }
    let digits = el("span")
        .class("kith-reference")
        .child(in_digits(&row.question_hash));
    rows.push(SummaryRow::new("Hash of the question (SHA-256)", digits));
    let files: Html = if answer.made_from.is_empty() {
        "No file. Contacts with link workers are from the record.".into()
    } else {
        let files = answer
            .made_from
            .iter()
            .map(|source| el("li").child(&source.words));
        el("ul")
            .class("nhsuk-list nhsuk-list--bullet")
            .children(files)
            .into()
    };
    rows.push(SummaryRow::new("Made from", files));
    el("section")
        .class("kith-figure")
        .child(
            el("h2")
                .class("nhsuk-heading-m")
                .child("How all of this was made"),
        )
        .child(SummaryList::new(rows))
        .child(Details::new(
            "The thresholds, and why",
            numbers(&answer.thresholds),
        ))
        .into()
}

/// Where a reading that is being made stands, or why there is none.
pub(super) fn standing(rows: &[Row], subject: Subject) -> Html {
    if let Some(row) = rows.iter().find(|row| row.state == Stage::Running) {
        let words = format!(
            "A reading is being made: {} of {} steps are done. It takes seconds to a few minutes.",
            row.steps_done, row.steps_all
        );
        let look = el("p").child(link(subject.path(), "See how far it is"));
        return InsetText::new(Html::from(el("p").child(words)).and(look)).into();
    }
    let ended = rows.iter().find(|row| row.state != Stage::Fixed);
    if ended.is_some_and(|row| row.state == Stage::Failed) {
        return InsetText::saying("The last reading could not be made. Try again; if it fails again, tell your administrator.").into();
    }
    Html::default()
}

/// The button that has a reading made.
pub(super) fn make(signed: &Signed, rows: &[Row], subject: Subject) -> Html {
    if rows.iter().any(|row| row.state == Stage::Running) {
        return Html::default();
    }
    let fixed = rows.iter().find(|row| row.state == Stage::Fixed);
    let first = rows.iter().all(|row| row.state != Stage::Done);
    let words = match (fixed.is_some(), first) {
        (true, _) => "Read the answer to the fixed question",
        (false, true) => "Make this reading",
        (false, false) => "Make a new reading",
    };
    let button = Button::new(words);
    let button = if first {
        button
    } else {
        button.variant(ButtonVariant::Secondary)
    };
    let asked = fixed
        .and_then(question)
        .and_then(|question| question.primary)
        .map(|primary| el("p").child(format!("The question: {}", primary.words)));
    let form = PostButton::new(subject.path(), &signed.token(), button);
    asked
        .map(Html::from)
        .unwrap_or_default()
        .and(Html::from(form))
}

/// Nothing was read yet: what to do next, unless it is being done.
pub(super) fn nothing_yet(rows: &[Row], has_files: bool, may_bring: bool) -> Html {
    if rows.iter().any(|row| row.state == Stage::Running) {
        return Html::default();
    }
    if has_files {
        return el("p")
            .child("Nothing has been read yet. A reading takes the files there are now, and is kept as it is.")
            .into();
    }
    let empty = Empty::new(
        "No GP contacts and no wellbeing scores have been brought in yet. A reading would hold the contacts with link workers alone.",
    );
    if may_bring {
        empty.next("Bring in a file", paths::new_file()).into()
    } else {
        empty
            .next_step("Ask your manager to bring in the files of the practices.")
            .into()
    }
}

/// The readings before.
pub(super) fn earlier(rows: &[Row]) -> Html {
    let done: Vec<&Row> = rows
        .iter()
        .filter(|row| row.state == Stage::Done)
        .skip(1)
        .collect();
    if done.is_empty() {
        return Html::default();
    }
    let mut table = Table::new()
        .caption("Readings before this one, as they were")
        .responsive(true)
        .head(["Read on", "By", "Question"].map(Column::new));
    for row in done {
        table = table.row([
            Cell::link(
                row.done_at.unwrap_or(row.made_at).as_uk_moment(),
                paths::reading(row.id),
            ),
            Cell::new(&*row.made_by_name),
            Cell::new(if row.is_primary {
                "fixed beforehand"
            } else {
                "exploratory"
            }),
        ]);
    }
    table.into()
}
