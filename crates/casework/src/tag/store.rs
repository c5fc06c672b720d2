//! The tables `tag` and `person_tag`.

use kith_access::{Actor, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Id, Line};
use kith_db::{Tx, on, run};

use super::{Tag, spelling};
use crate::person::Person;

const IN_USE: &str = "select t.id, t.words from tag t
     where t.scheme_id = $1 and exists (select 1 from person_tag pt
       where pt.scheme_id = $1 and pt.tag_id = t.id)
     order by t.spelling limit 100";

/// The tags that are on somebody.
///
/// # Errors
/// When the database does not answer.
pub async fn in_use(tx: &mut Tx, scheme: Id<Scheme>) -> Result<Vec<Tag>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(IN_USE).bind(scheme).fetch_all(c))
}

// A merge may have brought one tag twice.
const OF_PERSON: &str = concat!(
    "select t.id, t.words from tag t
      where t.scheme_id = $1 and exists (select 1 from person_tag pt
        join person p on p.scheme_id = $1 and p.id = pt.person_id
        where pt.scheme_id = $1 and pt.tag_id = t.id and pt.person_id = $7 and ",
    person_in_scope!(),
    ") order by t.spelling"
);

/// The tags of a person the scope reaches.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Vec<Tag>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(person).fetch_all(c))
}

const MAKE: &str = "insert into tag (scheme_id, id, words, spelling, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6) on conflict (scheme_id, spelling) do nothing";
const SPELT: &str = "select t.id from tag t where t.scheme_id = $1 and t.spelling = $2";

/// The tag that is spelt so, made when there was none.
///
/// # Errors
/// When the database does not answer.
pub async fn spelt(tx: &mut Tx, actor: &Actor, words: &Line) -> Result<Id<Tag>, sqlx::Error> {
    let spelt = spelling(words);
    run!(
        tx,
        sqlx::query(MAKE)
            .bind(actor.scheme)
            .bind(Id::<Tag>::new(actor.now))
            .bind(words)
            .bind(&spelt)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    on!(tx, c => sqlx::query_scalar(SPELT).bind(actor.scheme).bind(&spelt).fetch_one(c))
}

const PUT_ON: &str = "insert into person_tag (scheme_id, id, person_id, tag_id, made_by, made_at)
    select t.scheme_id, $2, $3, t.id, $5, $6 from tag t
     where t.scheme_id = $1 and t.id = $4 and not exists (select 1 from person_tag pt
       where pt.scheme_id = $1 and pt.person_id = $3 and pt.tag_id = $4)";

/// Puts a tag on somebody. Gives whether it was not there before.
///
/// # Errors
/// When the database does not answer.
pub async fn put_on(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    tag: Id<Tag>,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(PUT_ON)
            .bind(actor.scheme)
            .bind(Id::<Tag>::new(actor.now))
            .bind(person)
            .bind(tag)
            .bind(actor.account)
            .bind(actor.now)
    )? == 1)
}

const TAKE_OFF: &str =
    "delete from person_tag where scheme_id = $1 and person_id = $2 and tag_id = $3";

/// Takes a tag off somebody. Gives whether it was there.
///
/// # Errors
/// When the database does not answer.
pub async fn take_off(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    tag: Id<Tag>,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(TAKE_OFF).bind(scheme).bind(person).bind(tag)
    )? > 0)
}
