//! The table `person_lone_working`, and what of it stands in the record.

use kith_access::{Actor, Scheme};
use kith_base::{Day, Id, Line, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use crate::person::{LoneWorking, Person};

const SET: &str = "update person set lone_why = $4, lone_review_on = $5, changed_at = $6,
        version = version + 1
    where scheme_id = $1 and id = $2 and version = $3";

/// Writes what is true now over the version that was read; none lifts it.
/// Gives whether that version was still the newest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn set(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    lone: Option<&LoneWorking>,
) -> Result<bool, sqlx::Error> {
    let set = run!(
        tx,
        sqlx::query(SET)
            .bind(actor.scheme)
            .bind(person)
            .bind(version)
            .bind(lone.map(|lone| &lone.why))
            .bind(lone.map(|lone| lone.review_on))
            .bind(actor.now)
    )?;
    Ok(set == 1)
}

const KEEP: &str = "insert into person_lone_working
    (scheme_id, id, person_id, at, by_id, why, review_on) values ($1, $2, $3, $4, $5, $6, $7)";

/// Keeps who set or lifted it, when and why; lifted it has no day.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    why: &Line,
    review_on: Option<Day>,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(KEEP)
            .bind(actor.scheme)
            .bind(Id::<Earlier>::new(actor.now))
            .bind(person)
            .bind(actor.now)
            .bind(actor.account)
            .bind(why)
            .bind(review_on)
    )?;
    Ok(())
}

/// A line of the history. Names its id too.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Earlier {
    /// When.
    pub at: Ts,
    /// By whom.
    pub by_name: Name,
    /// Why it was set, or lifted.
    pub why: Line,
    /// By when it was to be looked at again; none where it was lifted.
    pub review_on: Option<Day>,
}

const HISTORY: &str = "select k.at, a.name as by_name, k.why, k.review_on
    from person_lone_working k join account a on a.scheme_id = $1 and a.id = k.by_id
    where k.scheme_id = $1 and k.person_id = $2 order by k.id desc limit 50";

/// The history, the newest first. The caller has loaded the person.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn history(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<Earlier>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(HISTORY).bind(scheme).bind(person).fetch_all(c))
}
