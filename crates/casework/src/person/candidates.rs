//! Who might be the same person as somebody described. What is read here of
//! people out of scope stays inside the program.

use kith_access::Scheme;
use kith_base::{Day, Id, NhsNumber, Postcode};
use kith_db::{FromRow, Tx, on};

use super::{Likeable, Person, likeness::Named, words};
use crate::words_that_sound;

const BORN_THEN: &str = "select person_id, word from person_word
    where scheme_id = $1 and word >= $2 and word < $3 order by word, person_id limit 1000";

const NUMBER_OR_PLACE: &str = concat!(
    "select w.person_id from person_word w
      where w.scheme_id = $1 and w.word = $2
     union
     select p.person_id from person_word p
       join person_word n on n.scheme_id = $1 and n.person_id = p.person_id
      where p.scheme_id = $1 and p.word = $4 and n.word in (",
    words_that_sound!("$3"),
    ")
      order by person_id limit 200"
);

const CANDIDATES: &str = "select p.id, p.given, p.family, p.born,
            coalesce(p.nhs_number, p.nhs_number_doubted) as nhs_number,
            case when p.location_sensitive then null else p.postcode end as postcode
       from person p
      where p.scheme_id = $1 and p.merged_into is null
        and p.id in ($2, $3, $4, $5, $6, $7, $8, $9)
      order by p.id";
const CANDIDATES_AT_ONCE: usize = 8;

#[derive(FromRow)]
struct CandidateRow {
    id: Id<Person>,
    given: String,
    family: String,
    born: Option<Day>,
    nhs_number: Option<NhsNumber>,
    postcode: Option<Postcode>,
}

/// Who might be the same person, to be compared with `likeness`: whoever was
/// born that day with a family name that is alike, has the number, or lives at
/// the postcode with a family name that sounds the same.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    sought: &Likeable,
) -> Result<Vec<(Id<Person>, Likeable)>, sqlx::Error> {
    let mut people = born_then(tx, scheme, sought).await?;
    people.append(&mut with_number_or_place(tx, scheme, sought).await?);
    people.sort_unstable();
    people.dedup();
    let mut found = Vec::new();
    for eight in people.chunks(CANDIDATES_AT_ONCE) {
        let id = |at: usize| eight.get(at).copied();
        let rows: Vec<CandidateRow> = on!(tx, c => sqlx::query_as(CANDIDATES)
            .bind(scheme)
            .bind(id(0)).bind(id(1)).bind(id(2)).bind(id(3))
            .bind(id(4)).bind(id(5)).bind(id(6)).bind(id(7))
            .fetch_all(c))?;
        found.extend(rows.into_iter().map(|row| {
            let like = Likeable {
                given: row.given,
                family: row.family,
                born: row.born,
                nhs_number: row.nhs_number,
                postcode: row.postcode,
            };
            (row.id, like)
        }));
    }
    Ok(found)
}

async fn born_then(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    sought: &Likeable,
) -> Result<Vec<Id<Person>>, sqlx::Error> {
    let Some(born) = sought.born.map(words::born) else {
        return Ok(Vec::new());
    };
    let everybody: Vec<(Id<Person>, String)> = on!(tx, c => sqlx::query_as(BORN_THEN)
        .bind(scheme).bind(&born).bind(words::end_of_all(&born)).fetch_all(c))?;
    let family = Named::from(&*sought.family);
    Ok(everybody
        .into_iter()
        .filter(|(_, word)| match words::family_in(word) {
            (name, Some(sound)) => family.is_like_folded(name, sound),
            (name, None) => family.is_like(name),
        })
        .map(|(person, _)| person)
        .collect())
}

async fn with_number_or_place(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    sought: &Likeable,
) -> Result<Vec<Id<Person>>, sqlx::Error> {
    if sought.nhs_number.is_none() && sought.postcode.is_none() {
        return Ok(Vec::new());
    }
    let family = words::parts(&sought.family)
        .into_iter()
        .next()
        .unwrap_or_default();
    on!(tx, c => sqlx::query_scalar(NUMBER_OR_PLACE)
        .bind(scheme)
        .bind(sought.nhs_number.as_ref().map(|number| words::nhs(number)))
        .bind(words::sound(&family))
        .bind(sought.postcode.as_ref().map(|code| format!("c{}", &**code)))
        .fetch_all(c))
}
