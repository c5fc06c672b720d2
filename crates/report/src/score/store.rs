//! The table `wellbeing_score`.

use kith_access::{Actor, Scheme};
use kith_base::Id;
use kith_casework::person::Person;
use kith_db::{Tx, on, run};

use super::rows::{Scored, Whose};
use crate::gathered::GatheredFile;

/// Names a score.
pub enum WellbeingScore {}

const BY_NUMBER: &str = "select p.id from person p
    where p.scheme_id = $1 and p.nhs_number = $2 and p.merged_into is null order by p.id limit 1";
const BY_REFERENCE: &str = "select r.person_id from referral r
    where r.scheme_id = $1 and r.reference = $2 order by r.person_id limit 1";

/// The person a row is about.
///
/// # Errors
/// When the database does not answer.
pub async fn person(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    whose: &Whose,
) -> Result<Option<Id<Person>>, sqlx::Error> {
    match whose {
        Whose::Number(number) => {
            on!(tx, c => sqlx::query_scalar(BY_NUMBER).bind(scheme).bind(number).fetch_optional(c))
        }
        Whose::Reference(reference) => {
            on!(tx, c => sqlx::query_scalar(BY_REFERENCE).bind(scheme).bind(reference).fetch_optional(c))
        }
    }
}

const KNOWN: &str = "select count(*) from wellbeing_score s
    left join gathered_file f on f.scheme_id = $1 and f.id = s.file_id
    where s.scheme_id = $1 and s.person_id = $2 and s.measure = $3 and s.taken_on = $4
      and (s.file_id is null or f.state = 'done')";

/// Whether a score of that questionnaire and day is there already.
///
/// # Errors
/// When the database does not answer.
pub async fn is_known(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    scored: &Scored,
) -> Result<bool, sqlx::Error> {
    let count: i64 = on!(tx, c => sqlx::query_scalar(KNOWN)
        .bind(scheme).bind(person).bind(scored.measure).bind(scored.on).fetch_one(c))?;
    Ok(count > 0)
}

const INSERT: &str =
    "insert into wellbeing_score (scheme_id, id, person_id, measure, score, taken_on,
        occasion, file_id, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// Keeps a score.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    scored: &Scored,
    file: Option<Id<GatheredFile>>,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(Id::<WellbeingScore>::new(actor.now))
            .bind(person)
            .bind(scored.measure)
            .bind(scored.score)
            .bind(scored.on)
            .bind(scored.occasion)
            .bind(file)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}
