//! What somebody does about readings: fixes the one question beforehand, and
//! has a reading made.

use kith_access::{
    Ability, Actor, Reach,
    audit::{self, Entry},
};
use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx};

use super::{
    Reading, Stage,
    question::{Primary, Question, hash},
    store::{self, New},
    work::STEPS,
};
use crate::subject::Subject;

fn entry(action: &'static str, id: Id<Reading>) -> Entry<'static> {
    Entry {
        action,
        object_kind: "reading",
        object: Some(id.uuid()),
        ..Entry::default()
    }
}

async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    subject: Subject,
    primary: Option<Primary>,
) -> Outcome<Id<Reading>> {
    let stage = if primary.is_some() {
        Stage::Fixed
    } else {
        Stage::Running
    };
    let question = Question::new(subject, primary)
        .written()
        .map_err(|_| Refusal::invalid("This question cannot be written down"))?;
    let new = New {
        subject,
        question: &question,
        hash: &hash(&question),
        stage,
        steps: STEPS,
    };
    Ok(store::insert(tx, actor, &new).await?)
}

/// Fixes the one question about the whole service before the data are read.
///
/// # Errors
/// Not allowed; a conflict when one is fixed and not read yet.
pub async fn fix(tx: &mut Tx, actor: &Actor, primary: Primary) -> Outcome<Id<Reading>> {
    if actor.scope(Ability::SeeFigures)?.how_far() != Reach::Scheme {
        return Err(
            Refusal::not_allowed("A question about the whole service is its manager's").into(),
        );
    }
    let readings = store::of_subject(tx, actor.scheme, Subject::Scheme).await?;
    if readings.iter().any(|row| row.state == Stage::Fixed) {
        return Err(Refusal::conflict(
            "There is a question already, and it cannot be changed any more",
        )
        .try_next("Have it read first; then another one can be fixed")
        .into());
    }
    let id = keep(tx, actor, Subject::Scheme, Some(primary)).await?;
    audit::record(tx, actor, entry("fix a question", id)).await?;
    Ok(id)
}

/// Has a reading made: the answer to the question that was fixed, if there is
/// one about the subject, otherwise an exploratory one. One that is being made
/// is not begun a second time.
///
/// # Errors
/// Not allowed, or no such subject.
pub async fn make(tx: &mut Tx, actor: &Actor, subject: Subject) -> Outcome<Id<Reading>> {
    subject.allowed(actor)?;
    subject.name(tx, actor).await?;
    let readings = store::of_subject(tx, actor.scheme, subject).await?;
    if let Some(running) = readings.iter().find(|row| row.state == Stage::Running) {
        return Ok(running.id);
    }
    let id = match readings.iter().find(|row| row.state == Stage::Fixed) {
        Some(fixed) => {
            store::start(tx, actor.scheme, fixed.id).await?;
            fixed.id
        }
        None => keep(tx, actor, subject, None).await?,
    };
    audit::record(tx, actor, entry("make a reading", id)).await?;
    Ok(id)
}
