//! Effect turns what happened to a service's people into evidence: how contacts,
//! wellbeing and reach changed, and whether the service can be said to be the cause.
//! The rule that matters: where the data cannot carry a conclusion, the answer is a
//! typed refusal with its sentence, never a number with a footnote.
//! Nothing here opens a database or knows a case; it works on figures handed in.

pub mod stats;
pub mod cells;
pub mod picture;
pub mod sentence;
pub mod command;
