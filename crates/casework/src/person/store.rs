//! The tables `person` and `person_word`. Every read of a person is bound to a
//! scope; what a matching question reads of others stays inside the program.

use kith_access::{Organisation, Restricted, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Day, Email, Id, Line, Name, NhsNumber, Phone, Postcode, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{
    Details, Equity, Ethnicity, Gender, Identity, LoneWorking, Person, Place, Profile, Record,
    words,
};

#[derive(FromRow)]
struct Row {
    id: Id<Person>,
    given: Name,
    family: Name,
    known_as: Option<Name>,
    pronouns: Option<Line>,
    born: Option<Day>,
    nhs_number: Option<NhsNumber>,
    practice_id: Option<Id<Organisation>>,
    practice_name: Option<Name>,
    location_sensitive: bool,
    restricted: bool,
    risk: Option<Line>,
    lone_why: Option<Line>,
    lone_review_on: Option<Day>,
    communication: Option<Line>,
    interpreter: Option<Line>,
    access_needs: Option<Line>,
    no_longer_agrees: Option<Ts>,
    merged_into: Option<Id<Person>>,
    version: i64,
    address: Option<Line>,
    postcode: Option<Postcode>,
    phone: Option<Phone>,
    email: Option<Email>,
    safe_contact: Option<Line>,
    text_is_safe: bool,
    voicemail_is_safe: bool,
    gender: Option<Gender>,
    gender_words: Option<Line>,
    ethnicity: Option<Ethnicity>,
    ethnicity_words: Option<Line>,
    matters: Option<String>,
}

// A file may be older than what the person says now: it brings no new yes.
const RECORD: &str = concat!(
    "select p.id, p.given, p.family, p.known_as, p.pronouns, p.born, p.nhs_number,
            p.practice_id, o.name as practice_name, p.location_sensitive, p.restricted,
            p.risk, p.lone_why, p.lone_review_on, p.communication, p.interpreter, p.access_needs, p.merged_into, p.version,
            p.address, p.postcode, p.phone, p.email, p.safe_contact, p.text_is_safe,
            p.voicemail_is_safe, p.gender, p.gender_words, p.ethnicity, p.ethnicity_words, p.matters,
            (select max(rw.ended_at) from referral rw where rw.scheme_id = $1 and rw.person_id = p.id
                and rw.state = 'closed' and rw.end_reason = 'no_longer_agrees'
                and not exists (select 1 from referral rn where rn.scheme_id = $1
                    and rn.person_id = p.id and rn.received_at > rw.ended_at and rn.agreed <> 'no'
                    and rn.source <> 'file' and rn.state <> 'voided')) as no_longer_agrees
       from person p
       left join organisation o on o.scheme_id = $1 and o.id = p.practice_id
      where p.id = $7 and ",
    person_in_scope!()
);

/// The record of a person, when the scope reaches them.
///
/// # Errors
/// When the database does not answer.
pub async fn record(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Option<Record>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => in_scope!(sqlx::query_as(RECORD), *scope).bind(person).fetch_optional(c))?;
    Ok(row.map(Record::from))
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let place = Place {
            address: row.address,
            postcode: row.postcode,
            phone: row.phone,
            email: row.email,
            safe_contact: row.safe_contact,
            text_is_safe: row.text_is_safe,
            voicemail_is_safe: row.voicemail_is_safe,
        };
        Self {
            identity: Identity {
                id: row.id,
                given: row.given,
                family: row.family,
                known_as: row.known_as,
                pronouns: row.pronouns,
                born: row.born,
                nhs_number: row.nhs_number,
                practice: row.practice_id,
                practice_name: row.practice_name,
                location_sensitive: row.location_sensitive,
                restricted: row.restricted,
                risk: row.risk,
                lone_working: row
                    .lone_why
                    .zip(row.lone_review_on)
                    .map(|(why, review_on)| LoneWorking { why, review_on }),
                communication: row.communication,
                interpreter: row.interpreter,
                access_needs: row.access_needs,
                has_safe_contact: place.safe_contact.is_some(),
                no_longer_agrees: row.no_longer_agrees.map(Ts::day),
                merged_into: row.merged_into,
                version: row.version,
            },
            place: Restricted::new(row.id, row.location_sensitive, place),
            equity: Equity {
                gender: row.gender,
                ethnicity: row.ethnicity,
            },
            gender_words: row.gender_words,
            ethnicity_words: row.ethnicity_words,
            matters: row.matters,
        }
    }
}

const INSERT: &str = "insert into person (scheme_id, id, nhs_number, given, family, known_as,
        born, address, postcode, phone, email, safe_contact, text_is_safe, voicemail_is_safe,
        location_sensitive, restricted, practice_id, import_id, nhs_number_doubted, version,
        made_at, changed_at, gender, ethnicity)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1,
        $20, $20, $21, $22)";

/// Three words at a time, as many as somebody has of whom only name and birth
/// date are known; a shorter rest is filled up with its last word, which is
/// kept once.
const INSERT_WORDS: &str = "insert into person_word (scheme_id, person_id, word)
    values ($1, $2, $3), ($1, $2, $4), ($1, $2, $5)
    on conflict (scheme_id, word, person_id) do nothing";
const WORDS_AT_ONCE: usize = 3;

/// Most are there already.
const INSERT_SOUND: &str = "insert into name_sound (scheme_id, sound, part, lot)
    select $1, $2, $3, $4 where not exists (select 1 from name_sound s
        where s.scheme_id = $1 and s.sound = $2 and s.part = $3)";

const FORGET_WORDS: &str = "delete from person_word where scheme_id = $1 and person_id = $2";

const DOUBTED_NUMBER: &str = concat!(
    "select p.nhs_number_doubted from person p where p.id = $7 and ",
    person_in_scope!()
);

/// The NHS number somebody gave for a person that another record holds.
///
/// # Errors
/// When the database does not answer.
pub async fn doubted_number(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
) -> Result<Option<NhsNumber>, sqlx::Error> {
    let found: Option<Option<NhsNumber>> = on!(tx, c => in_scope!(sqlx::query_scalar(DOUBTED_NUMBER), *scope).bind(person).fetch_optional(c))?;
    Ok(found.flatten())
}

const BY_NUMBER: &str = concat!(
    "select p.id from person p
       join person_word w on w.scheme_id = $1 and w.person_id = p.id and w.word = $7
      where p.merged_into is null and ",
    person_in_scope!(),
    " order by p.id limit 1"
);

/// The person with this NHS number, when the scope reaches them; somebody
/// out of reach is as unknown as nobody.
///
/// # Errors
/// When the database does not answer.
pub async fn by_number(
    tx: &mut Tx,
    scope: &Scope,
    number: &NhsNumber,
) -> Result<Option<Id<Person>>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_scalar(BY_NUMBER), *scope)
        .bind(words::nhs(number)).fetch_optional(c))
}

/// Where a new record comes from, and what came with it to count people by.
#[derive(Clone, Copy, Default)]
pub struct Origin {
    /// What the person is counted by, as far as it was told.
    pub equity: Equity,
    /// The import that made it.
    pub import: Option<Id<crate::ImportBatch>>,
    /// The NHS number given belongs to another record: it is kept apart until
    /// somebody has looked.
    pub number_doubted: bool,
}

/// Makes a record, with the words it is found by.
///
/// # Errors
/// When the database does not answer, or somebody else has the NHS number.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    details: &Details,
    origin: Origin,
    at: Ts,
) -> Result<(), sqlx::Error> {
    let place = &details.place;
    let (sure, doubted) = match &details.nhs_number {
        number if origin.number_doubted => (None, number.as_ref()),
        number => (number.as_ref(), None),
    };
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(person)
            .bind(sure)
            .bind(&details.given)
            .bind(&details.family)
            .bind(&details.known_as)
            .bind(details.born)
            .bind(&place.address)
            .bind(&place.postcode)
            .bind(&place.phone)
            .bind(&place.email)
            .bind(&place.safe_contact)
            .bind(place.text_is_safe)
            .bind(place.voicemail_is_safe)
            .bind(false)
            .bind(false)
            .bind(details.practice)
            .bind(origin.import)
            .bind(doubted)
            .bind(at)
            .bind(origin.equity.gender)
            .bind(origin.equity.ethnicity)
    )?;
    insert_words(tx, scheme, person, details, false).await
}

/// Replaces the words a person is found by, after a change.
///
/// # Errors
/// When the database does not answer.
pub async fn replace_words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    details: &Details,
    location_sensitive: bool,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(FORGET_WORDS).bind(scheme).bind(person))?;
    insert_words(tx, scheme, person, details, location_sensitive).await
}

async fn insert_words(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    details: &Details,
    location_sensitive: bool,
) -> Result<(), sqlx::Error> {
    let mut names: Vec<&str> = vec![&details.given, &details.family];
    names.extend(details.known_as.as_deref());
    let words = words::of(&words::Findable {
        names: &names,
        born: details.born.map(|day| (day, &*details.family)),
        nhs_number: details.nhs_number.as_ref(),
        postcode: details
            .place
            .postcode
            .as_ref()
            .filter(|_| !location_sensitive),
        phone: details.place.phone.as_ref().filter(|_| !location_sensitive),
    });
    for three in words.own.chunks(WORDS_AT_ONCE) {
        let word = |at: usize| three.get(at).or(three.last()).map(String::as_str);
        run!(
            tx,
            sqlx::query(INSERT_WORDS)
                .bind(scheme)
                .bind(person)
                .bind(word(0))
                .bind(word(1))
                .bind(word(2))
        )?;
    }
    for (sound, part) in &words.sounds {
        run!(
            tx,
            sqlx::query(INSERT_SOUND)
                .bind(scheme)
                .bind(sound)
                .bind(part)
                .bind(rand::random::<i64>())
        )?;
    }
    Ok(())
}

const UPDATE: &str = "update person set nhs_number = $3, given = $4, family = $5, known_as = $6,
        born = $7, address = $8, postcode = $9, phone = $10, email = $11, safe_contact = $12,
        text_is_safe = $13, voicemail_is_safe = $14, practice_id = $15, changed_at = $16,
        pronouns = $18, gender = $19, ethnicity = $20, risk = $21, communication = $22,
        access_needs = $23, interpreter = $24, gender_words = $25, ethnicity_words = $26,
        version = version + 1
    where scheme_id = $1 and id = $2 and version = $17";

/// Writes a changed profile over the version that was read. Gives whether
/// that version was still the newest.
///
/// # Errors
/// When the database does not answer, or somebody else has the NHS number.
pub async fn update(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    profile: &Profile,
    version: i64,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let (details, place, about) = (&profile.details, &profile.details.place, &profile.about);
    let changed = run!(
        tx,
        sqlx::query(UPDATE)
            .bind(scheme)
            .bind(person)
            .bind(&details.nhs_number)
            .bind(&details.given)
            .bind(&details.family)
            .bind(&details.known_as)
            .bind(details.born)
            .bind(&place.address)
            .bind(&place.postcode)
            .bind(&place.phone)
            .bind(&place.email)
            .bind(&place.safe_contact)
            .bind(place.text_is_safe)
            .bind(place.voicemail_is_safe)
            .bind(details.practice)
            .bind(at)
            .bind(version)
            .bind(&about.pronouns)
            .bind(about.equity.gender)
            .bind(about.equity.ethnicity)
            .bind(&about.risk)
            .bind(&about.communication)
            .bind(&about.access_needs)
            .bind(&about.interpreter)
            .bind(&about.gender_words)
            .bind(&about.ethnicity_words)
    )?;
    Ok(changed == 1)
}

const HOLDER_OF_NUMBER: &str = "select count(*) from person p
    where p.scheme_id = $1 and p.nhs_number = $2 and p.merged_into is null and p.id <> $3";

/// Whether another record has this NHS number. No scope: the answer is only
/// that a number is taken, never by whom.
///
/// # Errors
/// When the database does not answer.
pub async fn number_is_taken(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    number: &NhsNumber,
    but: Id<Person>,
) -> Result<bool, sqlx::Error> {
    let count: i64 = on!(tx, c => sqlx::query_scalar(HOLDER_OF_NUMBER)
        .bind(scheme).bind(number).bind(but).fetch_one(c))?;
    Ok(count > 0)
}

const PRACTICES: &str = "select id, name from organisation
    where scheme_id = $1 and kind = 'practice' and active order by name, id";

/// The practices a person can be registered with.
///
/// # Errors
/// When the database does not answer.
pub async fn practices(
    tx: &mut Tx,
    scheme: Id<Scheme>,
) -> Result<Vec<(Id<Organisation>, Name)>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(PRACTICES).bind(scheme).fetch_all(c))
}

/// The records a new one may be the same as: they share the NHS number, or
/// the birth date, or the sound of the family name together with the postcode.
/// No scope: the answer is only compared, and shown through a scope later.
/// A doubted number counts: whoever gave it may give it again. A hidden
/// postcode is not compared: whoever guesses at it would be told when it fits.
const SET_MATTERS: &str = "update person set matters = $3, changed_at = $4, version = version + 1
    where scheme_id = $1 and id = $2";

/// Keeps what matters to the person, in their own words.
///
/// # Errors
/// When the database does not answer.
pub async fn set_matters(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    words: &str,
    at: Ts,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(SET_MATTERS)
            .bind(scheme)
            .bind(person)
            .bind(words)
            .bind(at)
    )?;
    Ok(())
}

const SET_RISK: &str = "update person set risk = $3, changed_at = $4, version = version + 1
    where scheme_id = $1 and id = $2";

/// Keeps what there is to be careful of.
///
/// # Errors
/// When the database does not answer.
pub async fn set_risk(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    words: Option<&Line>,
    at: Ts,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(SET_RISK)
            .bind(scheme)
            .bind(person)
            .bind(words)
            .bind(at)
    )?;
    Ok(())
}
