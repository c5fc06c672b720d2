//! What a referral that arrives does to records: it fills gaps in how to
//! reach somebody and never writes over what is there; and a record made
//! beside another of the same person is closed as far as that one.

use kith_access::{Account, Organisation, Restricted, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Id, Phone, Postcode, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{Details, Equity, Identity, Person, words};

/// How to reach somebody, as a referral gives it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reach {
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// The practice they are registered with.
    pub practice: Option<Id<Organisation>>,
    /// They said that texts to this number are safe.
    pub texts: bool,
}

impl From<&Details> for Reach {
    fn from(details: &Details) -> Self {
        Self {
            phone: details.place.phone.clone(),
            postcode: details.place.postcode.clone(),
            practice: details.practice,
            texts: details.place.text_is_safe,
        }
    }
}

/// What a referral gave that the record says otherwise: somebody must ask.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Differs {
    /// Another telephone number.
    pub phone: Option<Phone>,
    /// Another postcode.
    pub postcode: Option<Postcode>,
    /// Texts to the number of the record are safe, and the record has reasons
    /// not to say so.
    pub texts: bool,
}

// A hidden place is not compared with what was given: somebody is asked to
// look whether it fits or not, so that nobody learns it by guessing.
const PHONE_DIFFERS: &str = "select count(*) from person p
    where p.scheme_id = $1 and p.id = $2
      and (p.phone <> $3 or (p.location_sensitive and $3 is not null))";
const POSTCODE_DIFFERS: &str = "select count(*) from person p
    where p.scheme_id = $1 and p.id = $2
      and (p.postcode <> $3 or (p.location_sensitive and $3 is not null))";

// That texts were safe was said of another number: not of one filled in now.
const FILL_REACH: &str = "update person set phone = coalesce(phone, $3),
        postcode = coalesce(postcode, $4), practice_id = coalesce(practice_id, $5),
        text_is_safe = (text_is_safe and not (phone is null and $3 is not null)),
        version = version + 1, changed_at = $6
    where scheme_id = $1 and id = $2 and (phone is distinct from coalesce(phone, $3)
        or postcode is distinct from coalesce(postcode, $4)
        or practice_id is distinct from coalesce(practice_id, $5))";

// Where the record says how to reach somebody without harm, a text may be the
// harm: then somebody asks.
const TEXTS_ARE_SAFE: &str = "update person set text_is_safe = $4,
        version = version + 1, changed_at = $5
    where scheme_id = $1 and id = $2 and phone = $3 and not text_is_safe
      and not location_sensitive and safe_contact is null";
const TEXTS_DIFFER: &str = "select count(*) from person p
    where p.scheme_id = $1 and p.id = $2 and p.phone = $3 and not p.text_is_safe
      and not p.location_sensitive";

const ADD_PLACE_WORD: &str = "insert into person_word (scheme_id, word, person_id)
    select p.scheme_id, $3, p.id from person p
     where p.scheme_id = $1 and p.id = $2 and not p.location_sensitive
       and (p.phone = $4 or p.postcode = $5)
    on conflict (scheme_id, word, person_id) do nothing";

/// Keeps how to reach somebody where the record says nothing of it. What the
/// record says already stays: it may be the only safe way. Gives what was
/// given otherwise, or may have been.
///
/// # Errors
/// When the database does not answer.
pub async fn fill_reach(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    reach: &Reach,
    at: Ts,
) -> Result<Differs, sqlx::Error> {
    let (phone, postcode) = (reach.phone.as_ref(), reach.postcode.as_ref());
    let other_phone: i64 = on!(tx, c => sqlx::query_scalar(PHONE_DIFFERS)
        .bind(scheme).bind(person).bind(phone).fetch_one(c))?;
    let other_postcode: i64 = on!(tx, c => sqlx::query_scalar(POSTCODE_DIFFERS)
        .bind(scheme).bind(person).bind(postcode).fetch_one(c))?;
    run!(
        tx,
        sqlx::query(FILL_REACH)
            .bind(scheme)
            .bind(person)
            .bind(phone)
            .bind(postcode)
            .bind(reach.practice)
            .bind(at)
    )?;
    add_place_words(tx, scheme, person, reach).await?;
    Ok(Differs {
        phone: phone.filter(|_| other_phone > 0).cloned(),
        postcode: postcode.filter(|_| other_postcode > 0).cloned(),
        texts: reach.texts && texts_differ(tx, scheme, person, phone, at).await?,
    })
}

/// Keeps that texts to the number of the record are safe. Gives whether the
/// record goes on saying otherwise of this number.
async fn texts_differ(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    phone: Option<&Phone>,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    run!(
        tx,
        sqlx::query(TEXTS_ARE_SAFE)
            .bind(scheme)
            .bind(person)
            .bind(phone)
            .bind(true)
            .bind(at)
    )?;
    let differ: i64 = on!(tx, c => sqlx::query_scalar(TEXTS_DIFFER)
        .bind(scheme).bind(person).bind(phone).fetch_one(c))?;
    Ok(differ > 0)
}

async fn add_place_words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    reach: &Reach,
) -> Result<(), sqlx::Error> {
    let (phone, postcode) = (reach.phone.as_ref(), reach.postcode.as_ref());
    for (phone, postcode) in [(phone, None), (None, postcode)] {
        let place = words::Findable {
            names: &[],
            born: None,
            nhs_number: None,
            postcode,
            phone,
        };
        for word in words::of(&place).own {
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
    Ok(())
}

/// Another way to reach somebody, as an unfinished referral gave it.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Given {
    /// The referral's reference.
    pub reference: String,
    /// Another telephone number than the record has.
    pub given_phone: Option<Phone>,
    /// Another postcode.
    pub given_postcode: Option<Postcode>,
}

const GIVEN: &str = concat!(
    "select r.reference,
            case when r.given_phone <> p.phone then r.given_phone end as given_phone,
            case when r.given_postcode <> p.postcode then r.given_postcode end as given_postcode
       from referral r join person p on p.scheme_id = $1 and p.id = r.person_id
      where r.scheme_id = $1 and r.person_id = $7
        and r.state in ('waiting', 'taken', 'open', 'needs_worker')
        and (r.given_phone <> p.phone or r.given_postcode <> p.postcode) and ",
    person_in_scope!(),
    " order by r.received_at desc, r.id desc"
);

/// What unfinished referrals gave otherwise than the record says, the newest
/// first; as closed as the place itself.
///
/// # Errors
/// When the database does not answer.
pub async fn given(
    tx: &mut Tx,
    scope: &Scope,
    who: &Identity,
) -> Result<Restricted<Vec<Given>>, sqlx::Error> {
    let all: Vec<Given> =
        on!(tx, c => in_scope!(sqlx::query_as(GIVEN), *scope).bind(who.id).fetch_all(c))?;
    Ok(Restricted::new(who.id, who.location_sensitive, all))
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
