//! The people who were referred, counted by what is known of the groups they
//! are in: from their record, and from the register of their practice.

use kith_access::{Organisation, Scheme};
use kith_base::{Day, Id};
use kith_casework::person::{Ethnicity, Gender};
use kith_db::{FromRow, Tx, on};

use crate::{gp::Sex, population::age_limits};

/// The people referred who are alike in everything that is shown.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Reached {
    /// Their practice.
    pub practice_id: Option<Id<Organisation>>,
    /// The first year of their group of age; none where nobody wrote when they
    /// were born.
    pub age_from: Option<i64>,
    /// Their ethnicity.
    pub ethnicity: Option<Ethnicity>,
    /// Their gender.
    pub gender: Option<Gender>,
    /// Their sex, as their practice's register has it.
    pub sex: Option<Sex>,
    /// The fifth of deprivation of where they live, by the register.
    pub deprivation_fifth: Option<i64>,
    /// How many they are.
    pub people: i64,
}

/// Begins with the referrals of the time, so that it costs what they are, and
/// not what there ever was. The register confirmed last knows best.
const REACHED: &str = "with referred(person_id) as (
      select distinct r.person_id from referral r
       where r.scheme_id = $1 and r.received_on > $2 and r.received_on <= $3
         and r.state not in ('advice', 'voided')),
    listed(person_id, sex, deprivation_fifth, place) as (
      select g.person_id, g.sex, g.deprivation_fifth,
             row_number() over (partition by g.person_id order by f.done_at desc, f.id desc, g.number)
        from referred d
        join gp_person g on g.scheme_id = $1 and g.person_id = d.person_id
        join gathered_file f on f.scheme_id = $1 and f.id = g.file_id
       where f.state = 'done')
    select p.practice_id,
           cast(case when p.born <= $9 then 80 when p.born <= $8 then 65 when p.born <= $7 then 50
                     when p.born <= $6 then 35 when p.born <= $5 then 18 when p.born is not null then 0
                end as bigint) as age_from,
           p.ethnicity, p.gender, l.sex, l.deprivation_fifth, count(*) as people
      from referred d
      join person p on p.scheme_id = $1 and p.id = d.person_id
      left join listed l on l.person_id = p.id and l.place = 1
     where p.merged_into is null and (p.practice_id = $4 or $4 is null)
     group by p.practice_id, age_from, p.ethnicity, p.gender, l.sex, l.deprivation_fifth
     order by p.practice_id, age_from, p.ethnicity, p.gender, l.sex, l.deprivation_fifth";

/// Everybody referred after one day and until another, of a practice or of
/// all, as old as they are on the last day.
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
    on!(tx, c => {
        let query = sqlx::query_as(REACHED).bind(scheme).bind(after).bind(until).bind(practice);
        age_limits(until).into_iter().fold(query, |query, limit| query.bind(limit)).fetch_all(c)
    })
}
