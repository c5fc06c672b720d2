//! The table `reading`.

use kith_access::{Account, Actor, Scheme};
use kith_base::{Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};
use uuid::Uuid;

use super::{Reading, Stage};
use crate::subject::Subject;

/// A reading as it is kept.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Row {
    /// Its id.
    pub id: Id<Reading>,
    /// The question, as JSON.
    pub question: String,
    /// The question's hash.
    pub question_hash: Vec<u8>,
    /// Whether the question was fixed beforehand.
    pub is_primary: bool,
    /// Of whom: the kind of a [`Subject`].
    pub subject_kind: String,
    /// Of whom: the id.
    pub subject_id: Option<Uuid>,
    /// Where it stands.
    pub state: Stage,
    /// Steps done.
    pub steps_done: i64,
    /// Steps there are.
    pub steps_all: i64,
    /// The answer, as JSON.
    pub result: Option<String>,
    /// Who asked.
    pub made_by_name: Name,
    /// When.
    pub made_at: Ts,
    /// When it was answered.
    pub done_at: Option<Ts>,
    /// For two at once.
    pub version: i64,
}

impl Row {
    /// Of whom.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        Subject::of(&self.subject_kind, self.subject_id)
    }
}

macro_rules! rows {
    ($which:literal) => {
        concat!(
            "select r.id, r.question, r.question_hash, r.is_primary, r.subject_kind, r.subject_id, r.state,
                r.steps_done, r.steps_all, r.result, a.name as made_by_name, r.made_at, r.done_at, r.version
            from reading r join account a on a.scheme_id = $1 and a.id = r.made_by
            where r.scheme_id = $1 and ",
            $which
        )
    };
}

/// A new reading.
pub struct New<'a> {
    /// Of whom.
    pub subject: Subject,
    /// The question, as JSON.
    pub question: &'a str,
    /// Its hash.
    pub hash: &'a [u8],
    /// Whether it is fixed before the data are read, or read at once.
    pub stage: Stage,
    /// How many steps it takes.
    pub steps: i64,
}

const INSERT: &str = "insert into reading (scheme_id, id, question, question_hash, is_primary,
        subject_kind, subject_id, state, steps_done, steps_all, made_by, made_at, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, 1)";

/// Keeps a question.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(tx: &mut Tx, actor: &Actor, new: &New<'_>) -> Result<Id<Reading>, sqlx::Error> {
    let id = Id::<Reading>::new(actor.now);
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(id)
            .bind(new.question)
            .bind(new.hash)
            .bind(new.stage == Stage::Fixed)
            .bind(new.subject.kind())
            .bind(new.subject.id())
            .bind(new.stage)
            .bind(new.steps)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(id)
}

const OF_SUBJECT: &str = rows!(
    "r.subject_kind = $2 and (r.subject_id = $3 or r.subject_id is null)
     order by r.made_at desc, r.id desc limit 50"
);

/// The last readings of a subject, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_subject(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
) -> Result<Vec<Row>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(OF_SUBJECT)
        .bind(scheme).bind(subject.kind()).bind(subject.id()).fetch_all(c))
}

const ONE: &str = rows!("r.id = $2 order by r.id");

/// One reading.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Reading>,
) -> Result<Option<Row>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(ONE).bind(scheme).bind(id).fetch_optional(c))
}

const READ_BEFORE: &str = "select result from reading
    where scheme_id = $1 and state = 'done' and done_at <= $2 and result is not null
    order by done_at, id";

/// The answers read before a moment, as JSON.
///
/// # Errors
/// When the database does not answer.
pub async fn read_before(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    at: Ts,
) -> Result<Vec<String>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(READ_BEFORE).bind(scheme).bind(at).fetch_all(c))
}

const START: &str = "update reading set state = 'running', version = version + 1
    where scheme_id = $1 and id = $2 and state = 'fixed'";

/// Has a fixed question read. Gives whether it was there.
///
/// # Errors
/// When the database does not answer.
pub async fn start(tx: &mut Tx, scheme: Id<Scheme>, id: Id<Reading>) -> Result<bool, sqlx::Error> {
    Ok(run!(tx, sqlx::query(START).bind(scheme).bind(id))? == 1)
}

const TO_MAKE: &str = rows!(
    "r.state = 'running' and (r.started_at < $2 or r.started_at is null)
     order by r.made_at, r.id limit 1"
);
const TAKE: &str = "update reading set started_at = $3, steps_done = 0, version = version + 1
    where scheme_id = $1 and id = $2 and version = $4 and state = 'running'";

/// Takes the next reading to be made: one that nobody has begun, or that was
/// begun before a moment and never ended.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    given_up: Ts,
    now: Ts,
) -> Result<Option<Row>, sqlx::Error> {
    let next: Option<Row> = on!(tx, c => sqlx::query_as(TO_MAKE)
        .bind(scheme).bind(given_up).fetch_optional(c))?;
    let Some(row) = next else { return Ok(None) };
    let taken = run!(
        tx,
        sqlx::query(TAKE)
            .bind(scheme)
            .bind(row.id)
            .bind(now)
            .bind(row.version)
    )?;
    Ok((taken == 1).then_some(row))
}

const STEP: &str = "update reading set steps_done = steps_done + 1
    where scheme_id = $1 and id = $2 and state = 'running'";

/// One step is done.
///
/// # Errors
/// When the database does not answer.
pub async fn step(tx: &mut Tx, scheme: Id<Scheme>, id: Id<Reading>) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(STEP).bind(scheme).bind(id))?;
    Ok(())
}

const END: &str =
    "update reading set state = $3, result = $4, done_at = $5, steps_done = steps_all,
        version = version + 1
    where scheme_id = $1 and id = $2 and state = 'running'";

/// Keeps the answer; without one the reading could not be made.
///
/// # Errors
/// When the database does not answer.
pub async fn end(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Reading>,
    result: Option<&str>,
    now: Ts,
) -> Result<(), sqlx::Error> {
    let stage = if result.is_some() {
        Stage::Done
    } else {
        Stage::Failed
    };
    run!(
        tx,
        sqlx::query(END)
            .bind(scheme)
            .bind(id)
            .bind(stage)
            .bind(result)
            .bind(now)
    )?;
    Ok(())
}

const PEOPLE_OF: &str = "select count(distinct r.person_id) from referral r
    where r.scheme_id = $1 and r.owner_id = $2 and r.state not in ('advice', 'voided')";

/// How many people a link worker has or had at their end.
///
/// # Errors
/// When the database does not answer.
pub async fn people_of(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    worker: Id<Account>,
) -> Result<i64, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(PEOPLE_OF).bind(scheme).bind(worker).fetch_one(c))
}
