//! Looking after one's own account: password, authenticator, recovery codes,
//! where one is signed in. Every change asks for a proof of the last ten
//! minutes, is told to the account by mail, and ends all other sessions where
//! it changes what proves who somebody is.

mod store;
mod actions;
mod pages;
mod passkeys;

use crate::{needs::Needs, routes::Routes};

/// The routes of one's own account.
#[must_use]
pub fn routes() -> Routes {
    let own = Needs::SignedIn;
    Routes::new()
        .get("/account", own, pages::show)
        .get("/account/password", own, pages::show_password)
        .post("/account/password", own, pages::password)
        .get("/account/authenticator", own, pages::show_authenticator)
        .post("/account/authenticator", own, pages::authenticator)
        .post("/account/recovery-codes", own, pages::recovery_codes)
        .get("/account/passkeys", own, passkeys::show)
        .post("/account/passkeys", own, passkeys::add)
        .post("/account/passkeys/{id}/remove", own, passkeys::remove)
        .post(
            "/account/sign-out-elsewhere",
            own,
            pages::sign_out_elsewhere,
        )
}
