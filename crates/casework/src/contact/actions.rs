//! Writing a contact note: one transaction keeps the note, moves the referral,
//! makes the tasks, tells the practice and writes the audit row.

use kith_access::{
    Ability, Actor,
    audit::{self, Entry},
};
use kith_base::{Id, Line, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{
    Contact, Note, Written,
    rules::{self, Effects},
    store,
};
use crate::{
    message::{self, NewMessage, Stage, rules::CodedEvent},
    person,
    referral::{
        self, Case, Referral,
        actions::{Step, Terms},
    },
    task::{self, NewTask},
};

/// Keeps a contact note and everything that follows from it.
///
/// # Errors
/// Not found when the writer is not assigned to the person; what
/// [`rules::decide`] refuses.
pub async fn write(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    written: &Written,
    at: Ts,
) -> Outcome<Id<Contact>> {
    let scope = actor.scope(Ability::WriteContact)?;
    let case = referral::store::case(tx, &scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let mut effects = rules::decide(written, &case, at, &terms.promise)?;
    effects.connected &= !store::was_connected(tx, actor.scheme, case.id).await?;
    let contact = store::insert(tx, actor, &case, &written.note, at).await?;
    store::count_on_referral(tx, actor.scheme, case.id, written.note.at, &effects).await?;
    if let Some(words) = &written.matters {
        person::actions::change_matters(tx, actor, case.person, words).await?;
    }
    make_tasks(tx, actor, &case, contact, written, at).await?;
    let entry = Entry {
        action: "write a contact",
        person: Some(case.person),
        object_kind: "contact",
        object: Some(contact.uuid()),
        purpose: "",
    };
    audit::record(tx, actor, entry).await?;
    for act in effects.moves.clone() {
        let step = Step {
            referral: case.id,
            version: None,
            act,
            note: None,
        };
        referral::actions::step(tx, terms, actor, Ability::WriteContact, step, at).await?;
    }
    tell_practice(tx, terms, actor, &case, &written.note, &effects, at).await?;
    Ok(contact)
}

async fn make_tasks(
    tx: &mut Tx,
    actor: &Actor,
    case: &Case,
    contact: Id<Contact>,
    written: &Written,
    at: Ts,
) -> Outcome<()> {
    for action in &written.actions {
        let new = NewTask {
            person: Some(case.person),
            referral: Some(case.id),
            contact: Some(contact),
            kind: task::Kind::Action,
            what: action.what.to_string(),
            who: action.who,
            owner: Some(actor.account),
            due: action.due,
        };
        task::store::insert(tx, actor.scheme, &new, at).await?;
    }
    Ok(())
}

/// The practice hears of the first meeting and the first connection; of other
/// contacts only what the worker wrote for it.
async fn tell_practice(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    case: &Case,
    note: &Note,
    effects: &Effects,
    at: Ts,
) -> Outcome<()> {
    let event = effects.accepted.then_some(CodedEvent::Accepted);
    let connected = effects.connected.then(|| {
        let service = note.connected_to.as_deref().unwrap_or("a local service");
        format!("Connected to {service}.")
    });
    let (stage, words) = if effects.first_seen {
        let seen = format!("First seen on {}.", note.at.day().as_uk_date());
        // A first meeting that connects says both in one message.
        let both = connected.map_or_else(|| seen.clone(), |words| format!("{seen} {words}"));
        (Stage::FirstSeen, both)
    } else if let Some(words) = connected {
        (Stage::Connected, words)
    } else if note.practice_line.is_some() || event.is_some() {
        let words = if event.is_some() {
            "The person has said yes to link working."
        } else {
            ""
        };
        (Stage::Note, words.to_owned())
    } else {
        return Ok(());
    };
    let line = note.practice_line.as_deref().unwrap_or_default();
    let new = NewMessage {
        referral: case.id,
        person: case.person,
        practice: case.sent.practice,
        stage,
        words: format!("{words} {line}").trim().to_owned(),
        to_do: Some("Nothing".into()),
        event,
    };
    message::actions::tell(tx, actor.scheme, Some(actor), &new, &terms.codes, at).await?;
    if effects.first_seen {
        let what = "that we have seen the person they asked us to help";
        referral::agency::tell(tx, terms, actor, case, what, at).await?;
    }
    Ok(())
}

/// What a page needs to show both versions when two people edited one note.
pub enum PutRight {
    /// It is kept.
    Done,
    /// Somebody was quicker: what it says now.
    Conflict(Box<store::Kept>),
}

/// Puts a note right; only its author may.
///
/// # Errors
/// Not found, not the author's, or a note that contradicts itself.
pub async fn put_right(
    tx: &mut Tx,
    actor: &Actor,
    contact: Id<Contact>,
    version: i64,
    note: &Note,
    at: Ts,
) -> Outcome<PutRight> {
    let scope = actor.scope(Ability::WriteContact)?;
    let before = store::one(tx, &scope, contact)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if before.author != actor.account {
        return Err(Refusal::not_allowed("Only its author may change a note")
            .try_next("Write a note of your own")
            .into());
    }
    let case = referral::store::case(tx, &scope, before.referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    rules::consistent(note, at)?;
    if before.version != version || !store::put_right(tx, actor, &before, note, at).await? {
        return Ok(PutRight::Conflict(Box::new(before)));
    }
    store::recount(tx, actor.scheme, before.referral).await?;
    let entry = Entry {
        action: "put a contact right",
        person: Some(case.person),
        object_kind: "contact",
        object: Some(contact.uuid()),
        purpose: "",
    };
    audit::record(tx, actor, entry).await?;
    Ok(PutRight::Done)
}

/// Voids a note with a reason; only its author may. Nothing is deleted.
///
/// # Errors
/// Not found, not the author's, or a conflict when somebody was quicker.
pub async fn void(
    tx: &mut Tx,
    actor: &Actor,
    contact: Id<Contact>,
    version: i64,
    reason: &Line,
    at: Ts,
) -> Outcome<()> {
    let scope = actor.scope(Ability::WriteContact)?;
    let before = store::one(tx, &scope, contact)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if before.author != actor.account {
        return Err(Refusal::not_allowed("Only its author may void a note")
            .try_next("Ask them to")
            .into());
    }
    if !store::void(tx, actor.scheme, contact, version, reason, at).await? {
        return Err(
            Refusal::conflict("The note has changed since you opened it")
                .try_next("Open it again")
                .into(),
        );
    }
    let entry = Entry {
        action: "void a contact",
        person: Some(before.person),
        object_kind: "contact",
        object: Some(contact.uuid()),
        purpose: "",
    };
    audit::record(tx, actor, entry).await
}
