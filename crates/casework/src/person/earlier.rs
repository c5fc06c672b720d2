//! What a person's details said before somebody put them right: each field
//! with its words before and after, who did it, when, and why when they said
//! so. What tells where somebody is, or how to reach them, is as closed as the
//! place itself, also when it is long out of date.

use kith_access::{Actor, Restricted, Scope, in_scope, person_in_scope};
use kith_base::{Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{
    Identity, Person,
    profile::{Changed, Field},
};

/// A change of one field, as it is read afterwards. Names its id too.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Change {
    /// When.
    pub at: Ts,
    /// Who did it.
    pub by_name: Name,
    /// Which field.
    pub field: Field,
    /// What stood there before.
    pub before_words: Option<String>,
    /// What it became.
    pub after_words: Option<String>,
    /// Why, when it was said.
    pub why: Option<String>,
}

/// What a person's details said before, the latest change first.
#[derive(Debug)]
pub struct Earlier {
    /// What tells no place.
    pub open: Vec<Change>,
    /// Where they lived and how they were reached.
    pub place: Restricted<Vec<Change>>,
}

const INSERT: &str = "insert into person_earlier
    (scheme_id, id, person_id, at, by_id, field, before_words, after_words, why)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Keeps what was put right. The risk is kept by `risk`. Why a place changed
/// may tell the place: it is kept with it alone.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    all: &[Changed],
    why: Option<&str>,
) -> Result<(), sqlx::Error> {
    let said = |words: &str| (!words.is_empty()).then(|| words.to_owned());
    let of_place = all.iter().any(|one| one.field.tells_place());
    for one in all.iter().filter(|one| one.field != Field::Risk) {
        run!(
            tx,
            sqlx::query(INSERT)
                .bind(actor.scheme)
                .bind(Id::<Change>::new(actor.now))
                .bind(person)
                .bind(actor.now)
                .bind(actor.account)
                .bind(one.field)
                .bind(said(&one.before))
                .bind(said(&one.after))
                .bind(why.filter(|_| one.field.tells_place() || !of_place))
        )?;
    }
    Ok(())
}

const OF_PERSON: &str = concat!(
    "select k.at, a.name as by_name, k.field, k.before_words, k.after_words, k.why
       from person_earlier k
       join person p on p.scheme_id = $1 and p.id = k.person_id
       join account a on a.scheme_id = $1 and a.id = k.by_id
      where k.scheme_id = $1 and k.person_id = $7 and ",
    person_in_scope!(),
    " order by k.at desc, k.id desc limit 100"
);

/// What the details of somebody said before.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(tx: &mut Tx, scope: &Scope, who: &Identity) -> Result<Earlier, sqlx::Error> {
    let all: Vec<Change> =
        on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(who.id).fetch_all(c))?;
    let (place, open) = all.into_iter().partition(|one| one.field.tells_place());
    Ok(Earlier {
        open,
        place: Restricted::new(who.id, who.location_sensitive, place),
    })
}
