//! Signing in and out. First the email address and password, then a second
//! factor: a code from an authenticator application, a recovery code or a
//! passkey; or a passkey alone, which is two factors by itself. What
//! is wrong is never said more exactly than "check both", and the time taken
//! does not tell either. Proving again who one is (`step-up`), before what
//! needs it, is here too. Every success is a new session with a new token.

mod form;
mod actions;
mod pages;
mod passkeys;

use crate::{
    door::{SECOND, SIGN_IN, STEP_UP},
    needs::Needs,
    proof::passkey,
    routes::Routes,
};

pub(crate) use pages::with_session;

/// Where a signed-in browser says it is still there.
const STILL_HERE: &str = "/still-here";

/// The routes of signing in and out.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(SIGN_IN, Needs::Anyone, pages::show_sign_in)
        .post(SIGN_IN, Needs::Anyone, pages::sign_in)
        .get(SECOND, Needs::HalfSignedIn, pages::show_second)
        .post(SECOND, Needs::HalfSignedIn, pages::second)
        .get(STEP_UP, Needs::SignedIn, pages::show_step_up)
        .post(STEP_UP, Needs::SignedIn, pages::step_up)
        .get(passkeys::FIRST, Needs::Anyone, passkeys::show_first)
        .post(passkeys::FIRST, Needs::Anyone, passkeys::first)
        .post(passkeys::AS_SECOND, Needs::HalfSignedIn, passkeys::second)
        .post(passkeys::AGAIN, Needs::SignedIn, passkeys::again)
        .get(passkey::SCRIPT, Needs::Anyone, passkey::script)
        .post("/sign-out", Needs::SignedIn, pages::sign_out)
        .post(STILL_HERE, Needs::SignedIn, pages::still_here)
}
