//! Reading the audit trail. Everybody sees their own acts; the guardian sees
//! who looked at one person, and what one account did. The trail holds no
//! names of people and no notes; names of accounts are looked up to be shown.
//! Looking at the trail of a person is itself written to the trail.

mod store;
mod pages;

use crate::{needs::Needs, role::Ability, routes::Routes};

pub use store::{TrailRow, of_person};

/// The routes of reading the trail.
#[must_use]
pub fn routes() -> Routes {
    let see = Needs::Can(Ability::SeeAudit);
    Routes::new()
        .get("/audit", see, pages::list)
        .get("/audit/people/{person}", see, pages::of_person)
        .get("/audit/accounts/{account}", see, pages::of_account)
}
