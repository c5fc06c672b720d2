//! A manager brings referrals in from a file, on both databases and through
//! the real pages without JavaScript.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod brought_in;
mod made;
mod matched;
mod seen_before_confirming;
mod undone;
