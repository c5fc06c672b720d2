//! A person's record: one page with everything of the case, for whoever is
//! assigned to the person. What matters to them stands on top, in their own
//! words; then where they stand, what comes next, and what was said.
//! A link worker who is not assigned sees who the person is and where the
//! referral stands, and is told how to see more. Every look is written down
//! in the transaction that reads.

pub mod store;
pub mod timeline;
mod activity;
pub mod view;
pub mod pages;
