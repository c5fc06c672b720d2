//! The administrator's pages on accounts: inviting somebody, changing their
//! role, sending a new link, marking them as left. The administrator starts a
//! reset and never chooses a password. Nobody changes their own role, the
//! last administrator stays, and the safeguarding lead and deputy are
//! replaced before they leave. A changed role ends the account's sessions.

mod form;
mod actions;
mod pages;

use crate::{needs::Needs, role::Ability, routes::Routes};

pub use actions::first_administrator;

/// Where accounts are looked after.
const LIST: &str = "/admin/accounts";

/// The administrator's routes on accounts.
#[must_use]
pub fn routes() -> Routes {
    let manage = Needs::Can(Ability::ManageAccounts);
    Routes::new()
        .get(
            "/admin/accounts",
            Needs::Can(Ability::SeeAccounts),
            pages::list,
        )
        .get("/admin/accounts/new", manage, pages::show_new)
        .post("/admin/accounts/new", manage, pages::new)
        .get("/admin/accounts/{id}", manage, pages::show_one)
        .post("/admin/accounts/{id}", manage, pages::change)
        .post("/admin/accounts/{id}/link", manage, pages::link)
        .get("/admin/accounts/{id}/leave", manage, pages::show_leave)
        .post("/admin/accounts/{id}/leave", manage, pages::leave)
}
