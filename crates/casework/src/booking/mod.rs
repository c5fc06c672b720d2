//! Booking the next step with somebody: what, on which day, and where it is a
//! meeting how, at what time and where. Moving it and calling it off are the
//! same page; what was called off comes back with one press, and what was
//! planned before stands there and in the record. Two
//! meetings at one time are said, and never refused: people double book on
//! purpose.

pub mod form;
pub mod store;
pub mod actions;
pub mod shown;
pub mod pages;
