//! For tests alone: a browser that is signed in without going through the
//! sign-in, so that a test of something else starts where it wants to.

use axum::http::HeaderValue;
use kith_base::{Id, Ts};
use kith_db::Outcome;

use crate::{
    App,
    actor::{Account, Scheme},
    proof::totp::TotpSecret,
    session::{self, Stage, cookie::Cookie},
};

/// Begins a session of an account with both factors proved; gives the cookie
/// as a browser would send it: `kith=…`.
///
/// # Errors
/// When the database fails.
pub async fn signed_in(app: &App, scheme: Id<Scheme>, account: Id<Account>) -> Outcome<String> {
    let now = app.clock.now();
    let token = app
        .db
        .act(async |tx| session::begin(tx, scheme, account, Stage::SignedIn, now).await)
        .await?;
    let set = Cookie::Session.set(&app.origin, &token.letters());
    let line = set.as_ref().and_then(|set: &HeaderValue| set.to_str().ok());
    let pair = line.and_then(|line| line.split(';').next());
    Ok(pair.unwrap_or_default().to_owned())
}

/// The code an authenticator shows at `now` for the key a page told it in
/// letters: stands in for the telephone. Empty for what is no key.
#[must_use]
pub fn code_of(letters: &str, now: Ts) -> String {
    TotpSecret::read(letters).map_or(String::new(), |secret| secret.code(now))
}
