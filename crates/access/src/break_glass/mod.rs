//! Break-glass: opening one person's restricted record for an hour, with a
//! reason, when waiting would harm. It is loud: a fresh proof of who one is,
//! at least ten words of reason, one person, never an export; the guardian
//! is mailed at once and reviews it within three working days, and more than
//! three in a day by one account are said to be so. What it opens is decided
//! in `who`; that it was used stands in the audit trail.

mod rules;
mod store;
mod actions;
mod pages;

use crate::{needs::Needs, role::Ability, routes::Routes};

pub use store::to_review;

/// The routes of breaking the glass and of its review.
#[must_use]
pub fn routes() -> Routes {
    let break_it = Needs::Can(Ability::BreakGlass);
    let review = Needs::Can(Ability::ReviewBreakGlass);
    Routes::new()
        .get("/break-glass/open", break_it, pages::show_find)
        .post("/break-glass/open", break_it, pages::find)
        .get("/break-glass/open/{person}", break_it, pages::show_open)
        .post("/break-glass/open/{person}", break_it, pages::open)
        .get("/break-glass", review, pages::list)
        .get("/break-glass/{id}", review, pages::show_one)
        .post("/break-glass/{id}", review, pages::review)
}
