//! What happens to a message: the service tells the practice, and the
//! practice acknowledges what came back and files what belongs in its record.

use kith_access::{
    Ability, Actor, Scheme,
    audit::{self, Entry},
    outbox::{self, Mail},
};
use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{Message, NewMessage, store};
use crate::code_map::CodeMap;

/// Sends a message to the practice, and a mail that says one is waiting:
/// with the reference, without a word about the person. `actor` is none
/// where the service itself speaks.
///
/// # Errors
/// When the database does not answer.
pub async fn tell(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    actor: Option<&Actor>,
    message: &NewMessage,
    map: &CodeMap,
    at: Ts,
) -> Outcome<Id<Message>> {
    let id = store::insert(tx, scheme, actor, message, map, at).await?;
    let Some(practice) = message.practice else {
        return Ok(id);
    };
    if let Some((to, reference)) =
        store::practice_mail(tx, scheme, practice, message.referral).await?
    {
        let mail = Mail {
            once_key: format!("message:{id}"),
            kind: "message.practice",
            to,
            subject: format!("A message about referral {reference} is waiting"),
            body: format!(
                "The social prescribing service has written about referral {reference}. \
                 Sign in to Kith and open Sent to read it."
            ),
            person: Some(message.person),
        };
        outbox::queue(tx, scheme, at, mail).await?;
    }
    Ok(id)
}

/// The practice has read that a referral came back.
///
/// # Errors
/// Not found when the message is not the practice's.
pub async fn acknowledge(tx: &mut Tx, actor: &Actor, message: Id<Message>) -> Outcome<()> {
    let person = of_practice(tx, actor, message).await?;
    if store::acknowledge(tx, actor, message, actor.now).await? {
        audit::record(tx, actor, entry("acknowledge a message", person, message)).await?;
    }
    Ok(())
}

/// The practice has filed messages. One that was filed already stays as it
/// is. Gives how many were ticked now.
///
/// # Errors
/// Not found when one of them is not the practice's: then none is ticked.
pub async fn file(tx: &mut Tx, actor: &Actor, messages: &[Id<Message>]) -> Outcome<usize> {
    let mut filed = 0;
    for message in messages {
        let person = of_practice(tx, actor, *message).await?;
        if store::file(tx, actor, *message, actor.now).await? {
            audit::record(tx, actor, entry("file a message", person, *message)).await?;
            filed += 1;
        }
    }
    Ok(filed)
}

/// The tick was a mistake: the message is not filed.
///
/// # Errors
/// Not found when the message is not the practice's.
pub async fn unfile(tx: &mut Tx, actor: &Actor, message: Id<Message>) -> Outcome<()> {
    let person = of_practice(tx, actor, message).await?;
    if store::unfile(tx, actor, message).await? {
        audit::record(tx, actor, entry("take a filing back", person, message)).await?;
    }
    Ok(())
}

async fn of_practice(
    tx: &mut Tx,
    actor: &Actor,
    message: Id<Message>,
) -> Outcome<Id<kith_access::Person>> {
    let scope = actor.scope(Ability::AnswerMessages)?;
    Ok(store::whose(tx, &scope, message)
        .await?
        .ok_or_else(Refusal::not_found)?)
}

fn entry(
    action: &'static str,
    person: Id<kith_access::Person>,
    message: Id<Message>,
) -> Entry<'static> {
    Entry {
        action,
        person: Some(person),
        object_kind: "practice_message",
        object: Some(message.uuid()),
        purpose: "",
    }
}
