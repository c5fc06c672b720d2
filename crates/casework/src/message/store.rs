//! The table `practice_message`.

use kith_access::{Actor, Organisation, Person, Scheme, Scope, in_scope, person_in_scope};
use kith_base::{Email, Id, Ts, Word};
use kith_db::{FromRow, Tx, on, run};

use super::{Message, NewMessage, rules};
use crate::{Referral, code_map::CodeMap};

const CODES: &str = "select m.code from practice_message m
    where m.scheme_id = $1 and m.referral_id = $2 and m.code is not null order by m.code";

const INSERT: &str = "insert into practice_message (scheme_id, id, referral_id, person_id, practice_id,
        stage, words, to_do, author_name, author_role, code, code_term, code_map, made_at, needs_answer)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

/// Sends a message under the actor's name and role. `actor` is none where
/// the service itself speaks ("received" of a self-referral).
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    actor: Option<&Actor>,
    message: &NewMessage,
    map: &CodeMap,
    at: Ts,
) -> Result<Id<Message>, sqlx::Error> {
    let written: Vec<String> = match message.event {
        Some(_) => {
            on!(tx, c => sqlx::query_scalar(CODES).bind(scheme).bind(message.referral).fetch_all(c))?
        }
        None => Vec::new(),
    };
    let code = rules::code(map, message.event, &written);
    let (name, role) = actor.map_or(("Social prescribing service", "Service"), |actor| {
        (&*actor.name, actor.role.label())
    });
    let id = Id::new(at);
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(id)
            .bind(message.referral)
            .bind(message.person)
            .bind(message.practice)
            .bind(message.stage)
            .bind(&message.words)
            .bind(&message.to_do)
            .bind(name)
            .bind(role)
            .bind(code.map(|code| &code.id))
            .bind(code.map(|code| &code.term))
            .bind(code.map(|_| &map.version))
            .bind(at)
            .bind(message.needs_answer())
    )?;
    Ok(id)
}

const PRACTICE_MAIL: &str = "select o.email, r.reference from organisation o
    join referral r on r.scheme_id = $1 and r.id = $3
   where o.scheme_id = $1 and o.id = $2 and o.email is not null";

/// Where the practice is told by mail that a message waits, and the
/// referral's reference; none when the practice has no address.
///
/// # Errors
/// When the database does not answer.
pub async fn practice_mail(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Id<Organisation>,
    referral: Id<Referral>,
) -> Result<Option<(Email, String)>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(PRACTICE_MAIL)
        .bind(scheme).bind(practice).bind(referral).fetch_optional(c))
}

const COUNTS: &str = concat!(
    "select cast(coalesce(sum(case when m.needs_answer and m.acknowledged_at is null
                then 1 else 0 end), 0) as bigint) as to_answer,
            cast(coalesce(sum(case when m.filed_at is null and m.stage <> 'received'
                then 1 else 0 end), 0) as bigint) as to_file
       from practice_message m
       join person p on p.scheme_id = $1 and p.id = m.person_id
      where m.scheme_id = $1 and m.practice_id = $3
        and (m.id in (select a.id from practice_message a where a.scheme_id = $1
                and a.practice_id = $3 and a.needs_answer and a.acknowledged_at is null)
          or m.id in (select f.id from practice_message f where f.scheme_id = $1
                and f.practice_id = $3 and f.filed_at is null and f.stage <> 'received'))
        and ",
    person_in_scope!()
);

/// What asks for somebody of the practice.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, FromRow)]
pub struct Counts {
    /// Came back, and nobody has acknowledged it.
    pub to_answer: i64,
    /// Written, and nobody has filed it.
    pub to_file: i64,
}

/// The practice's two counts.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(tx: &mut Tx, scope: &Scope) -> Result<Counts, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_as(COUNTS), *scope).fetch_one(c))
}

const WHOSE: &str = concat!(
    "select m.person_id from practice_message m
       join person p on p.scheme_id = $1 and p.id = m.person_id
      where m.scheme_id = $1 and m.practice_id = $3 and m.id = $7 and ",
    person_in_scope!()
);

/// Whom a message of the practice is about; none when it is not theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn whose(
    tx: &mut Tx,
    scope: &Scope,
    message: Id<Message>,
) -> Result<Option<Id<Person>>, sqlx::Error> {
    on!(tx, c => in_scope!(sqlx::query_scalar(WHOSE), *scope).bind(message).fetch_optional(c))
}

const ACKNOWLEDGE: &str = "update practice_message set acknowledged_by = $3, acknowledged_at = $4
    where scheme_id = $1 and id = $2 and needs_answer and acknowledged_at is null";
const FILE: &str = "update practice_message set filed_by = $3, filed_at = $4
    where scheme_id = $1 and id = $2 and filed_at is null";
const UNFILE: &str = "update practice_message set filed_by = null, filed_at = null
    where scheme_id = $1 and id = $2 and filed_at is not null";

/// Keeps who read that a referral came back. Gives whether it was news.
///
/// # Errors
/// When the database does not answer.
pub async fn acknowledge(
    tx: &mut Tx,
    actor: &Actor,
    message: Id<Message>,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(ACKNOWLEDGE)
            .bind(actor.scheme)
            .bind(message)
            .bind(actor.account)
            .bind(at)
    )?;
    Ok(changed == 1)
}

/// Keeps who filed a message. Gives whether it was not filed before.
///
/// # Errors
/// When the database does not answer.
pub async fn file(
    tx: &mut Tx,
    actor: &Actor,
    message: Id<Message>,
    at: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(FILE)
            .bind(actor.scheme)
            .bind(message)
            .bind(actor.account)
            .bind(at)
    )?;
    Ok(changed == 1)
}

/// Takes a tick back that was made by mistake. Gives whether there was one.
///
/// # Errors
/// When the database does not answer.
pub async fn unfile(tx: &mut Tx, actor: &Actor, message: Id<Message>) -> Result<bool, sqlx::Error> {
    Ok(run!(tx, sqlx::query(UNFILE).bind(actor.scheme).bind(message))? == 1)
}
