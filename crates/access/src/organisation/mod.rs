//! Organisations of a scheme: the practices that refer, the network or
//! provider that employs the link workers, voluntary organisations. Everybody
//! with an account belongs to one. An organisation is not deleted: it stops
//! being active, and what it did stays readable.

mod store;
mod form;
mod actions;
mod pages;

use crate::{needs::Needs, role::Ability, routes::Routes};

pub use store::{OrganisationRow, all, insert, one, practices};

kith_base::words! {
    /// What sort of organisation.
    pub enum OrganisationKind {
        Practice = "practice" / "GP practice",
        Network = "network" / "Network or provider",
        Voluntary = "voluntary" / "Voluntary organisation",
    }
}

/// Where organisations are looked after.
const LIST: &str = "/admin/organisations";

/// The administrator's routes on organisations.
#[must_use]
pub fn routes() -> Routes {
    let manage = Needs::Can(Ability::ManageOrganisations);
    Routes::new()
        .get(
            "/admin/organisations",
            Needs::Can(Ability::SeeAccounts),
            pages::list,
        )
        .get("/admin/organisations/new", manage, pages::show_new)
        .post("/admin/organisations/new", manage, pages::new)
        .get("/admin/organisations/{id}", manage, pages::show_one)
        .post("/admin/organisations/{id}", manage, pages::change)
}
