//! Made-up schemes to look at and to measure: the demonstration, whose people
//! live through the same actions the pages call (`story`, `few`), and any number of
//! cases for the benchmark (`bulk`). Nobody in them exists; the same seed gives
//! the same people.

mod plans;
mod draw;
mod days;
mod names;
mod people;
mod words;
mod scheme;
mod written;
mod story;
mod few;
mod week;
mod bulk;
mod demo;
mod figures;

pub use bulk::cases;
pub use demo::{demo, staff};
pub use figures::figures;
pub use scheme::{MadeScheme, Size};

use std::{fmt::Display, str::FromStr};

use kith_base::Refusal;

/// Words of ours as their type; a word that is not one is named.
fn text<T: FromStr<Err: Display>>(words: &str) -> Result<T, Refusal> {
    words
        .parse()
        .map_err(|bad| Refusal::invalid(format!("the made-up \"{words}\": {bad}")))
}
