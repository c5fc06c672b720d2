//! The days of referrals and of first contacts, of the whole service or of
//! one practice.

use kith_access::{Organisation, Scheme};
use kith_base::{Day, Id, Ts};
use kith_db::{Tx, on};

const FIRST: &str = "select min(received_on) from referral
    where scheme_id = $1 and (practice_id = $2 or $2 is null) and state not in ('advice', 'voided')";

/// The day of the first referral.
///
/// # Errors
/// When the database does not answer.
pub async fn first(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Option<Day>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(FIRST).bind(scheme).bind(practice).fetch_one(c))
}

const RECEIVED: &str = "select received_on, count(*) as referrals from referral
    where scheme_id = $1 and received_on >= $2 and (practice_id = $3 or $3 is null)
      and state not in ('advice', 'voided')
    group by received_on order by received_on";

/// How many referrals came on each day since one.
///
/// # Errors
/// When the database does not answer.
pub async fn received(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    since: Day,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<(Day, i64)>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(RECEIVED)
        .bind(scheme).bind(since).bind(practice).fetch_all(c))
}

/// Somebody who waited longer than this is not in the waits of their month:
/// the index is by the day the referral came.
const LONGEST_WAIT_DAYS: i64 = 730;

const SEEN: &str = "select received_on, first_seen_at from referral
    where scheme_id = $1 and received_on >= $2 and first_seen_at >= $3
      and (practice_id = $4 or $4 is null) and state not in ('advice', 'voided')
    order by first_seen_at, id";

/// Of everybody first seen since a day: when their referral came, and when
/// they were seen.
///
/// # Errors
/// When the database does not answer.
pub async fn seen(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    since: Day,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<(Day, Day)>, sqlx::Error> {
    let rows: Vec<(Day, Ts)> = on!(tx, c => sqlx::query_as(SEEN)
        .bind(scheme)
        .bind(since.plus_days(-LONGEST_WAIT_DAYS))
        .bind(since.start())
        .bind(practice)
        .fetch_all(c))?;
    Ok(rows
        .into_iter()
        .map(|(received, seen)| (received, seen.day()))
        .collect())
}
