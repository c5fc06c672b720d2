//! Putting details right: allowed? load, decide, save, keep what was, audit,
//! and tell the practices that were written to by the old name or number.

use kith_access::{Ability, Actor, Grant};
use kith_base::{Id, Line, Refusal, Word};
use kith_db::{Outcome, Tx};

use super::store;
use crate::{
    message::{self, NewMessage, Stage},
    person::{
        self, Person, Profile, Record,
        actions::{How, grant_for},
        profile::Changed,
        risk,
    },
    referral::actions::Terms,
};

/// What became of changed details.
pub enum Kept {
    /// They are kept, and so many practices were told.
    Done {
        /// How many.
        told: usize,
    },
    /// Somebody was quicker: what the record holds now, and the grant that
    /// opens its place.
    Conflict(Box<Record>, Grant),
}

/// Puts a person's details right, over the version that was read.
///
/// # Errors
/// Not found when the person is not assigned to the actor; step up where the
/// place is sensitive; a refusal by field when another record has the NHS
/// number; a conflict when the record was merged into another.
pub async fn put_right(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    person: Id<Person>,
    (version, profile): (i64, &Profile),
    why: Option<&Line>,
) -> Outcome<Kept> {
    let scope = actor.scope(Ability::WriteContact)?;
    let record = person::store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let grant = grant_for(tx, actor, &record).await?;
    if record.identity.merged_into.is_some() {
        return Err(Refusal::conflict("This record is now part of another")
            .try_next("Change the other one")
            .into());
    }
    if record.identity.version != version {
        return Ok(Kept::Conflict(Box::new(record), grant));
    }
    let before = Profile::of(&record, &grant).ok_or_else(Refusal::not_found)?;
    if let Some(number) = &profile.details.nhs_number
        && person::store::number_is_taken(tx, actor.scheme, number, person).await?
    {
        return Err(Refusal::field("nhs_number", "Another record has this NHS number")
            .try_next("Check the number; if both are the same person, ask your manager to merge the records")
            .into());
    }
    let how = How {
        action: "put details right",
        why: why.map(|why| &**why),
    };
    let Some(changed) = person::actions::keep(tx, actor, &record, &before, profile, how).await?
    else {
        return Ok(Kept::Conflict(Box::new(record), grant));
    };
    let risk = risk::Changed {
        person,
        contact: None,
        before: before.about.risk.as_ref(),
        after: profile.about.risk.as_ref(),
    };
    risk::note(tx, actor, &risk).await?;
    let told = tell(tx, terms, actor, person, &changed).await?;
    Ok(Kept::Done { told })
}

/// Tells the practices that were written to that the person was named wrongly
/// there: never by what, which their banner says. A gap that was filled is
/// nothing that was wrong. Gives how many were told.
async fn tell(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    person: Id<Person>,
    changed: &[Changed],
) -> Outcome<usize> {
    let wrong: Vec<&str> = changed
        .iter()
        .filter(|one| one.field.tells_who() && !one.before.is_empty())
        .map(|one| one.field.label())
        .collect();
    if wrong.is_empty() {
        return Ok(0);
    }
    let told = store::written_to(tx, terms.scheme, person).await?;
    for (referral, practice) in &told {
        let new = NewMessage {
            referral: *referral,
            person,
            practice: Some(*practice),
            stage: Stage::Note,
            words: format!(
                "Put right in the person's record: {}. What we wrote to you before had it otherwise.",
                wrong.join(", ")
            ),
            to_do: Some(
                "Check that what you filed from us is in the right record, and that your own says the same"
                    .into(),
            ),
            event: None,
        };
        message::actions::tell(tx, terms.scheme, Some(actor), &new, &terms.codes, actor.now)
            .await?;
    }
    Ok(told.len())
}
