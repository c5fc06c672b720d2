//! What mailed links do. A link is used up in the transaction that does what
//! it is for.

use kith_base::{Email, Id, Refusal, Ts};
use kith_db::{Outcome, Tx, on};

use crate::{
    account::{self, AccountState},
    actor::{Account, Scheme},
    app::App,
    audit::{self, Ended, Entry, Who},
    mailed::{self, Purpose},
    proof::{store, totp::TotpSecret},
    secret::Token,
    session::{self, Stage},
    trouble::Trouble,
};

/// The link is used up, too old, or never was one.
pub(super) fn no_such_link() -> Refusal {
    Refusal::not_found()
        .try_next("This link has been used, is too old, or is incomplete. Ask for a new one")
}

/// Whose link it is, while it works.
pub(super) async fn owner(
    app: &App,
    letters: &str,
    purpose: Purpose,
    now: Ts,
) -> Result<(Id<Scheme>, account::AccountRow), Trouble> {
    let found = app
        .db
        .read(async |tx| {
            let found = mailed::find(tx, letters, purpose, now).await?;
            let (scheme, id) = found.ok_or_else(no_such_link)?;
            Ok((scheme, account::one(tx, scheme, id).await?))
        })
        .await?;
    if found.1.state == AccountState::Left {
        return Err(no_such_link().into());
    }
    Ok(found)
}

async fn note(
    tx: &mut Tx,
    (scheme, account): (Id<Scheme>, Id<Account>),
    action: &str,
    now: Ts,
) -> Outcome<()> {
    let who = Who {
        scheme,
        account: Some(account),
        role: "mailed link".into(),
        at: now,
    };
    let entry = Entry {
        action,
        object_kind: "account",
        object: Some(account.uuid()),
        ..Entry::default()
    };
    audit::write(tx, who, entry, Ended::Done).await
}

/// Sets password and authenticator of an invited account and signs it in.
/// Gives the recovery codes, to be shown once.
pub(super) async fn welcome(
    app: &App,
    letters: &str,
    owner: (Id<Scheme>, Id<Account>),
    password_hash: &str,
    (secret, step): (&TotpSecret, i64),
    now: Ts,
) -> Result<(Token, Vec<String>), Trouble> {
    let (scheme, id) = owner;
    let sealed = secret.seal(&app.key, id.uuid().as_bytes())?;
    let done = app
        .db
        .act(async |tx| {
            if !mailed::use_up(tx, letters, now).await? {
                return Err(no_such_link().into());
            }
            store::set_password(tx, scheme, id, password_hash).await?;
            store::set_totp(tx, scheme, id, &sealed, step).await?;
            let codes = store::new_recovery_codes(tx, scheme, id, now).await?;
            store::activate(tx, scheme, id).await?;
            store::forget_tries(tx, scheme, id).await?;
            session::end_all(tx, scheme, id).await?;
            note(tx, owner, "set up the account", now).await?;
            let token = session::begin(tx, scheme, id, Stage::SignedIn, now).await?;
            Ok((token, codes))
        })
        .await?;
    Ok(done)
}

/// What the trail says of asking for a new password.
const ASKED: &str = "ask for a new password";
/// Nobody's mailbox is filled by others: so many links in an hour.
const MOST_IN_AN_HOUR: i64 = 3;
const ASKED_SINCE: &str = "select count(*) from audit
    where scheme_id = $1 and account_id = $2 and at > $3 and action = $4";

async fn asked_since(
    tx: &mut Tx,
    (scheme, account): (Id<Scheme>, Id<Account>),
    since: Ts,
) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(ASKED_SINCE)
        .bind(scheme).bind(account).bind(since).bind(ASKED).fetch_one(c))?)
}

/// Mails a link to set a new password, when there is such an account; says
/// nothing about whether there is.
pub(super) async fn forgotten(app: &App, email: &Email, now: Ts) -> Result<(), Trouble> {
    app.db
        .act(async |tx| {
            let Some((scheme, id)) = account::by_email(tx, email).await? else {
                return Ok(());
            };
            let account = account::one(tx, scheme, id).await?;
            let asked = asked_since(tx, (scheme, id), now.plus_seconds(-60 * 60)).await?;
            if account.state != AccountState::Active || asked >= MOST_IN_AN_HOUR {
                return Ok(());
            }
            note(tx, (scheme, id), ASKED, now).await?;
            mailed::mail_link(tx, scheme, &account, Purpose::Reset, &app.origin, now).await
        })
        .await?;
    Ok(())
}

/// Sets a new password; all sessions end, and a half one begins: the second
/// factor is still to come.
pub(super) async fn reset(
    app: &App,
    letters: &str,
    owner: (Id<Scheme>, Id<Account>),
    email: &Email,
    password_hash: &str,
    now: Ts,
) -> Result<Token, Trouble> {
    let (scheme, id) = owner;
    let token = app
        .db
        .act(async |tx| {
            if !mailed::use_up(tx, letters, now).await? {
                return Err(no_such_link().into());
            }
            store::set_password(tx, scheme, id, password_hash).await?;
            session::end_all(tx, scheme, id).await?;
            note(tx, owner, "set a new password", now).await?;
            mailed::mail_changed(tx, scheme, email, "A new password was set", now).await?;
            session::begin(tx, scheme, id, Stage::Password, now).await
        })
        .await?;
    Ok(token)
}
