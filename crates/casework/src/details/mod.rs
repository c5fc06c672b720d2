//! Putting a person's details right: over the version that was read, both
//! versions side by side when two people did so at once. What was put right
//! keeps what it was (`person::earlier`), and the practices that were written
//! to about the person hear when it was who they are: their messages named
//! somebody else.

pub mod form;
pub mod actions;
mod store;
pub mod pages;

pub use pages::routes;
