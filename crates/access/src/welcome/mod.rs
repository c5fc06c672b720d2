//! The pages behind mailed links: an invited account sets a password and its
//! authenticator and is shown its recovery codes, once; a forgotten password
//! is set anew and the second factor is still asked for. Asking for a reset
//! is answered the same whether there is such an account or not.

mod actions;
mod form;
mod pages;

use crate::{mailed, needs::Needs, routes::Routes};

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

/// A link that invites an account, to be handed over in person or printed
/// once: for the first administrator of a new scheme. Earlier links for it
/// stop working.
///
/// # Errors
/// When the database fails.
pub async fn invitation(
    tx: &mut kith_db::Tx,
    scheme: kith_base::Id<crate::Scheme>,
    account: kith_base::Id<crate::Account>,
    origin: &crate::Origin,
    now: kith_base::Ts,
) -> kith_db::Outcome<String> {
    let path = mailed::new_link(tx, scheme, account, mailed::Purpose::Invitation, now).await?;
    Ok(origin.link(&path))
}
