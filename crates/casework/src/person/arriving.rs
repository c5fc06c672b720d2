//! What a referral that arrives does to records: it fills gaps in how to
//! reach somebody and never writes over what is there; and a record made
//! beside another of the same person is closed as far as that one.

use kith_access::{Account, Scheme};
use kith_base::{Id, Ts};
use kith_db::{Tx, on, run};

use super::{Details, Equity, Person, Place, words};

/// A hidden place is not compared with what was given: somebody is asked to
/// look whether it fits or not, so that nobody learns it by guessing.
const REACH_DIFFERS: &str = "select count(*) from person p
    where p.scheme_id = $1 and p.id = $2 and (p.phone <> $3 or p.postcode <> $4
        or (p.location_sensitive and ($3 is not null or $4 is not null)))";

const FILL_REACH: &str = "update person set phone = coalesce(phone, $3),
        postcode = coalesce(postcode, $4), practice_id = coalesce(practice_id, $5),
        version = version + 1, changed_at = $6
    where scheme_id = $1 and id = $2 and (phone is distinct from coalesce(phone, $3)
        or postcode is distinct from coalesce(postcode, $4)
        or practice_id is distinct from coalesce(practice_id, $5))";

const ADD_PLACE_WORD: &str = "insert into person_word (scheme_id, word, person_id)
    select p.scheme_id, $3, p.id from person p
     where p.scheme_id = $1 and p.id = $2 and not p.location_sensitive
       and (p.phone = $4 or p.postcode = $5)
    on conflict (scheme_id, word, person_id) do nothing";

/// Keeps how to reach somebody where the record says nothing of it. What the
/// record says already stays: it may be the only safe way. Gives whether
/// something else was given, or may have been.
///
/// # Errors
/// When the database does not answer.
pub async fn fill_reach(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    details: &Details,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let Place {
        phone, postcode, ..
    } = &details.place;
    let differs: i64 = on!(tx, c => sqlx::query_scalar(REACH_DIFFERS)
        .bind(scheme).bind(person).bind(phone).bind(postcode).fetch_one(c))?;
    run!(
        tx,
        sqlx::query(FILL_REACH)
            .bind(scheme)
            .bind(person)
            .bind(phone)
            .bind(postcode)
            .bind(details.practice)
            .bind(at)
    )?;
    for (phone, postcode) in [(phone.as_ref(), None), (None, postcode.as_ref())] {
        let place = words::Findable {
            names: &[],
            born: None,
            nhs_number: None,
            postcode,
            phone,
        };
        for word in words::of(&place) {
            run!(
                tx,
                sqlx::query(ADD_PLACE_WORD)
                    .bind(scheme)
                    .bind(person)
                    .bind(&word)
                    .bind(phone)
                    .bind(postcode)
            )?;
        }
    }
    Ok(differs > 0)
}

const FILL_EQUITY: &str = "update person set gender = coalesce(gender, $3),
        ethnicity = coalesce(ethnicity, $4), version = version + 1, changed_at = $5
    where scheme_id = $1 and id = $2 and (gender is distinct from coalesce(gender, $3)
        or ethnicity is distinct from coalesce(ethnicity, $4))";

/// Keeps what a person is counted by where the record says nothing of it.
///
/// # Errors
/// When the database does not answer.
pub async fn fill_equity(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    equity: Equity,
    at: Ts,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(FILL_EQUITY)
            .bind(scheme)
            .bind(person)
            .bind(equity.gender)
            .bind(equity.ethnicity)
            .bind(at)
    )?;
    Ok(())
}

const HIDE_LIKE: &str = "update person set
        location_sensitive = location_sensitive or (select o.location_sensitive
            from person o where o.scheme_id = $1 and o.id = $3)
    where scheme_id = $1 and id = $2";

const RESTRICT_LIKE: &str = "update person set
        restricted = restricted or (select o.restricted
            from person o where o.scheme_id = $1 and o.id = $3)
    where scheme_id = $1 and id = $2";

const FORGET_PLACE_WORDS: &str = "delete from person_word where scheme_id = $1 and person_id = $2
    and (word like 'c%' or word like 'p%') and exists (select 1 from person p
        where p.scheme_id = $1 and p.id = $2 and p.location_sensitive)";

const NAME_LIKE: &str =
    "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select n.scheme_id, $2, n.account_id, n.added_by, $4 from person_named n
     where n.scheme_id = $1 and n.person_id = $3";

const NAME: &str = "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select $1, $2, $3, $3, $4 from person p where p.scheme_id = $1 and p.id = $2 and p.restricted
    on conflict (scheme_id, person_id, account_id) do nothing";

/// Hides the place of a new record when it may be the record of somebody whose
/// place is hidden: what was typed may be that place.
///
/// # Errors
/// When the database does not answer.
pub async fn hide_like(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    new: Id<Person>,
    like: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(HIDE_LIKE).bind(scheme).bind(new).bind(like))?;
    run!(tx, sqlx::query(FORGET_PLACE_WORDS).bind(scheme).bind(new))?;
    Ok(())
}

/// Closes a new record as far as the record of the same person is closed: the
/// same hidden place, the same named people, and whoever made it.
///
/// # Errors
/// When the database does not answer.
pub async fn protect_like(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    new: Id<Person>,
    like: Id<Person>,
    by: Option<Id<Account>>,
    at: Ts,
) -> Result<(), sqlx::Error> {
    hide_like(tx, scheme, new, like).await?;
    run!(
        tx,
        sqlx::query(RESTRICT_LIKE).bind(scheme).bind(new).bind(like)
    )?;
    run!(
        tx,
        sqlx::query(NAME_LIKE)
            .bind(scheme)
            .bind(new)
            .bind(like)
            .bind(at)
    )?;
    if let Some(by) = by {
        run!(
            tx,
            sqlx::query(NAME).bind(scheme).bind(new).bind(by).bind(at)
        )?;
    }
    Ok(())
}
