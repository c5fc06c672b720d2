//! The table `practice_message`.

use kith_access::{Actor, Scheme};
use kith_base::{Id, Ts, Word};
use kith_db::{Tx, on, run};

use super::{Message, NewMessage, Stage, rules};
use crate::{code_map::CodeMap, referral::Referral};

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
            .bind(message.stage == Stage::Declined)
    )?;
    Ok(id)
}

const HAS: &str = "select count(*) from practice_message m
    where m.scheme_id = $1 and m.referral_id = $2 and m.stage = $3";

/// Whether a message of this stage was sent.
///
/// # Errors
/// When the database does not answer.
pub async fn has(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    referral: Id<Referral>,
    stage: Stage,
) -> Result<bool, sqlx::Error> {
    let count: i64 =
        on!(tx, c => sqlx::query_scalar(HAS).bind(scheme).bind(referral).bind(stage).fetch_one(c))?;
    Ok(count > 0)
}
