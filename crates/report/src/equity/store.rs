//! The people who were referred, each with what is known of the groups they
//! are in: from their record, and from the register of their practice.

use kith_access::{Organisation, Scheme};
use kith_base::{Day, Id};
use kith_casework::person::{Ethnicity, Gender};
use kith_db::{FromRow, Tx, on};

use crate::gp::Sex;

/// Somebody who was referred.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Reached {
    /// Their practice.
    pub practice_id: Option<Id<Organisation>>,
    /// When they were born.
    pub born: Option<Day>,
    /// Their ethnicity.
    pub ethnicity: Option<Ethnicity>,
    /// Their gender.
    pub gender: Option<Gender>,
    /// Their sex, as their practice's register has it.
    pub sex: Option<Sex>,
    /// The fifth of deprivation of where they live, by the register.
    pub deprivation_fifth: Option<i64>,
}

/// The register confirmed last knows best.
const REACHED: &str = "select p.practice_id, p.born, p.ethnicity, p.gender,
        (select g.sex from gp_person g
            join gathered_file f on f.scheme_id = $1 and f.id = g.file_id
            where g.scheme_id = $1 and g.person_id = p.id and f.state = 'done'
            order by f.done_at desc, g.number limit 1) as sex,
        (select g.deprivation_fifth from gp_person g
            join gathered_file f on f.scheme_id = $1 and f.id = g.file_id
            where g.scheme_id = $1 and g.person_id = p.id and f.state = 'done'
            order by f.done_at desc, g.number limit 1) as deprivation_fifth
    from person p
    where p.scheme_id = $1 and p.merged_into is null and (p.practice_id = $4 or $4 is null)
      and exists (select 1 from referral r
        where r.scheme_id = $1 and r.person_id = p.id and r.received_on > $2 and r.received_on <= $3
          and r.state not in ('advice', 'voided'))
    order by p.id";

/// Everybody referred after one day and until another, of a practice or of all.
///
/// # Errors
/// When the database does not answer.
pub async fn reached(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    after: Day,
    until: Day,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<Reached>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(REACHED)
        .bind(scheme).bind(after).bind(until).bind(practice).fetch_all(c))
}
