//! What is done with a person's record by other things of the area: find who
//! somebody is, or make the record.

use kith_access::{
    Ability, Actor, Grant, Scheme,
    audit::{self, Entry},
};
use kith_base::{Id, Line, Refusal, Ts, Word};
use kith_db::{Outcome, Tx};

use super::{
    Details, Likeable, Likeness, Person, Profile, Record, candidates, earlier, likeness,
    profile::{Changed, Field},
    risk, store,
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

/// What the trail calls a change of details, and why it was made.
pub struct How<'a> {
    /// What was done.
    pub action: &'static str,
    /// Why, when it was said.
    pub why: Option<&'a str>,
}

/// Keeps details that were put right, with what they were before, the words
/// the person is found by, and the audit row: what was done, and which fields,
/// never what they say. Gives what was put right; none where somebody changed
/// the record since it was read.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    before: &Profile,
    after: &Profile,
    how: How<'_>,
) -> Outcome<Option<Vec<Changed>>> {
    let who = &record.identity;
    if !store::update(tx, actor.scheme, who.id, after, who.version, actor.now).await? {
        return Ok(None);
    }
    let hidden = who.location_sensitive;
    store::replace_words(tx, actor.scheme, who.id, &after.details, hidden).await?;
    let mut practices = store::practices(tx, actor.scheme).await?;
    practices.extend(who.practice.zip(who.practice_name.clone()));
    let changed = after.changed_from(before, &practices);
    earlier::keep(tx, actor, who.id, &changed, how.why).await?;
    let fields: Vec<&str> = changed.iter().map(|one| one.field.label()).collect();
    let entry = Entry {
        purpose: &fields.join(", "),
        ..Entry::about(how.action, who.id)
    };
    audit::record(tx, actor, entry).await?;
    Ok(Some(changed))
}

/// Keeps what matters to the person, as they said it in a contact, and what
/// they said before.
///
/// # Errors
/// Not found when the person is not assigned to the actor.
pub async fn change_matters(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    words: &str,
) -> Outcome<()> {
    let scope = actor.scope(Ability::WriteContact)?;
    let record = store::record(tx, &scope, person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let before = record.matters.unwrap_or_default();
    if before == words {
        return Ok(());
    }
    store::set_matters(tx, actor.scheme, person, words, actor.now).await?;
    if before.is_empty() {
        return Ok(());
    }
    let changed = Changed {
        field: Field::Matters,
        before,
        after: words.to_owned(),
    };
    Ok(earlier::keep(tx, actor, person, &[changed], None).await?)
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
        purpose: "Risk to know about",
        ..Entry::about("put details right", person)
    };
    audit::record(tx, actor, entry).await
}
