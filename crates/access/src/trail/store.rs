//! Rows of the trail as they are read.

use kith_base::{Id, Ts};
use kith_db::{Outcome, Tx, on};
use uuid::Uuid;

use crate::actor::{Account, Person, Scope};

/// One row of the trail, with the name of the account.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TrailRow {
    /// Its id: rows are in the order of their ids.
    pub id: Id<TrailRow>,
    /// When it happened.
    pub at: Ts,
    /// Whose act it was; none for a job of the program.
    pub account_id: Option<Id<Account>>,
    /// The account's name.
    pub account_name: Option<String>,
    /// In which role.
    pub role: String,
    /// What was done.
    pub action: String,
    /// Whose record.
    pub person_id: Option<Id<Person>>,
    /// What sort of thing.
    pub object_kind: String,
    /// Which one.
    pub object_id: Option<Uuid>,
    /// `done` or `refused`.
    pub outcome: String,
    /// Why, when it was said.
    pub purpose: String,
}

/// Rows shown at once; a link leads to those before.
pub(super) const PAGE: usize = 80;
/// One more, which says whether there are rows before.
const MOST: i64 = 81;

const OF_PERSON: &str = "select t.id, t.at, t.account_id, a.name as account_name, t.role, t.action,
    t.person_id, t.object_kind, t.object_id, t.outcome, t.purpose
    from audit t left join account a on a.scheme_id = $1 and a.id = t.account_id
    where t.scheme_id = $1 and t.person_id = $2
      and (t.id < $4 or $4 is null) order by t.id desc limit $3";

/// What was done to, and seen of, one person, latest first. The caller has
/// checked that the actor may know; for a person's own access list too.
///
/// # Errors
/// When the database fails.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
    before: Option<Id<TrailRow>>,
) -> Outcome<Vec<TrailRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, TrailRow>(OF_PERSON)
        .bind(scope.scheme()).bind(person).bind(MOST).bind(before).fetch_all(c))?)
}

const OF_ACCOUNT: &str =
    "select t.id, t.at, t.account_id, a.name as account_name, t.role, t.action,
    t.person_id, t.object_kind, t.object_id, t.outcome, t.purpose
    from audit t left join account a on a.scheme_id = $1 and a.id = t.account_id
    where t.scheme_id = $1 and t.account_id = $2
      and (t.id < $4 or $4 is null) order by t.id desc limit $3";

/// What one account did, latest first; the page after a row of it.
pub(super) async fn of_account(
    tx: &mut Tx,
    scope: &Scope,
    account: Id<Account>,
    before: Option<Id<TrailRow>>,
) -> Outcome<Vec<TrailRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, TrailRow>(OF_ACCOUNT)
        .bind(scope.scheme()).bind(account).bind(MOST).bind(before).fetch_all(c))?)
}

const LATEST: &str = "select t.id, t.at, t.account_id, a.name as account_name, t.role, t.action,
    t.person_id, t.object_kind, t.object_id, t.outcome, t.purpose
    from audit t left join account a on a.scheme_id = $1 and a.id = t.account_id
    where t.scheme_id = $1
      and (t.id < $3 or $3 is null) order by t.id desc limit $2";

/// What was done last in the scheme.
pub(super) async fn latest(
    tx: &mut Tx,
    scope: &Scope,
    before: Option<Id<TrailRow>>,
) -> Outcome<Vec<TrailRow>> {
    Ok(on!(tx, c => sqlx::query_as::<_, TrailRow>(LATEST)
        .bind(scope.scheme()).bind(MOST).bind(before).fetch_all(c))?)
}
