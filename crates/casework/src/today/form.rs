//! Setting what comes next with somebody.

use kith_base::{Day, Line};
use kith_pages::form::{Date, Hidden, Text};

/// The next step.
#[derive(Clone, Debug)]
pub struct SetNext {
    /// The version the page showed.
    pub version: i64,
    /// What.
    pub step: Line,
    /// By when.
    pub next_on: Day,
}

kith_pages::form! {
    /// What comes next, and when.
    pub NextForm => SetNext {
        version: Hidden<i64> = "The version of the referral",
        step: Text<Line> = Text::new("What comes next?").called("what comes next"),
        next_on: Date = "Date of the next step",
    }
}
