//! What a manager does for the team: says who stands in for whom, and hands
//! the cases of somebody who leaves to another, one by one, so that each
//! keeps its own history.

use kith_access::{
    Ability, Account, Actor, account,
    audit::{self, Entry},
};
use kith_base::{Day, Id, Refusal, Ts};
use kith_db::{Outcome, Tx};

use super::{Cover, form, rules, store};
use crate::{
    referral::{
        self, Act,
        actions::{Step, Terms},
    },
    task::{self, NewTask},
};

/// Cases handed over in one transaction.
pub const AT_ONCE: usize = 10;

fn entry(action: &'static str, object: uuid::Uuid) -> Entry<'static> {
    Entry {
        action,
        object_kind: "account",
        object: Some(object),
        ..Entry::default()
    }
}

/// Says who stands in for whom.
///
/// # Errors
/// By field, as [`rules::cover`]; not allowed.
pub async fn cover(tx: &mut Tx, actor: &Actor, new: &form::Cover) -> Outcome<()> {
    actor.scope(Ability::SeeTeam)?;
    for one in [new.away, new.cover] {
        if !store::hold_account(tx, actor.scheme, one).await? {
            return Err(Refusal::field("away", "Select somebody who still works here").into());
        }
    }
    let others: Vec<(Day, Day)> = store::covers(tx, actor.scheme, actor.today())
        .await?
        .into_iter()
        .filter(|cover| cover.away_id == new.away)
        .map(|cover| (cover.from_on, cover.until_on))
        .collect();
    rules::cover(
        new.away == new.cover,
        new.from,
        new.until,
        actor.today(),
        &others,
    )?;
    store::insert_cover(tx, actor, new).await?;
    audit::record(tx, actor, entry("say who stands in", new.away.uuid())).await
}

/// Ends a cover before its last day.
///
/// # Errors
/// Not found; not allowed.
pub async fn end_cover(tx: &mut Tx, actor: &Actor, id: Id<Cover>) -> Outcome<()> {
    actor.scope(Ability::SeeTeam)?;
    if !store::end_cover(tx, actor, id).await? {
        return Err(Refusal::not_found().into());
    }
    audit::record(tx, actor, entry("end a cover", id.uuid())).await
}

/// Ends the covers of somebody who has left, or does other work now. Where
/// that leaves a colleague's absence without anybody, the manager's queue asks
/// who stands in.
///
/// # Errors
/// When the database does not answer.
pub async fn end_covers_of(tx: &mut Tx, actor: &Actor, gone: Id<Account>) -> Outcome<()> {
    for cover in store::broken(tx, actor.scheme, gone, actor.today()).await? {
        store::end_cover(tx, actor, cover.id).await?;
        audit::record(tx, actor, entry("end a cover", cover.id.uuid())).await?;
        if cover.away_id == gone {
            continue;
        }
        let new = NewTask {
            person: None,
            referral: None,
            contact: None,
            kind: task::Kind::Notice,
            what: format!(
                "{} stands in for {} no more. Say who does, until {}.",
                cover.cover_name,
                cover.away_name,
                cover.until_on.as_uk_date()
            ),
            who: task::Who::Worker,
            owner: None,
            due: actor.today(),
        };
        task::store::insert(tx, actor.scheme, &new, actor.now).await?;
    }
    Ok(())
}

/// Hands some of a worker's cases to another, and with the last of them the
/// tasks. Gives how many are left.
///
/// # Errors
/// Not allowed; a conflict when somebody changed a case meanwhile.
pub async fn hand_over(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    from: Id<Account>,
    to: Id<Account>,
    at: Ts,
) -> Outcome<usize> {
    actor.scope(Ability::SeeTeam)?;
    let workers = account::link_workers(tx, actor.scheme).await?;
    if from == to || !workers.iter().any(|worker| worker.id == to) {
        return Err(Refusal::field("to", "Select a link worker who works here").into());
    }
    let scope = actor.scope(Ability::AssignReferral)?;
    let owned = store::handed_over(tx, &scope, from).await?;
    for referral in owned.iter().take(AT_ONCE) {
        let step = Step {
            referral: *referral,
            version: None,
            act: Act::Assign(to),
            note: None,
        };
        referral::actions::step(tx, terms, actor, Ability::AssignReferral, step, at).await?;
    }
    let left = owned.len().saturating_sub(AT_ONCE);
    if left == 0 {
        task::store::hand_over(tx, actor.scheme, from, Some(to)).await?;
        audit::record(tx, actor, entry("hand everything over", from.uuid())).await?;
    }
    Ok(left)
}
