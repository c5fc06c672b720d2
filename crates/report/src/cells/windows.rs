//! Whole-month windows: practice, calendar month, cohort, age band, sex and
//! deprivation, with n, Σy and Σy², and one histogram of y. Registration gives
//! n by itself, so that months without a contact cost nothing.

use kith_access::{Organisation, Scheme};
use kith_base::Id;
use kith_db::{FromRow, Tx, on};
use kith_effect::stats::counts::Histogram;

use super::first::{contacts_that_count, first_referrals, list_that_counts, month_of};
use crate::{gp::Sex, month::Month};

/// Person-months alike in everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct WindowCell {
    /// The practice.
    pub practice_id: Id<Organisation>,
    /// The calendar month, as a number.
    pub month: i64,
    /// The month of the first referral, as a number; none for people never
    /// referred.
    pub cohort: Option<i64>,
    /// Tens of years of age in the last year of the window; 8 for 80 and over.
    pub age_band: i64,
    /// Sex.
    pub sex: Sex,
    /// Deprivation fifth; 0 when not recorded.
    pub fifth: i64,
    /// Person-months.
    pub n: i64,
    /// Σy.
    pub total: i64,
    /// Σy².
    pub squares: i64,
}

impl WindowCell {
    /// The exposure of one of its person-months, in months of 30 days.
    #[must_use]
    pub fn exposure(&self) -> f64 {
        super::around::days(self.month) / 30.0
    }
}

/// All cells of a window, and how often each count of contacts occurs.
#[derive(Clone, Debug)]
pub struct Windows {
    /// The cells, in the order of their key.
    pub cells: Vec<WindowCell>,
    /// How many person-months had each count.
    pub histogram: Histogram,
}

/// `somebody`: everybody on the lists that count; `covered`: the months of the
/// window with their file of contacts; `spell`: people alike in everything;
/// `counted`: person-months with a contact.
macro_rules! window {
    ($practice:literal) => {
        concat!(
            "with recursive span(month) as (
              select cast($2 as bigint) union all select s.month + 1 from span s where s.month < $3),
            practice(id) as (
              select o.id from organisation o
               where o.scheme_id = $1 and o.kind = 'practice' ",
            $practice,
            "), ",
            first_referrals!(""),
            ", somebody(practice_id, pseudonym, whole_from, whole_until, cohort, age_band, sex, fifth) as (
              select g.practice_id, g.pseudonym, g.whole_from, g.whole_until,
                     (select i.index_month from first_referral i where i.person_id = g.person_id),
                     case when $4 - g.birth_year >= 80 then 8 when $4 - g.birth_year < 0 then 0
                          else ($4 - g.birth_year) / 10 end,
                     g.sex, coalesce(g.deprivation_fifth, 0)
                from practice p
                join gp_person g on g.scheme_id = $1 and g.file_id = ",
            list_that_counts!("p.id"),
            "), covered(month, practice_id, file_id) as (
              select s.month, p.id, ",
            contacts_that_count!("p.id", "s.month"),
            "   from span s cross join practice p),
            spell(practice_id, whole_from, whole_until, cohort, age_band, sex, fifth, people) as (
              select b.practice_id, b.whole_from, b.whole_until, b.cohort, b.age_band, b.sex, b.fifth, count(*)
                from somebody b
               group by b.practice_id, b.whole_from, b.whole_until, b.cohort, b.age_band, b.sex, b.fifth),
            counted(practice_id, month, cohort, age_band, sex, fifth, pseudonym, y) as (
              select b.practice_id, v.month, b.cohort, b.age_band, b.sex, b.fifth, b.pseudonym, count(*)
                from covered v
                join gp_contact c on c.scheme_id = $1 and c.file_id = v.file_id and c.month = v.month
                join somebody b on b.practice_id = v.practice_id and b.pseudonym = c.pseudonym
                 and b.whole_from <= v.month and (b.whole_until is null or b.whole_until >= v.month)
               group by b.practice_id, v.month, b.cohort, b.age_band, b.sex, b.fifth, b.pseudonym) "
        )
    };
}

macro_rules! cells {
    ($practice:literal) => {
        concat!(
            window!($practice),
            "select w.practice_id, w.month, w.cohort, w.age_band, w.sex, w.fifth,
                    cast(sum(w.people) as bigint) as n, cast(sum(w.y) as bigint) as total,
                    cast(sum(w.yy) as bigint) as squares
               from (select s.practice_id, v.month, s.cohort, s.age_band, s.sex, s.fifth,
                            s.people, 0 as y, 0 as yy
                       from spell s
                       join covered v on v.practice_id = s.practice_id and v.file_id is not null
                        and s.whole_from <= v.month
                        and (s.whole_until is null or s.whole_until >= v.month)
                     union all
                     select k.practice_id, k.month, k.cohort, k.age_band, k.sex, k.fifth,
                            0, k.y, k.y * k.y
                       from counted k) w
              group by w.practice_id, w.month, w.cohort, w.age_band, w.sex, w.fifth
              order by w.practice_id, w.month, w.cohort, w.age_band, w.sex, w.fifth"
        )
    };
}
const CELLS: [&str; 2] = [cells!(""), cells!("and o.id = $5")];

macro_rules! histogram {
    ($practice:literal) => {
        concat!(
            window!($practice),
            "select k.y, count(*) as n from counted k group by k.y order by k.y"
        )
    };
}
const HISTOGRAM: [&str; 2] = [histogram!(""), histogram!("and o.id = $5")];

/// A window of the figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The practice; none for all of them.
    pub practice: Option<Id<Organisation>>,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
}

macro_rules! asked {
    ($tx:expr, $texts:expr, $scheme:expr, $window:expr) => {
        on!($tx, c => {
            let [all, one] = $texts;
            let sql = if $window.practice.is_some() { one } else { all };
            let query = sqlx::query_as(sql)
                .bind($scheme)
                .bind($window.from.number())
                .bind($window.until.number())
                .bind($window.until.year());
            match $window.practice {
                Some(practice) => query.bind(practice).fetch_all(c),
                None => query.fetch_all(c),
            }
        })
    };
}

/// The cells of a window.
///
/// # Errors
/// When the database does not answer.
pub async fn windows(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    window: Window,
) -> Result<Windows, sqlx::Error> {
    let cells: Vec<WindowCell> = asked!(tx, CELLS, scheme, window)?;
    let counts: Vec<(i64, i64)> = asked!(tx, HISTOGRAM, scheme, window)?;
    let people: i64 = cells.iter().map(|cell| cell.n).sum();
    let with_contact: i64 = counts.iter().map(|(_, n)| n).sum();
    let histogram = std::iter::once((0, people - with_contact))
        .chain(counts)
        .filter_map(|(y, n)| Some((u64::try_from(y).ok()?, u64::try_from(n).ok()?)))
        .filter(|(_, n)| *n > 0)
        .collect();
    Ok(Windows { cells, histogram })
}
