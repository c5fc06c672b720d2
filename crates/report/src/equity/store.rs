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

/// Begins with the referrals of the time and goes on by index alone, so that it
/// costs what they are, and not what there ever was. The register confirmed
/// last knows best.
const REACHED: &str = "with referred(person_id) as (
      select distinct r.person_id from referral r
       where r.scheme_id = $1 and r.received_on > $2 and r.received_on <= $3
         and r.state not in ('advice', 'voided')),
    known(practice_id, born, ethnicity, gender, sex, deprivation_fifth, place) as (
      select p.practice_id, p.born, p.ethnicity, p.gender,
             case when f.id is not null then g.sex end,
             case when f.id is not null then g.deprivation_fifth end,
             row_number() over (partition by p.id
               order by case when f.id is null then 1 else 0 end, f.done_at desc, f.id desc, g.number)
        from referred d
        join person p on p.scheme_id = $1 and p.id = d.person_id
        left join gp_person g on g.scheme_id = $1 and g.person_id = p.id
        left join gathered_file f on f.scheme_id = $1 and f.id = g.file_id and f.state = 'done'
       where p.merged_into is null and (p.practice_id = $4 or $4 is null))
    select k.practice_id,
           cast(case when k.born <= $9 then 80 when k.born <= $8 then 65 when k.born <= $7 then 50
                     when k.born <= $6 then 35 when k.born <= $5 then 18 when k.born is not null then 0
                end as bigint) as age_from,
           k.ethnicity, k.gender, k.sex, k.deprivation_fifth, count(*) as people
      from known k
     where k.place = 1
     group by k.practice_id, age_from, k.ethnicity, k.gender, k.sex, k.deprivation_fifth
     order by k.practice_id, age_from, k.ethnicity, k.gender, k.sex, k.deprivation_fifth";

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
