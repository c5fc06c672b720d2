//! The months around the referral: who was there, how often they had contact
//! with their practice and of what kind, and how often with their link worker.

use kith_access::Scheme;
use kith_base::Id;
use kith_db::{FromRow, Tx, on};
use kith_effect::stats::event_time::EventCell;

use super::first::{contacts_that_count, first_referrals, list_that_counts, month_of, text_for};
use crate::{gp::ContactKind, month::Month, subject::Subject};

/// Months before and after the referral that are looked at.
const AROUND: i64 = 12;
/// A month of the estimators, in days.
const DAYS: f64 = 30.0;

/// The months around the referrals of a subject.
#[derive(Clone, Debug)]
pub struct Around {
    /// Person-months alike in month and days, for `kith_effect`.
    pub cells: Vec<EventCell>,
    /// People with a referral.
    pub referred: u64,
    /// Of them on a practice's list that counts.
    pub on_a_list: u64,
}

/// `listed`: everybody referred, on each practice's list that counts.
macro_rules! listed {
    () => {
        concat!(
            "listed(person_id, index_month, practice_id, pseudonym, whole_from, whole_until) as (
              select i.person_id, i.index_month, g.practice_id, g.pseudonym, g.whole_from, g.whole_until
                from first_referral i
                join gp_person g on g.scheme_id = $1 and g.person_id = i.person_id
               where g.file_id = ",
            list_that_counts!("g.practice_id"),
            ")"
        )
    };
}

/// `seen`: the months around, wholly on the list, each with its file of contacts.
macro_rules! seen {
    () => {
        concat!(
            "around(months) as (
              select cast($2 as bigint) union all
              select a.months + 1 from around a where a.months < $3),
            month_on_list(pseudonym, practice_id, months, month) as (
              select l.pseudonym, l.practice_id, a.months, l.index_month + a.months
                from listed l
                join around a on l.index_month + a.months >= l.whole_from
                 and (l.whole_until is null or l.index_month + a.months <= l.whole_until)),
            seen(pseudonym, months, month, file_id) as (
              select m.pseudonym, m.months, m.month, ",
            contacts_that_count!("m.practice_id", "m.month"),
            "   from month_on_list m)"
        )
    };
}

macro_rules! profile {
    ($only:literal) => {
        concat!(
            "with recursive ",
            first_referrals!($only),
            ", ",
            listed!(),
            ", ",
            seen!(),
            ", counted(months, month, y) as (
              select s.months, s.month,
                     (select count(*) from gp_contact c where c.scheme_id = $1
                        and c.file_id = s.file_id and c.month = s.month and c.pseudonym = s.pseudonym)
                from seen s where s.file_id is not null)
            select months, month, count(*) as n, cast(sum(y) as bigint) as total,
                   cast(sum(y * y) as bigint) as squares
              from counted group by months, month order by months, month"
        )
    };
}
const PROFILE: [&str; 3] = [
    profile!(""),
    profile!("and r.practice_id = $4"),
    profile!("and r.owner_id = $4"),
];

macro_rules! people {
    ($only:literal) => {
        concat!(
            "with ",
            first_referrals!($only),
            ", ",
            listed!(),
            " select (select count(*) from first_referral) as referred,
                     (select count(distinct person_id) from listed) as on_a_list"
        )
    };
}
const PEOPLE: [&str; 3] = [
    people!(""),
    people!("and r.practice_id = $2"),
    people!("and r.owner_id = $2"),
];

macro_rules! kinds {
    ($only:literal) => {
        concat!(
            "with recursive ",
            first_referrals!($only),
            ", ",
            listed!(),
            ", ",
            seen!(),
            " select s.months, c.kind, count(*) as contacts
                from seen s
                join gp_contact c on c.scheme_id = $1 and c.file_id = s.file_id
                 and c.month = s.month and c.pseudonym = s.pseudonym
               group by s.months, c.kind order by s.months, c.kind"
        )
    };
}
const KINDS: [&str; 3] = [
    kinds!(""),
    kinds!("and r.practice_id = $4"),
    kinds!("and r.owner_id = $4"),
];

macro_rules! with_worker {
    ($only:literal, $month:literal) => {
        concat!(
            "with ",
            first_referrals!($only),
            ", met(index_month, months) as (
              select i.index_month, ",
            $month,
            " - i.index_month from first_referral i
               join contact c on c.scheme_id = $1 and c.person_id = i.person_id
              where c.attended = 'yes' and c.voided_at is null)
            select index_month, months, count(*) as contacts from met
             where months >= $2 and months <= $3
             group by index_month, months order by index_month, months"
        )
    };
}
macro_rules! with_worker_lite {
    ($only:literal) => {
        with_worker!(
            $only,
            "(cast(strftime('%Y', c.at / 1000000, 'unixepoch') as integer) * 12
              + cast(strftime('%m', c.at / 1000000, 'unixepoch') as integer) - 1)"
        )
    };
}
macro_rules! with_worker_pg {
    ($only:literal) => {
        with_worker!(
            $only,
            "(cast(extract(year from c.at at time zone 'UTC') as bigint) * 12
              + cast(extract(month from c.at at time zone 'UTC') as bigint) - 1)"
        )
    };
}
// A moment is a number in one database and a timestamp in the other.
const WITH_WORKER_LITE: [&str; 3] = [
    with_worker_lite!(""),
    with_worker_lite!("and r.practice_id = $4"),
    with_worker_lite!("and r.owner_id = $4"),
];
const WITH_WORKER_PG: [&str; 3] = [
    with_worker_pg!(""),
    with_worker_pg!("and r.practice_id = $4"),
    with_worker_pg!("and r.owner_id = $4"),
];

macro_rules! referred_in {
    ($only:literal) => {
        concat!(
            "with ",
            first_referrals!($only),
            " select index_month, count(*) as people from first_referral
               group by index_month order by index_month"
        )
    };
}
const REFERRED_IN: [&str; 3] = [
    referred_in!(""),
    referred_in!("and r.practice_id = $2"),
    referred_in!("and r.owner_id = $2"),
];

#[derive(FromRow)]
struct CellRow {
    months: i64,
    month: i64,
    n: i64,
    total: i64,
    squares: i64,
}

#[derive(FromRow)]
struct PeopleRow {
    referred: i64,
    on_a_list: i64,
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A month since the referral as `kith_effect` writes it; always within a year.
fn months(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Runs a statement on the months around, with the subject's id where it has one.
macro_rules! asked {
    ($tx:expr, $sql:expr, $scheme:expr, $subject:expr) => {
        on!($tx, c => {
            let query = sqlx::query_as($sql).bind($scheme).bind(-AROUND).bind(AROUND);
            match $subject.id() {
                Some(id) => query.bind(id).fetch_all(c),
                None => query.fetch_all(c),
            }
        })
    };
}

/// The months around the referrals of a subject: A1.
///
/// # Errors
/// When the database does not answer.
pub async fn around(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
) -> Result<Around, sqlx::Error> {
    let rows: Vec<CellRow> = asked!(tx, text_for(PROFILE, subject), scheme, subject)?;
    let people: PeopleRow = on!(tx, c => {
        let query = sqlx::query_as(text_for(PEOPLE, subject)).bind(scheme);
        match subject.id() {
            Some(id) => query.bind(id).fetch_one(c),
            None => query.fetch_one(c),
        }
    })?;
    let cells = rows.iter().map(|row| EventCell {
        referred: true,
        month: months(row.months),
        exposure: days(row.month) / DAYS,
        n: count(row.n),
        sum: count(row.total),
        sum_squares: count(row.squares),
    });
    Ok(Around {
        cells: cells.collect(),
        referred: count(people.referred),
        on_a_list: count(people.on_a_list),
    })
}

/// The days of a month, as the estimators take them.
pub(super) fn days(month: i64) -> f64 {
    // A month has at most 31 days: nothing is lost.
    u8::try_from(Month::numbered(month).days()).map_or(DAYS, f64::from)
}

/// Contacts of one kind in one month around the referral.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct OfKind {
    /// Months since the referral.
    pub months: i64,
    /// The kind.
    pub kind: ContactKind,
    /// How many.
    pub contacts: i64,
}

/// The same contacts by kind.
///
/// # Errors
/// When the database does not answer.
pub async fn kinds(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
) -> Result<Vec<OfKind>, sqlx::Error> {
    asked!(tx, text_for(KINDS, subject), scheme, subject)
}

/// Contacts with link workers in one month around the referral.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct Met {
    /// The month of the referral, as a number.
    pub index_month: i64,
    /// Months since the referral.
    pub months: i64,
    /// How many contacts the person came to.
    pub contacts: i64,
}

/// People first referred in one month.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct ReferredIn {
    /// The month, as a number.
    pub index_month: i64,
    /// How many.
    pub people: i64,
}

/// Contacts people had with link workers, and who had how much time for them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WithWorkers {
    /// Everybody, by the month of their referral.
    pub referred: Vec<ReferredIn>,
    /// Their contacts.
    pub met: Vec<Met>,
}

/// Contacts the same people had with link workers.
///
/// # Errors
/// When the database does not answer.
pub async fn with_workers(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
) -> Result<WithWorkers, sqlx::Error> {
    let texts = if tx.is_embedded() {
        WITH_WORKER_LITE
    } else {
        WITH_WORKER_PG
    };
    let referred = on!(tx, c => {
        let query = sqlx::query_as(text_for(REFERRED_IN, subject)).bind(scheme);
        match subject.id() {
            Some(id) => query.bind(id).fetch_all(c),
            None => query.fetch_all(c),
        }
    })?;
    Ok(WithWorkers {
        referred,
        met: asked!(tx, text_for(texts, subject), scheme, subject)?,
    })
}
