//! The table `task`.

use kith_access::{Account, Person, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{Kind, NewTask, Task, Who};

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

const FINISH: &str = "update task set done_at = $3, done_by = $4
    where scheme_id = $1 and id = $2 and done_at is null";

/// Ticks a task off. Gives whether it was still open.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    task: Id<Task>,
    by: Id<Account>,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(FINISH)
            .bind(scheme)
            .bind(task)
            .bind(at)
            .bind(by)
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

const UNDO: &str = "update task set done_at = null, done_by = null
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
