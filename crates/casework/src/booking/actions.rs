//! Calling off what is planned, and bringing it back with one press. What was
//! called off is kept as it was, with its place, and stands ready as long as
//! nothing else has happened to the referral and its day has not gone by.

use kith_access::{Ability, Actor};
use kith_base::{Day, Id, Refusal};
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
