//! A kept note in words, for every page that shows one: its own page, the
//! person's record, both versions after a conflict.

use kith_base::{Id, Word};

use super::{Attended, Contact, store::Kept};
use crate::{paths, person::Person};

/// A note as a page shows it.
#[derive(Clone, Debug)]
pub struct NoteView {
    /// The note.
    pub id: Id<Contact>,
    /// Whom it is about.
    pub person: Id<Person>,
    /// When they met, as people read it.
    pub when: String,
    /// How, for what, how long: in one line.
    pub line: String,
    /// Who wrote it.
    pub author: String,
    /// The words, or that they are restricted.
    pub words: Vec<(&'static str, String)>,
    /// The words are left out for this reader.
    pub hidden: bool,
    /// Why it was voided.
    pub voided: Option<String>,
}

impl NoteView {
    /// The note's own page.
    #[must_use]
    pub fn path(&self) -> String {
        paths::contact(self.person, self.id)
    }
}

/// A kept note in words.
#[must_use]
pub fn view(kept: &Kept) -> NoteView {
    let note = &kept.note;
    let met = match note.attended {
        Attended::Yes => format!("{}, {} minutes", note.mode, note.minutes),
        not => format!("{}, {}", note.mode, not.label().to_lowercase()),
    };
    let purpose = match note.holding {
        Some(function) => format!("{} ({})", note.purpose, function.label().to_lowercase()),
        None => note.purpose.to_string(),
    };
    let line = |words: Option<String>, label| words.map(|words| (label, words));
    let words = [
        line(
            note.why_not.as_ref().map(ToString::to_string),
            "Why they did not meet",
        ),
        line(note.note.as_ref().map(ToString::to_string), "Note"),
        line(
            note.connected_to.as_ref().map(ToString::to_string),
            "Connected to",
        ),
        line(
            note.practice_line.as_ref().map(ToString::to_string),
            "Line for the practice",
        ),
        line(
            note.weight.map(|weight| weight.label().to_owned()),
            "How heavy it was for you",
        ),
    ];
    NoteView {
        id: kept.id,
        person: kept.person,
        when: note.at.as_uk_moment(),
        line: format!("{purpose} · {met}"),
        author: kept.author_name.to_string(),
        words: words.into_iter().flatten().collect(),
        hidden: kept.hidden,
        voided: kept.void_reason.clone(),
    }
}
