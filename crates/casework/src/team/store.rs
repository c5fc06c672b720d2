//! The questions behind the team's page: each is one statement, however many
//! people there are. And the table `cover`.

use kith_access::{Account, Actor, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::Cover;

/// When a referral came, was taken on, and its person was first seen.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Times {
    /// The day it came.
    pub received_on: Day,
    /// When it was taken on.
    pub taken_at: Option<Ts>,
    /// When the person was first seen.
    pub first_seen_at: Option<Ts>,
}

const TIMES: &str = "select received_on, taken_at, first_seen_at from referral
    where scheme_id = $1 and received_on >= $2 and state not in ('voided', 'advice')
    order by received_on, id";

/// The times of referrals that came since a day.
///
/// # Errors
/// When the database does not answer.
pub async fn times(tx: &mut Tx, scheme: Id<Scheme>, since: Day) -> Result<Vec<Times>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(TIMES).bind(scheme).bind(since).fetch_all(c))
}

/// What stands in the queues.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Queues {
    /// Waiting to be taken on.
    pub waiting: i64,
    /// Of those, past their day.
    pub overdue: i64,
    /// The day the oldest came.
    pub oldest: Option<Day>,
    /// Without a link worker, since theirs left or the case was reopened.
    pub needs_worker: i64,
    /// Of those, past their day.
    pub needs_worker_late: i64,
}

const QUEUES: &str = concat!(
    "select count(case when r.state = 'waiting' then 1 end) as waiting,
            count(case when r.state = 'waiting' and r.next_on < $6 then 1 end) as overdue,
            min(case when r.state = 'waiting' then r.received_on end) as oldest,
            count(case when r.state = 'needs_worker' then 1 end) as needs_worker,
            count(case when r.state = 'needs_worker' and r.next_on < $6 then 1 end) as needs_worker_late
       from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.state in ('waiting', 'needs_worker') and ",
    person_in_scope!()
);

/// Counts the queues as the waiting list shows them.
///
/// # Errors
/// When the database does not answer.
pub async fn queues(tx: &mut Tx, scope: &Scope) -> Result<Queues, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(QUEUES), *scope).fetch_one(c))
}

/// A worker's cases.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Cases {
    /// The worker.
    pub owner_id: Id<Account>,
    /// Taken on, not yet answered.
    pub taken: i64,
    /// Answered.
    pub open: i64,
    /// Taken on in the last four weeks.
    pub new: i64,
}

const CASES: &str = "select owner_id,
        count(case when state = 'taken' then 1 end) as taken,
        count(case when state = 'open' then 1 end) as open,
        count(case when taken_at >= $2 then 1 end) as new
    from referral where scheme_id = $1 and owner_id is not null
      and (state in ('taken', 'open') or taken_at >= $2)
    group by owner_id order by owner_id";

/// Each worker's cases.
///
/// # Errors
/// When the database does not answer.
pub async fn cases(tx: &mut Tx, scheme: Id<Scheme>, since: Ts) -> Result<Vec<Cases>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(CASES).bind(scheme).bind(since).fetch_all(c))
}

/// A worker's contacts since a moment.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Contacts {
    /// The worker.
    pub author_id: Id<Account>,
    /// How many.
    pub contacts: i64,
    /// Minutes of those that were holding.
    pub holding_minutes: i64,
}

const CONTACTS: &str = "select author_id, count(*) as contacts,
        cast(coalesce(sum(case when purpose = 'holding' then minutes else 0 end), 0) as bigint) as holding_minutes
    from contact where scheme_id = $1 and at >= $2 and voided_at is null
    group by author_id order by author_id";

/// Each worker's contacts.
///
/// # Errors
/// When the database does not answer.
pub async fn contacts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    since: Ts,
) -> Result<Vec<Contacts>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(CONTACTS).bind(scheme).bind(since).fetch_all(c))
}

/// What is missing in the records of people with an unfinished referral.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Quality {
    /// People with an unfinished referral.
    pub people: i64,
    /// With nobody and no queue that has them, or no day when they come up:
    /// nought as long as the program keeps its promise, and measured all the same.
    pub lost: i64,
    /// Without a date of birth.
    pub no_birth_date: i64,
    /// Without an NHS number.
    pub no_number: i64,
}

const QUALITY: &str = "select count(*) as people,
        count(case when exists (select 1 from referral l
            where l.scheme_id = $1 and l.person_id = p.id
              and l.state in ('waiting', 'taken', 'open', 'needs_worker')
              and (l.next_on is null or (l.state in ('taken', 'open') and not exists
                (select 1 from account a where a.scheme_id = $1 and a.id = l.owner_id
                    and a.state = 'active' and a.role = 'link_worker')))) then 1 end) as lost,
        count(case when p.born is null then 1 end) as no_birth_date,
        count(case when p.nhs_number is null then 1 end) as no_number
    from person p where p.scheme_id = $1 and p.merged_into is null and exists (select 1 from referral r
        where r.scheme_id = $1 and r.person_id = p.id
          and r.state in ('waiting', 'taken', 'open', 'needs_worker'))";

/// Counts what is missing.
///
/// # Errors
/// When the database does not answer.
pub async fn quality(tx: &mut Tx, scheme: Id<Scheme>) -> Result<Quality, sqlx::Error> {
    on!(tx, c => sqlx::query_as(QUALITY).bind(scheme).fetch_one(c))
}

/// What one practice has not filed.
#[derive(Clone, Debug, FromRow)]
pub struct NotFiled {
    /// The practice.
    pub practice_name: Name,
    /// How many messages.
    pub messages: i64,
    /// When the oldest of them was written.
    pub oldest: Ts,
}

// Only what a practice can file: that a referral was received does not belong
// in a record, and a restricted person's messages are not shown to it.
const NOT_FILED: &str =
    "select o.name as practice_name, count(*) as messages, min(m.made_at) as oldest
    from practice_message m join organisation o on o.scheme_id = $1 and o.id = m.practice_id
    join person p on p.scheme_id = $1 and p.id = m.person_id
    where m.scheme_id = $1 and m.filed_at is null and m.stage <> 'received' and m.made_at < $2
      and not p.restricted
    group by o.id, o.name order by o.name, o.id";

/// Messages that practices have not filed, of those made before a moment.
///
/// # Errors
/// When the database does not answer.
pub async fn not_filed(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    before: Ts,
) -> Result<Vec<NotFiled>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(NOT_FILED).bind(scheme).bind(before).fetch_all(c))
}

/// Somebody stands in for somebody.
#[derive(Clone, Debug, FromRow)]
pub struct CoverRow {
    /// Its id.
    pub id: Id<Cover>,
    /// Who is away.
    pub away_id: Id<Account>,
    /// Their name.
    pub away_name: Name,
    /// Who stands in.
    pub cover_name: Name,
    /// From.
    pub from_on: Day,
    /// Until.
    pub until_on: Day,
    /// Restricted records of the one that are not open to the other.
    pub closed_to_cover: i64,
}

const COVERS: &str =
    "select v.id, v.away_id, a.name as away_name, b.name as cover_name, v.from_on, v.until_on,
        (select count(*) from referral r
           join person p on p.scheme_id = $1 and p.id = r.person_id
          where r.scheme_id = $1 and r.owner_id = v.away_id and r.state in ('taken', 'open')
            and p.restricted and not exists (select 1 from person_named n
              where n.scheme_id = $1 and n.person_id = p.id and n.account_id = v.cover_id)
        ) as closed_to_cover
    from cover v join account a on a.scheme_id = $1 and a.id = v.away_id
    join account b on b.scheme_id = $1 and b.id = v.cover_id
    where v.scheme_id = $1 and v.ended_at is null and v.until_on >= $2 order by v.from_on, v.id";

/// The covers that have not ended.
///
/// # Errors
/// When the database does not answer.
pub async fn covers(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    today: Day,
) -> Result<Vec<CoverRow>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(COVERS).bind(scheme).bind(today).fetch_all(c))
}

const INSERT_COVER: &str =
    "insert into cover (scheme_id, id, away_id, cover_id, from_on, until_on, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Keeps a cover.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_cover(
    tx: &mut Tx,
    actor: &Actor,
    new: &super::form::Cover,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT_COVER)
            .bind(actor.scheme)
            .bind(Id::<Cover>::new(actor.now))
            .bind(new.away)
            .bind(new.cover)
            .bind(new.from)
            .bind(new.until)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

const HOLD_ACCOUNT: &str =
    "update account set version = version where scheme_id = $1 and id = $2 and state = 'active'";

/// Holds an account for this transaction, so that two covers for one absence
/// come one after the other. Gives whether it is there.
///
/// # Errors
/// When the database does not answer.
pub async fn hold_account(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<Account>,
) -> Result<bool, sqlx::Error> {
    Ok(run!(tx, sqlx::query(HOLD_ACCOUNT).bind(scheme).bind(id))? == 1)
}

const END_COVER: &str =
    "update cover set ended_at = $3 where scheme_id = $1 and id = $2 and ended_at is null";

/// Ends a cover before its day. Gives whether there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn end_cover(tx: &mut Tx, actor: &Actor, id: Id<Cover>) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(END_COVER)
            .bind(actor.scheme)
            .bind(id)
            .bind(actor.now)
    )? == 1)
}

/// A cover that ends because one of the two is gone.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Broken {
    /// Its id.
    pub(super) id: Id<Cover>,
    /// Who is away.
    pub(super) away_id: Id<Account>,
    /// Their name.
    pub(super) away_name: Name,
    /// Who stood in, by name.
    pub(super) cover_name: Name,
    /// Until when.
    pub(super) until_on: Day,
}

const BROKEN: &str = "select v.id, v.away_id, a.name as away_name, b.name as cover_name, v.until_on
    from cover v join account a on a.scheme_id = $1 and a.id = v.away_id
    join account b on b.scheme_id = $1 and b.id = v.cover_id
    where v.scheme_id = $1 and (v.away_id = $2 or v.cover_id = $2) and v.ended_at is null
      and v.until_on >= $3 order by v.id";

/// The covers that an account is part of and that have not ended.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn broken(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    gone: Id<Account>,
    today: Day,
) -> Result<Vec<Broken>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(BROKEN).bind(scheme).bind(gone).bind(today).fetch_all(c))
}

const HANDED_OVER: &str = concat!(
    "select r.id from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.owner_id = $7 and r.state in ('taken', 'open') and ",
    person_in_scope!(),
    " order by r.id"
);

/// The unfinished referrals of a worker that somebody else can hand over.
///
/// # Errors
/// When the database does not answer.
pub async fn handed_over(
    tx: &mut Tx,
    scope: &Scope,
    worker: Id<Account>,
) -> Result<Vec<Id<crate::Referral>>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_scalar(HANDED_OVER), *scope).bind(worker).fetch_all(c))
}

const OPEN_TASKS: &str =
    "select count(*) from task where scheme_id = $1 and owner_id = $2 and done_at is null";

/// How many tasks a worker has.
///
/// # Errors
/// When the database does not answer.
pub async fn open_tasks(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    owner: Id<Account>,
) -> Result<i64, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(OPEN_TASKS).bind(scheme).bind(owner).fetch_one(c))
}
