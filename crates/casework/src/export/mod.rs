//! Taking records out: all of a scheme's as tables, for whoever owns them, and
//! all of one person's, for the person who asks (a subject access request).
//! Both read the same written list (`tables`) of every table and column, with
//! what each means and how it is treated. A table or column that is in the
//! database and not in the list fails the tests, so nothing new is left out,
//! or let out, by accident. Above a size, all of a scheme's records leave only
//! when a second person has released them (`release`).

pub mod tables;
pub mod staff_tables;
pub mod case_tables;
pub mod figure_tables;
pub mod read;
pub mod scheme;
pub mod person;
pub mod release;
mod release_pages;
pub mod pages;

pub use pages::routes;
pub use person::person;
pub use scheme::{Progress, scheme};
