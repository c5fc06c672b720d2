//! What a practice sent and what came of it, as the practice reads it: its
//! own referrals, the messages about them, and the two counts that ask for
//! somebody (came back and not acknowledged; written and not filed). What a
//! message is, and what is done with one, belongs to `message`.

pub mod store;
pub mod filing;
mod card;
pub mod find;
pub mod pages;

pub use store::{Read, SentLine, Shown};

pub use crate::message::store::{Counts, counts};
