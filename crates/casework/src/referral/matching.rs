//! Whose referral is this? Somebody described on a form is joined to a record
//! only when whoever refers may see that record. Otherwise a record is made
//! beside it and the manager is asked whether the two are one person: so no
//! door ever tells who else is known to the service (an unknown person and
//! one of another practice look the same), and nothing typed at a public door
//! lands in somebody's record. A restricted record's twin begins restricted.

use kith_access::{Scheme, Scope, who::is_in_scope};
use kith_base::{Id, Refusal, Ts};
use kith_db::{Outcome, Tx};

use crate::person::{
    self, Details, Likeable, Likeness, Person,
    arriving::{Differs, Reach},
    likeness::likeness,
    store::Origin,
};

/// Whom a referral is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// Somebody whose record is known, and how to reach them as it was given.
    Known(Id<Person>, Box<Reach>),
    /// Somebody as described on the form.
    Described(Box<Details>),
}

/// Who a referral is about, and who else it may be.
pub(super) struct Whose {
    /// The record.
    pub person: Id<Person>,
    /// Whether it was made now.
    pub made: bool,
    /// Records that may be the same person, with the reasons.
    pub perhaps: Vec<(Id<Person>, String)>,
    /// Other ways to reach the person than the record has.
    pub differs: Differs,
}

/// Finds the record, or makes one. No scope is the public door.
///
/// # Errors
/// Not found when a known person is out of scope.
pub(super) async fn whose(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    scope: Option<&Scope>,
    who: Who,
    origin: Origin,
    at: Ts,
) -> Outcome<Whose> {
    match who {
        Who::Known(person, reach) if is_seen(tx, scope, person).await? => {
            known(tx, scheme, person, &reach, origin, at).await
        }
        Who::Known(..) => Err(Refusal::not_found().into()),
        Who::Described(details) => described(tx, scheme, scope, &details, origin, at).await,
    }
}

/// Somebody whose record there is: its gaps are filled.
async fn known(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    person: Id<Person>,
    reach: &Reach,
    origin: Origin,
    at: Ts,
) -> Outcome<Whose> {
    person::arriving::fill_equity(tx, scheme, person, origin.equity, at).await?;
    Ok(Whose {
        person,
        made: false,
        perhaps: Vec::new(),
        differs: person::arriving::fill_reach(tx, scheme, person, reach, at).await?,
    })
}

async fn is_seen(tx: &mut Tx, scope: Option<&Scope>, person: Id<Person>) -> Outcome<bool> {
    match scope {
        Some(scope) => is_in_scope(tx, scope, person).await,
        None => Ok(false),
    }
}

async fn described(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    scope: Option<&Scope>,
    details: &Details,
    origin: Origin,
    at: Ts,
) -> Outcome<Whose> {
    let sought = Likeable::from(details);
    let mut hidden = Vec::new();
    let mut perhaps = Vec::new();
    let mut number_taken = false;
    for (person, other) in person::candidates::of(tx, scheme, &sought).await? {
        number_taken |= sought.nhs_number.is_some() && sought.nhs_number == other.nhs_number;
        match likeness(&sought, &other) {
            Likeness::Same if is_seen(tx, scope, person).await? => {
                let reach = Reach::from(details);
                return known(tx, scheme, person, &reach, origin, at).await;
            }
            Likeness::Same => hidden.push(person),
            Likeness::Close(why) => perhaps.push((person, why.join("; "))),
            Likeness::Other => {}
        }
    }
    let origin = Origin {
        number_doubted: number_taken || origin.number_doubted,
        ..origin
    };
    let person = person::actions::make(tx, scheme, details, origin, at).await?;
    for (other, _) in &perhaps {
        // Whoever refers reads whether the new record is hidden, and a name
        // and a birth date must not tell them who else is known.
        if scope.is_none() || is_seen(tx, scope, *other).await? {
            person::arriving::hide_like(tx, scheme, person, *other).await?;
        }
    }
    for other in hidden {
        person::arriving::protect_like(tx, scheme, person, other, scope.map(Scope::account), at)
            .await?;
        perhaps.push((
            other,
            "Same details, sent by somebody who does not see the other record".to_owned(),
        ));
    }
    Ok(Whose {
        person,
        made: true,
        perhaps,
        differs: Differs::default(),
    })
}
