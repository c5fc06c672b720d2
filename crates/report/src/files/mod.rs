//! Bringing a file in: the manager's for the whole scheme, a practice's own for
//! that practice. A file is read and checked at once; what it would bring is
//! shown; confirming makes it count, and it can be taken out again at any
//! time. Readings made from it meanwhile stay as they were read.

pub mod actions;
pub mod form;
pub mod pages;
mod show;

pub use pages::routes;
