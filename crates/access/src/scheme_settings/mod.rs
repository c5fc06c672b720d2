//! The administrator's page of a scheme's settings. Every setting that was
//! changed is kept with who changed it and written to the audit trail. The
//! safeguarding lead and deputy are two different people who are there; once
//! chosen they can be replaced and never left out.

mod form;
mod actions;
mod pages;

use crate::{needs::Needs, role::Ability, routes::Routes};

pub use actions::{lead_and_deputy, put};

/// Where settings are looked after.
const PAGE: &str = "/admin/settings";

/// The administrator's routes on settings.
#[must_use]
pub fn routes() -> Routes {
    let manage = Needs::Can(Ability::ManageSettings);
    Routes::new()
        .get(PAGE, manage, pages::show)
        .post(PAGE, manage, pages::keep)
}
