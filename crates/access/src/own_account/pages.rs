//! The pages of one's own account.

use axum::response::{IntoResponse, Response};
use kith_base::{Email, Line, Refusal};
use kith_pages::{
    components::{Action, Button, Column, SummaryList, SummaryRow, Table},
    done, form,
    form::{Hidden, PostButton, Posted, Text},
    html::{link, p},
};

use super::{actions, store};
use crate::{
    account,
    app::App,
    proof::{self, password, totp::TotpSecret},
    sheet::{pieces, send, sheet},
    signed::Signed,
    trouble::{Answer, Trouble},
    welcome::{NewPasswordForm, codes_page, picture},
};

pub(super) async fn own_email(app: &App, signed: &Signed) -> Result<Email, Trouble> {
    let actor = &signed.actor;
    let row = app
        .db
        .read(async |tx| account::one(tx, actor.scheme, actor.account).await)
        .await?;
    Ok(row.email)
}

pub(super) async fn show(signed: Signed, app: App) -> Answer {
    let actor = &signed.actor;
    let (account, codes, passkeys, sessions) = app
        .db
        .read(async |tx| {
            let (scheme, id) = (actor.scheme, actor.account);
            let account = account::one(tx, scheme, id).await?;
            let codes = proof::store::codes_left(tx, scheme, id).await?;
            let sessions = store::sessions(tx, scheme, id, &signed.session, actor.now).await?;
            let passkeys = proof::passkey::of_account(tx, scheme, id).await?.len();
            Ok((account, codes, passkeys, sessions))
        })
        .await?;
    let token = signed.token();
    let rows = vec![
        SummaryRow::new("Name", &*account.name),
        SummaryRow::new("Email address", &*account.email),
        SummaryRow::new("Role", actor.role.to_string()),
        SummaryRow::new("Password", "Set")
            .actions([Action::new("Change", "/account/password").visually_hidden_text("password")]),
        SummaryRow::new("Authenticator", "Set").actions([Action::new(
            "Replace",
            "/account/authenticator",
        )
        .visually_hidden_text("authenticator")]),
        SummaryRow::new("Passkeys", passkeys.to_string()).actions([Action::new(
            "Look after",
            "/account/passkeys",
        )
        .visually_hidden_text("your passkeys")]),
        SummaryRow::new("Recovery codes", format!("{codes} left")),
        SummaryRow::new("What you did", link("/audit", "See it in the audit trail")),
    ];
    let signed_in = sessions.iter().fold(
        Table::new()
            .caption("Where you are signed in")
            .head(["Since", "Last used", "Where"].map(Column::new)),
        |table, at| {
            let this = if at.this {
                "This browser"
            } else {
                "Another browser"
            };
            table.row([
                at.since.as_uk_moment(),
                at.seen_at.as_uk_moment(),
                this.into(),
            ])
        },
    );
    let codes_button = Button::secondary("Make new recovery codes");
    let out_button = Button::secondary("Sign out everywhere else");
    let body = pieces([
        SummaryList::new(rows).into(),
        PostButton::new("/account/recovery-codes", &token, codes_button).into(),
        signed_in.into(),
        PostButton::new("/account/sign-out-elsewhere", &token, out_button).into(),
        p("The old recovery codes stop working when you make new ones."),
    ]);
    Ok(signed.page("Your account").body(body).into_response())
}

fn password_page(signed: &Signed, form: &NewPasswordForm) -> Response {
    let open = form.open("/account/password", &signed.token());
    signed
        .page("Change your password")
        .back("/account")
        .errors(form.errors())
        .body(sheet(
            open,
            [form.password(), form.again()],
            send("Change password"),
        ))
        .into_response()
}

pub(super) async fn show_password(signed: Signed) -> Answer {
    actions::proved(&signed.actor)?;
    Ok(password_page(&signed, &NewPasswordForm::blank()))
}

pub(super) async fn password(signed: Signed, app: App, posted: Posted) -> Answer {
    actions::proved(&signed.actor)?;
    let typed = match NewPasswordForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => return Ok(password_page(&signed, &form)),
    };
    let email = own_email(&app, &signed).await?;
    match typed.agreed(&email) {
        Ok(new) => {
            let hash = password::hash(&app, new).await?;
            actions::set_password(&app, &signed, &email, &hash).await?;
            Ok(done("/account", "Password changed"))
        }
        Err((field, why)) => {
            let mut form = NewPasswordForm::blank();
            form.refuse(&Refusal::field(field, why));
            Ok(password_page(&signed, &form))
        }
    }
}

struct Authenticator {
    secret: Line,
    code: Line,
}

form! {
    /// Confirming a new authenticator.
    AuthenticatorForm => Authenticator {
        secret: Hidden<Line> = Hidden::new("Open the page again: it was incomplete"),
        code: Text<Line> = Text::new("Code")
            .hint("The 6 digits the new application shows now")
            .autocomplete("one-time-code").digits().width(10),
    }
}

fn authenticator_page(
    signed: &Signed,
    form: &AuthenticatorForm,
    secret: &TotpSecret,
    email: &Email,
) -> Answer {
    let open = form.open("/account/authenticator", &signed.token());
    let fields = [picture(secret, email)?, form.secret(), form.code()];
    Ok(signed
        .page("Replace your authenticator")
        .back("/account")
        .errors(form.errors())
        .body(sheet(open, fields, send("Use this authenticator")))
        .into_response())
}

pub(super) async fn show_authenticator(signed: Signed, app: App) -> Answer {
    actions::proved(&signed.actor)?;
    let secret = TotpSecret::random();
    let sealed = secret.seal_letters(&app.key, &signed.session)?;
    let carried = Posted::from_pairs([("secret", sealed.as_str())]);
    let form = AuthenticatorForm::blank().kept(&carried);
    authenticator_page(&signed, &form, &secret, &own_email(&app, &signed).await?)
}

pub(super) async fn authenticator(signed: Signed, app: App, posted: Posted) -> Answer {
    let email = own_email(&app, &signed).await?;
    let incomplete = || Refusal::invalid("Open the page again: it was incomplete");
    let typed = match AuthenticatorForm::blank().check(&posted) {
        Ok(typed) => typed,
        Err(form) => {
            let sealed = posted.text("secret");
            let secret = TotpSecret::open_letters(&app.key, &signed.session, sealed)
                .ok_or_else(incomplete)?;
            return authenticator_page(&signed, &form, &secret, &email);
        }
    };
    let secret = TotpSecret::open_letters(&app.key, &signed.session, &typed.secret)
        .ok_or_else(incomplete)?;
    match secret.step_of(&typed.code, signed.actor.now)? {
        Some(step) => {
            actions::set_authenticator(&app, &signed, &email, &secret, step).await?;
            Ok(done("/account", "Authenticator replaced"))
        }
        None => {
            let mut form = AuthenticatorForm::blank().kept(&posted);
            form.code
                .add_error("Enter the code your application shows now");
            authenticator_page(&signed, &form, &secret, &email)
        }
    }
}

pub(super) async fn recovery_codes(signed: Signed, app: App) -> Answer {
    let email = own_email(&app, &signed).await?;
    let codes = actions::new_codes(&app, &signed, &email).await?;
    Ok(codes_page(signed.page("Your recovery codes"), &codes))
}

pub(super) async fn sign_out_elsewhere(signed: Signed, app: App) -> Answer {
    let ended = actions::sign_out_elsewhere(&app, &signed).await?;
    let words = match ended {
        0 => "You were signed in nowhere else".to_owned(),
        1 => "Signed out of one other browser".to_owned(),
        more => format!("Signed out of {more} other browsers"),
    };
    Ok(done("/account", &words))
}
