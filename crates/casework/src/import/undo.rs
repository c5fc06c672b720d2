//! Undoing an import, for seven days. A referral nobody has touched since is
//! taken back; one that was taken on, declined or written about stays, and
//! the row says why. What a row changed in a record that was there before is
//! put back field by field, unless somebody has changed it or saved the details
//! since: then the row names it. Nothing is deleted: the record of a person made by the import remains
//! without a referral, and so is on no list.

use std::time::Duration;

use kith_access::{Ability, Actor, Grant, audit};
use kith_base::{Id, Refusal, Ts, Word};
use kith_db::{Db, Failure, Outcome, Tx};

use super::{
    ImportBatch, RowOutcome, Stage,
    actions::{self, Progress, Steps, entry, taken_back_words},
    bring_in::{self, about_row},
    changed::{self, Changed, Field},
    rows::{self, Ended, ImportRow, Which},
    store::{self, Batch, Moments},
};
use crate::{
    person::{self, Person, Profile, profile::Entry as Held},
    referral::{
        self, Act,
        actions::{Step, Terms},
    },
    task,
};

/// Rows taken back in one transaction.
const AT_ONCE: i64 = 10;

/// Begins, or goes on with, undoing an import.
///
/// # Errors
/// A conflict when it was not brought in, or its seven days are over.
pub async fn undo(
    db: &Db,
    terms: &Terms,
    actor: &Actor,
    id: Id<ImportBatch>,
    limit: Option<Duration>,
) -> Outcome<Progress> {
    db.act(async |tx| begin(tx, actor, id).await).await?;
    let mut steps = Steps::within(limit);
    loop {
        let rows = db
            .act(async |tx| undo_some(tx, terms, actor, id).await)
            .await?;
        if let Some(progress) = steps.count(rows) {
            return Ok(progress);
        }
    }
}

async fn begin(tx: &mut Tx, actor: &Actor, id: Id<ImportBatch>) -> Outcome<()> {
    let batch = actions::batch(tx, actor, id).await?;
    if batch.stage == Stage::Undoing {
        return Ok(());
    }
    can_be_undone(&batch, actor.now)?;
    store::move_on(
        tx,
        actor.scheme,
        id,
        Stage::Done,
        Stage::Undoing,
        Moments::default(),
    )
    .await?;
    audit::record(tx, actor, entry("undo an import", id)).await
}

/// Whether an import can be undone.
///
/// # Errors
/// A conflict that says why not, and what to do instead.
pub fn can_be_undone(batch: &Batch, now: Ts) -> Result<(), Refusal> {
    let nothing_more = "There is nothing more to do";
    let (why, instead) = match batch.stage {
        Stage::Undoing => return Ok(()),
        Stage::Done if batch.undo_until.is_some_and(|until| until >= now) => return Ok(()),
        Stage::Done => (
            "This import can no longer be undone: its seven days are over",
            "Send back or close the referrals one by one",
        ),
        Stage::Staged => (
            "This import was never confirmed: there is nothing to undo",
            "Throw it away instead",
        ),
        Stage::Running => (
            "This import is still being brought in",
            "Go on bringing it in, then undo it",
        ),
        Stage::Undone => ("This import was undone already", nothing_more),
        Stage::Dropped => (
            "This import was thrown away: there is nothing to undo",
            nothing_more,
        ),
    };
    Err(Refusal::conflict(why).try_next(instead))
}

async fn undo_some(tx: &mut Tx, terms: &Terms, actor: &Actor, id: Id<ImportBatch>) -> Outcome<i64> {
    if !store::move_on(
        tx,
        actor.scheme,
        id,
        Stage::Undoing,
        Stage::Undoing,
        Moments::default(),
    )
    .await?
    {
        return Ok(0);
    }
    let rows = rows::wanted(tx, actor.scheme, id, Which::ToUndo, AT_ONCE).await?;
    for row in &rows {
        let why_not = take_back(tx, terms, actor, row).await?;
        let mut remarks = row.remarks.clone();
        let outcome = if why_not.is_some() {
            RowOutcome::Kept
        } else {
            RowOutcome::TakenBack
        };
        remarks.extend(why_not.map(about_row));
        let ended = Ended {
            outcome,
            remarks: &remarks,
            person: None,
            referral: None,
            made_person: false,
        };
        rows::end(tx, actor.scheme, id, row.number, &ended).await?;
    }
    if rows.is_empty() {
        let moments = Moments {
            undone_at: Some(actor.now),
            ..Moments::default()
        };
        store::move_on(tx, actor.scheme, id, Stage::Undoing, Stage::Undone, moments).await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}

/// Takes one row back; gives what could not be, and why.
async fn take_back(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    row: &ImportRow,
) -> Outcome<Option<String>> {
    let kept = match row.referral {
        Some(made) => take_referral_back(tx, terms, actor, made).await?,
        None => None,
    };
    let Some(changed) = &row.changed else {
        let before =
            "It was added to a record that was there before: put that record right by hand";
        return Ok(kept.or_else(|| row.referral.is_none().then(|| before.into())));
    };
    // Whoever works with the referral may rely on what came with it.
    if let Some(why) = kept {
        let stays = labels(&changed.fields);
        return Ok(Some(match stays.is_empty() {
            true => why,
            false => format!("{why}. So what the file changed in the record stays: {stays}"),
        }));
    }
    if let Some(task) = changed.task.as_deref().and_then(|id| id.parse().ok()) {
        changed::end_task(tx, actor, task).await?;
    }
    put_back(tx, actor, row.person, changed).await
}

async fn take_referral_back(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    made: Id<referral::Referral>,
) -> Outcome<Option<String>> {
    let scope = actor.scope(Ability::ImportReferrals)?;
    let Some(case) = referral::store::case(tx, &scope, made).await? else {
        return Ok(Some("You may no longer see this record".into()));
    };
    if case.contact_count > 0 {
        return Ok(Some("A contact was written down since".into()));
    }
    let step = Step {
        referral: made,
        version: Some(case.version),
        act: Act::TakeBack,
        note: taken_back_words(),
    };
    match referral::actions::step(tx, terms, actor, Ability::ImportReferrals, step, actor.now).await
    {
        Ok(_) => {
            task::store::end_of(tx, actor, made, &case.reference).await?;
            Ok(None)
        }
        Err(Failure::Refused(refusal)) => Ok(Some(refusal.to_string())),
        Err(failure) => Err(failure),
    }
}

fn labels<'a>(fields: impl IntoIterator<Item = &'a Field>) -> String {
    let labels: Vec<&str> = fields.into_iter().map(|field| &*field.label).collect();
    labels.join(", ")
}

/// Puts back what a row changed in a record, field by field; what somebody
/// has changed or saved since stays, and is named.
async fn put_back(
    tx: &mut Tx,
    actor: &Actor,
    person: Option<Id<Person>>,
    changed: &Changed,
) -> Outcome<Option<String>> {
    let fields = &changed.fields;
    let Some(person) = person.filter(|_| !fields.is_empty()) else {
        return Ok(None);
    };
    let stays = |why: &str| {
        Ok(Some(format!(
            "{why}: {} stay as in the file",
            labels(fields)
        )))
    };
    if let Some(at) = changed.at.map(Ts::from_micros)
        && changed::saved_since(tx, actor.scheme, person, at).await?
    {
        return stays("Somebody has saved their details since, so put right by hand what is wrong");
    }
    let scope = actor.scope(Ability::ImportReferrals)?;
    let Some(record) = person::store::record(tx, &scope, person).await? else {
        return stays("You may no longer see this record");
    };
    if record.identity.merged_into.is_some() {
        return stays("This record is now part of another one");
    }
    let Some(now) = Profile::of(&record, &Grant::ordinary(actor)?) else {
        return stays("Their location is hidden by now");
    };
    let mut after = now.clone();
    let held = now.entries();
    let (back, changed_since): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| {
        let same = |entry: &&Held| entry.field.code() == field.name && entry.text == field.after;
        held.iter().find(same).is_some() && after.put_back(&field.name, &field.before)
    });
    if !back.is_empty() {
        bring_in::put_right(tx, actor, &record, &now, &after).await?;
    }
    if changed_since.is_empty() {
        return Ok(None);
    }
    let named = labels(changed_since);
    Ok(Some(format!(
        "Changed again since, so left as it is now: {named}"
    )))
}
