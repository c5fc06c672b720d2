//! What a manager does with a file: stage it, say what its columns hold, have
//! every row checked, decide about the close matches, confirm. Long work goes
//! in small steps, each a transaction of its own that remembers which rows
//! are done: after a crash, or when the time of a request is over, it goes on
//! with the next row, and no row is ever done twice.

use std::time::{Duration, Instant};

use kith_access::{
    Ability, Actor, Grant, Once, Scope,
    audit::{self, Entry},
    once, organisation,
};
use kith_base::{Id, Line, Name, Refusal, Ts};
use kith_db::{Db, Failure, Outcome, Tx};
use kith_pages::form::Posted;
use sha2::{Digest, Sha256};

use super::{
    Decision, ImportBatch, RowOutcome, Sorted, Stage, UNDO_DAYS,
    cells::{self, Arrival, Remark},
    headings::Plan,
    sheet,
    store::{self, Batch, Count, Ended, ImportRow, Moments, Sorting, Which},
};
use crate::{
    paths,
    person::{self, Likeable, Person, Profile, actions::Found, store::Origin},
    referral::{
        self, Sent, Source,
        actions::{Terms, Who},
    },
    task::{self, NewTask},
};

/// Rows kept, checked or made in one transaction.
const KEPT_AT_ONCE: usize = 250;
const CHECKED_AT_ONCE: i64 = 40;
const MADE_AT_ONCE: i64 = 10;

/// How far long work has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Whether there is nothing left to do.
    pub finished: bool,
    /// Rows done in this go.
    pub rows: i64,
}

/// Goes step by step until nothing is left, or the time is over. `None`:
/// until nothing is left.
pub(crate) struct Steps {
    until: Option<Instant>,
    rows: i64,
}

impl Steps {
    pub(crate) fn within(limit: Option<Duration>) -> Self {
        Self {
            until: limit.map(|limit| Instant::now() + limit),
            rows: 0,
        }
    }

    /// Counts a step; gives the end when there is one.
    pub(crate) fn count(&mut self, rows: i64) -> Option<Progress> {
        self.rows += rows;
        let over = self.until.is_some_and(|until| Instant::now() >= until);
        (rows == 0 || over).then_some(Progress {
            finished: rows == 0,
            rows: self.rows,
        })
    }
}

pub(crate) fn allowed(actor: &Actor) -> Result<Scope, Refusal> {
    actor.scope(Ability::ImportReferrals)
}

fn entry(action: &'static str, batch: Id<ImportBatch>) -> Entry<'static> {
    Entry {
        action,
        person: None,
        object_kind: "import",
        object: Some(batch.uuid()),
        purpose: "",
    }
}

/// The import, when the actor may bring referrals in.
///
/// # Errors
/// Not allowed; not found.
pub async fn batch(tx: &mut Tx, actor: &Actor, id: Id<ImportBatch>) -> Outcome<Batch> {
    allowed(actor)?;
    Ok(store::batch(tx, actor.scheme, id)
        .await?
        .ok_or_else(Refusal::not_found)?)
}

/// Reads a file and keeps its rows. Gives where it stands, or where the same
/// form led before.
///
/// # Errors
/// `Invalid` when the file cannot be read: nothing of it is kept.
pub async fn stage(
    db: &Db,
    actor: &Actor,
    posted: Option<&Posted>,
    file_name: &str,
    bytes: &[u8],
) -> Outcome<Id<ImportBatch>> {
    allowed(actor)?;
    let read = sheet::read(bytes)?;
    let plan = Plan::guess(read.headings);
    if !plan.knows_any() {
        return Err(
            Refusal::field("file", "The first row holds no column heading we know")
                .try_next("Put headings in the first row, or start from the template")
                .into(),
        );
    }
    let id = Id::new(actor.now);
    let count = i64::try_from(read.rows.len()).unwrap_or(i64::MAX);
    let hash = Sha256::digest(bytes);
    let file_name: String = file_name
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    let before = db
        .act(async |tx| {
            if let Some(posted) = posted
                && let Once::Again(path) = once(tx, actor, posted, &paths::import(id)).await?
            {
                return Ok(path.rsplit('/').next().and_then(|id| id.parse().ok()));
            }
            store::insert(tx, actor, id, &file_name, &hash, &plan, count).await?;
            audit::record(tx, actor, entry("stage an import", id)).await?;
            Ok(None)
        })
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    for some in read.rows.chunks(KEPT_AT_ONCE) {
        db.act(async |tx| {
            for (number, cells) in some {
                store::insert_row(tx, actor.scheme, id, *number, cells).await?;
            }
            Outcome::Ok(())
        })
        .await?;
    }
    Ok(id)
}

/// Keeps what the columns hold; the rows are to be checked (again).
///
/// # Errors
/// `Invalid` with what is still to be said; a conflict once confirmed.
pub async fn set_plan(db: &Db, actor: &Actor, id: Id<ImportBatch>, plan: &Plan) -> Outcome<()> {
    if let Some(first) = plan.lacks().into_iter().next() {
        return Err(Refusal::invalid(first).into());
    }
    db.act(async |tx| {
        staged(tx, actor, id).await?;
        Ok(store::set_plan(tx, actor.scheme, id, plan).await?)
    })
    .await
}

/// The import, as long as it is not confirmed, held for this transaction.
async fn staged(tx: &mut Tx, actor: &Actor, id: Id<ImportBatch>) -> Outcome<Batch> {
    let found = batch(tx, actor, id).await?;
    let holds = store::move_on(
        tx,
        actor.scheme,
        id,
        Stage::Staged,
        Stage::Staged,
        Moments::default(),
    )
    .await?;
    if !holds {
        return Err(
            Refusal::conflict("This import was confirmed or thrown away already")
                .try_next("Open it again to see where it stands")
                .into(),
        );
    }
    Ok(found)
}

/// Checks rows that were not checked yet.
///
/// # Errors
/// A conflict once confirmed.
pub async fn check(
    db: &Db,
    actor: &Actor,
    id: Id<ImportBatch>,
    limit: Option<Duration>,
) -> Outcome<Progress> {
    let mut steps = Steps::within(limit);
    loop {
        let rows = db.act(async |tx| check_some(tx, actor, id).await).await?;
        if let Some(progress) = steps.count(rows) {
            return Ok(progress);
        }
    }
}

async fn check_some(tx: &mut Tx, actor: &Actor, id: Id<ImportBatch>) -> Outcome<i64> {
    let batch = staged(tx, actor, id).await?;
    let practices: Vec<_> = organisation::practices(tx, actor.scheme)
        .await?
        .into_iter()
        .map(|practice| {
            (
                practice.id,
                practice.name,
                practice.ods_code.map(|code| code.to_string()),
            )
        })
        .collect();
    let rows = store::rows(tx, actor.scheme, id, Which::Unread, CHECKED_AT_ONCE).await?;
    for row in &rows {
        let hash = cells::hash(&row.cells, &batch.plan);
        let sorting = match cells::read(&row.cells, &batch.plan, &practices, actor.today()) {
            Err(remarks) => Sorting {
                hash,
                sorted: Sorted::Error,
                remarks,
                match_id: None,
                sure: false,
                choice: Decision::Skip,
            },
            Ok((line, remarks)) => sorted(tx, actor, id, row.number, hash, &line, remarks).await?,
        };
        store::sort(tx, actor.scheme, id, row.number, &sorting).await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(0))
}

async fn sorted(
    tx: &mut Tx,
    actor: &Actor,
    batch: Id<ImportBatch>,
    number: i64,
    hash: Vec<u8>,
    line: &Arrival,
    remarks: Vec<Remark>,
) -> Outcome<Sorting> {
    let sorting = |hash, remarks, sorted, choice, match_id, sure| Sorting {
        hash,
        sorted,
        remarks,
        match_id,
        sure,
        choice,
    };
    if store::seen_before(tx, actor.scheme, &hash, batch, number).await? {
        return Ok(sorting(
            hash,
            remarks,
            Sorted::Same,
            Decision::Skip,
            None,
            true,
        ));
    }
    let found = person::actions::find(tx, actor.scheme, &Likeable::from(&line.details)).await?;
    let (match_id, sure) = match found {
        Found::Nobody => (None, false),
        Found::Same(person) => (Some(person), true),
        Found::Close(close) => (close.first().map(|(person, _)| *person), false),
    };
    // Somebody the manager may not see is no match to be shown: the referral
    // goes to the record as from any other door, and nothing is told here.
    let scope = allowed(actor)?;
    let seen = match match_id {
        Some(person) => kith_access::who::is_in_scope(tx, &scope, person).await?,
        None => false,
    };
    Ok(match match_id {
        Some(person) if seen => {
            let choice = if sure { Decision::Add } else { Decision::Ask };
            sorting(hash, remarks, Sorted::Close, choice, Some(person), sure)
        }
        _ => sorting(hash, remarks, Sorted::New, Decision::Make, None, false),
    })
}

/// Keeps decisions about close matches.
///
/// # Errors
/// A conflict once confirmed.
pub async fn choose(
    db: &Db,
    actor: &Actor,
    id: Id<ImportBatch>,
    choices: &[(i64, Decision)],
) -> Outcome<()> {
    db.act(async |tx| {
        staged(tx, actor, id).await?;
        for (number, choice) in choices {
            store::choose(tx, actor.scheme, id, *number, *choice).await?;
        }
        Ok(())
    })
    .await
}

/// The rows of each group.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Groups {
    /// Not checked yet.
    pub unread: i64,
    /// New.
    pub new: i64,
    /// The same as before.
    pub same: i64,
    /// Close matches.
    pub close: i64,
    /// Close matches nobody has decided about.
    pub undecided: i64,
    /// With something wrong.
    pub errors: i64,
    /// Decided, and nothing done yet.
    pub to_do: i64,
    /// Referrals made.
    pub made: i64,
    /// Added to an open referral.
    pub added: i64,
    /// Could not be brought in.
    pub failed: i64,
    /// Taken back.
    pub taken_back: i64,
    /// Could not be taken back.
    pub kept: i64,
}

impl Groups {
    /// All rows.
    #[must_use]
    pub const fn all(&self) -> i64 {
        self.unread + self.new + self.same + self.close + self.errors
    }

    fn of(counts: &[Count]) -> Self {
        let sum = |which: &dyn Fn(&Count) -> bool| {
            counts.iter().filter(|c| which(c)).map(|c| c.rows).sum()
        };
        let group = |sorted| sum(&|c: &Count| c.sorted == sorted);
        let ended = |outcome| sum(&|c: &Count| c.outcome == outcome);
        Self {
            unread: group(Sorted::Unread),
            new: group(Sorted::New),
            same: group(Sorted::Same),
            close: group(Sorted::Close),
            errors: group(Sorted::Error),
            undecided: sum(&|c| c.sorted == Sorted::Close && c.choice == Decision::Ask),
            to_do: sum(&|c| {
                c.outcome == RowOutcome::Waiting
                    && matches!(c.sorted, Sorted::New | Sorted::Close)
                    && matches!(c.choice, Decision::Make | Decision::Add)
            }),
            made: ended(RowOutcome::Made),
            added: ended(RowOutcome::Added),
            failed: ended(RowOutcome::Failed),
            taken_back: ended(RowOutcome::TakenBack),
            kept: ended(RowOutcome::Kept),
        }
    }
}

/// How many rows are in each group.
///
/// # Errors
/// When the database does not answer.
pub async fn groups(tx: &mut Tx, actor: &Actor, id: Id<ImportBatch>) -> Outcome<Groups> {
    Ok(Groups::of(&store::counts(tx, actor.scheme, id).await?))
}

/// Confirms: from here on the rows are brought in.
///
/// # Errors
/// A conflict while rows are not checked, or close matches not decided about.
pub async fn confirm(db: &Db, actor: &Actor, id: Id<ImportBatch>) -> Outcome<()> {
    db.act(async |tx| {
        let batch = staged(tx, actor, id).await?;
        let groups = groups(tx, actor, id).await?;
        let refuse = |what: String, next: &str| Err(Refusal::conflict(what).try_next(next).into());
        if groups.all() != batch.row_count {
            return refuse(
                "The file did not arrive whole".into(),
                "Throw this import away and choose the file again",
            );
        }
        if groups.unread > 0 {
            return refuse(
                format!("{} rows are not checked yet", groups.unread),
                "Check the rows first",
            );
        }
        if groups.undecided > 0 {
            return refuse(
                format!("{} close matches are not decided about", groups.undecided),
                "Decide about each of them first",
            );
        }
        store::move_on(
            tx,
            actor.scheme,
            id,
            Stage::Staged,
            Stage::Running,
            Moments::default(),
        )
        .await?;
        audit::record(tx, actor, entry("confirm an import", id)).await
    })
    .await
}

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
    let practices: Vec<_> = organisation::practices(tx, actor.scheme)
        .await?
        .into_iter()
        .map(|practice| {
            (
                practice.id,
                practice.name,
                practice.ods_code.map(|code| code.to_string()),
            )
        })
        .collect();
    let rows = store::rows(tx, actor.scheme, id, Which::ToDo, MADE_AT_ONCE).await?;
    for row in &rows {
        match cells::read(&row.cells, &batch.plan, &practices, actor.today()) {
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
    Ok(store::end(tx, actor.scheme, id, row.number, &ended).await?)
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
    let known = if row.choice == Decision::Add {
        row.match_id
    } else {
        None
    };
    if let Some(person) = known {
        remarks.extend(bring_up_to_date(tx, actor, person, &line).await?);
        if let Some(open) = referral::store::unfinished(tx, actor.scheme, person).await? {
            add_words(tx, terms, actor, person, open, &line).await?;
            let ended = Ended {
                outcome: RowOutcome::Added,
                remarks: &remarks,
                person: Some(person),
                referral: None,
                made_person: false,
            };
            return Ok(store::end(tx, actor.scheme, id, row.number, &ended).await?);
        }
    }
    let who = known.map_or_else(
        || Who::Described(Box::new(line.details.clone())),
        Who::Known,
    );
    let origin = Origin {
        import: Some(id),
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
    let ended = Ended {
        outcome: RowOutcome::Made,
        remarks: &remarks,
        person: Some(referred.person),
        referral: Some(referred.referral),
        made_person: referred.made_person,
    };
    Ok(store::end(tx, actor.scheme, id, row.number, &ended).await?)
}

/// The moment a referral came: noon of its day, or now.
fn received_at(line: &Arrival, now: Ts) -> Ts {
    line.received
        .map_or(now, |day| day.start().plus_seconds(12 * 3600).min(now))
}

fn sent(line: &Arrival) -> Result<Sent, Refusal> {
    let unnamed = || {
        "Not named in the file"
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
) -> Outcome<()> {
    let Some(why) = &line.why else {
        return Ok(());
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
    task::store::insert(tx, actor.scheme, &new, actor.now).await?;
    Ok(())
}

/// How to reach somebody is taken from the file; who they are never is, except
/// where the record says nothing. A sensitive place is left alone.
#[must_use]
pub fn up_to_date(before: &Profile, line: &Arrival) -> Profile {
    let mut after = before.clone();
    let (details, new) = (&mut after.details, &line.details);
    fn take<T: Clone>(place: &mut Option<T>, new: Option<&T>) {
        if let Some(new) = new {
            *place = Some(new.clone());
        }
    }
    take(&mut details.place.address, new.place.address.as_ref());
    take(&mut details.place.postcode, new.place.postcode.as_ref());
    take(&mut details.place.phone, new.place.phone.as_ref());
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

async fn bring_up_to_date(
    tx: &mut Tx,
    actor: &Actor,
    person: Id<Person>,
    line: &Arrival,
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
    if let Some(number) = &after.details.nhs_number
        && before.details.nhs_number.is_none()
        && person::store::number_is_taken(tx, actor.scheme, number, person).await?
    {
        after.details.nhs_number = None;
    }
    let changed = after.changed_from(&before).join(", ");
    if changed.is_empty() {
        return Ok(None);
    }
    person::store::update(
        tx,
        actor.scheme,
        person,
        &after,
        record.identity.version,
        actor.now,
    )
    .await?;
    person::store::replace_words(tx, actor.scheme, person, &after.details, false).await?;
    let entry = Entry {
        action: "put details right",
        person: Some(person),
        object_kind: "person",
        object: Some(person.uuid()),
        purpose: &changed,
    };
    audit::record(tx, actor, entry).await?;
    Ok(Some(Remark {
        repaired: true,
        ..about_row(format!("Changed from the file: {changed}"))
    }))
}

/// Throws a staged import away: nothing was made from it.
///
/// # Errors
/// A conflict once confirmed.
pub async fn drop_it(db: &Db, actor: &Actor, id: Id<ImportBatch>) -> Outcome<()> {
    db.act(async |tx| {
        staged(tx, actor, id).await?;
        store::move_on(
            tx,
            actor.scheme,
            id,
            Stage::Staged,
            Stage::Dropped,
            Moments::default(),
        )
        .await?;
        audit::record(tx, actor, entry("throw an import away", id)).await
    })
    .await
}

/// The words a page or a terminal says about a referral's history.
#[must_use]
pub fn taken_back_words() -> Option<Line> {
    "The import that made it was undone".parse().ok()
}
