//! What a manager does with a file: stage it, say what its columns hold, have
//! every row checked, decide about the close matches, confirm. Long work goes
//! in small steps, each a transaction of its own that remembers which rows
//! are done: after a crash, or when the time of a request is over, it goes on
//! with the next row, and no row is ever done twice.

use std::time::{Duration, Instant};

use kith_access::{
    Ability, Actor, Once, Scope,
    audit::{self, Entry},
    once, organisation, settings,
};
use kith_base::{Id, Line, Refusal};
use kith_db::{Db, Outcome, Tx};
use kith_pages::form::Posted;
use sha2::{Digest, Sha256};

use super::{
    Decision, ImportBatch, RowOutcome, Sorted, Stage,
    cells::{self, Against, Arrival, Remark},
    headings::Plan,
    rows::{self, Count, Sorting, Which},
    sheet,
    store::{self, Batch, Moments},
};
use crate::{
    paths,
    person::{self, Likeable, actions::Found},
};

/// Rows kept and checked in one transaction.
const KEPT_AT_ONCE: usize = 250;
const CHECKED_AT_ONCE: i64 = 40;

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

pub(super) fn entry(action: &'static str, batch: Id<ImportBatch>) -> Entry<'static> {
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

/// Reads a file and keeps its rows. A file that the same account has begun to
/// bring in, and not finished, goes on where it stands; so does a form that
/// was posted twice. Gives the import.
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
    let hash = Sha256::digest(bytes);
    let count = i64::try_from(read.rows.len()).unwrap_or(i64::MAX);
    let file_name: String = file_name
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    let id = db
        .act(async |tx| {
            let id = Id::new(actor.now);
            if let Some(posted) = posted
                && let Once::Again(path) = once(tx, actor, posted, &paths::import(id)).await?
            {
                let before = path.rsplit('/').next().and_then(|id| id.parse().ok());
                return Ok(before.ok_or_else(Refusal::not_found)?);
            }
            if let Some(begun) = store::begun(tx, actor, &hash).await? {
                return Ok(begun);
            }
            store::insert(tx, actor, id, &file_name, &hash, &plan, count).await?;
            audit::record(tx, actor, entry("stage an import", id)).await?;
            Outcome::Ok(id)
        })
        .await?;
    // Rows that are there already stay as they are: a file that did not arrive
    // whole is made whole.
    for some in read.rows.chunks(KEPT_AT_ONCE) {
        db.act(async |tx| {
            for (number, cells) in some {
                rows::insert(tx, actor.scheme, id, *number, cells).await?;
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
        store::set_plan(tx, actor.scheme, id, plan).await?;
        audit::record(
            tx,
            actor,
            entry("say what the columns of an import hold", id),
        )
        .await
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

/// What the rows of the scheme's files are read against.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn against(tx: &mut Tx, actor: &Actor) -> Outcome<Against> {
    let practices = organisation::practices(tx, actor.scheme).await?;
    let practices = practices.into_iter().map(|practice| {
        let code = practice.ods_code.map(|code| code.to_string());
        (practice.id, practice.name, code)
    });
    Ok(Against {
        practices: practices.collect(),
        today: actor.today(),
        under_age: settings::of(tx, actor.scheme).await?.under_age,
    })
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
    let against = against(tx, actor).await?;
    let rows = rows::wanted(tx, actor.scheme, id, Which::Unread, CHECKED_AT_ONCE).await?;
    for row in &rows {
        let hash = cells::hash(&row.cells, &batch.plan);
        let sorting = match cells::read(&row.cells, &batch.plan, &against) {
            Err(remarks) => Sorting::wrong(hash, remarks),
            Ok((line, remarks)) => sorted(tx, actor, id, row.number, hash, &line, remarks).await?,
        };
        rows::sort(tx, actor.scheme, id, row.number, &sorting).await?;
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
    let earlier = rows::earlier(tx, actor.scheme, &hash, batch, number).await?;
    if earlier.is_some() {
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
            rows::choose(tx, actor.scheme, id, *number, *choice).await?;
        }
        audit::record(tx, actor, entry("decide about close matches", id)).await
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
    Ok(Groups::of(&rows::counts(tx, actor.scheme, id).await?))
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
                format!(
                    "Close matches nobody has decided about: {}",
                    groups.undecided
                ),
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
