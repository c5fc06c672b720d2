//! The table `draft`.

use kith_access::{Actor, Person};
use kith_base::{Id, Ts};
use kith_db::{FromRow, Tx, on, run};

/// A draft as it was kept.
#[derive(Clone, Debug, FromRow)]
pub struct Draft {
    /// The form as it was typed, as a browser posts it.
    pub body: String,
    /// When.
    pub saved_at: Ts,
}

const SAVE: &str = "insert into draft (scheme_id, account_id, place, person_id, body, saved_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (scheme_id, account_id, place, person_id)
    do update set body = excluded.body, saved_at = excluded.saved_at";

/// Keeps a draft in place of the one before.
///
/// # Errors
/// When the database does not answer.
pub async fn save(
    tx: &mut Tx,
    actor: &Actor,
    place: &'static str,
    person: Id<Person>,
    body: &str,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(SAVE)
            .bind(actor.scheme)
            .bind(actor.account)
            .bind(place)
            .bind(person)
            .bind(body)
            .bind(actor.now)
    )?;
    Ok(())
}

const ONE: &str = "select body, saved_at from draft
    where scheme_id = $1 and account_id = $2 and place = $3 and person_id = $4";

/// The actor's own draft about a person.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &mut Tx,
    actor: &Actor,
    place: &'static str,
    person: Id<Person>,
) -> Result<Option<Draft>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(ONE)
        .bind(actor.scheme).bind(actor.account).bind(place).bind(person).fetch_optional(c))
}

const DROP: &str = "delete from draft
    where scheme_id = $1 and account_id = $2 and place = $3 and person_id = $4";

/// Takes a draft away: it was saved as what it was to be, or discarded.
///
/// # Errors
/// When the database does not answer.
pub async fn drop(
    tx: &mut Tx,
    actor: &Actor,
    place: &'static str,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(DROP)
            .bind(actor.scheme)
            .bind(actor.account)
            .bind(place)
            .bind(person)
    )?;
    Ok(())
}

const FORM_IS_DONE: &str = "select count(*) from form_once where scheme_id = $1 and form_key = $2";

/// Whether the form with this key was sent already: a draft of it that comes
/// in late is of no use any more.
///
/// # Errors
/// When the database does not answer.
pub async fn form_is_done(tx: &mut Tx, actor: &Actor, form_key: &str) -> Result<bool, sqlx::Error> {
    let count: i64 = on!(tx, c => sqlx::query_scalar(FORM_IS_DONE).bind(actor.scheme).bind(form_key).fetch_one(c))?;
    Ok(count > 0)
}
