//! The team, for its manager: who waits and for how long, what each link
//! worker carries, who stands in for whom, and what happens when somebody
//! leaves. Figures say how they were made and how many they rest on. Workers
//! stand by name, never by rank: a load is to be shared, not a table to win.

pub mod rules;
pub mod store;
pub mod actions;
pub mod form;
mod overview;
pub mod pages;

pub use pages::routes;

/// Names a cover's id.
pub enum Cover {}
