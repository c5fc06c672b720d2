//! A link worker's work with one person, through the real pages without
//! scripts, on both databases.

mod story;
mod contact;
mod draft;
mod details;
mod ending;
mod seen;
mod tasks;
