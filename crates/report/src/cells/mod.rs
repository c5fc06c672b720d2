//! The figures as cells: people-months alike in everything asked, with n, Σy
//! and Σy², made by one grouping in the database. Months without a contact
//! need no row: they come from the whole months a practice's list says somebody
//! was registered, and only months a file of contacts covers count.
//! Somebody referred is told by their first referral that was neither advice
//! nor voided; its calendar month is month nought. Only practices asked for
//! are looked at. What the cells say is `kith_effect`'s.
//! Cells by practice identify people: they stay inside.

mod first;
pub mod around;
pub mod windows;
pub mod histories;
pub mod scores;
pub mod definition;
