//! Wellbeing of the people referred (A5): of each their first score at the
//! start and their last one at follow-up after it. Who was referred shortly
//! before the newest score has had no time for a second one: they are left out
//! by the month of their referral, whether they have one or not, and counted.

use std::collections::BTreeMap;

use kith_access::{Organisation, Scheme};
use kith_base::{Day, Id, Word};
use kith_db::{FromRow, Tx, on};
use kith_effect::stats::{
    refusal::Refusal,
    scores::{Person, Scale, Scores},
};

use super::first::{first_referrals, month_of, text_for};
use crate::{month::Month, score::Measure, subject::Subject};

/// Months from a referral after which a second score is looked for: services
/// ask again after three to six.
pub const TIME_FOR_A_SECOND_MONTHS: i64 = 6;

macro_rules! counts {
    ($file:literal) => {
        concat!(
            "(",
            $file,
            " is null or exists (select 1 from gathered_file f
               where f.scheme_id = $1 and f.id = ",
            $file,
            " and f.state = 'done'))"
        )
    };
}

macro_rules! scores {
    ($only:literal) => {
        concat!(
            "with ",
            first_referrals!($only),
            ", started(person_id, practice_id, index_month, at_start, started_on) as (
              select i.person_id, i.practice_id, i.index_month, s.score, s.taken_on
                from first_referral i
                left join wellbeing_score s on s.scheme_id = $1 and s.id = (
                  select b.id from wellbeing_score b
                   where b.scheme_id = $1 and b.person_id = i.person_id and b.measure = $2
                     and b.occasion = 'start' and ",
            counts!("b.file_id"),
            "      order by b.taken_on, b.id limit 1))
            select d.practice_id, d.index_month, p.born, d.at_start, d.started_on,
                   (select a.score from wellbeing_score a
                     where a.scheme_id = $1 and a.person_id = d.person_id and a.measure = $2
                       and a.occasion = 'follow_up' and a.taken_on > d.started_on and ",
            counts!("a.file_id"),
            "        order by a.taken_on desc, a.id desc limit 1) as later
              from started d
              join person p on p.scheme_id = $1 and p.id = d.person_id
             order by d.person_id"
        )
    };
}
const SCORES: [&str; 3] = [
    scores!(""),
    scores!("and r.practice_id = $3"),
    scores!("and r.owner_id = $3"),
];

const NEWEST: &str = concat!(
    "select max(s.taken_on) from wellbeing_score s where s.scheme_id = $1 and s.measure = $2 and ",
    counts!("s.file_id")
);

/// The scores of a subject in one questionnaire.
#[derive(Debug)]
pub struct Asked {
    /// Of those who had time for a second score.
    pub scores: Result<Scores, Refusal>,
    /// People referred too lately for one.
    pub too_lately: u64,
}

#[derive(FromRow)]
struct ScoreRow {
    practice_id: Option<Id<Organisation>>,
    index_month: i64,
    born: Option<Day>,
    at_start: Option<i64>,
    started_on: Option<Day>,
    later: Option<i64>,
}

/// Scores never come near what a float cannot hold.
fn number(score: i64) -> f64 {
    i32::try_from(score).map_or(f64::NAN, f64::from)
}

/// The scores of a subject's people in one questionnaire. Their age at the
/// start is what is known of them; where it is not, the mean stands in its
/// place, and a column of its own says so.
///
/// # Errors
/// When the database does not answer. Inside: the refusal of `kith_effect`,
/// when nobody has a first score. None when there is no score at all.
pub async fn scores(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
    measure: Measure,
) -> Result<Option<Asked>, sqlx::Error> {
    let newest: Option<Day> =
        on!(tx, c => sqlx::query_scalar(NEWEST).bind(scheme).bind(measure).fetch_one(c))?;
    let Some(newest) = newest else {
        return Ok(None);
    };
    let rows: Vec<ScoreRow> = on!(tx, c => {
        let query = sqlx::query_as(text_for(SCORES, subject)).bind(scheme).bind(measure);
        match subject.id() {
            Some(id) => query.bind(id).fetch_all(c),
            None => query.fetch_all(c),
        }
    })?;
    let enough_time = Month::of(newest).plus(-TIME_FOR_A_SECOND_MONTHS).number();
    let (rows, lately): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .partition(|row| row.index_month <= enough_time);
    let mut practices: BTreeMap<Id<Organisation>, i64> = BTreeMap::new();
    let mut people = Vec::new();
    let mut ages = Vec::new();
    for row in &rows {
        let Some(before) = row.at_start else { continue };
        let next = i64::try_from(practices.len()).unwrap_or(0);
        ages.push(
            row.born
                .zip(row.started_on)
                .map(|(born, on)| f64::from(on.years_since(born))),
        );
        people.push(Person {
            cluster: row
                .practice_id
                .map(|id| *practices.entry(id).or_insert(next)),
            before: number(before),
            after: row.later.map(number),
            traits: Vec::new(),
        });
    }
    let without_start = u64::try_from(rows.len() - people.len()).unwrap_or(0);
    let names = add_age(&mut people, &ages);
    let (low, high) = measure.range();
    let scale = Scale::new(measure.label(), number(low), number(high), measure.better());
    Ok(Some(Asked {
        scores: scale.and_then(|scale| Scores::new(scale, names, people, without_start)),
        too_lately: lately.len() as u64,
    }))
}

fn add_age(people: &mut [Person], ages: &[Option<f64>]) -> Vec<String> {
    let known: Vec<f64> = ages.iter().copied().flatten().collect();
    if known.is_empty() {
        return Vec::new();
    }
    let count = u32::try_from(known.len()).unwrap_or(u32::MAX);
    let mean = known.iter().sum::<f64>() / f64::from(count);
    let gaps = known.len() < ages.len();
    for (person, age) in people.iter_mut().zip(ages) {
        person.traits.push(age.unwrap_or(mean));
        if gaps {
            person.traits.push(f64::from(u8::from(age.is_none())));
        }
    }
    let mut names = vec!["age at the start".to_owned()];
    names.extend(gaps.then(|| "age not recorded".to_owned()));
    names
}
