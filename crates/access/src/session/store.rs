//! The rows of sessions, and the account behind each.

use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};

use super::{AT_A_TIME, DRIFT_SECONDS, HALF_SECONDS, IDLE_SECONDS, LONGEST_SECONDS, TOUCH_SECONDS};
use crate::{
    actor::{Account, Actor, Organisation, Scheme},
    role::Role,
    secret::{Hash, Token, random_word},
    settings::SchemeSettings,
};

/// How far somebody has come in proving who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The password was right; the second factor is still to come.
    Password,
    /// Both factors were right.
    SignedIn,
}

/// A live session and who it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) token_hash: Hash,
    pub(crate) stage: Stage,
    pub(crate) form_token: String,
    pub(crate) seen_at: Ts,
    pub(crate) actor: Actor,
    pub(crate) settings: SchemeSettings,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    stage: String,
    form_token: String,
    seen_at: Ts,
    proved_at: Ts,
    #[sqlx(flatten)]
    account: AccountRow,
}

/// An active account beside one setting of its scheme: as many rows as the
/// scheme has settings, so that who asks and the rules they work under are
/// read in one statement.
#[derive(sqlx::FromRow)]
struct AccountRow {
    account_id: Id<Account>,
    name: String,
    role: Role,
    organisation_id: Id<Organisation>,
    kind: String,
    scheme_name: String,
    setting: Option<String>,
    value: Option<String>,
}

macro_rules! account_columns {
    () => {
        "a.id as account_id, a.name, a.role, a.organisation_id, o.kind, c.name as scheme_name,
         st.name as setting, st.value"
    };
}

macro_rules! account_joins {
    () => {
        "join organisation o on o.scheme_id = $1 and o.id = a.organisation_id
         join scheme c on c.scheme_id = $1
         left join setting st on st.scheme_id = $1"
    };
}

const FIND: &str = concat!(
    "select s.stage, s.form_token, s.seen_at, s.proved_at, ",
    account_columns!(),
    " from session s
      join account a on a.scheme_id = $1 and a.id = s.account_id and a.state = 'active' ",
    account_joins!(),
    " where s.scheme_id = $1 and s.token_hash = $2 and s.ends_at > $3 and s.seen_at > $4
        and s.ends_at < $5
      order by st.name"
);

const ACCOUNT: &str = concat!(
    "select ",
    account_columns!(),
    " from account a ",
    account_joins!(),
    " where a.scheme_id = $1 and a.id = $2 and a.state = 'active' order by st.name"
);

/// The live session of a token, with its account as it stands now; `None`
/// when the session is over or the account has left.
pub(crate) async fn find(tx: &mut Tx, token: &Token, now: Ts) -> Outcome<Option<Found>> {
    let hash = token.hash();
    let idle_since = now.plus_seconds(-IDLE_SECONDS);
    // One that would end later was begun by a clock that was put back since.
    let last_end = now.plus_seconds(LONGEST_SECONDS + DRIFT_SECONDS);
    let mut rows = on!(tx, c => sqlx::query_as::<_, SessionRow>(FIND)
        .bind(token.scheme()).bind(&hash[..]).bind(now).bind(idle_since)
        .bind(last_end).fetch_all(c))?;
    let settings = settings_of(rows.iter_mut().map(|row| &mut row.account));
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let stage = if row.stage == "signed_in" {
        Stage::SignedIn
    } else {
        Stage::Password
    };
    Ok(Some(Found {
        token_hash: hash,
        stage,
        form_token: row.form_token,
        seen_at: row.seen_at,
        actor: actor(token.scheme(), row.account, row.proved_at, now, &settings),
        settings,
    }))
}

fn settings_of<'r>(rows: impl Iterator<Item = &'r mut AccountRow>) -> SchemeSettings {
    SchemeSettings::stored(rows.filter_map(|row| row.setting.take().zip(row.value.take())))
}

fn actor(
    scheme: Id<Scheme>,
    row: AccountRow,
    proved_at: Ts,
    now: Ts,
    settings: &SchemeSettings,
) -> Actor {
    Actor {
        scheme,
        scheme_name: row.scheme_name.into(),
        account: row.account_id,
        name: row.name.into(),
        role: row.role,
        organisation: row.organisation_id,
        practice: (row.role == Role::Practice && row.kind == "practice")
            .then_some(row.organisation_id),
        lead: settings.handles_concerns(row.account_id, row.role),
        proved_at,
        now,
        at_command_line: false,
    }
}

/// The actor an active account is at `now`, for the command line, jobs and
/// tests: whoever may open the database has proved who they are to the
/// machine. Pages get theirs from the session.
///
/// # Errors
/// `NotFound` when there is no such active account.
pub async fn of_account(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    now: Ts,
) -> Outcome<Actor> {
    let mut rows = on!(tx, c => sqlx::query_as::<_, AccountRow>(ACCOUNT)
        .bind(scheme).bind(account).fetch_all(c))?;
    let settings = settings_of(rows.iter_mut());
    let row = rows.into_iter().next().ok_or_else(Refusal::not_found)?;
    Ok(actor(scheme, row, now, now, &settings))
}

const BEGIN: &str = "insert into session
    (scheme_id, token_hash, account_id, stage, form_token, made_at, seen_at, ends_at, proved_at)
    values ($1, $2, $3, $4, $5, $6, $6, $7, $6)";

/// Begins a session with a new token, which goes into the browser's cookie.
pub(crate) async fn begin(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    stage: Stage,
    now: Ts,
) -> Outcome<Token> {
    let token = Token::new(scheme);
    let (word, lasts) = match stage {
        Stage::Password => ("password", HALF_SECONDS),
        Stage::SignedIn => ("signed_in", LONGEST_SECONDS),
    };
    run!(
        tx,
        sqlx::query(BEGIN)
            .bind(scheme)
            .bind(&token.hash()[..])
            .bind(account)
            .bind(word)
            .bind(random_word())
            .bind(now)
            .bind(now.plus_seconds(lasts))
    )?;
    Ok(token)
}

const TOUCH: &str = "update session set seen_at = $3
    where scheme_id = $1 and token_hash = $2";

/// Whether the last use should be written down again; also when it was by a
/// clock that was put back since.
pub(crate) const fn touch_due(seen_at: Ts, now: Ts) -> bool {
    now.seconds_since(seen_at).abs() >= TOUCH_SECONDS
}

/// Writes down that a session was used.
pub(crate) async fn touch(tx: &mut Tx, scheme: Id<Scheme>, hash: &Hash, now: Ts) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(TOUCH).bind(scheme).bind(&hash[..]).bind(now)
    )?;
    Ok(())
}

const END: &str = "delete from session where scheme_id = $1 and token_hash = $2";

/// Ends one session.
pub(crate) async fn end(tx: &mut Tx, scheme: Id<Scheme>, hash: &Hash) -> Outcome<()> {
    run!(tx, sqlx::query(END).bind(scheme).bind(&hash[..]))?;
    Ok(())
}

const END_ALL: &str = "delete from session where scheme_id = $1 and account_id = $2";

/// Ends all sessions of an account: it left, or its role changed.
pub(crate) async fn end_all(tx: &mut Tx, scheme: Id<Scheme>, account: Id<Account>) -> Outcome<u64> {
    Ok(run!(tx, sqlx::query(END_ALL).bind(scheme).bind(account))?)
}

const END_OLDER: &str = "delete from session
    where scheme_id = $1 and account_id = $2 and stage = 'signed_in' and token_hash <> $3
      and token_hash not in (select s.token_hash from session s
        where s.scheme_id = $1 and s.account_id = $2 and s.stage = 'signed_in' and s.token_hash <> $3
        order by s.made_at desc, s.token_hash limit $4)";

/// Ends the oldest sessions of an account that has begun one more than it may
/// have at a time.
pub(crate) async fn end_older(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    newest: &Token,
) -> Outcome<()> {
    run!(
        tx,
        sqlx::query(END_OLDER)
            .bind(scheme)
            .bind(account)
            .bind(&newest.hash()[..])
            .bind(AT_A_TIME - 1)
    )?;
    Ok(())
}

const END_OTHERS: &str =
    "delete from session where scheme_id = $1 and account_id = $2 and token_hash <> $3";

/// Ends all sessions of an account but one.
pub(crate) async fn end_others(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    account: Id<Account>,
    but: &Hash,
) -> Outcome<u64> {
    Ok(run!(
        tx,
        sqlx::query(END_OTHERS)
            .bind(scheme)
            .bind(account)
            .bind(&but[..])
    )?)
}

const RENEW: &str = "update session set token_hash = $3, proved_at = $4, seen_at = $4
    where scheme_id = $1 and token_hash = $2";

/// Gives a session a new token after a new proof; the old one is dead.
pub(crate) async fn renew(tx: &mut Tx, scheme: Id<Scheme>, hash: &Hash, now: Ts) -> Outcome<Token> {
    let token = Token::new(scheme);
    let renewed = run!(
        tx,
        sqlx::query(RENEW)
            .bind(scheme)
            .bind(&hash[..])
            .bind(&token.hash()[..])
            .bind(now)
    )?;
    if renewed == 0 {
        return Err(Refusal::not_found().into());
    }
    Ok(token)
}
