//! Adding and removing one's passkeys.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use kith_base::{Id, Line, Refusal};
use kith_pages::{
    Html,
    components::{Button, Cell, Column, Empty, Input, Table},
    done,
    form::{PostButton, Posted},
    html::p,
};

use super::{
    actions::{self, changed, proved},
    pages::own_email,
};
use crate::{
    app::App,
    proof::passkey::{self, Kept, Key},
    sheet::pieces,
    signed::Signed,
    trouble::{Answer, Trouble},
};

const PAGE: &str = "/account/passkeys";

async fn kept(app: &App, signed: &Signed) -> Result<Vec<Kept>, Trouble> {
    let actor = &signed.actor;
    Ok(app
        .db
        .read(async |tx| passkey::of_account(tx, actor.scheme, actor.account).await)
        .await?)
}

pub(super) async fn show(signed: Signed, app: App) -> Answer {
    proved(&signed.actor)?;
    let kept = kept(&app, &signed).await?;
    let email = own_email(&app, &signed).await?;
    let actor = &signed.actor;
    let add = match &app.passkeys {
        None => p("Passkeys cannot be used at this address."),
        Some(_) => {
            let who = (actor.account, &email, &*actor.name);
            let question = passkey::ask_new(&app, who, &kept, (&signed.session, actor.now))?;
            let name = Input::new("name", "What will you call it?").width(20);
            question.form(PAGE.into(), &signed.token(), name.into(), "Add a passkey")
        }
    };
    Ok(signed
        .page("Your passkeys")
        .back("/account")
        .body(pieces([list(&signed, &kept), add]))
        .into_response())
}

fn list(signed: &Signed, kept: &[Kept]) -> Html {
    if kept.is_empty() {
        return Empty::new("You have no passkeys. With one you sign in without a password.").into();
    }
    let token = signed.token();
    let heads = ["Name", "Added", "Last used", "Do"].map(Column::new);
    kept.iter()
        .fold(Table::new().head(heads), |table, key| {
            let used = key.used_at.map_or("–".into(), |at| at.as_uk_moment());
            let button = Button::secondary(format!("Remove {}", key.name));
            let remove = PostButton::new(format!("{PAGE}/{}/remove", key.id), &token, button);
            table.row([
                Cell::new(&*key.name),
                Cell::new(key.made_at.as_uk_moment()),
                Cell::new(used),
                Cell::new(remove).block(true),
            ])
        })
        .into()
}

pub(super) async fn add(signed: Signed, app: App, posted: Posted) -> Answer {
    let actor = &signed.actor;
    proved(actor)?;
    let name: Line = posted
        .text("name")
        .parse()
        .or_else(|_| "Passkey".parse())
        .map_err(Trouble::fault)?;
    let (state, credential) = (posted.text("state"), posted.text("credential"));
    let key = passkey::new_passkey(&app, state, credential, (&signed.session, actor.now))?;
    let email = own_email(&app, &signed).await?;
    app.db
        .act(async |tx| {
            let owner = (actor.scheme, actor.account);
            passkey::insert(tx, owner, &name, &key, actor.now).await?;
            changed(tx, &signed, &email, "add a passkey").await
        })
        .await?;
    Ok(done(PAGE, "Passkey added"))
}

pub(super) async fn remove(
    signed: Signed,
    app: App,
    Path(id): Path<Id<Key>>,
) -> Result<Response, Trouble> {
    let actor = &signed.actor;
    actions::proved(actor)?;
    let email = own_email(&app, &signed).await?;
    app.db
        .act(async |tx| {
            passkey::remove(tx, actor.scheme, actor.account, id).await?;
            changed(tx, &signed, &email, "remove a passkey").await?;
            Ok::<(), kith_db::Failure<Refusal>>(())
        })
        .await?;
    Ok(done(PAGE, "Passkey removed"))
}
