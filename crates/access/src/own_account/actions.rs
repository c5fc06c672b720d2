//! What one may change about one's own account.

use kith_base::{Email, Refusal};
use kith_db::{Outcome, Tx};

use crate::{
    actor::{Actor, STEP_UP_SECONDS},
    app::App,
    audit::{self, Entry},
    mailed,
    proof::{store, totp::TotpSecret},
    session,
    signed::Signed,
    trouble::Trouble,
};

/// What changes a proof of who one is asks for a new proof first.
pub(super) fn proved(actor: &Actor) -> Result<(), Refusal> {
    if actor.now.seconds_since(actor.proved_at) > STEP_UP_SECONDS {
        return Err(Refusal::step_up());
    }
    Ok(())
}

/// Written to the trail, mailed to the account; all other sessions end.
pub(super) async fn changed(
    tx: &mut Tx,
    signed: &Signed,
    email: &Email,
    action: &str,
) -> Outcome<()> {
    let actor = &signed.actor;
    let entry = Entry {
        action,
        object_kind: "account",
        object: Some(actor.account.uuid()),
        ..Entry::default()
    };
    audit::record(tx, actor, entry).await?;
    session::end_others(tx, actor.scheme, actor.account, &signed.session).await?;
    let what = format!("You, or somebody signed in as you, did this: {action}");
    mailed::mail_changed(tx, actor.scheme, email, &what, actor.now).await
}

pub(super) async fn set_password(
    app: &App,
    signed: &Signed,
    email: &Email,
    hash: &str,
) -> Result<(), Trouble> {
    let actor = &signed.actor;
    proved(actor)?;
    app.db
        .act(async |tx| {
            store::set_password(tx, actor.scheme, actor.account, hash).await?;
            changed(tx, signed, email, "set a new password").await
        })
        .await?;
    Ok(())
}

pub(super) async fn set_authenticator(
    app: &App,
    signed: &Signed,
    email: &Email,
    secret: &TotpSecret,
    step: i64,
) -> Result<(), Trouble> {
    let actor = &signed.actor;
    proved(actor)?;
    let sealed = secret.seal(&app.key, actor.account.uuid().as_bytes())?;
    app.db
        .act(async |tx| {
            store::set_totp(tx, actor.scheme, actor.account, &sealed, step).await?;
            changed(tx, signed, email, "set a new authenticator").await
        })
        .await?;
    Ok(())
}

pub(super) async fn new_codes(
    app: &App,
    signed: &Signed,
    email: &Email,
) -> Result<Vec<String>, Trouble> {
    let actor = &signed.actor;
    proved(actor)?;
    let codes = app
        .db
        .act(async |tx| {
            let codes =
                store::new_recovery_codes(tx, actor.scheme, actor.account, actor.now).await?;
            changed(tx, signed, email, "make new recovery codes").await?;
            Ok(codes)
        })
        .await?;
    Ok(codes)
}

pub(super) async fn sign_out_elsewhere(app: &App, signed: &Signed) -> Result<u64, Trouble> {
    let actor = &signed.actor;
    let ended = app
        .db
        .act(async |tx| {
            let entry = Entry {
                action: "sign out elsewhere",
                object_kind: "account",
                object: Some(actor.account.uuid()),
                ..Entry::default()
            };
            audit::record(tx, actor, entry).await?;
            session::end_others(tx, actor.scheme, actor.account, &signed.session).await
        })
        .await?;
    Ok(ended)
}
