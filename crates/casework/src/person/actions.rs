//! What is done with a person's record by other things of the area: find who
//! somebody is, or make the record.

use kith_access::{
    Ability, Actor, Grant, Scheme,
    audit::{self, Entry},
};
use kith_base::{Id, Line, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{
    Details, Likeable, Likeness, Person, Profile, Record, candidates, likeness, risk, store,
};

/// Who the details belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// This record.
    Same(Id<Person>),
    /// Perhaps one of these; the reasons are for whoever looks.
    Close(Vec<(Id<Person>, Vec<&'static str>)>),
    /// Nobody we know.
    Nobody,
}

/// Looks for the record the details belong to.
///
/// # Errors
/// When the database does not answer.
pub async fn find(tx: &mut Tx, scheme: Id<Scheme>, sought: &Likeable) -> Outcome<Found> {
    let mut close = Vec::new();
    for (person, other) in candidates::of(tx, scheme, sought).await? {
        match likeness::likeness(sought, &other) {
            Likeness::Same => return Ok(Found::Same(person)),
            Likeness::Close(why) => close.push((person, why)),
            Likeness::Other => {}
        }
    }
    Ok(if close.is_empty() {
        Found::Nobody
    } else {
        Found::Close(close)
    })
}

impl From<&Details> for Likeable {
    fn from(details: &Details) -> Self {
        Self {
            given: details.given.to_string(),
            family: details.family.to_string(),
            born: details.born,
            nhs_number: details.nhs_number.clone(),
            postcode: details.place.postcode.clone(),
        }
    }
}

/// Makes a record for somebody nobody knows yet.
///
/// # Errors
/// When the database does not answer.
pub async fn make(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    details: &Details,
    origin: store::Origin,
    at: Ts,
) -> Outcome<Id<Person>> {
    let person = Id::new(at);
    store::insert(tx, scheme, person, details, origin, at).await?;
    Ok(person)
}

/// What became of changed details.
pub enum PutRight {
    /// They are kept.
    Done,
    /// Somebody was quicker: what the record holds now, and the grant that
    /// opens its place.
    Conflict(Box<Record>, Grant),
}

/// The grant a worker needs to see or change where a person lives.
///
/// # Errors
/// As [`Grant::location`] where the place is sensitive.
pub async fn grant_for(tx: &mut Tx, actor: &Actor, record: &Record) -> Outcome<Grant> {
    if record.place.is_sensitive() {
        return Grant::location(tx, actor, record.identity.id).await;
    }
    Ok(Grant::ordinary(actor)?)
}

/// Puts a person's details right, over the version that was read.
///
/// # Errors
/// Not found when the person is not assigned to the actor; step up where the
/// place is sensitive; a refusal by field when another record has the NHS
/// number; a conflict when the record was merged into another.
pub async fn put_right(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    profile: &Profile,
) -> Outcome<PutRight> {
    let scope = actor.scope(Ability::WriteContact)?;
    let record = store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let grant = grant_for(tx, actor, &record).await?;
    if record.identity.merged_into.is_some() {
        return Err(Refusal::conflict("This record is now part of another")
            .try_next("Change the other one")
            .into());
    }
    if record.identity.version != version {
        return Ok(PutRight::Conflict(Box::new(record), grant));
    }
    let before = Profile::of(&record, &grant).ok_or_else(Refusal::not_found)?;
    if let Some(number) = &profile.details.nhs_number
        && store::number_is_taken(tx, actor.scheme, number, person).await?
    {
        return Err(Refusal::field("nhs_number", "Another record has this NHS number")
            .try_next("Check the number; if both are the same person, ask your manager to merge the records")
            .into());
    }
    let fields = profile.changed_from(&before).join(", ");
    if !keep(tx, actor, &record, profile, ("put details right", &fields)).await? {
        return Ok(PutRight::Conflict(Box::new(record), grant));
    }
    let risk = risk::Changed {
        person,
        contact: None,
        before: before.about.risk.as_ref(),
        after: profile.about.risk.as_ref(),
    };
    risk::note(tx, actor, &risk).await?;
    Ok(PutRight::Done)
}

/// Keeps details that were put right, with the words the person is found by
/// and the audit row: what was done, and which fields, never what they say. Gives
/// whether they were kept: not where somebody changed the record since it was
/// read.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    profile: &Profile,
    (action, fields): (&'static str, &str),
) -> Outcome<bool> {
    let who = &record.identity;
    if !store::update(tx, actor.scheme, who.id, profile, who.version, actor.now).await? {
        return Ok(false);
    }
    let hidden = who.location_sensitive;
    store::replace_words(tx, actor.scheme, who.id, &profile.details, hidden).await?;
    let entry = Entry {
        action,
        person: Some(who.id),
        object_kind: "person",
        object: Some(who.id.uuid()),
        purpose: fields,
    };
    audit::record(tx, actor, entry).await?;
    Ok(true)
}

/// Keeps what there is to be careful of now, as it was said in a contact, and
/// what it was before.
///
/// # Errors
/// Not found when the person is not assigned to the actor.
pub async fn change_risk(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    contact: Id<crate::Contact>,
    words: Option<&Line>,
) -> Outcome<()> {
    let scope = actor.scope(Ability::WriteContact)?;
    let record = store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let before = record.identity.risk.as_ref();
    if before == words {
        return Ok(());
    }
    store::set_risk(tx, actor.scheme, person, words, actor.now).await?;
    let changed = risk::Changed {
        person,
        contact: Some(contact),
        before,
        after: words,
    };
    risk::note(tx, actor, &changed).await?;
    let entry = Entry {
        action: "put details right",
        person: Some(person),
        object_kind: "person",
        object: Some(person.uuid()),
        purpose: "Risk to know about",
    };
    audit::record(tx, actor, entry).await
}
