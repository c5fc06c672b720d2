//! A file brought in for the figures: a practice's list, GP contacts, wellbeing
//! scores, or population counts. Its rows are read, checked and kept at once,
//! and count only while the file is done: confirming and undoing are one small
//! change each. Where two files speak of the same practice (and, for contacts,
//! the same month), the one confirmed last counts, so that nothing is counted
//! twice and an undo brings back what stood before.
//! What each sort holds belongs to `gp`, `score` and `population`.

pub mod sheet;
pub mod store;

use kith_base::words;

/// Names a file.
pub enum GatheredFile {}

/// The largest file taken, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Refused rows told one by one; all of them are counted.
pub const MOST_PROBLEMS: usize = 1000;
/// For how many days undoing is offered as such.
pub const UNDO_DAYS: i64 = 7;

words! {
    /// What a file holds.
    pub enum FileKind {
        GpRegister = "gp_register" / "Who is registered at a practice",
        GpContacts = "gp_contacts" / "GP contacts of a practice",
        Scores = "scores" / "Wellbeing scores",
        Population = "population" / "Population counts",
    }
}

words! {
    /// Where a file stands.
    pub enum Stage {
        Reading = "reading" / "Being read",
        Staged = "staged" / "Not confirmed",
        Done = "done" / "Counts",
        Undone = "undone" / "Taken out",
        Dropped = "dropped" / "Thrown away",
    }
}
