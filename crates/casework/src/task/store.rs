//! The table `task`.

use kith_access::{Account, Scheme};
use kith_base::{Id, Ts};
use kith_db::{Tx, run};

use super::{NewTask, Task};

const INSERT: &str =
    "insert into task (scheme_id, id, person_id, referral_id, contact_id, kind, what,
        who, owner_id, due_on, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

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
