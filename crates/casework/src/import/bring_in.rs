//! Bringing in the rows of a confirmed import, a few in each transaction. A
//! new person gets a record and a referral as from any other door; a close
//! match that was decided about is added to the record there is. How to reach
//! somebody is taken from the file; who they are never is.

use std::time::Duration;

use kith_access::{Actor, Grant, audit, who::is_in_scope};
use kith_base::{Id, Name, Refusal, Ts, Word};
use kith_db::{Db, Failure, Outcome, Tx};

use super::{
    Decision, ImportBatch, RowOutcome, Stage, UNDO_DAYS,
    actions::{self, Progress, Steps, allowed, batch, entry},
    cells::{self, Arrival, Remark},
    changed::{self, Changed, Field},
    rows::{self, Ended, ImportRow, Which},
    store::{self, Moments},
};
use crate::{
    person::{
        self, Likeable, Person, Profile, Record,
        actions::{Found, How},
        store::Origin,
    },
    referral::{
        self, Sent, Source,
        actions::{Terms, Who},
    },
    task::{self, NewTask},
};

/// Rows made in one transaction.
const MADE_AT_ONCE: i64 = 10;

/// Brings in the rows of a confirmed import, and ends it after the last.
///
/// # Errors
/// A conflict when it is not confirmed.
pub async fn carry_on(
    db: &Db,
    terms: &Terms,
    actor: &Actor,
    id: Id<ImportBatch>,
    limit: Option<Duration>,
) -> Outcome<Progress> {
    let quiet = quiet(terms);
    let mut steps = Steps::within(limit);
    loop {
        let rows = db
            .act(async |tx| make_some(tx, &quiet, actor, id).await)
            .await?;
        if let Some(progress) = steps.count(rows) {
            return Ok(progress);
        }
    }
}

/// Nobody wants a mail for every row of a file.
fn quiet(terms: &Terms) -> Terms {
    Terms {
        scheme: terms.scheme,
        promise: terms.promise.clone(),
        codes: terms.codes.clone(),
        inbox: None,
    }
}

async fn make_some(tx: &mut Tx, terms: &Terms, actor: &Actor, id: Id<ImportBatch>) -> Outcome<i64> {
    let batch = batch(tx, actor, id).await?;
    if batch.stage == Stage::Done {
        return Ok(0);
    }
    if !store::move_on(
        tx,
        actor.scheme,
        id,
        Stage::Running,
        Stage::Running,
        Moments::default(),
    )
    .await?
    {
        return Err(Refusal::conflict("This import is not confirmed")
            .try_next("Confirm it first")
            .into());
    }
    let against = actions::against(tx, actor).await?;
    let rows = rows::wanted(tx, actor.scheme, id, Which::ToDo, MADE_AT_ONCE).await?;
    for row in &rows {
        match cells::read(&row.cells, &batch.plan, &against) {
            Ok((line, remarks)) => make_one(tx, terms, actor, id, row, line, remarks).await?,
            // A practice may have been taken out since the rows were checked.
            Err(remarks) => fail(tx, actor, id, row, remarks).await?,
        }
    }
    if rows.is_empty() {
        let moments = Moments {
            done_at: Some(actor.now),
            undo_until: Some(actor.now.plus_seconds(UNDO_DAYS * 86_400)),
            undone_at: None,
        };
        store::move_on(tx, actor.scheme, id, Stage::Running, Stage::Done, moments).await?;
        audit::record(tx, actor, entry("finish an import", id)).await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}

async fn fail(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<ImportBatch>,
    row: &ImportRow,
    remarks: Vec<Remark>,
) -> Outcome<()> {
    let ended = Ended {
        outcome: RowOutcome::Failed,
        remarks: &remarks,
        person: None,
        referral: None,
        made_person: false,
    };
    Ok(rows::end(tx, actor.scheme, id, row.number, &ended).await?)
}

/// A remark about the whole row.
pub(crate) fn about_row(words: String) -> Remark {
    Remark {
        column: "Whole row".into(),
        cell: String::new(),
        words,
        repaired: false,
    }
}

async fn make_one(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    id: Id<ImportBatch>,
    row: &ImportRow,
    line: Arrival,
    mut remarks: Vec<Remark>,
) -> Outcome<()> {
    let at = received_at(&line, actor.now);
    let mut known = row.match_id.filter(|_| row.choice == Decision::Add);
    if let Some(person) = known
        && !is_in_scope(tx, &allowed(actor)?, person).await?
    {
        remarks.push(out_of_reach());
        known = None;
    }
    if let Some(person) = known {
        let mut changed = Changed::at(actor.now);
        let remark = bring_up_to_date(tx, actor, person, &line, false, &mut changed).await?;
        remarks.extend(remark);
        let open = referral::store::unfinished(tx, actor.scheme, person).await?;
        if let Some(open) = open {
            changed.task = add_words(tx, terms, actor, person, open, &line).await?;
        }
        changed::keep(tx, actor.scheme, id, row.number, &changed).await?;
        if open.is_some() {
            return added(tx, actor, (id, row), person, &remarks).await;
        }
    }
    let before = joined(tx, actor, known, &line).await?;
    if let Some((person, profile)) = &before
        && let Some(open) = referral::store::unfinished(tx, actor.scheme, *person).await?
    {
        let about = (*person, open, profile.is_some());
        return add_quietly(tx, terms, actor, (id, row), about, &line, remarks).await;
    }
    // The record is up to date with the file by now.
    let who = known.map_or_else(
        || Who::Described(Box::new(line.details.clone())),
        |person| Who::Known(person, Box::default()),
    );
    let origin = Origin {
        import: Some(id),
        equity: line.equity,
        ..Origin::default()
    };
    let sent = sent(&line)?;
    let referred =
        match referral::actions::refer(tx, terms, Some(actor), who, sent, origin, at).await {
            Ok(referred) => referred,
            Err(Failure::Refused(refusal)) => {
                remarks.push(about_row(refusal.to_string()));
                return fail(tx, actor, id, row, remarks).await;
            }
            Err(failure) => return Err(failure),
        };
    if let Some((_, Some(before))) = before.filter(|(person, _)| *person == referred.person)
        && let Some(filled) = filled(tx, actor, referred.person, &before).await?
    {
        changed::keep(tx, actor.scheme, id, row.number, &filled).await?;
    }
    let ended = Ended {
        outcome: RowOutcome::Made,
        remarks: &remarks,
        person: Some(referred.person),
        referral: Some(referred.referral),
        made_person: referred.made_person,
    };
    Ok(rows::end(tx, actor.scheme, id, row.number, &ended).await?)
}

/// Somebody whom nobody knew when the rows were checked has an open referral by
/// now: their practice was quicker, or they stand in the file twice. The row is
/// added to it. Nobody has compared the two, so that only gaps are filled.
async fn add_quietly(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    (id, row): (Id<ImportBatch>, &ImportRow),
    (person, open, seen): (Id<Person>, Id<referral::Referral>, bool),
    line: &Arrival,
    mut remarks: Vec<Remark>,
) -> Outcome<()> {
    remarks.push(Remark {
        repaired: true,
        ..about_row("This person has an open referral by now: added to it".into())
    });
    let mut changed = Changed::at(actor.now);
    if seen {
        let remark = bring_up_to_date(tx, actor, person, line, true, &mut changed).await?;
        remarks.extend(remark);
    }
    changed.task = add_words(tx, terms, actor, person, open, line).await?;
    changed::keep(tx, actor.scheme, id, row.number, &changed).await?;
    added(tx, actor, (id, row), person, &remarks).await
}

/// A row that went to an open referral.
async fn added(
    tx: &mut Tx,
    actor: &Actor,
    (id, row): (Id<ImportBatch>, &ImportRow),
    person: Id<Person>,
    remarks: &[Remark],
) -> Outcome<()> {
    let ended = Ended {
        outcome: RowOutcome::Added,
        remarks,
        person: Some(person),
        referral: None,
        made_person: false,
    };
    Ok(rows::end(tx, actor.scheme, id, row.number, &ended).await?)
}

/// What is said of a row whose match the manager may no longer see.
pub(super) fn out_of_reach() -> Remark {
    Remark {
        repaired: true,
        ..about_row(
            "The record this row was compared with is out of your reach by now: \
             the row is brought in as new"
                .into(),
        )
    }
}

/// The moment a referral came: noon of its day, or now.
fn received_at(line: &Arrival, now: Ts) -> Ts {
    line.received
        .map_or(now, |day| day.start().plus_seconds(12 * 3600).min(now))
}

fn sent(line: &Arrival) -> Result<Sent, Refusal> {
    let unnamed = || {
        referral::agency::UNNAMED
            .parse::<Name>()
            .map_err(|wrong| Refusal::invalid(wrong.to_string()))
    };
    Ok(Sent {
        source: Source::File,
        practice: line.details.practice,
        referrer: None,
        referrer_name: line.referrer.clone().map_or_else(unnamed, Ok)?,
        needs: line.needs.clone(),
        why: line.why.clone(),
        told: Vec::new(),
        agreed: line.agreed,
    })
}

/// The reason in words goes to whoever has the open referral.
async fn add_words(
    tx: &mut Tx,
    terms: &Terms,
    actor: &Actor,
    person: Id<Person>,
    open: Id<referral::Referral>,
    line: &Arrival,
) -> Outcome<Option<String>> {
    let Some(why) = &line.why else {
        return Ok(None);
    };
    let owner = referral::store::for_own_move(tx, actor.scheme, open)
        .await?
        .and_then(|case| case.standing.owner());
    let new = NewTask {
        person: Some(person),
        referral: Some(open),
        contact: None,
        kind: task::Kind::Action,
        what: format!("Read what came in a file: {why}"),
        who: task::Who::Worker,
        owner,
        due: terms.promise.work.after(actor.today(), 2),
    };
    let task = task::store::insert(tx, actor.scheme, &new, actor.now).await?;
    Ok(Some(task.to_string()))
}

/// How to reach somebody is taken from the file; who they are never is, except
/// where the record says nothing. A sensitive place is left alone.
#[must_use]
pub fn up_to_date(before: &Profile, line: &Arrival) -> Profile {
    let mut after = before.clone();
    let equity = &mut after.about.equity;
    equity.gender = equity.gender.or(line.equity.gender);
    equity.ethnicity = equity.ethnicity.or(line.equity.ethnicity);
    let (details, new) = (&mut after.details, &line.details);
    fn take<T: Clone>(place: &mut Option<T>, new: Option<&T>) {
        if let Some(new) = new {
            *place = Some(new.clone());
        }
    }
    take(&mut details.place.address, new.place.address.as_ref());
    take(&mut details.place.postcode, new.place.postcode.as_ref());
    take(&mut details.place.phone, new.place.phone.as_ref());
    if details.place.phone != before.details.place.phone {
        // What was said of messages was said of the number before.
        details.place.text_is_safe = new.place.text_is_safe;
        details.place.voicemail_is_safe = false;
    }
    take(&mut details.place.email, new.place.email.as_ref());
    take(&mut details.practice, new.practice.as_ref());
    details.born = details.born.or(new.born);
    details.nhs_number = details
        .nhs_number
        .clone()
        .or_else(|| new.nhs_number.clone());
    details.place.safe_contact = details
        .place
        .safe_contact
        .clone()
        .or_else(|| new.place.safe_contact.clone());
    after
}

/// The fields that differ, with what they held before.
fn changes(before: &Profile, after: &Profile) -> Vec<Field> {
    let both = before.entries().into_iter().zip(after.entries());
    both.filter(|(before, after)| before.text != after.text)
        .map(|(before, after)| Field {
            name: before.field.code().to_owned(),
            label: before.field.label().to_owned(),
            before: before.text,
            after: after.text,
        })
        .collect()
}

/// What a record holds already stays as it is.
fn only_gaps(before: &Profile, after: &mut Profile) {
    for field in changes(before, after) {
        if !field.before.is_empty() {
            after.put_back(&field.name, &field.before);
        }
    }
}

async fn bring_up_to_date(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    line: &Arrival,
    gaps: bool,
    changed: &mut Changed,
) -> Outcome<Option<Remark>> {
    let scope = allowed(actor)?;
    let Some(record) = person::store::record(tx, &scope, person).await? else {
        return Ok(None);
    };
    let Some(before) = Profile::of(&record, &Grant::ordinary(actor)?) else {
        let words = "Their location is hidden: address and telephone were left as they are";
        return Ok(Some(Remark {
            repaired: true,
            ..about_row(words.into())
        }));
    };
    let mut after = up_to_date(&before, line);
    if gaps {
        only_gaps(&before, &mut after);
    }
    if let Some(number) = &after.details.nhs_number
        && before.details.nhs_number.is_none()
        && person::store::number_is_taken(tx, actor.scheme, number, person).await?
    {
        after.details.nhs_number = None;
    }
    changed.fields = changes(&before, &after);
    let words: Vec<&str> = changed.fields.iter().map(|one| &*one.label).collect();
    let words = words.join(", ");
    if words.is_empty() {
        return Ok(None);
    }
    put_right(tx, actor, &record, &before, &after).await?;
    Ok(Some(Remark {
        repaired: true,
        ..about_row(format!("Changed from the file: {words}"))
    }))
}

/// What the trail calls details that a file changed, or its undoing.
const FROM_A_FILE: &str = "put details right from a file";

/// Keeps changed details; the rows of this step are done again when somebody
/// changed the record at the same moment.
pub(super) async fn put_right(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    before: &Profile,
    after: &Profile,
) -> Outcome<()> {
    let how = How {
        action: FROM_A_FILE,
        why: Some("From a file, or because its import was undone"),
    };
    let kept = person::actions::keep(tx, actor, record, before, after, how).await?;
    if kept.is_some() {
        return Ok(());
    }
    let quicker = Refusal::conflict("Somebody changed a record of this file at the same moment");
    Err(quicker.try_next("Go on with this import").into())
}

/// The record a described person will be joined to, as it is now, without its
/// profile where its place is hidden; none where it is `known` already, there
/// is none, or it is out of reach.
async fn joined(
    tx: &mut Tx,
    actor: &Actor,
    known: Option<Id<Person>>,
    line: &Arrival,
) -> Outcome<Option<(Id<Person>, Option<Profile>)>> {
    if known.is_some() {
        return Ok(None);
    }
    let sought = Likeable::from(&line.details);
    match person::actions::find(tx, actor.scheme, &sought).await? {
        Found::Same(person) if is_in_scope(tx, &allowed(actor)?, person).await? => {
            Ok(Some((person, profile(tx, actor, person).await?)))
        }
        Found::Same(_) | Found::Close(_) | Found::Nobody => Ok(None),
    }
}

/// The gaps a referral filled in the record it joined: an undo empties them.
async fn filled(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    before: &Profile,
) -> Outcome<Option<Changed>> {
    let after = profile(tx, actor, person).await?;
    Ok(after.map(|after| Changed {
        fields: changes(before, &after),
        ..Changed::at(actor.now)
    }))
}

async fn profile(tx: &mut Tx, actor: &Actor, person: Id<Person>) -> Outcome<Option<Profile>> {
    let record = person::store::record(tx, &allowed(actor)?, person).await?;
    let grant = Grant::ordinary(actor)?;
    Ok(record.and_then(|record| Profile::of(&record, &grant)))
}
