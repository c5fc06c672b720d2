//! What the pages of files show.

use kith_access::Signed;
use kith_base::Word;
use kith_pages::{
    Html,
    components::{
        Button, Cell, Column, Empty, FileUpload, InsetText, SummaryList, SummaryRow, Table,
    },
    el,
    form::{PostButton, open, summary},
    html::link,
};

use super::{actions, form::Form};
use crate::{
    gathered::{
        FileKind, Stage,
        sheet::Heading,
        store::{File, Refused},
    },
    paths,
};

fn paragraph(words: impl Into<Html>) -> Html {
    el("p").child(words.into()).into()
}

/// The list of files, or what to do first.
pub(super) fn list(files: &[File]) -> Html {
    if files.is_empty() {
        return Empty::new("No file has been brought in yet.")
            .next("Bring a file in", paths::new_file())
            .into();
    }
    let mut table = Table::new().caption("Files so far").responsive(true).head([
        Column::new("File"),
        Column::new("What it holds"),
        Column::new("Whose"),
        Column::number("Rows"),
        Column::new("Brought in"),
        Column::new("State"),
    ]);
    for file in files {
        table = table.row([
            Cell::link(&file.file_name, paths::file(file.id)),
            Cell::new(holds(file)),
            Cell::new(whose(file)),
            Cell::number(file.row_count),
            Cell::new(format!(
                "{}, {}",
                file.made_at.as_uk_moment(),
                file.made_by_name
            )),
            Cell::new(file.state.label()),
        ]);
    }
    [
        Button::new("Bring a file in").small(true).href(paths::new_file()).into(),
        Html::from(table),
        paragraph(
            "Where two files are about the same practice and the same months, the one confirmed last counts.",
        ),
    ]
    .into_iter()
    .collect()
}

fn holds(file: &File) -> String {
    match file.covers() {
        Some((from, until)) => format!("{}, {from} to {until}", file.kind),
        None => file.kind.to_string(),
    }
}

fn whose(file: &File) -> String {
    file.practice_name
        .as_ref()
        .map_or_else(|| "The whole service".to_owned(), ToString::to_string)
}

/// What a sort of file is for.
const fn purpose(kind: FileKind) -> &'static str {
    match kind {
        FileKind::GpRegister => {
            "Who is on the practice's list and since when, with year of birth, sex and deprivation. It makes the months without a contact count."
        }
        FileKind::GpContacts => {
            "Every contact people had with the practice, one a row. Needed to see what changed."
        }
        FileKind::Scores => "What people answered about their wellbeing, at the start and later.",
        FileKind::Population => {
            "How many people live in the area or are on the list, by group. Needed to see who is reached."
        }
    }
}

/// The sorts of file there are.
pub(super) fn choose(kinds: &[FileKind]) -> Html {
    let items = kinds.iter().map(|kind| {
        el("li")
            .child(link(paths::bring_in(kind.code()), kind.label()))
            .child(el("br"))
            .child(purpose(*kind))
    });
    el("ul").class("nhsuk-list").children(items).into()
}

/// One made-up row for the template.
pub(super) const fn example(kind: FileKind) -> &'static str {
    match kind {
        FileKind::GpRegister => "999 000 0018,2019-03-01,,1951,female,2,",
        FileKind::GpContacts => "999 000 0018,2026-05-03,appointment_gp,",
        FileKind::Scores => "999 000 0018,,ons4_satisfied,6,2026-05-03,start",
        FileKind::Population => "age,18 to 34,2410",
    }
}

fn columns(headings: &[Heading]) -> Html {
    let items = headings.iter().map(|heading| {
        let rest = if heading.needed {
            ""
        } else {
            " (if you have it)"
        };
        el("li").child(format!("{}{rest}", heading.name))
    });
    el("ul")
        .class("nhsuk-list nhsuk-list--bullet")
        .children(items)
        .into()
}

/// What must be known before a file about patients is made.
fn beforehand(kind: FileKind) -> Option<Html> {
    let words = match kind {
        FileKind::GpRegister | FileKind::GpContacts => {
            "Leave out everybody who opted out of their data being used beyond their care, before you make the file. NHS numbers are turned into pseudonyms as the file is read: the number of somebody who was never referred is not kept. If you would rather not give it, leave it empty and give a key of your own, the same for a person in every file."
        }
        FileKind::Scores => {
            "Only people who have a record here can have a score. Rows about others are refused."
        }
        FileKind::Population => return None,
    };
    Some(InsetText::new(words).into())
}

fn fields(form: &Form) -> Vec<Html> {
    match form {
        Form::Register(form) => vec![form.practice(), form.as_of()],
        Form::Contacts(form) => vec![
            form.practice(),
            form.from(),
            form.until(),
            form.definition(),
            form.code_set(),
            form.supplier(),
        ],
        Form::Scores => Vec::new(),
        Form::Population(form) => vec![form.practice(), form.as_of()],
    }
}

/// The page that takes a file.
pub(super) fn form(signed: &Signed, kind: FileKind, form: &Form, wrong: Option<&str>) -> Html {
    let mut upload = FileUpload::new("file", "File")
        .plain(true)
        .hint("A CSV file in UTF-8, at most 10 MB, with headings in its first row")
        .accept(".csv,.txt");
    if let Some(words) = wrong {
        upload = upload.error_message(words);
    }
    let mut parts = vec![
        paragraph(purpose(kind)),
        paragraph("The file has these columns, in any order:"),
        columns(actions::headings(kind)),
        paragraph(link(
            paths::template(kind.code()),
            "Download the template (CSV)",
        )),
    ];
    parts.extend(beforehand(kind));
    parts.push(Html::from(
        open(paths::bring_in(kind.code()), &signed.token()).with_files(),
    ));
    parts.extend(fields(form));
    parts.push(upload.into());
    parts.push(
        Button::new("Read the file")
            .prevent_double_click(true)
            .into(),
    );
    parts.push(Html::trusted("</form>"));
    parts.into_iter().collect()
}

/// What is wrong, for the top of the page.
pub(super) fn errors(form: &Form, wrong: Option<&str>) -> Html {
    let of_file = wrong.map(|words| (words.to_owned(), Some("file".to_owned())));
    let of_fields = match form {
        Form::Register(form) => vec![form.practice.summary(), form.as_of.summary()],
        Form::Contacts(form) => vec![
            form.practice.summary(),
            form.from.summary(),
            form.until.summary(),
            form.definition.summary(),
            form.code_set.summary(),
            form.supplier.summary(),
        ],
        Form::Scores => Vec::new(),
        Form::Population(form) => vec![form.practice.summary(), form.as_of.summary()],
    };
    summary(&[], of_fields.into_iter().chain([of_file]))
}

/// One file: what it would bring, or what it holds.
pub(super) fn file(
    signed: &Signed,
    file: &File,
    wrong: &[Refused],
    in_record: Option<i64>,
) -> Html {
    let mut parts = vec![state(file), facts(file, in_record).into()];
    parts.extend(refused(file, wrong));
    let post = |to: &str, button: Button| -> Html {
        PostButton::new(
            format!("{}/{to}", paths::file(file.id)),
            &signed.token(),
            button,
        )
        .into()
    };
    match file.state {
        Stage::Staged => {
            if file.row_count > 0 {
                let words = format!("Count these {} rows", file.row_count);
                parts.push(post("confirm", Button::new(words)));
            }
            parts.push(post("take-out", Button::secondary("Throw this file away")));
        }
        Stage::Reading => {
            parts.push(post("take-out", Button::secondary("Throw this file away")));
        }
        Stage::Done => {
            let undo = file
                .undo_until
                .is_some_and(|until| until >= signed.actor.now);
            let words = if undo {
                "Undo: take this file out"
            } else {
                "Take this file out"
            };
            parts.push(paragraph(
                "When it is taken out, its rows are removed, and an earlier file of the same practice and months counts again. Readings made from it stay as they were read.",
            ));
            parts.push(post("take-out", Button::secondary(words)));
        }
        Stage::Undone | Stage::Dropped => {}
    }
    parts.into_iter().collect()
}

fn state(file: &File) -> Html {
    let words = match file.state {
        Stage::Reading => {
            "This file was not read to its end, and counts for nothing. If nobody is reading it now, throw it away and bring it in again."
        }
        Stage::Staged => "Nothing of this file counts yet. This is what it holds.",
        Stage::Done => "This file counts.",
        Stage::Undone => "This file was taken out. None of its rows are kept.",
        Stage::Dropped => "This file was thrown away. None of its rows are kept.",
    };
    InsetText::new(words).into()
}

fn facts(file: &File, in_record: Option<i64>) -> SummaryList {
    let new = file.row_count - file.known_count;
    let mut rows = vec![SummaryRow::new("Whose", whose(file))];
    if file.kind == FileKind::Scores {
        rows.push(SummaryRow::new("New rows", file.row_count.to_string()));
        rows.push(SummaryRow::new(
            "There already: left out",
            file.known_count.to_string(),
        ));
    } else {
        rows.push(SummaryRow::new("New rows", new.to_string()));
        rows.push(SummaryRow::new(
            "Rows that an earlier file held too",
            file.known_count.to_string(),
        ));
    }
    rows.push(SummaryRow::new(
        "Rows refused",
        file.refused_count.to_string(),
    ));
    rows.extend(in_record.map(|people| {
        SummaryRow::new(
            "People on the list who have a record here",
            people.to_string(),
        )
    }));
    rows.extend(
        file.covers()
            .map(|(from, until)| SummaryRow::new("Months", format!("{from} to {until}"))),
    );
    let said = [
        ("What counts as a contact", &file.definition),
        ("Code set", &file.code_set),
        ("System and version", &file.supplier_version),
    ];
    rows.extend(
        said.into_iter()
            .filter_map(|(name, words)| Some(SummaryRow::new(name, words.clone()?))),
    );
    rows.extend(
        file.as_of
            .map(|day| SummaryRow::new("As of", day.as_uk_date())),
    );
    rows.push(SummaryRow::new(
        "Brought in",
        format!("{} by {}", file.made_at.as_uk_moment(), file.made_by_name),
    ));
    SummaryList::new(rows)
}

fn refused(file: &File, wrong: &[Refused]) -> Option<Html> {
    if wrong.is_empty() {
        return None;
    }
    let mut table = Table::new()
        .caption("Rows that were refused: put them right in the file, and bring it in again")
        .responsive(true)
        .head(["Row", "Column", "Expected"].map(Column::new));
    for row in wrong {
        table = table.row([
            Cell::new(row.number.to_string()),
            Cell::new(&row.heading),
            Cell::new(&row.expected),
        ]);
    }
    let all = link(
        format!("{}/problems.csv", paths::file(file.id)),
        "Download the refused rows (CSV)",
    );
    Some([Html::from(table), paragraph(all)].into_iter().collect())
}
