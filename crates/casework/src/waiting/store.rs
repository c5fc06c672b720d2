//! What the waiting list shows: one statement for the rows, one for the count.

use kith_access::{Account, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name};
use kith_db::{FromRow, Tx, on};

use crate::{
    listed_columns,
    person::listed::Listed,
    referral::{Need, Referral, State},
};

/// How many lines a page of the list has.
pub const PAGE: usize = 50;

/// Somebody who waits.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    /// The referral.
    pub id: Id<Referral>,
    /// What to quote.
    pub reference: String,
    /// `waiting` or `needs_worker`.
    pub state: State,
    /// When it came.
    pub received_on: Day,
    /// By when somebody must have it.
    pub next_on: Day,
    /// The main need.
    pub main_need: Need,
    /// Who sent it.
    pub referrer_name: Name,
    /// Their practice.
    pub practice_name: Option<Name>,
    /// Counts the changes.
    pub version: i64,
    /// Whom it is about.
    #[sqlx(flatten)]
    pub who: Listed,
}

const LIST: &str = concat!(
    "select r.id, r.reference, r.state, r.received_on, r.next_on, r.main_need, r.referrer_name,
            o.name as practice_name, r.version, ",
    listed_columns!(),
    "
       from referral r
       join person p on p.scheme_id = $1 and p.id = r.person_id
       left join organisation o on o.scheme_id = $1 and o.id = r.practice_id
      where r.scheme_id = $1 and r.state in ('waiting', 'needs_worker')
        and ((r.received_at, r.id) >
             (select a.received_at, a.id from referral a where a.scheme_id = $1 and a.id = $7)
             or $7 is null)
        and ",
    person_in_scope!(),
    "
      order by r.received_at, r.id limit $8"
);

/// A page of the list, the longest wait first; one more than a page when
/// there is a next one.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    after: Option<Id<Referral>>,
) -> Result<Vec<Waiting>, sqlx::Error> {
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    on!(tx, c => in_scope!(sqlx::query_as(LIST), *scope).bind(after).bind(most).fetch_all(c))
}

/// How many wait, and how many of them too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct Count {
    /// Everybody in the two queues.
    pub all_waiting: i64,
    /// Of them, those past their day.
    pub late: i64,
}

const COUNT: &str = concat!(
    "select count(*) as all_waiting,
            count(case when r.next_on < $6 then 1 end) as late
       from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.state in ('waiting', 'needs_worker') and ",
    person_in_scope!()
);

/// Counts the two queues as their list shows them.
///
/// # Errors
/// When the database does not answer.
pub async fn count(tx: &mut Tx, scope: &Scope) -> Result<Count, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(COUNT), *scope).fetch_one(c))
}

/// How many of those who wait came on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, FromRow)]
pub struct Came {
    /// The day.
    pub received_on: Day,
    /// How many.
    pub people: i64,
}

const CAME: &str = concat!(
    "select r.received_on, count(*) as people
       from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.state = 'waiting' and ",
    person_in_scope!(),
    " group by r.received_on order by r.received_on"
);

/// When those came who wait to be taken on, by day.
///
/// # Errors
/// When the database does not answer.
pub async fn came(tx: &mut Tx, scope: &Scope) -> Result<Vec<Came>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(CAME), *scope).fetch_all(c))
}

/// A link worker somebody can be given to.
#[derive(Clone, Debug, FromRow)]
pub struct Worker {
    /// The account.
    pub id: Id<Account>,
    /// The name.
    pub name: Name,
    /// How many unfinished referrals they have.
    pub holds: i64,
}

impl Worker {
    /// As one of those somebody can be given to.
    #[must_use]
    pub fn offered(&self) -> String {
        format!("{} (holds {})", self.name, self.holds)
    }
}

const WORKERS: &str = "select w.id, w.name,
        (select count(*) from referral r where r.scheme_id = $1 and r.owner_id = w.id
            and r.state in ('taken', 'open')) as holds
    from account w
   where w.scheme_id = $1 and w.role = 'link_worker' and w.state = 'active'
   order by w.name, w.id";

/// The link workers at work, in alphabetical order, with what they hold.
///
/// # Errors
/// When the database does not answer.
pub async fn workers(tx: &mut Tx, scheme: Id<Scheme>) -> Result<Vec<Worker>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(WORKERS).bind(scheme).fetch_all(c))
}
