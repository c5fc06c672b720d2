//! For tests alone: a small made-up world on a clock that stands still, on
//! both databases, and a browser without JavaScript in which its people work.
//! A journey then reads like a story: `kay.opens("/waiting").await;
//! kay.presses("Take on").await; kay.sees("Taken on");`.
//! A step that cannot be done fails the test and prints what the page said.

mod seen;
pub mod reading;
mod fields;
mod browser;
mod world;
mod story;

pub use browser::{Browser, Sent};
pub use story::{Somebody, mary, named, omar};
pub use world::{Staff, World};

/// A spreadsheet (.xlsx) with two people, Mary Smith and Jo Young, who is too
/// young for the service; dates and telephone numbers are kept as numbers.
pub const WORKBOOK: &[u8] = include_bytes!("../files/list.xlsx");
