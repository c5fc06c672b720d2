//! Calling off what is planned, and bringing it back with one press. What was
//! called off is kept as it was, with its place, and stands ready as long as
//! nothing else has happened to the referral and its day has not gone by.

use kith_access::{Ability, Actor};
use kith_base::{Day, Id, Refusal, text::BadText};
use kith_db::{Outcome, Tx};

use super::store;
use crate::referral::{
    self, Act, Case, Next, Referral,
    actions::{Step, Terms},
};

async fn held(tx: &mut Tx, actor: &Actor, id: Id<Referral>) -> Outcome<Case> {
    let scope = actor.scope(Ability::WriteContact)?;
    let case = referral::store::case(tx, &scope, id).await?;
    Ok(case.ok_or_else(Refusal::not_found)?)
}

fn plan(referral: Id<Referral>, version: i64, next: Next) -> Step {
    Step {
        referral,
        version: Some(version),
        act: Act::Plan(next),
        note: None,
    }
}

/// Moves what is planned to another day, as it is called; with somebody with
/// whom nothing is planned, it is to get in touch.
///
/// # Errors
/// As [`referral::actions::step`].
pub async fn move_to(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    id: Id<Referral>,
    version: i64,
    on: Day,
) -> Outcome<()> {
    let step = match held(tx, actor, id).await?.standing.next() {
        Some(Next::Planned { step, .. }) => step.clone(),
        _ => "Get in touch"
            .parse()
            .map_err(|error: BadText| Refusal::invalid(error.to_string()))?,
    };
    let next = Next::Planned {
        step,
        on,
        meeting: None,
    };
    let (needs, step) = (Ability::WriteContact, plan(id, version, next));
    referral::actions::step(tx, terms, actor, needs, step, actor.now).await?;
    Ok(())
}

/// A form that is sent again did its work the first time, unless another of
/// its buttons is pressed after going back: then what stands is not what was
/// asked for, and that is said.
///
/// # Errors
/// A conflict when what is planned is for another day.
pub async fn stands_on(tx: &mut Tx, actor: &Actor, id: Id<Referral>, on: Day) -> Outcome<()> {
    let case = held(tx, actor, id).await?;
    if case.standing.next().map(Next::on) == Some(on) {
        return Ok(());
    }
    Err(
        Refusal::conflict("The next step was set from this page already")
            .try_next("Open the page again to see what it says now")
            .into(),
    )
}

/// Calls off what is planned: nothing is, and the case comes up for review.
///
/// # Errors
/// As [`referral::actions::step`].
pub async fn call_off(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    id: Id<Referral>,
    version: i64,
) -> Outcome<()> {
    let was = held(tx, actor, id).await?;
    let review = plan(id, version, terms.promise.review(actor.today()));
    let needs = Ability::WriteContact;
    let now = referral::actions::step(tx, terms, actor, needs, review, actor.now).await?;
    Ok(store::keep_called_off(tx, actor, &was, now.version).await?)
}

/// Brings back what was called off. Gives its day.
///
/// # Errors
/// As [`referral::actions::step`]; a conflict when something else happened
/// since, or its day has gone by.
pub async fn bring_back(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    id: Id<Referral>,
) -> Outcome<Day> {
    let case = held(tx, actor, id).await?;
    let Some(next) = store::called_off(tx, actor, &case).await? else {
        return Err(
            Refusal::conflict("What was called off can no longer be brought back")
                .try_next("Set the next step anew")
                .into(),
        );
    };
    let (day, step) = (next.on(), plan(id, case.version, next));
    let needs = Ability::WriteContact;
    referral::actions::step(tx, terms, actor, needs, step, actor.now).await?;
    store::forget_called_off(tx, actor, id).await?;
    Ok(day)
}
