//! Putting a tag on somebody, and taking it off.

use kith_access::{
    Ability, Actor,
    audit::{self, Entry},
    who::is_in_scope,
};
use kith_base::{Id, Line, Refusal};
use kith_db::{Outcome, Tx};

use super::{LONGEST, Tag, store};
use crate::person::Person;

async fn in_reach(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<()> {
    let scope = actor.scope(Ability::TagPeople)?;
    match is_in_scope(tx, &scope, person).await? {
        true => Ok(()),
        false => Err(Refusal::not_found().into()),
    }
}

const fn entry(action: &'static str, person: Id<Person>, tag: Id<Tag>) -> Entry<'static> {
    Entry {
        action,
        person: Some(person),
        object_kind: "tag",
        object: Some(tag.uuid()),
        purpose: "",
    }
}

/// Puts a tag on somebody; one that is there already stays.
///
/// # Errors
/// Not found when the actor is not assigned; invalid when it is too long.
pub async fn put_on(tx: &mut Tx, actor: &Actor, person: Id<Person>, words: &Line) -> Outcome<()> {
    if words.chars().count() > LONGEST {
        let words = format!("Tag must be {LONGEST} characters or fewer");
        return Err(Refusal::field("words", words).into());
    }
    in_reach(tx, actor, person).await?;
    let tag = store::spelt(tx, actor, words).await?;
    if store::put_on(tx, actor, person, tag).await? {
        audit::record(tx, actor, entry("put a tag on", person, tag)).await?;
    }
    Ok(())
}

/// Takes a tag off somebody.
///
/// # Errors
/// Not found when the actor is not assigned.
pub async fn take_off(tx: &mut Tx, actor: &Actor, person: Id<Person>, tag: Id<Tag>) -> Outcome<()> {
    in_reach(tx, actor, person).await?;
    if store::take_off(tx, actor.scheme, person, tag).await? {
        audit::record(tx, actor, entry("take a tag off", person, tag)).await?;
    }
    Ok(())
}
