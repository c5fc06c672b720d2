//! Two records of one person become one. A manager looks at both side by side,
//! says which is kept, and everything that hung on the other hangs on it from
//! then on; the other stays as an empty shell that says what it is part of.
//! Every row that moved is written down, so that a merge can be taken back.
//! Two unfinished referrals are never merged into one person's hands: one of
//! them must end first. What moves is listed in `tables`.

pub mod tables;
mod snapshot;
pub mod store;
pub mod actions;
mod pages;

pub use pages::routes;

/// Names a merge's id.
pub enum Merge {}
