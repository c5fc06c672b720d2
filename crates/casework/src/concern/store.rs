//! The tables `concern` and `concern_event`. Only the lead and the deputy read
//! a concern whole; whoever raised it reads their own; managers count.

use kith_access::{Account, Actor, Scheme, SchemeSettings, Scope, in_scope, person_in_scope};
use kith_base::{Id, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{Concern, Danger, End, Move, Raise, State};
use crate::person::Person;

macro_rules! concern_columns {
    () => {
        "c.id, c.reference, c.person_id, c.raised_by, c.raised_name, c.door, c.reach, c.about,
         c.what, c.danger, c.raised_at, c.acknowledge_by, c.state, a.name as acknowledged_name,
         c.acknowledged_at, c.escalated_at, c.closed_at, c.outcome, c.outcome_line, c.version
    from concern c left join account a on a.scheme_id = $1 and a.id = c.acknowledged_by
   where c.scheme_id = $1 and "
    };
}

const ONE: &str = concat!("select ", concern_columns!(), "c.id = $2");

/// One concern, whole; who may read it is decided by the action.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    concern: Id<Concern>,
) -> Result<Option<Concern>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(ONE).bind(scheme).bind(concern).fetch_optional(c))
}

const RAISED_BY: &str = concat!(
    "select ",
    concern_columns!(),
    "c.raised_by = $2 order by c.id desc limit 100"
);

/// What somebody raised, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn raised_by(tx: &mut Tx, actor: &Actor) -> Result<Vec<Concern>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(RAISED_BY).bind(actor.scheme).bind(actor.account).fetch_all(c))
}

/// A line of the lead's list.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
#[expect(missing_docs, reason = "the columns of Concern and of the person")]
pub struct Listed {
    pub id: Id<Concern>,
    pub reference: String,
    pub person_id: Option<Id<Person>>,
    pub about: Option<String>,
    pub danger: Danger,
    pub raised_at: Ts,
    pub raised_name: String,
    pub acknowledge_by: Ts,
    pub state: State,
    pub outcome: Option<End>,
    pub given: Option<String>,
    pub family: Option<String>,
    pub born: Option<kith_base::Day>,
}

macro_rules! listed {
    () => {
        concat!(
            "select c.id, c.reference, c.person_id, c.about, c.danger, c.raised_at, c.raised_name,
                    c.acknowledge_by, c.state, c.outcome, p.given, p.family, p.born
               from concern c left join person p on p.id = c.person_id and ",
            person_in_scope!(),
            " where c.scheme_id = $1 and "
        )
    };
}

const OPEN: &str = concat!(
    listed!(),
    "c.state <> 'closed'
      order by case when c.state = 'raised' and c.acknowledge_by <= $5 then 0 else 1 end,
               case c.danger when 'yes' then 0 when 'not_sure' then 1 else 2 end,
               case when c.state = 'raised' then 0 else 1 end, c.acknowledge_by, c.id
      limit 500"
);

/// Every concern that is not closed: late ones first, then those with danger.
///
/// # Errors
/// When the database does not answer.
pub async fn open(tx: &mut Tx, scope: &Scope) -> Result<Vec<Listed>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(OPEN), *scope).fetch_all(c))
}

/// How many lines a page of closed concerns has.
pub const PAGE: usize = 50;

const CLOSED: &str = concat!(
    listed!(),
    "c.state = 'closed' and ($7 is null or c.id < $7) order by c.id desc limit 51"
);

/// Closed concerns, the newest first, from after one of them; one more than a
/// page, to show that there is another.
///
/// # Errors
/// When the database does not answer.
pub async fn closed(
    tx: &mut Tx,
    scope: &Scope,
    after: Option<Id<Concern>>,
) -> Result<Vec<Listed>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(CLOSED), *scope).bind(after).fetch_all(c))
}

/// How many concerns there are, without anybody's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, FromRow)]
pub struct Counts {
    /// Waiting to be acknowledged, late ones among them.
    pub raised: i64,
    /// Not acknowledged in time.
    pub late: i64,
    /// Being looked into.
    pub acknowledged: i64,
    /// Closed.
    pub closed: i64,
}

const COUNTS: &str = "select
        count(case when c.state = 'raised' then 1 end) as raised,
        count(case when c.state = 'raised' and c.acknowledge_by <= $2 then 1 end) as late,
        count(case when c.state = 'acknowledged' then 1 end) as acknowledged,
        count(case when c.state = 'closed' then 1 end) as closed
    from concern c where c.scheme_id = $1";

/// Counts the scheme's concerns.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(tx: &mut Tx, scheme: Id<Scheme>, now: Ts) -> Result<Counts, sqlx::Error> {
    on!(tx, c => sqlx::query_as(COUNTS).bind(scheme).bind(now).fetch_one(c))
}

/// A line of a concern's history.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Event {
    /// When.
    pub at: Ts,
    /// Who; none is the program, or somebody without an account.
    pub by_name: Option<String>,
    /// What.
    pub what: Move,
    /// In words.
    pub words: Option<String>,
}

const EVENTS: &str = "select e.at, a.name as by_name, e.what, e.words
    from concern_event e left join account a on a.scheme_id = $1 and a.id = e.by_id
    where e.scheme_id = $1 and e.concern_id = $2 order by e.at, e.id";

/// The history of a concern, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn events(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    concern: Id<Concern>,
) -> Result<Vec<Event>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(EVENTS).bind(scheme).bind(concern).fetch_all(c))
}

/// Names a line of the history.
enum EventId {}

const INSERT_EVENT: &str =
    "insert into concern_event (scheme_id, id, concern_id, at, by_id, what, words)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Adds a line to the history.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn happened(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    concern: Id<Concern>,
    by: Option<Id<Account>>,
    what: Move,
    words: Option<&str>,
    at: Ts,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT_EVENT)
            .bind(scheme)
            .bind(Id::<EventId>::new(at))
            .bind(concern)
            .bind(at)
            .bind(by)
            .bind(what)
            .bind(words)
    )?;
    Ok(())
}

const INSERT: &str = "insert into concern (scheme_id, id, reference, person_id, raised_by,
        raised_name, door, reach, about, what, danger, raised_at, acknowledge_by, state, lead_id,
        deputy_id, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'raised', $14, $15, 1)";

/// What belongs to a new concern beside what it says.
pub(super) struct New<'a> {
    pub(super) id: Id<Concern>,
    pub(super) reference: &'a str,
    pub(super) raised_by: Option<Id<Account>>,
    pub(super) raised_name: &'a str,
    pub(super) raised_at: Ts,
    pub(super) acknowledge_by: Ts,
}

/// Keeps a new concern, with the lead and deputy it goes to.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    settings: &SchemeSettings,
    new: &New<'_>,
    raise: &Raise,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(new.id)
            .bind(new.reference)
            .bind(raise.person)
            .bind(new.raised_by)
            .bind(new.raised_name)
            .bind(raise.door)
            .bind(&raise.reach)
            .bind(&raise.about)
            .bind(&raise.what)
            .bind(raise.danger)
            .bind(new.raised_at)
            .bind(new.acknowledge_by)
            .bind(settings.lead)
            .bind(settings.deputy)
    )?;
    Ok(())
}

// Whoever takes a concern on reaches its person from then on, also when they
// became the lead after it was raised.
const ACKNOWLEDGE: &str = "update concern set state = 'acknowledged', acknowledged_by = $4,
        acknowledged_at = $5,
        lead_id = case when lead_id = $4 or deputy_id = $4 then lead_id else $4 end,
        version = version + 1
    where scheme_id = $1 and id = $2 and version = $3 and state = 'raised'";

/// Writes that somebody has it. Gives whether the version was the newest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn acknowledge(
    tx: &mut Tx,
    actor: &Actor,
    concern: Id<Concern>,
    version: i64,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(ACKNOWLEDGE)
            .bind(actor.scheme)
            .bind(concern)
            .bind(version)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(changed == 1)
}

const TOUCH: &str = "update concern set version = version + 1
    where scheme_id = $1 and id = $2 and version = $3";

/// Counts a change that is in the history alone. Gives whether the version
/// was the newest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn touch(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    concern: Id<Concern>,
    version: i64,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(TOUCH).bind(scheme).bind(concern).bind(version)
    )?;
    Ok(changed == 1)
}

const CLOSE: &str = "update concern set state = 'closed', closed_by = $4, closed_at = $5,
        outcome = $6, outcome_line = $7, version = version + 1
    where scheme_id = $1 and id = $2 and version = $3 and state = 'acknowledged'";

/// Closes a concern. Gives whether the version was the newest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn close(
    tx: &mut Tx,
    actor: &Actor,
    concern: Id<Concern>,
    version: i64,
    end: End,
    line: &str,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(CLOSE)
            .bind(actor.scheme)
            .bind(concern)
            .bind(version)
            .bind(actor.account)
            .bind(actor.now)
            .bind(end)
            .bind(line)
    )?;
    Ok(changed == 1)
}

const LATE: &str = "select c.id, c.reference, c.person_id, c.escalated_at,
        (select count(*) from concern_event e where e.scheme_id = $1
            and e.concern_id = c.id and e.what = 'escalate') as times
    from concern c
    where c.scheme_id = $1 and c.state = 'raised' and c.acknowledge_by <= $2
    order by c.id limit 200";

/// A concern nobody has acknowledged in time.
#[derive(FromRow)]
pub(super) struct Late {
    pub(super) id: Id<Concern>,
    pub(super) reference: String,
    pub(super) person_id: Option<Id<Person>>,
    /// When it was last passed on.
    pub(super) escalated_at: Option<Ts>,
    /// How often it was passed on.
    pub(super) times: i64,
}

/// What nobody has acknowledged in time.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn late(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    now: Ts,
) -> Result<Vec<Late>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(LATE).bind(scheme).bind(now).fetch_all(c))
}

// The version stays: whoever is about to acknowledge it is not held up by this.
const ESCALATE: &str = "update concern set escalated_at = $3
    where scheme_id = $1 and id = $2 and state = 'raised'
      and escalated_at is not distinct from $4";

/// Marks a concern as passed on once more. Gives whether nobody else has
/// passed it on, or acknowledged it, in the meantime.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn escalate(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    concern: &Late,
    now: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(ESCALATE)
            .bind(scheme)
            .bind(concern.id)
            .bind(now)
            .bind(concern.escalated_at)
    )?;
    Ok(changed == 1)
}
