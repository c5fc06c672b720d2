//! What a row of a file changed in a record that was there before: kept with the
//! row, so that undoing the import can put it back.

use kith_access::{Actor, Scheme};
use kith_base::{Id, Ts};
use kith_db::{Tx, on, run};
use serde::{Deserialize, Serialize};

use super::ImportBatch;
use crate::{person::Person, task::Task};

/// What a row changed in a record that was there before, so that it can be
/// put back.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// The fields it wrote over or filled.
    pub fields: Vec<Field>,
    /// The task to read what came, under the open referral.
    pub task: Option<String>,
    /// When it was changed, in microseconds; rows of an earlier version do not
    /// say.
    #[serde(default)]
    pub at: Option<i64>,
}

impl Changed {
    /// Nothing yet, at this moment.
    #[must_use]
    pub fn at(now: Ts) -> Self {
        Self {
            at: Some(now.micros()),
            ..Self::default()
        }
    }
}

/// One field of a record that a row changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The field's name in the details form.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it held; empty when nothing.
    pub before: String,
    /// What the file says.
    pub after: String,
}

const KEEP: &str = "update import_row set overwrote = $4
    where scheme_id = $1 and import_id = $2 and number = $3";

/// Keeps what a row changed in the record there was.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    number: i64,
    changed: &Changed,
) -> Result<(), sqlx::Error> {
    let changed =
        serde_json::to_string(changed).map_err(|error| sqlx::Error::Encode(error.into()))?;
    run!(
        tx,
        sqlx::query(KEEP)
            .bind(scheme)
            .bind(batch)
            .bind(number)
            .bind(&changed)
    )?;
    Ok(())
}

const SAVED_SINCE: &str = "select count(*) from audit
    where scheme_id = $1 and person_id = $2 and action = 'put details right' and at >= $3";

/// Whether somebody has saved the person's details since the row changed them:
/// what stands there then is what they saw and kept.
///
/// # Errors
/// When the database does not answer.
pub async fn saved_since(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    since: Ts,
) -> Result<bool, sqlx::Error> {
    let saved: i64 = on!(tx, c => sqlx::query_scalar(SAVED_SINCE)
        .bind(scheme).bind(person).bind(since).fetch_one(c))?;
    Ok(saved > 0)
}

const END_TASK: &str = "update task set done_at = $3, done_by = $4
    where scheme_id = $1 and id = $2 and done_at is null";

/// Ends the task to read what came in a file that was taken back.
///
/// # Errors
/// When the database does not answer.
pub async fn end_task(tx: &mut Tx, actor: &Actor, task: Id<Task>) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(END_TASK)
            .bind(actor.scheme)
            .bind(task)
            .bind(actor.now)
            .bind(actor.account)
    )?;
    Ok(())
}
