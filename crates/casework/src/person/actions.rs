//! What is done with a person's record by other things of the area: find who
//! somebody is, or make the record.

use kith_access::Scheme;
use kith_base::{Id, Ts};
use kith_db::{Outcome, Tx};

use super::{Details, Likeable, Likeness, Person, likeness, store};

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
    for (person, other) in store::candidates(tx, scheme, sought).await? {
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
