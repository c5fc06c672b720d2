//! The pages behind mailed links: an invited account sets a password and its
//! authenticator and is shown its recovery codes, once; a forgotten password
//! is set anew and the second factor is still asked for. Asking for a reset
//! is answered the same whether there is such an account or not.

mod actions;
mod form;
mod pages;

use crate::routes::{Needs, Routes};

/// The routes behind mailed links.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/welcome/{token}", Needs::Anyone, pages::show_welcome)
        .post("/welcome/{token}", Needs::Anyone, pages::welcome)
        .get("/sign-in/forgotten", Needs::Anyone, pages::show_forgotten)
        .post("/sign-in/forgotten", Needs::Anyone, pages::forgotten)
        .get("/reset/{token}", Needs::Anyone, pages::show_reset)
        .post("/reset/{token}", Needs::Anyone, pages::reset)
}

pub(crate) use form::NewPasswordForm;
pub(crate) use pages::{codes_page, picture};
