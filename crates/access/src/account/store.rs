//! The rows of accounts, apart from what proves who somebody is.

use kith_base::{Day, Email, Id, Name, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};

use super::{AccountState, changed_meanwhile};
use crate::{
    actor::{Account, Organisation, Scheme},
    role::Role,
};

/// An account as others see it.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: Id<Account>,
    /// Where it is mailed, and what it signs in with.
    pub email: Email,
    /// Its owner's name.
    pub name: Name,
    /// What it does.
    pub role: Role,
    /// Its organisation.
    pub organisation_id: Id<Organisation>,
    /// How it stands.
    pub state: AccountState,
    /// Hours as a share of full time, for a fair caseload: 1 to 100.
    pub full_time_percent: i64,
    /// The day it left.
    pub left_on: Option<Day>,
    /// For changes by two people at once.
    pub version: i64,
}

const TAKE_NAME: &str = "insert into sign_in_name (email, scheme_id, account_id)
    values ($1, $2, $3) on conflict (email) do nothing";
const INSERT: &str = "insert into account
    (scheme_id, id, email, name, role, organisation_id, state, totp_last_step, failed_count,
     full_time_percent, left_on, version, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, 1, $10)";

/// Adds an account; its id comes with it. It cannot sign in before it has set
/// a password and a second factor.
///
/// # Errors
/// `Invalid` when an account, of whatever scheme, signs in with this address.
pub async fn insert(tx: &mut Tx, scheme: Id<Scheme>, row: &AccountRow, now: Ts) -> Outcome<()> {
    take_name(tx, scheme, row.id, &row.email).await?;
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(row.id)
            .bind(&row.email)
            .bind(&row.name)
            .bind(row.role)
            .bind(row.organisation_id)
            .bind(row.state)
            .bind(row.full_time_percent)
            .bind(row.left_on)
            .bind(now)
    )?;
    Ok(())
}

async fn take_name(tx: &mut Tx, scheme: Id<Scheme>, id: Id<Account>, email: &Email) -> Outcome<()> {
    let taken = run!(tx, sqlx::query(TAKE_NAME).bind(email).bind(scheme).bind(id))?;
    if taken == 0 {
        let what = "An account with this email address exists already";
        return Err(Refusal::field("email", what)
            .try_next("Use another address")
            .into());
    }
    Ok(())
}

const ALL: &str = "select id, email, name, role, organisation_id, state, full_time_percent,
    left_on, version from account where scheme_id = $1 order by state, name, id";

/// Every account of a scheme, leavers last.
///
/// # Errors
/// When the database fails.
pub async fn all(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Vec<AccountRow>> {
    let mut rows = on!(tx, c => sqlx::query_as::<_, AccountRow>(ALL).bind(scheme).fetch_all(c))?;
    rows.sort_by_key(|row| row.state == AccountState::Left);
    Ok(rows)
}

const LINK_WORKERS: &str = "select id, email, name, role, organisation_id, state,
    full_time_percent, left_on, version from account
    where scheme_id = $1 and role = 'link_worker' and state = 'active' order by name, id";

/// The link workers who are there, by name.
///
/// # Errors
/// When the database fails.
pub async fn link_workers(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Vec<AccountRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, AccountRow>(LINK_WORKERS).bind(scheme).fetch_all(c))?)
}

const ONE: &str = "select id, email, name, role, organisation_id, state, full_time_percent,
    left_on, version from account where scheme_id = $1 and id = $2";

/// One account.
///
/// # Errors
/// `NotFound` when the scheme has none with this id.
pub async fn one(tx: &mut Tx, scheme: Id<Scheme>, id: Id<Account>) -> Outcome<AccountRow> {
    let row = on!(tx, c => sqlx::query_as::<_, AccountRow>(ONE)
        .bind(scheme).bind(id).fetch_optional(c))?;
    Ok(row.ok_or_else(Refusal::not_found)?)
}

const BY_EMAIL: &str = "select scheme_id, account_id from sign_in_name where email = $1";

/// The scheme and account that sign in with an address.
///
/// # Errors
/// When the database fails.
pub async fn by_email(tx: &mut Tx, email: &Email) -> Outcome<Option<(Id<Scheme>, Id<Account>)>> {
    Ok(
        on!(tx, c => sqlx::query_as::<_, (Id<Scheme>, Id<Account>)>(BY_EMAIL)
        .bind(email).fetch_optional(c))?,
    )
}

const SCHEME_OF: &str = "select scheme_id from sign_in_name where account_id = $1";

/// The scheme of an account, of whatever scheme: for a passkey, which knows
/// its account alone.
///
/// # Errors
/// `NotFound` when no such account signs in.
pub(crate) async fn scheme_of(tx: &mut Tx, account: Id<Account>) -> Outcome<Id<Scheme>> {
    let scheme = on!(tx, c => sqlx::query_scalar::<_, Id<Scheme>>(SCHEME_OF)
        .bind(account).fetch_optional(c))?;
    Ok(scheme.ok_or_else(Refusal::not_found)?)
}

const CHANGE: &str = "update account
    set name = $3, role = $4, organisation_id = $5, full_time_percent = $6, version = version + 1
    where scheme_id = $1 and id = $2 and version = $7 and state <> 'left'";

/// Keeps a changed account: name, role, organisation, hours.
///
/// # Errors
/// `Conflict` when somebody else changed it since it was shown.
pub(crate) async fn change(tx: &mut Tx, scheme: Id<Scheme>, row: &AccountRow) -> Outcome<()> {
    let changed = run!(
        tx,
        sqlx::query(CHANGE)
            .bind(scheme)
            .bind(row.id)
            .bind(&row.name)
            .bind(row.role)
            .bind(row.organisation_id)
            .bind(row.full_time_percent)
            .bind(row.version)
    )?;
    if changed == 0 {
        return Err(changed_meanwhile().into());
    }
    Ok(())
}

const ADDRESS: &str = "update account set email = $3
    where scheme_id = $1 and id = $2 and state = 'invited'";

/// Gives somebody who was invited and has not come another address; the one
/// before is free again.
///
/// # Errors
/// `Invalid` when an account signs in with this address.
pub(crate) async fn change_address(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Account>,
    email: &Email,
) -> Outcome<()> {
    run!(tx, sqlx::query(FREE_NAME).bind(scheme).bind(id))?;
    take_name(tx, scheme, id, email).await?;
    run!(tx, sqlx::query(ADDRESS).bind(scheme).bind(id).bind(email))?;
    Ok(())
}

const LEAVE: &str = "update account
    set state = 'left', left_on = $3, password_hash = null, totp_secret = null,
        version = version + 1
    where scheme_id = $1 and id = $2 and version = $4 and state <> 'left'";
const FREE_NAME: &str = "delete from sign_in_name
    where scheme_id = $1 and account_id = $2";
const DROP_PASSKEYS: &str = "delete from passkey where scheme_id = $1 and account_id = $2";
const DROP_CODES: &str = "delete from recovery_code where scheme_id = $1 and account_id = $2";
const DROP_LINKS: &str = "delete from mailed_token where scheme_id = $1 and account_id = $2";

/// Marks an account as left: nothing proves who it is any more, and its
/// address is free for another account.
///
/// # Errors
/// `Conflict` when somebody else changed it since it was shown.
pub async fn leave(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Account>,
    version: i64,
    today: Day,
) -> Outcome<()> {
    let changed = run!(
        tx,
        sqlx::query(LEAVE)
            .bind(scheme)
            .bind(id)
            .bind(today)
            .bind(version)
    )?;
    if changed == 0 {
        return Err(changed_meanwhile().into());
    }
    for drop in [FREE_NAME, DROP_PASSKEYS, DROP_CODES, DROP_LINKS] {
        run!(tx, sqlx::query(drop).bind(scheme).bind(id))?;
    }
    Ok(())
}
