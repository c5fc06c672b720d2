//! Ticking a task off, and taking the tick back on the same day: a slip of
//! the finger must not make anything forgotten. And giving one of the queue to
//! a link worker.

use kith_access::{
    Ability, Account, Actor, Person, Role, account,
    audit::{self, Entry},
    who::is_in_scope,
};
use kith_base::{Id, Refusal, Word};
use kith_db::{Outcome, Tx};

use super::{Became, Task, store};
use crate::person::named;

/// Ticks a task off. Gives whom it is about. Ticking a second time changes
/// nothing.
///
/// # Errors
/// Not found when the task is neither the actor's nor about somebody assigned
/// to them, nor the actor a manager.
pub async fn tick(tx: &mut Tx, actor: &Actor, task: Id<Task>) -> Outcome<Option<Id<Person>>> {
    let person = reached(tx, actor, task).await?;
    if store::finish(tx, actor.scheme, task, (actor.account, None), actor.now).await? {
        audit::record(tx, actor, entry("tick a task off", person, task)).await?;
    }
    Ok(person)
}

/// Ends an action of a referral that is being closed, with what became of it.
///
/// # Errors
/// As [`tick`].
pub async fn end(tx: &mut Tx, actor: &Actor, task: Id<Task>, became: Became) -> Outcome<()> {
    let person = reached(tx, actor, task).await?;
    let by = (actor.account, Some(became));
    if store::finish(tx, actor.scheme, task, by, actor.now).await? {
        let entry = Entry {
            purpose: became.code(),
            ..entry("end an action", person, task)
        };
        audit::record(tx, actor, entry).await?;
    }
    Ok(())
}

/// Takes one's own tick of today back. Gives whom the task is about.
///
/// # Errors
/// As [`tick`]; a conflict when it was ticked by somebody else, or before today.
pub async fn untick(tx: &mut Tx, actor: &Actor, task: Id<Task>) -> Outcome<Option<Id<Person>>> {
    let person = reached(tx, actor, task).await?;
    let since = actor.today().start();
    if !store::undo(tx, actor.scheme, task, actor.account, since).await? {
        return Err(Refusal::conflict("This tick can no longer be taken back")
            .try_next("Write down what is still to be done as a new action")
            .into());
    }
    audit::record(tx, actor, entry("take a tick back", person, task)).await?;
    Ok(person)
}

/// A manager gives a task to a link worker, who can open the record it is
/// about.
///
/// # Errors
/// Not found out of reach; by field when it is no link worker who is there; a
/// conflict when the task is done.
pub async fn give(tx: &mut Tx, actor: &Actor, task: Id<Task>, to: Id<Account>) -> Outcome<()> {
    actor.scope(Ability::SeeTeam)?;
    let person = reached(tx, actor, task).await?;
    let workers = account::link_workers(tx, actor.scheme).await?;
    if !workers.iter().any(|worker| worker.id == to) {
        return Err(Refusal::field("to", "Select a link worker who works here").into());
    }
    if !store::give(tx, actor.scheme, task, to).await? {
        return Err(Refusal::conflict("This task has been ticked off meanwhile")
            .try_next("Go back to the list of tasks")
            .into());
    }
    if let Some(person) = person
        && named::name(tx, actor.scheme, person, to, Some(actor.account), actor.now).await?
    {
        audit::record(tx, actor, named::entry(person, to, "is given a task")).await?;
    }
    audit::record(tx, actor, entry("give a task", person, task)).await
}

/// Whose list a task is on decides who may tick it: its owner, a manager, and
/// whoever is assigned to the person.
async fn reached(tx: &mut Tx, actor: &Actor, task: Id<Task>) -> Outcome<Option<Id<Person>>> {
    let scope = actor.scope(Ability::SeeIdentity)?;
    let found = store::one(tx, &scope, task)
        .await?
        .ok_or_else(Refusal::not_found)?;
    if found.owner_id == Some(actor.account) || actor.role == Role::Manager {
        return Ok(found.person_id);
    }
    let Some(person) = found.person_id.filter(|_| actor.can(Ability::WriteContact)) else {
        return Err(Refusal::not_found().into());
    };
    let assigned = actor.scope(Ability::WriteContact)?;
    if !is_in_scope(tx, &assigned, person).await? {
        return Err(Refusal::not_found().into());
    }
    Ok(found.person_id)
}

fn entry(action: &'static str, person: Option<Id<Person>>, task: Id<Task>) -> Entry<'static> {
    Entry {
        action,
        person,
        object_kind: "task",
        object: Some(task.uuid()),
        purpose: "",
    }
}
