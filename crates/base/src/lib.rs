//! The words every area needs: ids, dates, the clock, refusals and the text
//! types a posted form is parsed into.
//! Nothing here reads a file, a database or the network. The list is closed:
//! a word that only one area needs lives in that area.

pub mod moment;
pub mod id;
pub mod clock;
pub mod calendar;
pub mod refusal;
pub mod words;
pub mod text;
pub mod nhs_number;
pub mod place;
mod columns;

#[doc(hidden)]
pub use kith_sqlite as sqlite;
#[doc(hidden)]
pub use sqlx;

pub use calendar::WorkingDays;
pub use clock::Clock;
pub use id::Id;
pub use moment::{Day, MONTHS, Ts};
pub use nhs_number::NhsNumber;
pub use place::{OdsCode, Postcode};
pub use refusal::{Kind, Refusal};
pub use text::{Email, Line, Name, Phone, Story};
pub use words::Word;
