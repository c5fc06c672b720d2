//! Saying that nobody visits somebody alone, looking at it again, and lifting
//! it. Who may: whoever works with the person, a manager, the safeguarding
//! lead on a concern (`Ability::NameRestricted`).

use kith_access::{
    Actor,
    audit::{self, Entry},
};
use kith_base::{Day, Id, Line, Refusal};
use kith_db::{Outcome, Tx};

use super::store;
use crate::{
    person::{Identity, LoneWorking, Person},
    sensitive,
    task::{self, NewTask},
};

/// It is looked at again within so many days.
const MOST_DAYS: i64 = 366;

/// The person, when the actor may say this of them.
///
/// # Errors
/// Not found out of scope; a conflict when the record was merged away.
pub async fn open(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Identity> {
    sensitive::actions::open(tx, actor, person).await
}

fn in_time(on: Day, today: Day) -> Result<(), Refusal> {
    let wrong = |words| Err(Refusal::field("review_on", words));
    if on <= today {
        return wrong("The day to look at it again must be in the future");
    }
    if on.days_since(today) > MOST_DAYS {
        return wrong("The day to look at it again must be within a year");
    }
    Ok(())
}

/// Sets it, or keeps it with another reason or day.
///
/// # Errors
/// As [`open`]; by field when the day is not within a year; a conflict when
/// the record was changed since.
pub async fn set(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    lone: &LoneWorking,
) -> Outcome<()> {
    open(tx, actor, person).await?;
    in_time(lone.review_on, actor.today())?;
    change(tx, actor, person, version, Some(lone)).await?;
    store::keep(tx, actor, person, &lone.why, Some(lone.review_on)).await?;
    let new = NewTask {
        person: Some(person),
        referral: None,
        contact: None,
        kind: task::Kind::LoneWorking,
        what: "Look again whether nobody visits them alone".into(),
        who: task::Who::Worker,
        owner: sensitive::store::owners(tx, actor.scheme, person)
            .await?
            .first()
            .copied(),
        due: lone.review_on,
    };
    task::store::insert(tx, actor.scheme, &new, actor.now).await?;
    let entry = Entry::about("say that nobody visits somebody alone", person);
    audit::record(tx, actor, entry).await
}

/// Lifts it, with the reason.
///
/// # Errors
/// As [`open`]; a conflict when it is not set, or the record was changed since.
pub async fn lift(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    why: &Line,
) -> Outcome<()> {
    if open(tx, actor, person).await?.lone_working.is_none() {
        return Err(changed().into());
    }
    change(tx, actor, person, version, None).await?;
    store::keep(tx, actor, person, why, None).await?;
    let entry = Entry::about("lift that nobody visits somebody alone", person);
    audit::record(tx, actor, entry).await
}

/// Whatever was to be looked at again is looked at by this.
async fn change(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    version: i64,
    lone: Option<&LoneWorking>,
) -> Outcome<()> {
    if !store::set(tx, actor, person, version, lone).await? {
        return Err(changed().into());
    }
    Ok(task::store::end_of_kind(tx, actor, person, task::Kind::LoneWorking).await?)
}

fn changed() -> Refusal {
    Refusal::conflict("Somebody changed this record while you were looking at it")
        .try_next("Open the page again to see what it says now")
}
