//! Passkeys where one signs in: instead of password and code, as the second
//! factor, and to prove again who one is. A passkey is not guessed, so the
//! lock against guessing does not stand before it: somebody whose password is
//! being tried by others still gets in.

use axum::response::{IntoResponse, Response};
use kith_base::{Id, Ts};
use kith_pages::{Html, form::FormToken, form::Posted, go, html::p};

use super::{actions, pages::with_session};
use crate::{
    account,
    actor::{Account, Scheme},
    app::App,
    own_path::{Back, OwnPath},
    peer::Peer,
    proof::passkey,
    signed::{Half, Signed, Visitor},
    trouble::{Answer, Trouble},
};

/// Where a passkey stands in for everything else.
pub(super) const FIRST: &str = "/sign-in/passkey";
/// Where it is the second factor.
pub(super) const AS_SECOND: &str = "/sign-in/second/passkey";
/// Where it proves again who one is.
pub(super) const AGAIN: &str = "/step-up/passkey";

/// The question for an account's own passkeys; nothing when it has none.
pub(super) async fn offered(
    app: &App,
    (scheme, account): (Id<Scheme>, Id<Account>),
    (session, now): (&[u8], Ts),
    (page, back): (&str, &OwnPath),
    token: &FormToken,
) -> Result<Html, Trouble> {
    let kept = app
        .db
        .read(async |tx| passkey::of_account(tx, scheme, account).await)
        .await?;
    let question = passkey::ask_known(app, &kept, (session, now))?;
    Ok(question.map_or_else(Html::default, |question| {
        question.form(back.after(page), token, Html::default(), "Use a passkey")
    }))
}

pub(super) async fn show_first(visitor: Visitor, app: App, Back(back): Back) -> Answer {
    let page = visitor
        .page("Sign in with a passkey")
        .back(back.after("/sign-in"));
    let form = match passkey::ask_any(&app, app.clock.now())? {
        None => p("Passkeys cannot be used at this address."),
        Some(question) => question.form(
            back.after(FIRST),
            &visitor.token(),
            Html::default(),
            "Sign in",
        ),
    };
    Ok(page.body(form).into_response())
}

pub(super) async fn first(app: App, Back(back): Back, peer: Peer, posted: Posted) -> Answer {
    peer.tries(&app)?;
    let now = app.clock.now();
    let (state, credential) = (posted.text("state"), posted.text("credential"));
    let account = passkey::whose(&app, credential)?;
    let (scheme, kept) = app
        .db
        .read(async |tx| {
            let scheme = account::scheme_of(tx, account).await?;
            let kept = passkey::of_account(tx, scheme, account).await?;
            Ok((scheme, kept))
        })
        .await?;
    let result = passkey::check_any(&app, state, credential, &kept, now)?;
    let owner = (scheme, account);
    let token = actions::by_passkey(&app, owner, None, (state, &result), now).await?;
    Ok(with_session(&app, &token, go(back.as_str())))
}

pub(super) async fn second(
    half: Half,
    app: App,
    Back(back): Back,
    peer: Peer,
    posted: Posted,
) -> Answer {
    peer.tries(&app)?;
    let (state, credential) = (posted.text("state"), posted.text("credential"));
    let now = half.actor.now;
    let result = passkey::check_known(&app, state, credential, (&half.session, now))?;
    let owner = (half.actor.scheme, half.actor.account);
    let before = Some(&half.session);
    let token = actions::by_passkey(&app, owner, before, (state, &result), now).await?;
    Ok(with_session(&app, &token, go(back.as_str())))
}

pub(super) async fn again(
    signed: Signed,
    app: App,
    Back(back): Back,
    peer: Peer,
    posted: Posted,
) -> Result<Response, Trouble> {
    peer.tries(&app)?;
    let (state, credential) = (posted.text("state"), posted.text("credential"));
    let now = signed.actor.now;
    let result = passkey::check_known(&app, state, credential, (&signed.session, now))?;
    let owner = (signed.actor.scheme, signed.actor.account);
    let proof = (state, &result);
    let token = actions::step_up_by_passkey(&app, owner, &signed.session, proof, now).await?;
    Ok(with_session(&app, &token, go(back.as_str())))
}

/// What stands below the form for a code: the passkey's question.
pub(super) async fn below_second(half: &Half, back: &OwnPath) -> Result<Html, Trouble> {
    let owner = (half.actor.scheme, half.actor.account);
    let bound = (&half.session[..], half.actor.now);
    offered(&half.app, owner, bound, (AS_SECOND, back), &half.token()).await
}

/// As [`below_second`], on the page that asks again.
pub(super) async fn below_again(signed: &Signed, back: &OwnPath) -> Result<Html, Trouble> {
    let owner = (signed.actor.scheme, signed.actor.account);
    let bound = (&signed.session[..], signed.actor.now);
    offered(&signed.app, owner, bound, (AGAIN, back), &signed.token()).await
}
