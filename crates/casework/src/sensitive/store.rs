//! The switches' columns of `person`, their history in `person_switch`, and
//! the named people in `person_named`.

use kith_access::{Account, Actor, Role, Scheme};
use kith_base::{Day, Id, Name, NhsNumber, Phone, Postcode, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::Switch;
use crate::person::{Person, words};

const SET_LOCATION: &str = "update person set location_sensitive = $4, changed_at = $5,
        version = version + 1 where scheme_id = $1 and id = $2 and version = $3";
const SET_RESTRICTED: &str = "update person set restricted = $4, changed_at = $5,
        version = version + 1 where scheme_id = $1 and id = $2 and version = $3";

/// Turns a switch over the version that was read. Gives whether that was the
/// newest.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn set(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    switch: Switch,
    on: bool,
) -> Result<bool, sqlx::Error> {
    let text = match switch {
        Switch::Location => SET_LOCATION,
        Switch::Restricted => SET_RESTRICTED,
    };
    let changed = run!(
        tx,
        sqlx::query(text)
            .bind(actor.scheme)
            .bind(person)
            .bind(version)
            .bind(on)
            .bind(actor.now)
    )?;
    Ok(changed == 1)
}

/// Names a line of the switches' history.
enum Turn {}

const KEEP: &str = "insert into person_switch
    (scheme_id, id, person_id, at, by_id, switch, turned_on, reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Keeps why a switch was turned.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    switch: Switch,
    on: bool,
    reason: &str,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(KEEP)
            .bind(actor.scheme)
            .bind(Id::<Turn>::new(actor.now))
            .bind(person)
            .bind(actor.now)
            .bind(actor.account)
            .bind(switch)
            .bind(on)
            .bind(reason)
    )?;
    Ok(())
}

/// A line of the switches' history.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Turned {
    /// When.
    pub at: Ts,
    /// By whom.
    pub by_name: Name,
    /// Which switch.
    pub switch: Switch,
    /// On or off.
    pub turned_on: bool,
    /// Why.
    pub reason: String,
}

const TURNS: &str = "select s.at, a.name as by_name, s.switch, s.turned_on, s.reason
    from person_switch s join account a on a.scheme_id = $1 and a.id = s.by_id
    where s.scheme_id = $1 and s.person_id = $2 order by s.id desc limit 50";

/// The history, the newest first.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn turns(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<Turned>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(TURNS).bind(scheme).bind(person).fetch_all(c))
}

const FORGET_PLACE: &str = "delete from person_word where scheme_id = $1 and person_id = $2
    and (word like 'c%' or word like 'p%')";

/// Takes the place out of the words a person is found by.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn forget_place(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(FORGET_PLACE).bind(scheme).bind(person))?;
    Ok(())
}

// Read to be put back among the words, never to be shown.
const PLACE: &str = "select p.postcode, p.phone from person p where p.scheme_id = $1 and p.id = $2";
const WORD: &str = "insert into person_word (scheme_id, word, person_id) values ($1, $2, $3)
    on conflict (scheme_id, word, person_id) do nothing";

/// Puts the place back among the words.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn remember_place(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    let (postcode, phone): (Option<Postcode>, Option<Phone>) =
        on!(tx, c => sqlx::query_as(PLACE).bind(scheme).bind(person).fetch_one(c))?;
    let place = words::Findable {
        names: &[],
        born: None,
        nhs_number: None,
        postcode: postcode.as_ref(),
        phone: phone.as_ref(),
    };
    for word in words::of(&place).own {
        run!(tx, sqlx::query(WORD).bind(scheme).bind(word).bind(person))?;
    }
    Ok(())
}

const DROP_DRAFTS: &str = "delete from draft where scheme_id = $1 and person_id = $2
    and account_id not in (select r.owner_id from referral r
        where r.scheme_id = $1 and r.person_id = $2 and r.owner_id is not null)";

/// Drops what those who are not assigned had begun to write: a place may
/// stand in it.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn drop_drafts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(DROP_DRAFTS).bind(scheme).bind(person))?;
    Ok(())
}

const OWNERS: &str = "select distinct r.owner_id from referral r
    where r.scheme_id = $1 and r.person_id = $2 and r.owner_id is not null
      and r.state in ('taken', 'open') order by r.owner_id";

/// Who works with the person now.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn owners(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<Id<Account>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(OWNERS).bind(scheme).bind(person).fetch_all(c))
}

const NAME_WHO_MUST: &str =
    "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select distinct a.scheme_id, $2, a.id, $3, $4 from account a
     where a.scheme_id = $1 and a.state = 'active' and (a.id = $3
        or exists (select 1 from referral r where r.scheme_id = $1 and r.person_id = $2
            and r.owner_id = a.id and r.state in ('taken', 'open'))
        or exists (select 1 from concern c where c.scheme_id = $1 and c.person_id = $2
            and c.state <> 'closed' and (c.lead_id = a.id or c.deputy_id = a.id)))
    on conflict (scheme_id, person_id, account_id) do nothing";

/// Names whoever restricts the record, who works with the person, and who
/// handles an open concern about them.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn name_who_must(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(NAME_WHO_MUST)
            .bind(actor.scheme)
            .bind(person)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

const NAME: &str = "insert into person_named (scheme_id, person_id, account_id, added_by, added_at)
    select a.scheme_id, $2, a.id, $4, $5 from account a
     where a.scheme_id = $1 and a.id = $3 and a.state = 'active'
       and a.role in ('link_worker', 'manager', 'guardian')
    on conflict (scheme_id, person_id, account_id) do nothing";

/// Names one more. Gives whether that changed anything.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn name(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    account: Id<Account>,
) -> Result<bool, sqlx::Error> {
    let named = run!(
        tx,
        sqlx::query(NAME)
            .bind(actor.scheme)
            .bind(person)
            .bind(account)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(named == 1)
}

const UNNAME: &str = "delete from person_named
    where scheme_id = $1 and person_id = $2 and account_id = $3";
const UNNAME_ALL: &str = "delete from person_named where scheme_id = $1 and person_id = $2";

/// Takes one off the list.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn unname(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    account: Id<Account>,
) -> Result<bool, sqlx::Error> {
    let gone = run!(
        tx,
        sqlx::query(UNNAME).bind(scheme).bind(person).bind(account)
    )?;
    Ok(gone == 1)
}

/// Clears the list.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn unname_all(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(UNNAME_ALL).bind(scheme).bind(person))?;
    Ok(())
}

/// Somebody on the list, or who could be.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Named {
    /// The account.
    pub id: Id<Account>,
    /// Its name.
    pub name: Name,
    /// What it does.
    pub role: Role,
    /// Whether it is on the list.
    pub named: bool,
}

const STAFF: &str = "select a.id, a.name, a.role, n.account_id is not null as named
    from account a left join person_named n
      on n.scheme_id = $1 and n.account_id = a.id and n.person_id = $2
   where a.scheme_id = $1 and a.state = 'active'
     and (a.role in ('link_worker', 'manager', 'guardian') or n.account_id is not null)
   order by a.name, a.id";

/// Everybody who is on the list or could be, by name.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn staff(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
) -> Result<Vec<Named>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(STAFF).bind(scheme).bind(person).fetch_all(c))
}

// No scope: it answers only that a restricted record exists and whom to ask,
// and only to somebody who knows the whole NHS number and the birth date.
const RESTRICTED: &str = "select p.id from person p where p.scheme_id = $1 and p.nhs_number = $2
    and p.born = $3 and p.restricted and p.merged_into is null order by p.id limit 1";

/// The restricted record with this number and birth date.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn restricted(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    number: &NhsNumber,
    born: Day,
) -> Result<Option<Id<Person>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(RESTRICTED).bind(scheme).bind(number).bind(born).fetch_optional(c))
}
