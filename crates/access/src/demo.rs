//! "Sign in as" of the demonstration: everybody in it is made up, so a press
//! signs in as one of them without a password. The routes answer only when
//! the program runs as a demonstration, and only browsers on this machine;
//! to everybody else they do not exist.

use axum::response::IntoResponse;
use kith_base::{Id, Refusal};
use kith_pages::{form::Posted, go};

use crate::{
    actor::{Account, Scheme},
    app::App,
    made_up::{self, MADE_UP},
    needs::Needs,
    peer::Peer,
    routes::Routes,
    session::{self, Stage},
    sign_in::with_session,
    signed::Visitor,
    trouble::Answer,
};

/// The routes of "Sign in as".
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get(MADE_UP, Needs::Anyone, show)
        .post(MADE_UP, Needs::Anyone, sign_in_as)
}

fn only_here(app: &App, peer: Peer) -> Result<(), Refusal> {
    if app.demo && peer.is_this_machine() {
        Ok(())
    } else {
        Err(Refusal::not_found())
    }
}

async fn show(visitor: Visitor, app: App, peer: Peer) -> Answer {
    only_here(&app, peer)?;
    let everybody = made_up::people(&app).await?;
    let table = made_up::table(everybody, &visitor.token());
    Ok(visitor.page("Sign in as").body(table).into_response())
}

async fn sign_in_as(visitor: Visitor, app: App, peer: Peer, posted: Posted) -> Answer {
    only_here(&app, peer)?;
    let parsed = |name| posted.text(name).parse().map_err(|_| Refusal::not_found());
    let (scheme, account): (Id<Scheme>, Id<Account>) = (
        parsed("scheme")?,
        posted
            .text("account")
            .parse()
            .map_err(|_| Refusal::not_found())?,
    );
    let now = app.clock.now();
    let token = app
        .db
        .act(async |tx| {
            session::of_account(tx, scheme, account, now).await?;
            if let Some(before) = &visitor.signed {
                session::end(tx, before.actor.scheme, &before.session).await?;
            }
            session::begin(tx, scheme, account, Stage::SignedIn, now).await
        })
        .await?;
    Ok(with_session(&app, &token, go("/")))
}
