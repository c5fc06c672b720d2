//! The audit trail: who did or looked at what, of whom, and why. A row is
//! written in the same transaction as the act, so neither exists without the
//! other. Rows hold ids and words from the code, never a name, a note or an
//! address. `seal` hashes the rows into a chain later, so writers never wait.

pub mod seal;

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use kith_base::{Clock, Id, Ts};
use kith_db::{Outcome, Tx, on, run};
use uuid::Uuid;

use crate::actor::{Account, Actor, Person, Scheme};

/// Names a row of the audit trail.
pub enum Row {}

/// What was done or looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry<'a> {
    /// The act, in a few words of the code: `take a referral`, `see a record`.
    pub action: &'a str,
    /// Whose record.
    pub person: Option<Id<Person>>,
    /// What sort of thing: `referral`, `contact`.
    pub object_kind: &'a str,
    /// Which one: `Some(id.uuid())`.
    pub object: Option<Uuid>,
    /// Why, where a purpose was given; otherwise empty.
    pub purpose: &'a str,
}

impl<'a> Entry<'a> {
    /// Somebody's record itself, without a purpose.
    #[must_use]
    pub const fn about(action: &'a str, person: Id<Person>) -> Self {
        Self {
            action,
            person: Some(person),
            object_kind: "person",
            object: Some(person.uuid()),
            purpose: "",
        }
    }
}

/// Whether it was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// It was done, or seen.
    Done,
    /// It was refused.
    Refused,
}

const INSERT: &str = "insert into audit
    (scheme_id, id, at, account_id, role, action, person_id, object_kind, object_id, outcome, purpose)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Writes that the actor did something.
///
/// # Errors
/// When the database fails; then nothing of the action is kept.
pub async fn record(tx: &mut Tx, actor: &Actor, entry: Entry<'_>) -> Outcome<()> {
    write(tx, Who::of(actor), entry, Ended::Done).await
}

/// Writes that the actor looked at somebody.
///
/// # Errors
/// When the database fails.
pub async fn look(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    action: &'static str,
) -> Outcome<()> {
    record(tx, actor, Entry::about(action, person)).await
}

/// Writes that the actor was refused something.
///
/// # Errors
/// When the database fails.
pub async fn refused(tx: &mut Tx, actor: &Actor, entry: Entry<'_>) -> Outcome<()> {
    write(tx, Who::of(actor), entry, Ended::Refused).await
}

/// Writes what a job of the program did by itself, or somebody not signed in.
///
/// # Errors
/// When the database fails.
pub async fn record_for(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    at: Ts,
    by: &'static str,
    entry: Entry<'_>,
) -> Outcome<()> {
    let who = Who {
        scheme,
        account: None,
        role: by.into(),
        at,
    };
    write(tx, who, entry, Ended::Done).await
}

/// Who acts, and when.
pub(crate) struct Who {
    pub(crate) scheme: Id<Scheme>,
    pub(crate) account: Option<Id<Account>>,
    pub(crate) role: Cow<'static, str>,
    pub(crate) at: Ts,
}

impl Who {
    fn of(actor: &Actor) -> Self {
        let role = kith_base::Word::code(actor.role);
        Self {
            scheme: actor.scheme,
            account: Some(actor.account),
            role: if actor.at_command_line {
                format!("{role} at the command line").into()
            } else {
                role.into()
            },
            at: actor.now,
        }
    }
}

/// The newest row of each scheme's trail that this process knows of, in
/// microseconds.
static NEWEST: LazyLock<Mutex<HashMap<Id<Scheme>, i64>>> = LazyLock::new(Mutex::default);

const NEWEST_ROW: &str =
    "select a.id from audit a where a.scheme_id = $1 order by a.id desc limit 1";

/// Reads how far the trail goes in the database: after a start, and at each
/// round of the seal, for other processes write too.
async fn look_how_far(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<()> {
    let newest: Option<Id<Row>> = on!(tx, c => sqlx::query_scalar(NEWEST_ROW)
        .bind(scheme).fetch_optional(c))?;
    // Rows of one millisecond have no order of their own.
    let after = newest.map_or(0, |row| (row.millis() + 1) * 1000);
    not_before(scheme, after);
    Ok(())
}

/// The later of a moment and the newest row of a scheme, which it becomes.
fn not_before(scheme: Id<Scheme>, micros: i64) -> i64 {
    let mut all = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
    let newest = all.entry(scheme).or_default();
    *newest = micros.max(*newest);
    *newest
}

fn is_known(scheme: Id<Scheme>) -> bool {
    let all = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
    all.contains_key(&scheme)
}

/// The moment a row is written, by the machine's own clock and never earlier
/// than the rows there are: the seal goes by the order of ids, and a row whose
/// id is older than what is sealed counts as put in afterwards. So a clock
/// that was put back, before a start or after it, harms nothing: rows wait to
/// be sealed until it has caught up. When something happened is the row's `at`.
async fn written_now(tx: &mut Tx, scheme: Id<Scheme>) -> Outcome<Ts> {
    if !is_known(scheme) {
        look_how_far(tx, scheme).await?;
    }
    let now = Clock::Real.now().micros();
    Ok(Ts::from_micros(not_before(scheme, now)))
}

pub(crate) async fn write(tx: &mut Tx, who: Who, entry: Entry<'_>, ended: Ended) -> Outcome<()> {
    let outcome = match ended {
        Ended::Done => "done",
        Ended::Refused => "refused",
    };
    let written = written_now(tx, who.scheme).await?;
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(who.scheme)
            .bind(Id::<Row>::new(written))
            .bind(who.at)
            .bind(who.account)
            .bind(&*who.role)
            .bind(entry.action)
            .bind(entry.person)
            .bind(entry.object_kind)
            .bind(entry.object)
            .bind(outcome)
            .bind(entry.purpose)
    )?;
    Ok(())
}
