//! Who may see whom. Every query on people has the fragment
//! [`person_in_scope!`](crate::person_in_scope) in its `where` and binds its
//! [`Scope`] first with [`in_scope!`](crate::in_scope): somebody out of scope
//! is not found, exactly like somebody who does not exist. Where a person's
//! whereabouts are sensitive, a [`Restricted`] value opens only with a
//! [`Grant`] for that person.
//!
//! Scope binds `$1` to `$6`; a query's own values start at `$7`.

use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx, on};

use crate::{
    actor::{Actor, Person, Scope},
    role::Ability,
};

/// The test that a person, under the alias `p`, is in the scope that
/// [`in_scope!`](crate::in_scope) binds to `$1` … `$6`: scheme, reach,
/// practice, account, the moment a break-glass access must outlast, today.
///
/// ```
/// const FIND: &str = concat!(
///     "select p.id, p.family from person p where ",
///     kith_access::person_in_scope!(),
///     " and p.id = $7"
/// );
/// assert!(FIND.contains("p.scheme_id = $1"));
/// ```
///
/// Join `referral` and the rest by `scheme_id = $1` and the person's id.
/// A person is in reach of a practice when registered there or referred by
/// it; a restricted person only for those who are named; a break-glass access
/// that is still running opens one person whatever the reach, for abilities
/// that only look.
#[macro_export]
macro_rules! person_in_scope {
    () => {
        "p.scheme_id = $1 and ((\
           ($2 = 'scheme' \
            or ($2 = 'practice' and (p.practice_id = $3 or exists (select 1 from referral rp \
                 where rp.scheme_id = $1 and rp.person_id = p.id and rp.practice_id = $3))) \
            or ($2 = 'assigned' and (\
                 exists (select 1 from referral ra \
                   where ra.scheme_id = $1 and ra.person_id = p.id and ra.owner_id = $4) \
                 or exists (select 1 from cover cv \
                   join referral rc on rc.scheme_id = $1 and rc.owner_id = cv.away_id \
                   where cv.scheme_id = $1 and cv.cover_id = $4 and cv.ended_at is null \
                     and cv.from_on <= $6 and cv.until_on >= $6 and rc.person_id = p.id) \
                 or exists (select 1 from concern co \
                   where co.scheme_id = $1 and co.person_id = p.id \
                     and (co.lead_id = $4 or co.deputy_id = $4))))) \
           and (not p.restricted or exists (select 1 from person_named pn \
                where pn.scheme_id = $1 and pn.person_id = p.id and pn.account_id = $4))) \
         or exists (select 1 from break_glass bg \
              where bg.scheme_id = $1 and bg.account_id = $4 and bg.person_id = p.id \
                and bg.ends_at > $5))"
    };
}

/// Binds a scope to `$1` … `$6` of a query that has
/// [`person_in_scope!`](crate::person_in_scope); bind the rest after it:
/// `in_scope!(sqlx::query_as::<_, Row>(FIND), scope).bind(id)`.
#[macro_export]
macro_rules! in_scope {
    ($query:expr, $scope:expr) => {{
        let scope: &$crate::Scope = &$scope;
        $query
            .bind(scope.scheme())
            .bind(scope.reach())
            .bind(scope.practice())
            .bind(scope.account())
            .bind(scope.glass_after())
            .bind(scope.today())
    }};
}

/// A value that may give away where somebody is: address, telephone, place.
/// It cannot be printed, compared or sent anywhere; it opens with a [`Grant`].
/// Forgetting it does not compile:
/// ```compile_fail
/// fn show(address: &kith_access::Restricted<String>) -> String {
///     address.to_string()
/// }
/// ```
/// ```compile_fail
/// fn send(address: &kith_access::Restricted<String>) -> String {
///     serde_json::to_string(address).unwrap()
/// }
/// ```
#[derive(Clone)]
pub struct Restricted<T> {
    value: T,
    person: Id<Person>,
    sensitive: bool,
}

impl<T> Restricted<T> {
    /// Wraps what a store read: whose it is, and whether that person's
    /// whereabouts are sensitive.
    pub const fn new(person: Id<Person>, sensitive: bool, value: T) -> Self {
        Self {
            value,
            person,
            sensitive,
        }
    }

    /// The value, or `None` when the grant does not open it: then the page
    /// says [`HIDDEN`].
    pub fn reveal(&self, grant: &Grant) -> Option<&T> {
        let opens = !self.sensitive || grant.sensitive == Some(self.person);
        opens.then_some(&self.value)
    }

    /// Whether only a grant for this person opens it.
    pub const fn is_sensitive(&self) -> bool {
        self.sensitive
    }
}

impl<T> std::fmt::Debug for Restricted<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hidden")
    }
}

/// What stands where a restricted value is not shown.
pub const HIDDEN: &str = "Location hidden";

/// Opens [`Restricted`] values: those that are not sensitive, and those of
/// one person whose whereabouts are.
#[derive(Debug)]
pub struct Grant {
    sensitive: Option<Id<Person>>,
}

impl Grant {
    /// Opens what is not sensitive, for whoever may see who people are.
    ///
    /// # Errors
    /// When the actor's role may not see who anybody is.
    pub fn ordinary(actor: &Actor) -> Result<Self, Refusal> {
        actor.scope(Ability::SeeIdentity)?;
        Ok(Self { sensitive: None })
    }

    /// Opens everything of one person, for those who may see where somebody
    /// is: assigned workers, the safeguarding lead on a concern, or a
    /// break-glass access. Asks for a new proof of who one is.
    ///
    /// # Errors
    /// `NotAllowed`, `StepUp`, or `NotFound` when the person is out of reach.
    pub async fn location(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Self> {
        let scope = actor.scope(Ability::SeeLocation)?;
        if !is_in_scope(tx, &scope, person).await? {
            return Err(Refusal::not_found().into());
        }
        Ok(Self {
            sensitive: Some(person),
        })
    }
}

const IS_IN_SCOPE: &str = concat!(
    "select count(*) from person p where ",
    person_in_scope!(),
    " and p.id = $7"
);

/// Whether a person is in the scope.
///
/// # Errors
/// When the database fails.
pub async fn is_in_scope(tx: &mut Tx, scope: &Scope, person: Id<Person>) -> Outcome<bool> {
    let found: i64 = on!(tx, c => crate::in_scope!(
        sqlx::query_scalar::<_, i64>(IS_IN_SCOPE), *scope).bind(person).fetch_one(c))?;
    Ok(found > 0)
}
