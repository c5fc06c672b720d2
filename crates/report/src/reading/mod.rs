//! A reading: one question asked of the figures, and its answer as it was read.
//! The question holds everything that decides the answer; its hash is kept
//! with it. A primary question is fixed before the data are read; every other
//! reading is exploratory and says so. An answer is kept as it was shown, small
//! numbers hidden, so that it reads the same next year; a new reading never
//! takes the place of an old one.

pub mod question;
pub mod contacts;
pub mod wellbeing;
pub mod answer;
pub mod store;
pub mod actions;
pub mod work;

/// Names a reading's id.
pub enum Reading {}

kith_base::words! {
    /// Where a reading stands.
    pub enum Stage {
        Fixed = "fixed" / "Question fixed, not read yet",
        Running = "running" / "Being made",
        Done = "done" / "Made",
        Failed = "failed" / "Could not be made",
    }
}
