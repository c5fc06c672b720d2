//! The tables `contact` and `contact_earlier`, and what a contact keeps on
//! its referral so that no page ever counts contacts.

use kith_access::{Account, Actor, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Id, Line, Name, Story, Ts, Word};
use kith_db::{FromRow, Tx, on, run};

use super::{Attended, Contact, Holding, Mode, Note, Purpose, Weight, rules::Effects};
use crate::{
    person::Person,
    referral::{Case, Referral},
};

const INSERT: &str = "insert into contact (scheme_id, id, person_id, referral_id, author_id, at, mode,
        minutes, purpose, holding, weight, attended, why_not, note, connected_to, practice_line,
        shared, restricted, version, made_at, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, $19)";

/// Keeps a note.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    case: &Case,
    note: &Note,
    at: Ts,
) -> Result<Id<Contact>, sqlx::Error> {
    let id = Id::new(at);
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(id)
            .bind(case.person)
            .bind(case.id)
            .bind(actor.account)
            .bind(note.at)
            .bind(note.mode)
            .bind(i64::from(note.minutes))
            .bind(note.purpose)
            .bind(note.holding)
            .bind(weight(note))
            .bind(note.attended)
            .bind(&note.why_not)
            .bind(&note.note)
            .bind(&note.connected_to)
            .bind(&note.practice_line)
            .bind(note.shared)
            .bind(note.restricted)
            .bind(at)
    )?;
    Ok(id)
}

fn weight(note: &Note) -> Option<i64> {
    note.weight.and_then(|weight| weight.code().parse().ok())
}

const COUNT_ON_REFERRAL: &str = "update referral set contact_count = contact_count + 1,
        last_contact_at = case when last_contact_at is null or last_contact_at < $3 then $3 else last_contact_at end,
        first_seen_at = case when $4 and first_seen_at is null then $3 else first_seen_at end,
        connected_at = case when $5 and connected_at is null then $3 else connected_at end
    where scheme_id = $1 and id = $2";

/// Keeps on the referral what a caseload shows of its contacts.
///
/// # Errors
/// When the database does not answer.
pub async fn count_on_referral(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
    met_at: Ts,
    effects: &Effects,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(COUNT_ON_REFERRAL)
            .bind(scheme)
            .bind(referral)
            .bind(met_at)
            .bind(effects.first_seen)
            .bind(effects.connected)
    )?;
    Ok(())
}

const WAS_CONNECTED: &str = "select count(*) from referral
    where scheme_id = $1 and id = $2 and connected_at is not null";

/// Whether a contact that stands has connected the person already.
///
/// # Errors
/// When the database does not answer.
pub async fn was_connected(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Result<bool, sqlx::Error> {
    let count: i64 = on!(tx, c => sqlx::query_scalar(WAS_CONNECTED)
        .bind(scheme).bind(referral).fetch_one(c))?;
    Ok(count > 0)
}

/// A contact as a page shows it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its id.
    pub id: Id<Contact>,
    /// Its referral.
    pub referral: Id<Referral>,
    /// Whom it is about.
    pub person: Id<Person>,
    /// Who wrote it.
    pub author: Id<Account>,
    /// Their name.
    pub author_name: Name,
    /// What it says. Where it is restricted and the reader is not its author
    /// and has not broken the glass, the words are left out.
    pub note: Note,
    /// Whether the words were left out.
    pub hidden: bool,
    /// Counts the changes.
    pub version: i64,
    /// When it was last changed.
    pub changed_at: Ts,
    /// Whether it was voided, and why.
    pub void_reason: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: Id<Contact>,
    referral_id: Id<Referral>,
    person_id: Id<Person>,
    author_id: Id<Account>,
    author_name: Name,
    at: Ts,
    mode: Mode,
    minutes: i64,
    purpose: Purpose,
    holding: Option<Holding>,
    weight: Option<i64>,
    attended: Attended,
    why_not: Option<Line>,
    note: Option<Story>,
    connected_to: Option<Line>,
    practice_line: Option<Line>,
    shared: bool,
    restricted: bool,
    version: i64,
    changed_at: Ts,
    void_reason: Option<String>,
    glass: bool,
}

macro_rules! contact_columns {
    () => {
        "k.id, k.referral_id, k.person_id, k.author_id, w.name as author_name, k.at, k.mode, k.minutes,
         k.purpose, k.holding, k.weight, k.attended, k.why_not, k.note, k.connected_to, k.practice_line,
         k.shared, k.restricted, k.version, k.changed_at, k.void_reason,
         exists (select 1 from break_glass bg where bg.scheme_id = $1 and bg.account_id = $4
             and bg.person_id = k.person_id and bg.ends_at > $5) as glass
    from contact k
    join person p on p.scheme_id = $1 and p.id = k.person_id
    join account w on w.scheme_id = $1 and w.id = k.author_id
   where k.scheme_id = $1 and "
    };
}

const OF_PERSON: &str = concat!(
    "select ",
    contact_columns!(),
    person_in_scope!(),
    " and k.person_id = $7 order by k.at desc, k.id desc limit $8"
);

const ONE: &str = concat!(
    "select ",
    contact_columns!(),
    person_in_scope!(),
    " and k.id = $7"
);

/// The newest contacts of a person, at most `most` of them.
///
/// # Errors
/// When the database does not answer.
pub async fn of_person(
    tx: &mut Tx,
    scope: &Scope,
    person: Id<Person>,
    most: i64,
) -> Result<Vec<Kept>, sqlx::Error> {
    let rows: Vec<Row> = on!(tx, c => in_scope!(sqlx::query_as(OF_PERSON), *scope).bind(person).bind(most).fetch_all(c))?;
    Ok(rows
        .into_iter()
        .map(|row| Kept::read_by(row, scope.account()))
        .collect())
}

/// One contact.
///
/// # Errors
/// When the database does not answer.
pub async fn one(
    tx: &mut Tx,
    scope: &Scope,
    contact: Id<Contact>,
) -> Result<Option<Kept>, sqlx::Error> {
    let row: Option<Row> =
        on!(tx, c => in_scope!(sqlx::query_as(ONE), *scope).bind(contact).fetch_optional(c))?;
    Ok(row.map(|row| Kept::read_by(row, scope.account())))
}

impl Kept {
    /// A restricted note's words are its author's, and of whoever broke the
    /// glass; a worker's own weight is theirs alone.
    fn read_by(row: Row, reader: Id<Account>) -> Self {
        let own = row.author_id == reader;
        let words = own || row.glass || !row.restricted;
        Self {
            id: row.id,
            referral: row.referral_id,
            person: row.person_id,
            author: row.author_id,
            author_name: row.author_name,
            note: Note {
                at: row.at,
                mode: row.mode,
                minutes: u16::try_from(row.minutes).unwrap_or(0),
                purpose: row.purpose,
                holding: row.holding,
                weight: row
                    .weight
                    .filter(|_| own)
                    .and_then(|weight| weight.to_string().parse::<Weight>().ok()),
                attended: row.attended,
                why_not: row.why_not.filter(|_| words),
                note: row.note.filter(|_| words),
                connected_to: row.connected_to.filter(|_| words),
                practice_line: row.practice_line.filter(|_| words),
                shared: row.shared,
                restricted: row.restricted,
            },
            hidden: !words,
            version: row.version,
            changed_at: row.changed_at,
            void_reason: row.void_reason,
        }
    }
}

const KEEP_EARLIER: &str =
    "insert into contact_earlier (scheme_id, contact_id, version, body, changed_by, changed_at)
    values ($1, $2, $3, $4, $5, $6)";

const UPDATE: &str = "update contact set at = $4, mode = $5, minutes = $6, purpose = $7, holding = $8, weight = $9,
        attended = $10, why_not = $11, note = $12, connected_to = $13, practice_line = $14, shared = $15,
        restricted = $16, changed_at = $17, version = version + 1
    where scheme_id = $1 and id = $2 and version = $3 and voided_at is null";

/// Puts a note right over the version that was read, and keeps what it said
/// before. Gives whether that version was still the newest.
///
/// # Errors
/// When the database does not answer.
pub async fn put_right(
    tx: &mut Tx,
    actor: &Actor,
    before: &Kept,
    note: &Note,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(UPDATE)
            .bind(actor.scheme)
            .bind(before.id)
            .bind(before.version)
            .bind(note.at)
            .bind(note.mode)
            .bind(i64::from(note.minutes))
            .bind(note.purpose)
            .bind(note.holding)
            .bind(weight(note))
            .bind(note.attended)
            .bind(&note.why_not)
            .bind(&note.note)
            .bind(&note.connected_to)
            .bind(&note.practice_line)
            .bind(note.shared)
            .bind(note.restricted)
            .bind(at)
    )?;
    if changed == 1 {
        let body = before.as_json().to_string();
        run!(
            tx,
            sqlx::query(KEEP_EARLIER)
                .bind(actor.scheme)
                .bind(before.id)
                .bind(before.version)
                .bind(body)
                .bind(actor.account)
                .bind(at)
        )?;
    }
    Ok(changed == 1)
}

impl Kept {
    /// The note as it is kept among the earlier versions.
    fn as_json(&self) -> serde_json::Value {
        let note = &self.note;
        serde_json::json!({
            "at": note.at, "mode": note.mode.code(), "minutes": note.minutes, "purpose": note.purpose.code(),
            "holding": note.holding.map(Word::code), "attended": note.attended.code(), "why_not": note.why_not,
            "note": note.note, "connected_to": note.connected_to, "practice_line": note.practice_line,
            "shared": note.shared, "restricted": note.restricted,
        })
    }
}

const VOID: &str =
    "update contact set voided_at = $4, void_reason = $5, version = version + 1, changed_at = $4
    where scheme_id = $1 and id = $2 and version = $3 and voided_at is null";

/// Voids a note that belongs elsewhere; it stays readable, struck through.
/// Gives whether the version that was read was still the newest.
///
/// # Errors
/// When the database does not answer.
pub async fn void(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    contact: Id<Contact>,
    version: i64,
    reason: &Line,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    Ok(run!(
        tx,
        sqlx::query(VOID)
            .bind(scheme)
            .bind(contact)
            .bind(version)
            .bind(at)
            .bind(reason)
    )? == 1)
}

const RECOUNT: &str = "update referral set
        contact_count = (select count(*) from contact k
            where k.scheme_id = $1 and k.referral_id = $2 and k.voided_at is null),
        last_contact_at = (select max(k.at) from contact k
            where k.scheme_id = $1 and k.referral_id = $2 and k.voided_at is null),
        first_seen_at = (select min(k.at) from contact k
            where k.scheme_id = $1 and k.referral_id = $2 and k.voided_at is null and k.attended = 'yes'),
        connected_at = (select min(k.at) from contact k
            where k.scheme_id = $1 and k.referral_id = $2 and k.voided_at is null and k.attended = 'yes'
              and k.purpose = 'connect')
    where scheme_id = $1 and id = $2";

/// Counts a referral's contacts again, after one was put right or voided.
///
/// # Errors
/// When the database does not answer.
pub async fn recount(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
) -> Result<(), sqlx::Error> {
    run!(tx, sqlx::query(RECOUNT).bind(scheme).bind(referral))?;
    Ok(())
}
