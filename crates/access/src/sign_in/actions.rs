//! What signing in does. Every try is counted before it is checked and
//! written to the audit trail, right or wrong.

use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx};
use uuid::Uuid;
use webauthn_rs::prelude::AuthenticationResult;

use super::form::SignIn;
use crate::{
    account::{self, AccountState},
    actor::{Account, Scheme},
    app::App,
    audit::{self, Ended, Entry, Who},
    mailed,
    proof::{passkey, password, store, totp::TotpSecret},
    secret::{Hash, Token},
    session::{self, Stage},
    trouble::Trouble,
};

/// So many wrong tries before a right one are told to the account by mail.
const ODD_TRIES: i64 = 5;

/// Checks email address and password; a half session when both are right.
/// `None` for whatever is wrong: unknown, locked, left, mistyped.
pub(super) async fn password(app: &App, typed: SignIn, now: Ts) -> Result<Option<Token>, Trouble> {
    let known = app
        .db
        .read(async |tx| account::by_email(tx, &typed.email).await)
        .await?;
    // An unknown address goes the same way, to an account nobody has.
    let nobody = (Id::of(Uuid::nil()), Id::of(Uuid::nil()));
    let (scheme, account) = known.unwrap_or(nobody);
    let (counted, kept) = app
        .db
        .act(async |tx| {
            let kept = store::proofs(tx, scheme, account).await?;
            let counted = store::count_try(tx, scheme, account, now).await?;
            if counted {
                note(tx, scheme, account, "try a password", Ended::Done, now).await?;
            }
            Ok((counted, kept))
        })
        .await?;
    let active = kept.filter(|kept| kept.state == AccountState::Active);
    let hash = active.and_then(|kept| kept.password_hash);
    let right = password::check(app, hash, typed.password).await?;
    if !(right && counted) {
        return Ok(None);
    }
    let token = app
        .db
        .act(async |tx| {
            store::try_was_right(tx, scheme, account).await?;
            session::begin(tx, scheme, account, Stage::Password, now).await
        })
        .await?;
    Ok(Some(token))
}

async fn note(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    action: &str,
    ended: Ended,
    now: Ts,
) -> Outcome<()> {
    let who = Who {
        scheme,
        account: Some(account),
        role: "sign-in".into(),
        at: now,
    };
    let entry = Entry {
        action,
        object_kind: "account",
        object: Some(account.uuid()),
        ..Entry::default()
    };
    audit::write(tx, who, entry, ended).await
}

/// Takes a second factor, once: the code of an authenticator or a recovery
/// code. Counts the try before it is checked; `false` when it is wrong, was
/// used, or the account is locked.
async fn take_code(
    app: &App,
    tx: &mut Tx,
    (scheme, account): (Id<Scheme>, Id<Account>),
    code: &str,
    now: Ts,
) -> Outcome<bool> {
    let Some(kept) = store::proofs(tx, scheme, account).await? else {
        return Ok(false);
    };
    if !store::count_try(tx, scheme, account, now).await? {
        return Ok(false);
    }
    let owner = account.uuid();
    let secret = kept
        .totp_secret
        .and_then(|sealed| TotpSecret::open(&app.key, owner.as_bytes(), &sealed));
    let step = secret.and_then(|secret| secret.step_of(code, now).ok().flatten());
    let (taken, by_recovery) = match step {
        Some(step) => (store::use_step(tx, scheme, account, step).await?, false),
        None => {
            let taken = store::use_recovery_code(tx, scheme, account, code, now).await?;
            (taken, taken)
        }
    };
    let ended = if taken { Ended::Done } else { Ended::Refused };
    note(tx, scheme, account, "give a second factor", ended, now).await?;
    if by_recovery {
        let left = store::codes_left(tx, scheme, account).await?;
        let what = format!("A recovery code was used to sign in; {left} are left");
        mailed::mail_changed(tx, scheme, &kept.email, &what, now).await?;
    }
    if taken {
        if kept.failed_count >= ODD_TRIES {
            let what = format!("Somebody signed in after {} wrong tries", kept.failed_count);
            mailed::mail_changed(tx, scheme, &kept.email, &what, now).await?;
        }
        store::forget_tries(tx, scheme, account).await?;
    }
    Ok(taken)
}

/// The second factor: the half session ends and a whole one begins.
pub(super) async fn second(
    app: &App,
    owner: (Id<Scheme>, Id<Account>),
    half: &Hash,
    code: &str,
    now: Ts,
) -> Result<Option<Token>, Trouble> {
    let token = app
        .db
        .act(async |tx| {
            if !take_code(app, tx, owner, code, now).await? {
                return Ok(None);
            }
            session::end(tx, owner.0, half).await?;
            let token = session::begin(tx, owner.0, owner.1, Stage::SignedIn, now).await?;
            session::end_older(tx, owner.0, owner.1, &token).await?;
            note(tx, owner.0, owner.1, "sign in", Ended::Done, now).await?;
            Ok(Some(token))
        })
        .await?;
    Ok(token)
}

/// Proves again who one is: the session gets a new token.
pub(super) async fn step_up(
    app: &App,
    owner: (Id<Scheme>, Id<Account>),
    session: &Hash,
    code: &str,
    now: Ts,
) -> Result<Option<Token>, Trouble> {
    let token = app
        .db
        .act(async |tx| {
            if !take_code(app, tx, owner, code, now).await? {
                return Ok(None);
            }
            let token = session::renew(tx, owner.0, session, now).await?;
            note(tx, owner.0, owner.1, "confirm who it is", Ended::Done, now).await?;
            Ok(Some(token))
        })
        .await?;
    Ok(token)
}

/// A checked passkey signs in: whatever session there was ends, and a whole
/// one begins.
pub(super) async fn by_passkey(
    app: &App,
    owner: (Id<Scheme>, Id<Account>),
    before: Option<&Hash>,
    proof: (&str, &AuthenticationResult),
    now: Ts,
) -> Result<Token, Trouble> {
    let token = app
        .db
        .act(async |tx| {
            take_passkey(tx, owner, proof, now).await?;
            if let Some(before) = before {
                session::end(tx, owner.0, before).await?;
            }
            let token = session::begin(tx, owner.0, owner.1, Stage::SignedIn, now).await?;
            session::end_older(tx, owner.0, owner.1, &token).await?;
            Ok(token)
        })
        .await?;
    Ok(token)
}

/// A checked passkey proves again who one is.
pub(super) async fn step_up_by_passkey(
    app: &App,
    owner: (Id<Scheme>, Id<Account>),
    session: &Hash,
    proof: (&str, &AuthenticationResult),
    now: Ts,
) -> Result<Token, Trouble> {
    let token = app
        .db
        .act(async |tx| {
            take_passkey(tx, owner, proof, now).await?;
            session::renew(tx, owner.0, session, now).await
        })
        .await?;
    Ok(token)
}

async fn take_passkey(
    tx: &mut Tx,
    owner: (Id<Scheme>, Id<Account>),
    (state, result): (&str, &AuthenticationResult),
    now: Ts,
) -> Outcome<()> {
    let refused = || Refusal::invalid("The passkey was not accepted").try_next("Try once more");
    let kept = store::proofs(tx, owner.0, owner.1).await?;
    if kept.is_none_or(|kept| kept.state != AccountState::Active)
        || !passkey::take(tx, owner, state, result, now).await?
    {
        return Err(refused().into());
    }
    store::forget_tries(tx, owner.0, owner.1).await?;
    note(
        tx,
        owner.0,
        owner.1,
        "sign in with a passkey",
        Ended::Done,
        now,
    )
    .await
}

/// Ends the session.
pub(super) async fn sign_out(
    app: &App,
    owner: (Id<Scheme>, Id<Account>),
    session: &Hash,
    now: Ts,
) -> Result<(), Trouble> {
    app.db
        .act(async |tx| {
            session::end(tx, owner.0, session).await?;
            note(tx, owner.0, owner.1, "sign out", Ended::Done, now).await
        })
        .await?;
    Ok(())
}
