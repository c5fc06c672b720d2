//! The rows of break-glass accesses.

use kith_base::{Day, Id, Refusal, Ts};
use kith_db::{Outcome, Tx, on, run};

use crate::actor::{Account, Person, Scope};

/// Names one break-glass access.
pub(super) enum Glass {}

/// One access, with the names its reviewer needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct GlassRow {
    pub(super) id: Id<Glass>,
    pub(super) account_name: String,
    pub(super) reason: String,
    pub(super) made_at: Ts,
    pub(super) review_due_on: Day,
    pub(super) reviewed_at: Option<Ts>,
    pub(super) finding: Option<String>,
    pub(super) person_id: Id<Person>,
}

const BY_NUMBER: &str = "select id from person
    where scheme_id = $1 and nhs_number = $2 and born = $3 and merged_into is null";

/// The person with this NHS number and birth date, restricted or not.
pub(super) async fn person_by_number(
    tx: &mut Tx,
    scope: &Scope,
    number: &kith_base::NhsNumber,
    born: Day,
) -> Outcome<Option<Id<Person>>> {
    Ok(on!(tx, c => sqlx::query_scalar::<_, Id<Person>>(BY_NUMBER)
        .bind(scope.scheme()).bind(number).bind(born).fetch_optional(c))?)
}

const EXISTS: &str = "select count(*) from person where scheme_id = $1 and id = $2";

pub(super) async fn person_exists(tx: &mut Tx, scope: &Scope, person: Id<Person>) -> Outcome<bool> {
    let count: i64 = on!(tx, c => sqlx::query_scalar::<_, i64>(EXISTS)
        .bind(scope.scheme()).bind(person).fetch_one(c))?;
    Ok(count == 1)
}

const INSERT: &str = "insert into break_glass
    (scheme_id, id, account_id, person_id, reason, made_at, ends_at, review_due_on)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
    reason: &str,
    ends_at: Ts,
    review_due_on: Day,
) -> Outcome<Id<Glass>> {
    let id = Id::new(scope.now());
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scope.scheme())
            .bind(id)
            .bind(scope.account())
            .bind(person)
            .bind(reason)
            .bind(scope.now())
            .bind(ends_at)
            .bind(review_due_on)
    )?;
    Ok(id)
}

const SINCE: &str = "select count(*) from break_glass
    where scheme_id = $1 and account_id = $2 and made_at >= $3";

/// How many accesses an account has made since a moment.
pub(super) async fn count_since(
    tx: &mut Tx,
    scope: &Scope,
    account: Id<Account>,
    since: Ts,
) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(SINCE)
        .bind(scope.scheme()).bind(account).bind(since).fetch_one(c))?)
}

const LIST: &str = "select g.id, a.name as account_name, g.reason, g.made_at, g.review_due_on,
    g.reviewed_at, g.finding, g.person_id
    from break_glass g join account a on a.scheme_id = $1 and a.id = g.account_id
    where g.scheme_id = $1 order by g.reviewed_at is not null, g.made_at desc, g.id limit 200";

/// Accesses, those to review first.
pub(super) async fn list(tx: &mut Tx, scope: &Scope) -> Outcome<Vec<GlassRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, GlassRow>(LIST).bind(scope.scheme()).fetch_all(c))?)
}

const ONE: &str = "select g.id, a.name as account_name, g.reason, g.made_at, g.review_due_on,
    g.reviewed_at, g.finding, g.person_id
    from break_glass g join account a on a.scheme_id = $1 and a.id = g.account_id
    where g.scheme_id = $1 and g.id = $2";

pub(super) async fn one(tx: &mut Tx, scope: &Scope, id: Id<Glass>) -> Outcome<GlassRow> {
    let row = on!(tx, c => sqlx::query_as::<_, GlassRow>(ONE)
        .bind(scope.scheme()).bind(id).fetch_optional(c))?;
    Ok(row.ok_or_else(Refusal::not_found)?)
}

const REVIEW: &str = "update break_glass set reviewed_by = $3, reviewed_at = $4, finding = $5
    where scheme_id = $1 and id = $2 and reviewed_at is null and account_id <> $3";

/// Keeps a review; refused for one's own access and for one already reviewed.
pub(super) async fn review(
    tx: &mut Tx,
    scope: &Scope,
    id: Id<Glass>,
    finding: &str,
) -> Outcome<()> {
    let kept = run!(
        tx,
        sqlx::query(REVIEW)
            .bind(scope.scheme())
            .bind(id)
            .bind(scope.account())
            .bind(scope.now())
            .bind(finding)
    )?;
    if kept == 0 {
        let what = "This was reviewed already, or it is your own access";
        return Err(Refusal::conflict(what)
            .try_next("Somebody else reviews what you opened yourself")
            .into());
    }
    Ok(())
}

const TO_REVIEW: &str = "select count(*) from break_glass
    where scheme_id = $1 and reviewed_at is null";

/// How many accesses wait for a review: for the guardian's home page.
///
/// # Errors
/// When the database fails.
pub async fn to_review(tx: &mut Tx, scope: &Scope) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(TO_REVIEW)
        .bind(scope.scheme()).fetch_one(c))?)
}
