//! The rows of what proves who somebody is. Each function that takes a code
//! takes it once, whoever else tries the same at the same moment.

use kith_base::{Email, Id, Ts};
use kith_db::{Outcome, Tx, on, run};

use super::{
    lock::{self, Tries},
    recovery,
};
use crate::{
    account::AccountState,
    actor::{Account, Scheme},
    secret::Hash,
};

/// What is kept to prove who an account is.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct Proofs {
    pub(crate) email: Email,
    pub(crate) state: AccountState,
    pub(crate) password_hash: Option<String>,
    pub(crate) totp_secret: Option<Vec<u8>>,
    pub(crate) failed_count: i64,
    pub(crate) locked_until: Option<Ts>,
}

const PROOFS: &str = "select email, state, password_hash, totp_secret, failed_count, locked_until
    from account where scheme_id = $1 and id = $2";

pub(crate) async fn proofs(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
) -> Outcome<Option<Proofs>> {
    Ok(on!(tx, c => sqlx::query_as::<_, Proofs>(PROOFS)
        .bind(scheme).bind(account).fetch_optional(c))?)
}

const COUNT_TRY: &str = "update account set failed_count = $3, locked_until = $4
    where scheme_id = $1 and id = $2 and state = 'active' and failed_count = $5
      and (locked_until is null or locked_until <= $6 or locked_until > $7)";

/// Counts one more try before it is checked. `false` when the account is
/// locked, or another try was counted in the same moment.
pub(crate) async fn count_try(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    now: Ts,
) -> Outcome<bool> {
    let Some(kept) = proofs(tx, scheme, account).await? else {
        return Ok(false);
    };
    let tries = Tries {
        failed: kept.failed_count,
        locked_until: kept.locked_until,
    };
    let Some(next) = tries.one_more(now) else {
        return Ok(false);
    };
    let counted = run!(
        tx,
        sqlx::query(COUNT_TRY)
            .bind(scheme)
            .bind(account)
            .bind(next.failed)
            .bind(next.locked_until)
            .bind(tries.failed)
            .bind(now)
            .bind(now.plus_seconds(lock::LONGEST))
    )?;
    Ok(counted == 1)
}

const TRY_WAS_RIGHT: &str =
    "update account set failed_count = failed_count - 1, locked_until = null
    where scheme_id = $1 and id = $2 and failed_count > 0";

/// The password was right: the try does not count. Earlier ones still do,
/// until the second factor is right too.
pub(crate) async fn try_was_right(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
) -> Outcome<()> {
    run!(tx, sqlx::query(TRY_WAS_RIGHT).bind(scheme).bind(account))?;
    Ok(())
}

const FORGET_TRIES: &str = "update account set failed_count = 0, locked_until = null
    where scheme_id = $1 and id = $2";

/// Both factors were right: wrong tries are forgotten.
pub(crate) async fn forget_tries(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
) -> Outcome<()> {
    run!(tx, sqlx::query(FORGET_TRIES).bind(scheme).bind(account))?;
    Ok(())
}

const USE_STEP: &str = "update account set totp_last_step = $3
    where scheme_id = $1 and id = $2 and totp_last_step < $3";

/// Takes the code of a step of time; `false` when it, or a later one, was
/// taken before.
pub(crate) async fn use_step(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    step: i64,
) -> Outcome<bool> {
    let taken = run!(
        tx,
        sqlx::query(USE_STEP).bind(scheme).bind(account).bind(step)
    )?;
    Ok(taken == 1)
}

const USE_CODE: &str = "update recovery_code set used_at = $4
    where scheme_id = $1 and account_id = $2 and code_hash = $3 and used_at is null";

/// Takes a recovery code; `false` when it is none or was used.
pub(crate) async fn use_recovery_code(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    code: &str,
    now: Ts,
) -> Outcome<bool> {
    let hash = recovery::hash(code);
    let taken = run!(
        tx,
        sqlx::query(USE_CODE)
            .bind(scheme)
            .bind(account)
            .bind(&hash[..])
            .bind(now)
    )?;
    Ok(taken == 1)
}

const DROP_CODES: &str = "delete from recovery_code where scheme_id = $1 and account_id = $2";
const ADD_CODE: &str = "insert into recovery_code (scheme_id, id, account_id, code_hash, made_at)
    values ($1, $2, $3, $4, $5)";

/// Gives an account new recovery codes; the old ones are gone.
pub(crate) async fn new_recovery_codes(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    now: Ts,
) -> Outcome<Vec<String>> {
    run!(tx, sqlx::query(DROP_CODES).bind(scheme).bind(account))?;
    let codes = recovery::new_codes();
    for code in &codes {
        let hash: Hash = recovery::hash(code);
        run!(
            tx,
            sqlx::query(ADD_CODE)
                .bind(scheme)
                .bind(Id::<str>::new(now))
                .bind(account)
                .bind(&hash[..])
                .bind(now)
        )?;
    }
    Ok(codes)
}

const CODES_LEFT: &str = "select count(*) from recovery_code
    where scheme_id = $1 and account_id = $2 and used_at is null";

/// How many recovery codes are left.
pub(crate) async fn codes_left(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(CODES_LEFT)
        .bind(scheme).bind(account).fetch_one(c))?)
}

const SET_PASSWORD: &str = "update account set password_hash = $3, version = version + 1
    where scheme_id = $1 and id = $2 and state <> 'left'";

pub(crate) async fn set_password(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    hash: &str,
) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(SET_PASSWORD)
            .bind(scheme)
            .bind(account)
            .bind(hash)
    )?;
    Ok(())
}

const SET_TOTP: &str = "update account
    set totp_secret = $3, totp_last_step = $4, version = version + 1
    where scheme_id = $1 and id = $2 and state <> 'left'";

/// Sets a new authenticator; the code that confirmed it is taken.
pub(crate) async fn set_totp(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    sealed: &[u8],
    step: i64,
) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(SET_TOTP)
            .bind(scheme)
            .bind(account)
            .bind(sealed)
            .bind(step)
    )?;
    Ok(())
}

const ACTIVATE: &str = "update account set state = 'active', version = version + 1
    where scheme_id = $1 and id = $2 and state = 'invited'";

/// An invited account has set both factors.
pub(crate) async fn activate(tx: &mut Tx, scheme: Id<Scheme>, account: Id<Account>) -> Outcome<()> {
    run!(tx, sqlx::query(ACTIVATE).bind(scheme).bind(account))?;
    Ok(())
}
