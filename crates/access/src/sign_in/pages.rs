//! The pages of signing in and out.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kith_pages::{
    Html, Page,
    form::{FormToken, Posted},
    go,
    headers::forget_this_site,
    html::{link, p},
};

use super::{
    actions,
    form::{CodeForm, SignInForm},
    passkeys,
};
use crate::{
    app::App,
    door::{SECOND, SIGN_IN, STEP_UP},
    made_up::{self, MADE_UP},
    own_path::{Back, OwnPath},
    peer::Peer,
    proof::pace::Pace,
    secret::Token,
    session::cookie::Cookie,
    sheet::{pieces, send, sheet},
    signed::{Half, Signed, Visitor},
    trouble::{Answer, Trouble},
};

/// The same words for whatever is wrong.
const CHECK_BOTH: &str = "Check your email address and password. \
    After a wrong try, wait a moment before the next";
const CHECK_CODE: &str = "Check the code. Each code works once; \
    after a wrong try, wait a moment before the next";

fn sign_in_page(visitor: &Visitor, form: &SignInForm, back: &OwnPath, first: Html) -> Page {
    let body = pieces([
        first,
        sheet(
            form.open(back.after(SIGN_IN), &visitor.token()),
            [form.email(), form.password()],
            send("Continue"),
        ),
        p(link(back.after(passkeys::FIRST), "Sign in with a passkey")),
        p(link("/sign-in/forgotten", "I have forgotten my password")),
    ]);
    visitor.page("Sign in").errors(form.errors()).body(body)
}

/// In the demonstration, some of the made-up people to sign in as.
async fn demonstrated(visitor: &Visitor, app: &App, peer: Peer) -> Result<Html, Trouble> {
    if !(app.demo && peer.is_this_machine()) {
        return Ok(Html::default());
    }
    let some = made_up::some_of_each(made_up::people(app).await?);
    Ok(pieces([
        made_up::table(some, &visitor.token()),
        p(link(MADE_UP, "Everybody you can sign in as")),
    ]))
}

pub(super) async fn show_sign_in(
    visitor: Visitor,
    app: App,
    Back(back): Back,
    peer: Peer,
) -> Answer {
    if visitor.signed.is_some() {
        return Ok(go(back.as_str()));
    }
    let first = demonstrated(&visitor, &app, peer).await?;
    Ok(sign_in_page(&visitor, &SignInForm::blank(), &back, first).into_response())
}

pub(super) async fn sign_in(
    visitor: Visitor,
    app: App,
    Back(back): Back,
    peer: Peer,
    posted: Posted,
) -> Answer {
    peer.tries(&app)?;
    let again = |form: SignInForm| {
        Ok(sign_in_page(&visitor, &form, &back, Html::default()).into_response())
    };
    let typed = match SignInForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return again(form),
    };
    let pace = Pace::begin();
    match actions::password(&app, typed, app.clock.now()).await? {
        Some(token) => Ok(with_session(&app, &token, go(&back.after(SECOND)))),
        None => {
            pace.keep().await;
            let mut form = SignInForm::blank().kept(&posted);
            form.add_error(CHECK_BOTH);
            again(form)
        }
    }
}

/// An answer that gives the browser its session.
pub(crate) fn with_session(app: &App, token: &Token, mut response: Response) -> Response {
    if let Some(cookie) = Cookie::Session.set(&app.origin, &token.letters()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn code_form(form: &CodeForm, action: String, token: &FormToken) -> Html {
    sheet(form.open(action, token), [form.code()], send("Continue"))
}

async fn second_page(half: &Half, form: &CodeForm, back: &OwnPath) -> Answer {
    let by_code = code_form(form, back.after(SECOND), &half.token());
    let by_passkey = passkeys::below_second(half, back).await?;
    Ok(half
        .page("Enter your code")
        .errors(form.errors())
        .body(pieces([by_code, by_passkey]))
        .into_response())
}

pub(super) async fn show_second(half: Half, Back(back): Back) -> Answer {
    second_page(&half, &CodeForm::blank(), &back).await
}

pub(super) async fn second(
    half: Half,
    app: App,
    Back(back): Back,
    peer: Peer,
    posted: Posted,
) -> Answer {
    peer.tries(&app)?;
    let typed = match CodeForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return second_page(&half, &form, &back).await,
    };
    let owner = (half.actor.scheme, half.actor.account);
    let now = half.actor.now;
    match actions::second(&app, owner, &half.session, &typed.code, now).await? {
        Some(token) => Ok(with_session(&app, &token, go(back.as_str()))),
        None => {
            let mut form = CodeForm::blank();
            form.code.add_error(CHECK_CODE);
            second_page(&half, &form, &back).await
        }
    }
}

async fn step_up_page(signed: &Signed, form: &CodeForm, back: &OwnPath) -> Answer {
    let why = p("What comes next needs a proof of the last ten minutes.");
    let by_code = code_form(form, back.after(STEP_UP), &signed.token());
    let by_passkey = passkeys::below_again(signed, back).await?;
    Ok(signed
        .page("Confirm it is you")
        .errors(form.errors())
        .body(pieces([why, by_code, by_passkey]))
        .into_response())
}

pub(super) async fn show_step_up(signed: Signed, Back(back): Back) -> Answer {
    step_up_page(&signed, &CodeForm::blank(), &back).await
}

pub(super) async fn step_up(
    signed: Signed,
    app: App,
    Back(back): Back,
    peer: Peer,
    posted: Posted,
) -> Answer {
    peer.tries(&app)?;
    let typed = match CodeForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return step_up_page(&signed, &form, &back).await,
    };
    let owner = (signed.actor.scheme, signed.actor.account);
    let now = signed.actor.now;
    match actions::step_up(&app, owner, &signed.session, &typed.code, now).await? {
        Some(token) => Ok(with_session(&app, &token, go(back.as_str()))),
        None => {
            let mut form = CodeForm::blank();
            form.code.add_error(CHECK_CODE);
            step_up_page(&signed, &form, &back).await
        }
    }
}

pub(super) async fn sign_out(signed: Signed, app: App) -> Result<Response, Trouble> {
    let owner = (signed.actor.scheme, signed.actor.account);
    actions::sign_out(&app, owner, &signed.session, signed.actor.now).await?;
    let mut response = go(SIGN_IN);
    forget_this_site(&mut response);
    if let Some(cookie) = Cookie::Session.clear(&app.origin) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The door has written down that the session was used.
pub(super) async fn still_here(_: Signed) -> StatusCode {
    StatusCode::NO_CONTENT
}
