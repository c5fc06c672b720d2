//! Lone working: nobody visits somebody alone. Whoever works with the person
//! says so, with the reason and a day by which it is looked at again; it
//! stands on the person's page, in every list and on the sheets of a visit
//! until somebody lifts it, with a reason too. A day that has gone by lifts
//! nothing: it puts a task on somebody's list.

pub mod store;
pub mod actions;
mod pages;

pub use pages::routes;
