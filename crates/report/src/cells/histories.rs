//! What the comparison at the same peak (A2) needs: everybody on the lists,
//! month by month, referred or not. Memory is that of the people asked for:
//! sixteen bytes a person and month.

use std::collections::BTreeMap;

use kith_access::{Account, Organisation, Scheme};
use kith_base::Id;
use kith_db::{FromRow, Tx, on};
use kith_effect::stats::matching::{MonthSeen, PersonHistory};

use super::{
    around::days,
    first::{contacts_that_count, first_referrals, list_that_counts, month_of},
};
use crate::{gp::Sex, month::Month, subject::Subject};

const PRACTICES: &str =
    "select f.practice_id, min(f.from_month) as first, max(f.until_month) as last
    from gathered_file f
    where f.scheme_id = $1 and f.kind = 'gp_contacts' and f.state = 'done'
      and (f.practice_id = $2 or $2 is null)
    group by f.practice_id order by f.practice_id";

/// A practice with contacts, and the months between the first and the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct Covered {
    /// The practice.
    pub practice_id: Id<Organisation>,
    first: i64,
    last: i64,
}

impl Covered {
    /// The first month its files cover.
    #[must_use]
    pub const fn first(&self) -> Month {
        Month::numbered(self.first)
    }
    /// The last month its files cover; there may be gaps between.
    #[must_use]
    pub const fn last(&self) -> Month {
        Month::numbered(self.last)
    }
}

/// The practices of which there are contacts.
///
/// # Errors
/// When the database does not answer.
pub async fn covered(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<Covered>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(PRACTICES).bind(scheme).bind(practice).fetch_all(c))
}

const PEOPLE: &str = concat!(
    "with ",
    first_referrals!(""),
    " select g.pseudonym, g.whole_from, g.whole_until, g.birth_year, g.sex,
             coalesce(g.deprivation_fifth, 0) as fifth,
             (select i.index_month from first_referral i where i.person_id = g.person_id) as referred,
             (select r.owner_id from referral r where r.scheme_id = $1 and r.person_id = g.person_id
                and r.state not in ('advice', 'voided') order by r.received_on, r.id limit 1) as owner_id
        from gp_person g
       where g.scheme_id = $1 and g.file_id = ",
    list_that_counts!("$2"),
    " order by g.pseudonym, g.whole_from"
);
const MONTHS: &str = concat!(
    "with recursive span(month) as (
      select cast($3 as bigint) union all select s.month + 1 from span s where s.month < $4)
     select s.month from span s where ",
    contacts_that_count!("$2", "s.month"),
    " is not null order by s.month"
);
const COUNTS: &str = concat!(
    "with recursive span(month) as (
      select cast($3 as bigint) union all select s.month + 1 from span s where s.month < $4),
     covered(month, file_id) as (select s.month, ",
    contacts_that_count!("$2", "s.month"),
    "  from span s)
     select c.pseudonym, c.month, count(*) as y from covered v
       join gp_contact c on c.scheme_id = $1 and c.file_id = v.file_id and c.month = v.month
      group by c.pseudonym, c.month order by c.pseudonym, c.month"
);

#[derive(FromRow)]
struct PersonRow {
    pseudonym: Vec<u8>,
    whole_from: i64,
    whole_until: Option<i64>,
    birth_year: i64,
    sex: Sex,
    fifth: i64,
    referred: Option<i64>,
    owner_id: Option<Id<Account>>,
}

#[derive(FromRow)]
struct CountRow {
    pseudonym: Vec<u8>,
    month: i64,
    y: i64,
}

/// Everybody's months. A link worker's: of the people referred, theirs alone;
/// those of other link workers are left out, so that nobody who is with the
/// service stands for somebody who is not.
///
/// # Errors
/// When the database does not answer.
pub async fn histories(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
) -> Result<Vec<PersonHistory>, sqlx::Error> {
    // Somebody on two lists is one person: the list they were on when they
    // were referred, or were on for longer.
    let mut best: BTreeMap<Vec<u8>, PersonHistory> = BTreeMap::new();
    let practices = covered(tx, scheme, subject.practice()).await?;
    let latest = practices.iter().map(Covered::last).max();
    for (number, practice) in (0..).zip(&practices) {
        let year = latest.map_or(0, Month::year);
        for (pseudonym, history) in
            of_practice(tx, scheme, subject, *practice, (number, year)).await?
        {
            match best.get(&pseudonym) {
                Some(other) if worth(other) >= worth(&history) => {}
                _ => {
                    best.insert(pseudonym, history);
                }
            }
        }
    }
    Ok((0..)
        .zip(best.into_values())
        .map(|(person, history)| PersonHistory { person, ..history })
        .collect())
}

/// Whether the referral's month was seen, and how many months were.
fn worth(history: &PersonHistory) -> (bool, usize) {
    let at_referral = history
        .referred
        .is_some_and(|month| history.seen(month).is_some());
    let seen = history.months.iter().filter(|seen| seen.days > 0.0).count();
    (at_referral, seen)
}

async fn of_practice(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    subject: Subject,
    practice: Covered,
    (number, year): (i64, i64),
) -> Result<BTreeMap<Vec<u8>, PersonHistory>, sqlx::Error> {
    let (first, last) = (practice.first, practice.last);
    let id = practice.practice_id;
    let people: Vec<PersonRow> =
        on!(tx, c => sqlx::query_as(PEOPLE).bind(scheme).bind(id).fetch_all(c))?;
    let covered: Vec<i64> = on!(tx, c => sqlx::query_scalar(MONTHS)
        .bind(scheme).bind(id).bind(first).bind(last).fetch_all(c))?;
    let counts: Vec<CountRow> = on!(tx, c => sqlx::query_as(COUNTS)
        .bind(scheme).bind(id).bind(first).bind(last).fetch_all(c))?;
    let mut histories: BTreeMap<Vec<u8>, PersonHistory> = BTreeMap::new();
    let theirs = |row: &PersonRow| {
        subject.worker().is_none() || row.referred.is_none() || row.owner_id == subject.worker()
    };
    for row in people.into_iter().filter(theirs) {
        let history = histories
            .entry(row.pseudonym.clone())
            .or_insert_with(|| blank(&row, number, year, first, last));
        let until = row.whole_until.unwrap_or(last);
        for month in covered
            .iter()
            .filter(|month| (row.whole_from..=until).contains(month))
        {
            if let Some(seen) = place(history, *month) {
                seen.days = days(*month);
            }
        }
    }
    for row in counts {
        if let Some(seen) = histories
            .get_mut(&row.pseudonym)
            .and_then(|history| place(history, row.month))
            .filter(|seen| seen.days > 0.0)
        {
            seen.count = u32::try_from(row.y).unwrap_or(u32::MAX);
        }
    }
    Ok(histories)
}

fn place(history: &mut PersonHistory, month: i64) -> Option<&mut MonthSeen> {
    let at = usize::try_from(month - history.first_month).ok()?;
    history.months.get_mut(at)
}

/// Somebody of whom no month is known yet.
fn blank(row: &PersonRow, practice: i64, year: i64, first: i64, last: i64) -> PersonHistory {
    let unseen = MonthSeen {
        count: 0,
        days: 0.0,
    };
    PersonHistory {
        person: 0,
        practice,
        age_band: ((year - row.birth_year) / 10).clamp(0, 8),
        sex: match row.sex {
            Sex::Female => 0,
            Sex::Male => 1,
            Sex::Other => 2,
            Sex::NotRecorded => 3,
        },
        deprivation: row.fifth,
        referred: row.referred,
        first_month: first,
        months: (first..=last).map(|_| unseen).collect(),
    }
}
