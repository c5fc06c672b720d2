//! Case work: a referral becomes a case, a link worker holds it, and the
//! practice hears back. A person is referred (`referral`), met (`contact`),
//! and everything that must still happen is a `task`; what the practice reads
//! is a `message`; what cannot wait is a `concern`.
//! The rule that matters: nobody is lost. Every unfinished referral has an
//! owner or a queue, and a date; every end tells the referrer and the person.

pub mod paths;
pub mod code_map;
pub mod sheet;
pub mod person;
pub mod tag;
pub mod task;
pub mod draft;
pub mod message;
pub mod meeting;
pub mod referral;
pub mod details;
pub mod booking;
pub mod contact;
pub mod waiting;
pub mod caseload;
pub mod today;
pub mod concern;
pub mod sensitive;
pub mod lone;
pub mod merge;
pub mod sent;
pub mod import;
pub mod team;
pub mod export;
pub mod myself;
pub mod record;
pub mod routes;

pub use routes::routes;

/// Names a referral's id.
pub enum Referral {}
/// Names a contact's id.
pub enum Contact {}
/// One import of a file; names its id.
pub enum ImportBatch {}
