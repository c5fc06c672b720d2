//! Every table and column: its type, what it means, and what an export does
//! with it. Secrets (passwords, keys, sign-ins) and what only the program
//! needs are left out, each with its reason.

/// How a column is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// An id.
    Id,
    /// A moment, written in UTC.
    Moment,
    /// A day, written year first.
    Day,
    /// Words.
    Text,
    /// A whole number.
    Number,
    /// Yes or no, written 1 or 0.
    Flag,
    /// Bytes, written as hexadecimal digits.
    Bytes,
}

impl Kept {
    /// What the data dictionary says.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Id => "id (UUID)",
            Self::Moment => "moment (UTC, RFC 3339)",
            Self::Day => "day (ISO 8601)",
            Self::Text => "text",
            Self::Number => "whole number",
            Self::Flag => "1 or 0",
            Self::Bytes => "bytes (hexadecimal)",
        }
    }

    /// The family of the database's own type (`kith_db::Column::family`).
    #[must_use]
    pub const fn family(self) -> &'static str {
        match self {
            Self::Id | Self::Bytes => "blob",
            Self::Moment | Self::Number | Self::Flag => "integer",
            Self::Day | Self::Text => "text",
        }
    }
}

/// What the export of the whole scheme does with a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whole {
    /// Takes it.
    Out,
    /// Leaves it; why.
    Left(&'static str),
}

/// Which rows of a table are about one person: `$1` is the scheme, `$2` the person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theirs {
    /// Those for which this holds.
    Rows(&'static str),
    /// It is about no person.
    Nobody,
    /// It is about people, and left out; why.
    Left(&'static str),
}

/// A table of the list.
#[derive(Clone, Copy, Debug)]
pub struct TableWords {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: &'static str,
    /// What the export of the whole scheme does with it.
    pub whole: Whole,
    /// What the export of one person does with it.
    pub theirs: Theirs,
    /// Its columns that are not told in [`EVERYWHERE`].
    pub columns: &'static [(&'static str, Kept, &'static str)],
    /// Columns left out of every export; why.
    pub secret: &'static [(&'static str, &'static str)],
    /// Columns that may speak of somebody else, or do harm: a reviewer reads
    /// them before they are given to the person.
    pub review: &'static [&'static str],
}

use Kept::{Id, Moment, Number};

use super::{case_tables::CASES, figure_tables::FIGURES, staff_tables::STAFF};

/// Every table, in the order of the file.
pub fn all() -> impl Iterator<Item = &'static TableWords> {
    STAFF.iter().chain(CASES).chain(FIGURES)
}

/// Columns that mean the same in every table.
pub const EVERYWHERE: &[(&str, Kept, &str)] = &[
    ("scheme_id", Id, "The scheme that owns the row"),
    ("id", Id, "The row's own id"),
    ("version", Number, "Counts the changes of the row"),
    ("made_at", Moment, "When it was made"),
    ("changed_at", Moment, "When it was last changed"),
    ("made_by", Id, "The account that made it"),
    ("person_id", Id, "Whom it is about"),
    ("referral_id", Id, "The referral it belongs to"),
    ("account_id", Id, "The account it belongs to"),
    ("practice_id", Id, "The practice it belongs to"),
    ("import_id", Id, "The import that made it"),
    ("at", Moment, "When it happened"),
    (
        "by_id",
        Id,
        "The account that did it; empty: the service itself",
    ),
    ("owner_id", Id, "The link worker who has it"),
    ("done_at", Moment, "When it was done"),
    ("undone_at", Moment, "When it was undone"),
    ("ended_at", Moment, "When it ended"),
    ("acknowledged_by", Id, "Who acknowledged it"),
    ("acknowledged_at", Moment, "When it was acknowledged"),
];

/// A table nothing of which is secret or marked.
pub(super) const fn table(
    name: &'static str,
    holds: &'static str,
    whole: Whole,
    theirs: Theirs,
    columns: &'static [(&'static str, Kept, &'static str)],
) -> TableWords {
    TableWords {
        name,
        holds,
        whole,
        theirs,
        columns,
        secret: &[],
        review: &[],
    }
}

/// Tables without a scheme, which belong to the database and not to a scheme.
pub const OF_THE_DATABASE: &[(&str, &str)] = &[("kith_migration", "how the database was made")];

impl TableWords {
    /// What a column is and means; none when the list does not know it.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<(Kept, &'static str)> {
        self.columns
            .iter()
            .chain(EVERYWHERE)
            .find(|(known, ..)| *known == name)
            .map(|(_, kept, means)| (*kept, *means))
    }

    /// Whether a column never leaves.
    #[must_use]
    pub fn is_secret(&self, name: &str) -> bool {
        self.secret.iter().any(|(known, _)| *known == name)
    }

    /// Whether a reviewer reads a column before it is given out.
    #[must_use]
    pub fn wants_review(&self, name: &str) -> bool {
        self.review.contains(&name)
    }
}

/// A table of the list by its name.
#[must_use]
pub fn known(name: &str) -> Option<&'static TableWords> {
    all().find(|table| table.name == name)
}
