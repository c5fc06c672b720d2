//! The tables `gp_person` and `gp_contact`, and the tie between a pseudonym and
//! a person in the record.

use kith_access::{Organisation, Scheme};
use kith_base::{Id, NhsNumber};
use kith_casework::person::Person;
use kith_db::{Db, FromRow, Outcome, Tx, on, run};

use super::{
    Pseudonyms,
    rows::{Contact, Registered},
};
use crate::{gathered::GatheredFile, month::Month};

const INSERT_PERSON: &str = "insert into gp_person (scheme_id, file_id, number, practice_id, pseudonym,
        registered_from, registered_until, whole_from, whole_until, birth_year, sex, deprivation_fifth)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// Keeps somebody on a practice's list.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_person(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
    number: i64,
    practice: Id<Organisation>,
    person: &Registered,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT_PERSON)
            .bind(scheme)
            .bind(file)
            .bind(number)
            .bind(practice)
            .bind(person.pseudonym.bytes())
            .bind(person.from)
            .bind(person.until)
            .bind(Month::whole_from(person.from).number())
            .bind(person.until.map(|day| Month::whole_until(day).number()))
            .bind(person.birth_year)
            .bind(person.sex)
            .bind(person.fifth)
    )?;
    Ok(())
}

const INSERT_CONTACT: &str =
    "insert into gp_contact (scheme_id, file_id, number, pseudonym, at_on, month, kind)
    values ($1, $2, $3, $4, $5, $6, $7)";

/// Keeps a contact.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_contact(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
    number: i64,
    contact: &Contact,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(INSERT_CONTACT)
            .bind(scheme)
            .bind(file)
            .bind(number)
            .bind(contact.pseudonym.bytes())
            .bind(contact.on)
            .bind(Month::of(contact.on).number())
            .bind(contact.kind)
    )?;
    Ok(())
}

const KNOWN_PEOPLE: &str = "select count(*) from gp_person g
    where g.scheme_id = $1 and g.file_id = $2 and exists
        (select 1 from gp_person e join gathered_file f on f.scheme_id = $1 and f.id = e.file_id
          where e.scheme_id = $1 and e.pseudonym = g.pseudonym and e.practice_id = g.practice_id
            and f.state = 'done')";
const KNOWN_CONTACTS: &str = "select count(*) from gp_contact g
    where g.scheme_id = $1 and g.file_id = $2 and exists
        (select 1 from gp_contact e join gathered_file f on f.scheme_id = $1 and f.id = e.file_id
          where e.scheme_id = $1 and e.pseudonym = g.pseudonym and e.at_on = g.at_on
            and e.kind = g.kind and f.state = 'done')";

/// How many people of a list, and how many contacts, an earlier file that
/// counts held too.
///
/// # Errors
/// When the database does not answer.
pub async fn known(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
) -> Result<i64, sqlx::Error> {
    let people: i64 =
        on!(tx, c => sqlx::query_scalar(KNOWN_PEOPLE).bind(scheme).bind(file).fetch_one(c))?;
    let contacts: i64 =
        on!(tx, c => sqlx::query_scalar(KNOWN_CONTACTS).bind(scheme).bind(file).fetch_one(c))?;
    Ok(people + contacts)
}

const IN_RECORD: &str = "select count(distinct person_id) from gp_person
    where scheme_id = $1 and file_id = $2 and person_id is not null";

/// How many people of a list have a record here.
///
/// # Errors
/// When the database does not answer.
pub async fn in_record(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
) -> Result<i64, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(IN_RECORD).bind(scheme).bind(file).fetch_one(c))
}

#[derive(FromRow)]
struct Numbered {
    id: Id<Person>,
    nhs_number: NhsNumber,
}

const NUMBERED: &str = "select p.id, p.nhs_number from person p
    where p.scheme_id = $1 and p.nhs_number is not null and p.merged_into is null and p.id > $2
    order by p.id limit 200";
const TIE: &str = "update gp_person set person_id = $3
    where scheme_id = $1 and pseudonym = $2 and (person_id is null or person_id <> $3)";
const UNTIE: &str = "update gp_person set person_id = null
    where scheme_id = $1 and person_id = $2 and pseudonym <> $3";
const UNTIE_REST: &str = "update gp_person set person_id = null
    where scheme_id = $1 and person_id in
        (select p.id from person p where p.scheme_id = $1
            and (p.merged_into is not null or p.nhs_number is null))";

/// Ties everybody in the record who has an NHS number to their rows on
/// practices' lists, and unties whose number was put right or whose record was
/// merged. People are referred after a file came, so it is done for each file
/// and before each reading; doing it again changes nothing. Goes in small
/// steps.
///
/// # Errors
/// When the database does not answer.
pub async fn tie(db: &Db, pseudonyms: &Pseudonyms, scheme: Id<Scheme>) -> Outcome<()> {
    db.act(async |tx| {
        run!(tx, sqlx::query(UNTIE_REST).bind(scheme))?;
        Outcome::Ok(())
    })
    .await?;
    let mut last = Id::of(uuid::Uuid::nil());
    loop {
        let people: Vec<Numbered> = db
            .read(async |tx| {
                Outcome::Ok(
                    on!(tx, c => sqlx::query_as(NUMBERED).bind(scheme).bind(last).fetch_all(c))?,
                )
            })
            .await?;
        let Some(end) = people.last() else {
            return Ok(());
        };
        last = end.id;
        db.act(async |tx| tie_some(tx, pseudonyms, scheme, &people).await)
            .await?;
    }
}

async fn tie_some(
    tx: &mut Tx,
    pseudonyms: &Pseudonyms,
    scheme: Id<Scheme>,
    people: &[Numbered],
) -> Outcome<()> {
    for person in people {
        let pseudonym = pseudonyms.of(&person.nhs_number);
        run!(
            tx,
            sqlx::query(UNTIE)
                .bind(scheme)
                .bind(person.id)
                .bind(pseudonym.bytes())
        )?;
        run!(
            tx,
            sqlx::query(TIE)
                .bind(scheme)
                .bind(pseudonym.bytes())
                .bind(person.id)
        )?;
    }
    Ok(())
}
