//! The table `task`.

use kith_access::{Account, Actor, Person, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{Became, Kind, NewTask, Task, Who};
use crate::{Referral, listed_columns, person::listed::Listed as Whom};

const INSERT: &str =
    "insert into task (scheme_id, id, person_id, referral_id, contact_id, kind, what,
        who, owner_id, due_on, made_at, other_person_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Makes a task.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: &NewTask,
    at: Ts,
) -> Result<Id<Task>, sqlx::Error> {
    insert_about_two(tx, scheme, task, None, at).await
}

/// Makes a task about two records, of which the second is `other`.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_about_two(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: &NewTask,
    other: Option<Id<Person>>,
    at: Ts,
) -> Result<Id<Task>, sqlx::Error> {
    let id = Id::new(at);
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(id)
            .bind(task.person)
            .bind(task.referral)
            .bind(task.contact)
            .bind(task.kind)
            .bind(&task.what)
            .bind(task.who)
            .bind(task.owner)
            .bind(task.due)
            .bind(at)
            .bind(other)
    )?;
    Ok(id)
}

const FINISH: &str = "update task set done_at = $3, done_by = $4, ended_as = $5
    where scheme_id = $1 and id = $2 and done_at is null";

/// Ticks a task off, with what became of it where that was asked. Gives
/// whether it was still open.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: Id<Task>,
    (by, became): (Id<Account>, Option<Became>),
    at: Ts,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(FINISH)
            .bind(scheme)
            .bind(task)
            .bind(at)
            .bind(by)
            .bind(became)
    )? == 1)
}

const HAND_OVER: &str = "update task set owner_id = $3
    where scheme_id = $1 and owner_id = $2 and done_at is null";

/// Gives somebody's open tasks to another, or to the manager's queue.
///
/// # Errors
/// When the database does not answer.
pub async fn hand_over(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    from: Id<Account>,
    to: Option<Id<Account>>,
) -> Result<u64, sqlx::Error> {
    run!(tx, sqlx::query(HAND_OVER).bind(scheme).bind(from).bind(to))
}

/// A task as a page shows it.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Listed {
    /// Its id.
    pub id: Id<Task>,
    /// Whom it is about.
    pub person_id: Option<Id<Person>>,
    /// Why there is one.
    pub kind: Kind,
    /// What is to be done.
    pub what: String,
    /// Who does it.
    pub who: Who,
    /// Whose list it is on; none is the manager's queue.
    pub owner_id: Option<Id<Account>>,
    /// That account's name.
    pub owner_name: Option<Name>,
    /// By when.
    pub due_on: Day,
    /// When it was ticked off.
    pub done_at: Option<Ts>,
    /// Who ticked it off.
    pub done_by: Option<Id<Account>>,
}

macro_rules! listed {
    () => {
        "select t.id, t.person_id, t.kind, t.what, t.who, t.owner_id, w.name as owner_name, t.due_on,
                t.done_at, t.done_by
           from task t
           left join account w on w.scheme_id = $1 and w.id = t.owner_id "
    };
}

const OF_PERSON: &str = concat!(
    listed!(),
    "join person p on p.scheme_id = $1 and p.id = t.person_id
    where t.scheme_id = $1 and t.person_id = $7 and (t.done_at is null or t.done_at >= $8) and ",
    person_in_scope!(),
    " order by t.done_at is not null, t.due_on, t.id limit 100"
);

/// A person's open tasks, and those ticked off since a moment; open ones
/// first, by the day they are due.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
    done_since: Ts,
) -> Result<Vec<Listed>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(person).bind(done_since).fetch_all(c))
}

const ONE: &str = concat!(
    listed!(),
    "left join person p on p.scheme_id = $1 and p.id = t.person_id
    where t.scheme_id = $1 and t.id = $7 and (t.person_id is null or (",
    person_in_scope!(),
    "))"
);

/// One task, when it is about nobody or the scope reaches its person.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &mut Tx,
    scope: &Scope,
    task: Id<Task>,
) -> Result<Option<Listed>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(ONE), *scope).bind(task).fetch_optional(c))
}

const UNDO: &str = "update task set done_at = null, done_by = null, ended_as = null
    where scheme_id = $1 and id = $2 and done_by = $3 and done_at >= $4";

/// Takes one's own tick back, when it is no older than a moment. Gives
/// whether there was such a tick.
///
/// # Errors
/// When the database does not answer.
pub async fn undo(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: Id<Task>,
    by: Id<Account>,
    since: Ts,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(UNDO)
            .bind(scheme)
            .bind(task)
            .bind(by)
            .bind(since)
    )? == 1)
}

/// A task of a list, with whom it is about.
#[derive(Clone, Debug, FromRow)]
pub struct Due {
    /// Its id.
    pub id: Id<Task>,
    /// Why there is one.
    pub kind: Kind,
    /// What is to be done.
    pub what: String,
    /// By when.
    pub due_on: Day,
    /// Whom it is about.
    #[sqlx(flatten)]
    pub who: Whom,
}

macro_rules! due {
    ($which:literal) => {
        concat!(
            "select t.id, t.kind, t.what, t.due_on, ",
            listed_columns!(),
            " from task t join person p on p.scheme_id = $1 and p.id = t.person_id
             where t.scheme_id = $1 and t.done_at is null and ",
            $which,
            " and ",
            person_in_scope!()
        )
    };
}

const DUE: &str = concat!(
    due!("t.owner_id = $7 and t.due_on >= $8 and t.due_on <= $9"),
    " order by t.due_on, t.id limit 50"
);

/// A worker's open tasks of the days from one to another.
///
/// # Errors
/// When the database does not answer.
pub async fn due_of(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
    (from, until): (Day, Day),
) -> Result<Vec<Due>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(DUE), *scope)
        .bind(worker).bind(from).bind(until).fetch_all(c))
}

/// How many tasks a day has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct OfDay {
    /// The day.
    pub due_on: Day,
    /// How many.
    pub tasks: i64,
}

const BY_DAY: &str = concat!(
    "select t.due_on, count(*) as tasks
       from task t join person p on p.scheme_id = $1 and p.id = t.person_id
      where t.scheme_id = $1 and t.done_at is null and t.owner_id = $7
        and t.due_on >= $8 and t.due_on <= $9 and ",
    person_in_scope!(),
    " group by t.due_on order by t.due_on"
);

/// How many of a worker's open tasks each day has, from one to another.
///
/// # Errors
/// When the database does not answer.
pub async fn by_day(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
    (from, until): (Day, Day),
) -> Result<Vec<OfDay>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(BY_DAY), *scope)
        .bind(worker).bind(from).bind(until).fetch_all(c))
}

const QUEUE: &str = concat!(
    due!("(t.owner_id is null or t.owner_id = $4)"),
    " order by t.due_on, t.id limit 200"
);

/// The manager's queue: open tasks that are on nobody's list, and those on the
/// manager's own; the oldest date first, whatever its date.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(tx: &mut Tx, scope: &Scope) -> Result<Vec<Due>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(QUEUE), *scope).fetch_all(c))
}

/// A task of the queue that is about nobody.
#[derive(Clone, Debug, FromRow)]
pub struct AboutNobody {
    /// Its id.
    pub id: Id<Task>,
    /// Why there is one.
    pub kind: Kind,
    /// What is to be done.
    pub what: String,
    /// By when.
    pub due_on: Day,
}

const QUEUE_ABOUT_NOBODY: &str = "select t.id, t.kind, t.what, t.due_on from task t
    where t.scheme_id = $1 and t.person_id is null and t.done_at is null
      and (t.owner_id is null or t.owner_id = $2)
    order by t.due_on, t.id limit 200";

/// The same of tasks that are about nobody: a mail that could not be
/// delivered, an absence without cover.
///
/// # Errors
/// When the database does not answer.
pub async fn queue_about_nobody(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    manager: Id<Account>,
) -> Result<Vec<AboutNobody>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(QUEUE_ABOUT_NOBODY).bind(scheme).bind(manager).fetch_all(c))
}

/// How many tasks stand in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct Queued {
    /// All of them.
    pub tasks: i64,
    /// Of them, those whose day has passed.
    pub late: i64,
}

const QUEUED: &str = concat!(
    "select count(*) as tasks, count(case when t.due_on < $6 then 1 end) as late
       from task t left join person p on p.scheme_id = $1 and p.id = t.person_id
      where t.scheme_id = $1 and t.done_at is null
        and (t.owner_id is null or t.owner_id = $4) and (t.person_id is null or (",
    person_in_scope!(),
    "))"
);

/// Counts the queue as its page lists it.
///
/// # Errors
/// When the database does not answer.
pub async fn queued(tx: &mut Tx, scope: &Scope) -> Result<Queued, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(QUEUED), *scope).fetch_one(c))
}

const GIVE: &str = "update task set owner_id = $3
    where scheme_id = $1 and id = $2 and done_at is null";

/// Puts an open task on somebody's list. Gives whether it was still open.
///
/// # Errors
/// When the database does not answer.
pub async fn give(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: Id<Task>,
    to: Id<Account>,
) -> Result<bool, sqlx::Error> {
    Ok(run!(tx, sqlx::query(GIVE).bind(scheme).bind(task).bind(to))? == 1)
}

const END_OF_KIND: &str = "update task set done_at = $3, done_by = $4, ended_as = $5
    where scheme_id = $1 and person_id = $2 and kind = $6 and done_at is null";

/// Ends the tasks of a kind about somebody, as no longer needed.
///
/// # Errors
/// When the database does not answer.
pub async fn end_of_kind(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    kind: Kind,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(END_OF_KIND)
            .bind(actor.scheme)
            .bind(person)
            .bind(actor.now)
            .bind(actor.account)
            .bind(Became::NotNeeded)
            .bind(kind)
    )?;
    Ok(())
}

const END_OF: &str = "update task set done_at = $3, done_by = $4
    where scheme_id = $1 and done_at is null and (referral_id = $2
      or (what like $5 and person_id in
        (select r.person_id from referral r where r.scheme_id = $1 and r.id = $2)))";

/// Ends the tasks of a referral that was taken back, and what another
/// referral's worker was asked about it by its reference.
///
/// # Errors
/// When the database does not answer.
pub async fn end_of(
    tx: &mut Tx,
    actor: &Actor,
    referral: Id<Referral>,
    reference: &str,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(END_OF)
            .bind(actor.scheme)
            .bind(referral)
            .bind(actor.now)
            .bind(actor.account)
            .bind(format!("%({reference})%"))
    )?;
    Ok(())
}
