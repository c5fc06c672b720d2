//! The pages behind mailed links. Their address is a secret: no other page
//! learns it.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Email, Refusal};
use kith_pages::{
    Html, Page,
    components::{Button, InsetText},
    el,
    form::Posted,
    go,
    html::p,
};

use super::{
    actions,
    form::{ForgottenForm, NewPasswordForm, WelcomeForm, agreed},
};
use crate::{
    app::App,
    door::SECOND,
    mailed::Purpose,
    peer::Peer,
    proof::{pace::Pace, password, totp::TotpSecret},
    sheet::{pieces, send, sheet},
    sign_in::with_session,
    signed::Visitor,
    trouble::{Answer, Trouble},
};

/// The picture to scan, with the letters for whoever cannot.
pub(crate) fn picture(secret: &TotpSecret, email: &Email) -> Result<Html, Trouble> {
    let letters = secret.letters();
    Ok(pieces([
        el("h2")
            .class("nhsuk-heading-m")
            .child("Your authenticator")
            .into(),
        p("Scan this with an authenticator application on your telephone."),
        secret.picture(email)?,
        p(pieces([
            "If you cannot scan it, enter this key there by hand: ".into(),
            el("code").child(&letters).into(),
        ])),
    ]))
}

/// The recovery codes, shown once.
pub(crate) fn codes_page(page: Page, codes: &[String]) -> Response {
    let list = el("ul").class("nhsuk-list nhsuk-list--bullet").children(
        codes
            .iter()
            .map(|code| el("li").child(el("code").child(code))),
    );
    let warning = "These codes are shown only now. Print them or write them down, and keep them \
        where only you look. Each stands in once for your telephone.";
    page.body(pieces([
        InsetText::saying(warning).into(),
        list.into(),
        Button::print("Print these codes").into(),
        Button::new("I have kept them").href("/").into(),
    ]))
    .into_response()
}

fn welcome_page(
    visitor: &Visitor,
    form: &WelcomeForm,
    secret: &TotpSecret,
    email: &Email,
    letters: &str,
) -> Answer {
    let action = format!("/welcome/{letters}");
    let fields = [
        form.password(),
        form.again(),
        picture(secret, email)?,
        form.secret(),
        form.code(),
    ];
    let page = visitor.page("Set up your account").secret_address();
    Ok(page
        .errors(form.errors())
        .body(pieces([
            p(format!("For {email}.")),
            sheet(
                form.open(action, &visitor.token()),
                fields,
                send("Set up my account"),
            ),
        ]))
        .into_response())
}

/// A form with a new secret, sealed for this link alone.
fn with_secret(app: &App, secret: &TotpSecret, letters: &str) -> Result<Posted, Trouble> {
    let sealed = secret.seal_letters(&app.key, letters.as_bytes())?;
    Ok(Posted::from_pairs([("secret", sealed.as_str())]))
}

/// The secret a form carried, sealed for its link.
fn carried(app: &App, letters: &str, sealed: &str) -> Result<TotpSecret, Refusal> {
    TotpSecret::open_letters(&app.key, letters.as_bytes(), sealed)
        .ok_or_else(|| Refusal::invalid("Open the link again: this page was incomplete"))
}

pub(super) async fn show_welcome(
    visitor: Visitor,
    app: App,
    Path(letters): Path<String>,
) -> Answer {
    let now = app.clock.now();
    let (_, account) = actions::owner(&app, &letters, Purpose::Invitation, now).await?;
    let secret = TotpSecret::random();
    let form = WelcomeForm::blank().kept(&with_secret(&app, &secret, &letters)?);
    welcome_page(&visitor, &form, &secret, &account.email, &letters)
}

pub(super) async fn welcome(
    visitor: Visitor,
    app: App,
    Path(letters): Path<String>,
    posted: Posted,
) -> Answer {
    let now = app.clock.now();
    let (scheme, account) = actions::owner(&app, &letters, Purpose::Invitation, now).await?;
    let typed = match WelcomeForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => {
            let secret = carried(&app, &letters, posted.text("secret"))?;
            return welcome_page(&visitor, &form, &secret, &account.email, &letters);
        }
    };
    let secret = carried(&app, &letters, &typed.secret)?;
    let again = |form| welcome_page(&visitor, &form, &secret, &account.email, &letters);
    let mut form = WelcomeForm::blank().kept(&posted);
    let Some(step) = secret.step_of(&typed.code, now)? else {
        form.code
            .add_error("Enter the code your application shows now");
        return again(form);
    };
    let password = match agreed(typed.password, &typed.again, &account.email) {
        Ok(password) => password,
        Err((field, why)) => {
            form.refuse(&Refusal::field(field, why));
            return again(form);
        }
    };
    let hash = password::hash(&app, password).await?;
    let owner = (scheme, account.id);
    let (token, codes) =
        actions::welcome(&app, &letters, owner, &hash, (&secret, step), now).await?;
    let page = visitor.page("Your recovery codes").secret_address();
    Ok(with_session(&app, &token, codes_page(page, &codes)))
}

fn forgotten_page(visitor: &Visitor, form: &ForgottenForm) -> Response {
    let open = form.open("/sign-in/forgotten", &visitor.token());
    visitor
        .page("Set a new password")
        .errors(form.errors())
        .body(sheet(open, [form.email()], send("Send me a link")))
        .into_response()
}

pub(super) async fn show_forgotten(visitor: Visitor) -> Response {
    forgotten_page(&visitor, &ForgottenForm::blank())
}

pub(super) async fn forgotten(visitor: Visitor, app: App, peer: Peer, posted: Posted) -> Answer {
    peer.tries(&app)?;
    let typed = match ForgottenForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return Ok(forgotten_page(&visitor, &form)),
    };
    let pace = Pace::begin();
    actions::forgotten(&app, &typed.email, app.clock.now()).await?;
    pace.keep().await;
    let words = "If there is an account with this address, we have sent it a link. \
        It works for one hour. You will need your second factor too.";
    Ok(visitor
        .page("Look at your email")
        .body(p(words))
        .into_response())
}

fn reset_page(visitor: &Visitor, form: &NewPasswordForm, letters: &str) -> Response {
    let open = form.open(format!("/reset/{letters}"), &visitor.token());
    visitor
        .page("Set a new password")
        .secret_address()
        .errors(form.errors())
        .body(sheet(
            open,
            [form.password(), form.again()],
            send("Set password"),
        ))
        .into_response()
}

pub(super) async fn show_reset(visitor: Visitor, app: App, Path(letters): Path<String>) -> Answer {
    actions::owner(&app, &letters, Purpose::Reset, app.clock.now()).await?;
    Ok(reset_page(&visitor, &NewPasswordForm::blank(), &letters))
}

pub(super) async fn reset(
    visitor: Visitor,
    app: App,
    Path(letters): Path<String>,
    posted: Posted,
) -> Answer {
    let now = app.clock.now();
    let (scheme, account) = actions::owner(&app, &letters, Purpose::Reset, now).await?;
    let typed = match NewPasswordForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return Ok(reset_page(&visitor, &form, &letters)),
    };
    let password = match typed.agreed(&account.email) {
        Ok(password) => password,
        Err((field, why)) => {
            let mut form = NewPasswordForm::blank();
            form.refuse(&Refusal::field(field, why));
            return Ok(reset_page(&visitor, &form, &letters));
        }
    };
    let hash = password::hash(&app, password).await?;
    let owner = (scheme, account.id);
    let token = actions::reset(&app, &letters, owner, &account.email, &hash, now).await?;
    Ok(with_session(&app, &token, go(SECOND)))
}
