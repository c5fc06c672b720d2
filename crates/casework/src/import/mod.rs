//! Bringing referrals in from a file: a spreadsheet, or another system's list.
//! A file is read, its columns are recognised, and every row is sorted before
//! anything is made: new, the same as one brought in before, a close match
//! that somebody must look at, or one with something wrong in it. Confirming
//! makes the referrals row by row, goes on where it stopped, and can be undone
//! for seven days. A person's record is never deleted by an undo: a referral
//! that is taken back leaves a person without a referral, who is on no list.
//! The page and the command line do the same through `actions`.

pub mod headings;
pub mod sheet;
pub mod cells;
pub mod store;
pub mod changed;
pub mod rows;
pub mod actions;
pub mod bring_in;
pub mod undo;
pub mod listed;
pub mod show;
mod steps;
pub mod pages;

use kith_base::words;

/// Names an import's id.
pub use crate::ImportBatch;
pub use actions::Progress;
pub use pages::routes;

/// The largest file taken, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The most rows taken from one file.
pub const MOST_ROWS: usize = 20_000;
/// The most columns taken from one file.
pub const MOST_COLUMNS: usize = 100;
/// For how many days an import can be undone.
pub const UNDO_DAYS: i64 = 7;

words! {
    /// Where an import stands.
    pub enum Stage {
        Staged = "staged" / "Not confirmed",
        Running = "running" / "Being brought in",
        Done = "done" / "Brought in",
        Undoing = "undoing" / "Being undone",
        Undone = "undone" / "Undone",
        Dropped = "dropped" / "Thrown away",
    }
}

words! {
    /// The group a row is sorted into.
    pub enum Sorted {
        Unread = "unread" / "Not checked yet",
        New = "new" / "New",
        Same = "same" / "The same as before",
        Close = "close" / "Close match",
        Error = "error" / "Something is wrong",
    }
}

words! {
    /// What is done with a row.
    pub enum Decision {
        Ask = "ask" / "Not decided",
        Make = "make" / "Make a new record",
        Add = "add" / "Add to the existing record",
        Skip = "skip" / "Leave it out",
    }
}

words! {
    /// What became of a row.
    pub enum RowOutcome {
        Waiting = "waiting" / "Nothing yet",
        Made = "made" / "Referral made",
        Added = "added" / "Added to the open referral",
        Failed = "failed" / "Could not be brought in",
        TakenBack = "taken_back" / "Taken back",
        Kept = "kept" / "Could not be taken back",
    }
}

words! {
    /// How the dates in the file are written. Year first is always understood,
    /// because it cannot be misread, and so are a spreadsheet's own dates.
    pub enum DateOrder {
        DayFirst = "dmy" / "Day first: 31/12/2026",
        MonthFirst = "mdy" / "Month first: 12/31/2026",
    }
}
