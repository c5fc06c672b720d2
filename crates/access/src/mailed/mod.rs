//! Links that are mailed to an account: an invitation to set a password and a
//! second factor, or a reset of a forgotten password. Whoever holds the link
//! holds only that step: a reset still asks for the second factor. A link
//! works once, for a time, and only the newest; its hash alone is stored.

use kith_base::{Email, Id, Ts};
use kith_db::{Outcome, Tx, on, run};

use crate::{
    account::AccountRow,
    actor::{Account, Scheme},
    app::Origin,
    outbox::{self, Mail},
    secret::Token,
};

/// What a link is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    Invitation,
    Reset,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// How long a link works, in seconds: a week, an hour.
    const fn lasts(self) -> i64 {
        match self {
            Self::Invitation => 7 * 24 * 60 * 60,
            Self::Reset => 60 * 60,
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Invitation => "/welcome/",
            Self::Reset => "/reset/",
        }
    }
}

const FORGET: &str = "delete from mailed_token
    where scheme_id = $1 and account_id = $2 and kind = $3 and used_at is null";
const KEEP: &str = "insert into mailed_token
    (scheme_id, token_hash, account_id, kind, made_at, ends_at) values ($1, $2, $3, $4, $5, $6)";

/// A new link; earlier ones for the same purpose stop working. Gives its path.
pub(crate) async fn new_link(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    purpose: Purpose,
    now: Ts,
) -> Outcome<String> {
    let token = Token::new(scheme);
    run!(
        tx,
        sqlx::query(FORGET)
            .bind(scheme)
            .bind(account)
            .bind(purpose.word())
    )?;
    run!(
        tx,
        sqlx::query(KEEP)
            .bind(scheme)
            .bind(&token.hash()[..])
            .bind(account)
            .bind(purpose.word())
            .bind(now)
            .bind(now.plus_seconds(purpose.lasts()))
    )?;
    Ok(format!("{}{}", purpose.page(), token.letters()))
}

/// Mails a new link to an account.
pub(crate) async fn mail_link(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    to: &AccountRow,
    purpose: Purpose,
    origin: &Origin,
    now: Ts,
) -> Outcome<()> {
    let link = origin.link(&new_link(tx, scheme, to.id, purpose, now).await?);
    let name = &to.name;
    let (subject, body) = match purpose {
        Purpose::Invitation => (
            "Set up your Kith account",
            format!(
                "Hello {name},\n\nyou have been given an account for the social prescribing \
                 service. Set it up here:\n\n{link}\n\nThe link works once, for seven days. You \
                 will need a telephone with an authenticator application.\n\nIf you did not \
                 expect this, you can ignore it.\n"
            ),
        ),
        Purpose::Reset => (
            "Set a new Kith password",
            format!(
                "Hello {name},\n\nsomebody asked for a new password for your account. If it was \
                 you, set one here:\n\n{link}\n\nThe link works once, for one hour. You will \
                 still need your second factor.\n\nIf it was not you, ignore this: nothing has \
                 changed.\n"
            ),
        ),
    };
    let mail = Mail {
        once_key: format!("{}:{}", purpose.word(), Id::<str>::new(now)),
        kind: purpose.word(),
        to: to.email.clone(),
        subject: subject.into(),
        body,
        person: None,
    };
    outbox::queue(tx, scheme, now, mail).await
}

const FIND: &str = "select account_id from mailed_token
    where scheme_id = $1 and token_hash = $2 and kind = $3 and used_at is null and ends_at > $4";

/// The account a link belongs to, while it works.
pub(crate) async fn find(
    tx: &mut Tx,
    letters: &str,
    purpose: Purpose,
    now: Ts,
) -> Outcome<Option<(Id<Scheme>, Id<Account>)>> {
    let Some(token) = Token::read(letters) else {
        return Ok(None);
    };
    let account = on!(tx, c => sqlx::query_scalar::<_, Id<Account>>(FIND)
        .bind(token.scheme()).bind(&token.hash()[..]).bind(purpose.word()).bind(now)
        .fetch_optional(c))?;
    Ok(account.map(|account| (token.scheme(), account)))
}

const USE: &str = "update mailed_token set used_at = $3
    where scheme_id = $1 and token_hash = $2 and used_at is null and ends_at > $3";

/// Uses a link up; `false` when another did so first.
pub(crate) async fn use_up(tx: &mut Tx, letters: &str, now: Ts) -> Outcome<bool> {
    let Some(token) = Token::read(letters) else {
        return Ok(false);
    };
    let used = run!(
        tx,
        sqlx::query(USE)
            .bind(token.scheme())
            .bind(&token.hash()[..])
            .bind(now)
    )?;
    Ok(used == 1)
}

/// Tells an account by mail that something about its sign-in changed.
pub(crate) async fn mail_changed(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    to: &Email,
    what: &str,
    now: Ts,
) -> Outcome<()> {
    let mail = Mail {
        once_key: format!("changed:{}", Id::<str>::new(now)),
        kind: "account changed",
        to: to.clone(),
        subject: "Your Kith account was changed".into(),
        body: format!(
            "{what}, on {}.\n\nIf this was you, there is nothing to do. If it was not, tell your \
             administrator at once.\n",
            now.as_uk_moment()
        ),
        person: None,
    };
    outbox::queue(tx, scheme, now, mail).await
}
