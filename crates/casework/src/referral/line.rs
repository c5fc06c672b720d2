//! A line that is added to a referral somebody sent before: the practice has
//! learned something more, or the same person was about to be referred twice.
//! The referral stays where it stands; whoever has it gets a task to read it.

use kith_access::{
    Ability, Actor,
    audit::{self, Entry},
};
use kith_base::{Id, Line, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{
    Case, Referral,
    actions::Terms,
    rules::{self, Move},
    store::{self, Moved},
};
use crate::task::{self, NewTask};

/// Adds a line.
///
/// # Errors
/// Not found when the referral is not within reach; a conflict when it ended.
pub async fn add(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    referral: Id<Referral>,
    line: &Line,
    at: Ts,
) -> Outcome<Case> {
    let case = to_add_to(tx, actor, referral).await?;
    let state = case.standing.state();
    rules::allowed(Move::AddLine, state)?;
    let moved = Moved {
        referral,
        person: case.person,
        by: Some(actor.account),
        what: Move::AddLine,
        from: Some(state),
        to: &case.standing,
        note: Some(line),
    };
    store::insert_move(tx, terms.scheme, &moved, at).await?;
    let new = NewTask {
        person: Some(case.person),
        referral: Some(referral),
        contact: None,
        kind: task::Kind::Action,
        what: format!("{} added to the referral: {line}", actor.name),
        who: task::Who::Worker,
        owner: case.standing.owner(),
        due: terms.promise.work.after(at.day(), 1),
    };
    task::store::insert(tx, terms.scheme, &new, at).await?;
    let entry = Entry {
        action: "add a line to a referral",
        person: Some(case.person),
        object_kind: "referral",
        object: Some(referral.uuid()),
        purpose: "",
    };
    audit::record(tx, actor, entry).await?;
    Ok(case)
}

/// The referral a line can be added to: a practice adds to its own.
///
/// # Errors
/// Not found when it is not within reach.
pub async fn to_add_to(tx: &mut Tx, actor: &Actor, referral: Id<Referral>) -> Outcome<Case> {
    let scope = actor.scope(Ability::Refer)?;
    let case = store::case(tx, &scope, referral).await?;
    let own = |case: &Case| actor.practice.is_none() || case.sent.practice == actor.practice;
    Ok(case.filter(own).ok_or_else(Refusal::not_found)?)
}
