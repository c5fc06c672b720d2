//! What there is to be careful of with somebody, and how it changed: when, by
//! whom, in which contact, from what words to what words. The person's record
//! holds what is true now; whoever must meet them can see what was.

use kith_access::{Actor, Scope, in_scope, person_in_scope};
use kith_base::{Id, Line, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::Person;

/// A change of what there is to be careful of.
pub struct Changed<'a> {
    /// Whose.
    pub person: Id<Person>,
    /// The contact in which it was said; none where details were put right.
    pub contact: Option<Id<crate::Contact>>,
    /// What stood there.
    pub before: Option<&'a Line>,
    /// What stands there now; none: nothing to be careful of.
    pub after: Option<&'a Line>,
}

const INSERT: &str = "insert into person_risk
    (scheme_id, id, person_id, contact_id, at, by_id, before_words, after_words)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Writes a change down, if it is one.
///
/// # Errors
/// When the database does not answer.
pub async fn note(tx: &mut Tx, actor: &Actor, changed: &Changed<'_>) -> Result<(), sqlx::Error> {
    if changed.before == changed.after {
        return Ok(());
    }
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(Id::<Earlier>::new(actor.now))
            .bind(changed.person)
            .bind(changed.contact)
            .bind(actor.now)
            .bind(actor.account)
            .bind(changed.before)
            .bind(changed.after)
    )?;
    Ok(())
}

/// What there was to be careful of before a change. Names its id too.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Earlier {
    /// When it changed.
    pub at: Ts,
    /// Who changed it.
    pub by_name: Name,
    /// What stood there before.
    pub before_words: Option<Line>,
    /// What it became.
    pub after_words: Option<Line>,
}

const OF_PERSON: &str = concat!(
    "select k.at, a.name as by_name, k.before_words, k.after_words
       from person_risk k
       join person p on p.scheme_id = $1 and p.id = k.person_id
       join account a on a.scheme_id = $1 and a.id = k.by_id
      where k.scheme_id = $1 and k.person_id = $7 and ",
    person_in_scope!(),
    " order by k.at desc, k.id desc limit 50"
);

/// How it changed, the latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Earlier>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(person).fetch_all(c))
}
