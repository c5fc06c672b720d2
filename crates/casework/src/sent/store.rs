//! The questions of a practice about its own referrals. All of it is one
//! practice's: `$3` of the scope is in every statement.

use kith_access::{Scope, in_scope, person_in_scope};
use kith_base::{Day, Id, Name, NhsNumber, Ts, words};
use kith_db::{FromRow, Tx, on};

use crate::{
    message::{Message, Stage},
    person::Person,
    referral::{Need, Referral, State},
};

words! {
    /// What the list shows: referrals by where they stand, or the messages
    /// nobody has filed.
    pub enum Shown {
        All = "all" / "Everything",
        Waiting = "waiting" / "Waiting",
        InProgress = "in_progress" / "In progress",
        CameBack = "came_back" / "Came back",
        Ended = "ended" / "Ended",
        NotFiled = "not_filed" / "Not filed",
    }
}

/// How many referrals a page of the list holds.
pub const PAGE: usize = 50;
/// How many messages to be filed a page shows.
pub const CARDS: i64 = 50;
/// How many messages a sheet holds.
pub const ROWS: i64 = 500;

/// One line of the list.
#[derive(Clone, Debug, FromRow)]
pub struct SentLine {
    /// The referral.
    pub id: Id<Referral>,
    /// What to quote.
    pub reference: String,
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// Birth date.
    pub born: Option<Day>,
    /// NHS number, as the practice gave it.
    pub nhs_number: Option<NhsNumber>,
    /// Where it stands.
    pub state: State,
    /// What it is mainly about.
    pub main_need: Need,
    /// The day it came.
    pub received_on: Day,
    /// By when it is to be taken on.
    pub take_by: Day,
    /// Its link worker's name.
    pub owner_name: Option<Name>,
    /// Messages that are not filed.
    pub to_file: i64,
    /// Messages that must be acknowledged.
    pub to_answer: i64,
}

macro_rules! sent_lines {
    ($keyset:literal) => {
        concat!(
            "select r.id, r.reference, p.given, p.family, p.born,
                    coalesce(p.nhs_number, p.nhs_number_doubted) as nhs_number, r.state,
                    r.main_need, r.received_on, r.take_by, w.name as owner_name,
                    (select count(*) from practice_message m where m.scheme_id = $1
                        and m.referral_id = r.id and m.practice_id = $3
                        and m.filed_at is null and m.stage <> 'received') as to_file,
                    (select count(*) from practice_message m where m.scheme_id = $1
                        and m.referral_id = r.id and m.practice_id = $3
                        and m.needs_answer and m.acknowledged_at is null) as to_answer
               from referral r
               join person p on p.scheme_id = $1 and p.id = r.person_id
               left join account w on w.scheme_id = $1 and w.id = r.owner_id
              where r.scheme_id = $1 and r.practice_id = $3 and r.state <> 'voided'
                and ($7 = 'all'
                  or ($7 = 'waiting' and r.state in ('waiting', 'needs_worker'))
                  or ($7 = 'in_progress' and r.state in ('taken', 'open'))
                  or ($7 = 'came_back' and r.state = 'declined')
                  or ($7 = 'ended' and r.state in ('closed', 'advice')))
                and ",
            person_in_scope!(),
            $keyset,
            " order by r.received_at desc, r.id desc limit 51"
        )
    };
}

const FIRST: &str = sent_lines!("");
const AFTER: &str = sent_lines!(
    " and (r.received_at, r.id) < (select b.received_at, b.id from referral b
        where b.scheme_id = $1 and b.practice_id = $3 and b.id = $8)"
);

/// A page of what the practice sent, the newest first, and whether there is
/// more. `after` is the last referral of the page before.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn list(
    tx: &mut Tx,
    scope: &Scope,
    shown: Shown,
    after: Option<Id<Referral>>,
) -> Result<(Vec<SentLine>, bool), sqlx::Error> {
    let lines: Vec<SentLine> = match after {
        None => on!(tx, c => in_scope!(sqlx::query_as(FIRST), *scope).bind(shown).fetch_all(c))?,
        Some(after) => on!(tx, c => in_scope!(sqlx::query_as(AFTER), *scope)
            .bind(shown).bind(after).fetch_all(c))?,
    };
    Ok(page_of(lines))
}

const EXACTLY: &str =
    sent_lines!(" and (r.reference = $8 or coalesce(p.nhs_number, p.nhs_number_doubted) = $9)");
const OF_PEOPLE: &str =
    sent_lines!(" and r.person_id in ($8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");

/// The practice's referrals with this reference, or of whom it gave this NHS
/// number; and whether there is more.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn exactly(
    tx: &mut Tx,
    scope: &Scope,
    reference: Option<String>,
    number: Option<&NhsNumber>,
) -> Result<(Vec<SentLine>, bool), sqlx::Error> {
    let lines = on!(tx, c => in_scope!(sqlx::query_as(EXACTLY), *scope)
        .bind(Shown::All).bind(&reference).bind(number).fetch_all(c))?;
    Ok(page_of(lines))
}

/// The practice's referrals of these people, the newest first, and whether
/// there is more. Ten at a time: a fixed statement serves any number.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn of_people(
    tx: &mut Tx,
    scope: &Scope,
    people: &[Id<Person>],
) -> Result<(Vec<SentLine>, bool), sqlx::Error> {
    let mut all: Vec<SentLine> = Vec::new();
    for ten in people.chunks(10) {
        let id = |at: usize| ten.get(at).copied();
        let mut found: Vec<SentLine> = on!(tx, c => in_scope!(sqlx::query_as(OF_PEOPLE), *scope)
            .bind(Shown::All)
            .bind(id(0)).bind(id(1)).bind(id(2)).bind(id(3)).bind(id(4))
            .bind(id(5)).bind(id(6)).bind(id(7)).bind(id(8)).bind(id(9)).fetch_all(c))?;
        all.append(&mut found);
    }
    all.sort_by_key(|line| std::cmp::Reverse((line.received_on, line.id)));
    Ok(page_of(all))
}

fn page_of(mut lines: Vec<SentLine>) -> (Vec<SentLine>, bool) {
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    (lines, more)
}

/// A message as the practice reads it.
#[derive(Clone, Debug, FromRow)]
pub struct Read {
    /// The message.
    pub id: Id<Message>,
    /// The referral it answers.
    pub referral_id: Id<Referral>,
    /// Whom it is about.
    pub person_id: Id<Person>,
    /// The referral's reference.
    pub reference: String,
    /// The person's given name.
    pub given: Name,
    /// The person's family name.
    pub family: Name,
    /// The person's birth date.
    pub born: Option<Day>,
    /// The person's NHS number, as the practice gave it.
    pub nhs_number: Option<NhsNumber>,
    /// What it is about.
    pub stage: Stage,
    /// What it says.
    pub words: String,
    /// What the practice needs to do.
    pub to_do: Option<String>,
    /// Who wrote it.
    pub author_name: String,
    /// In which role.
    pub author_role: String,
    /// The clinical code that belongs to it.
    pub code: Option<String>,
    /// The code's term.
    pub code_term: Option<String>,
    /// The version of the map the code is from.
    pub code_map: Option<String>,
    /// When it was written.
    pub made_at: Ts,
    /// Whether somebody must say that they read it.
    pub needs_answer: bool,
    /// Who said so.
    pub acknowledged_by: Option<Name>,
    /// When.
    pub acknowledged_at: Option<Ts>,
    /// Who filed it.
    pub filed_by: Option<Name>,
    /// When.
    pub filed_at: Option<Ts>,
}

impl Read {
    /// Whether somebody must still say that they read it.
    #[must_use]
    pub const fn is_to_answer(&self) -> bool {
        self.needs_answer && self.acknowledged_at.is_none()
    }

    /// Whether it belongs in the practice's record.
    #[must_use]
    pub fn is_to_file(&self) -> bool {
        self.stage.is_to_file()
    }
}

macro_rules! messages {
    ($which:literal, $order:literal) => {
        concat!(
            "select m.id, m.referral_id, m.person_id, r.reference, p.given, p.family, p.born,
                    coalesce(p.nhs_number, p.nhs_number_doubted) as nhs_number, m.stage, m.words,
                    m.to_do, m.author_name, m.author_role, m.code, m.code_term, m.code_map, m.made_at,
                    m.needs_answer, a.name as acknowledged_by, m.acknowledged_at,
                    f.name as filed_by, m.filed_at
               from practice_message m
               join referral r on r.scheme_id = $1 and r.id = m.referral_id
               join person p on p.scheme_id = $1 and p.id = m.person_id
               left join account a on a.scheme_id = $1 and a.id = m.acknowledged_by
               left join account f on f.scheme_id = $1 and f.id = m.filed_by
              where m.scheme_id = $1 and m.practice_id = $3 and ",
            $which,
            " and ",
            person_in_scope!(),
            $order
        )
    };
}

const OF_REFERRAL: &str = messages!("m.referral_id = $7", " order by m.made_at, m.id");
const TO_ANSWER: &str = messages!(
    "m.needs_answer and m.acknowledged_at is null",
    " order by m.made_at, m.id limit 100"
);
const TO_FILE: &str = messages!(
    "m.filed_at is null and m.stage <> 'received'",
    " order by m.made_at, m.id limit $7"
);

/// The messages about one referral, in the order they were written.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn of_referral(
    tx: &mut Tx,
    scope: &Scope,
    referral: Id<Referral>,
) -> Result<Vec<Read>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(OF_REFERRAL), *scope).bind(referral).fetch_all(c))
}

/// What came back and nobody has acknowledged, the oldest first.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn to_answer(tx: &mut Tx, scope: &Scope) -> Result<Vec<Read>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(TO_ANSWER), *scope).fetch_all(c))
}

/// What nobody has filed, the oldest first, at most so many.
///
/// # Errors
/// When the database does not answer, or a row no longer makes sense.
pub async fn to_file(tx: &mut Tx, scope: &Scope, most: i64) -> Result<Vec<Read>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(TO_FILE), *scope).bind(most).fetch_all(c))
}
