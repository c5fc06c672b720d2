//! The table `import_row`: each row of a file as it came, how it was sorted,
//! what was decided about it, and what became of it.

use kith_access::Scheme;
use kith_base::{Id, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{Decision, ImportBatch, RowOutcome, Sorted, cells::Remark, changed::Changed};
use crate::{person::Person, referral::Referral};

/// One row of an import.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Its number in the file.
    pub number: i64,
    /// Its cells.
    pub cells: Vec<String>,
    /// Its group.
    pub sorted: Sorted,
    /// What is wrong with it, or was repaired.
    pub remarks: Vec<Remark>,
    /// The record it may be about.
    pub match_id: Option<Id<Person>>,
    /// Whether it is that person without a doubt.
    pub sure: bool,
    /// What is to be done with it.
    pub choice: Decision,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Whose record it went to.
    pub person: Option<Id<Person>>,
    /// The referral made for it.
    pub referral: Option<Id<Referral>>,
    /// Whether the record was made for it.
    pub made_person: bool,
    /// What it changed in the record there was.
    pub changed: Option<Changed>,
}

#[derive(FromRow)]
struct RowRow {
    number: i64,
    cells: String,
    sorted: Sorted,
    problems: String,
    match_id: Option<Id<Person>>,
    sure: bool,
    choice: Decision,
    outcome: RowOutcome,
    person_id: Option<Id<Person>>,
    referral_id: Option<Id<Referral>>,
    made_person: bool,
    overwrote: Option<String>,
}

impl TryFrom<RowRow> for ImportRow {
    type Error = sqlx::Error;
    fn try_from(row: RowRow) -> Result<Self, sqlx::Error> {
        let wrong = |error: serde_json::Error| sqlx::Error::Decode(error.into());
        let changed = row.overwrote.as_deref().map(serde_json::from_str);
        Ok(Self {
            number: row.number,
            cells: serde_json::from_str(&row.cells).map_err(wrong)?,
            sorted: row.sorted,
            remarks: serde_json::from_str(&row.problems).map_err(wrong)?,
            match_id: row.match_id,
            sure: row.sure,
            choice: row.choice,
            outcome: row.outcome,
            person: row.person_id,
            referral: row.referral_id,
            made_person: row.made_person,
            changed: changed.transpose().map_err(wrong)?,
        })
    }
}

const INSERT: &str = "insert into import_row (scheme_id, import_id, number, row_hash, cells,
        sorted, problems, sure, choice, outcome, made_person)
    values ($1, $2, $3, $4, $5, 'unread', '[]', $6, 'ask', 'waiting', $6)
    on conflict (scheme_id, import_id, number) do nothing";

/// Keeps a row as it stands in the file.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    number: i64,
    cells: &[String],
) -> Result<(), sqlx::Error> {
    let cells = serde_json::to_string(cells).map_err(|error| sqlx::Error::Encode(error.into()))?;
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(scheme)
            .bind(batch)
            .bind(number)
            .bind(&[][..] as &[u8])
            .bind(&cells)
            .bind(false)
    )?;
    Ok(())
}

macro_rules! row_columns {
    () => {
        "select number, cells, sorted, problems, match_id, sure, choice, outcome, person_id,
                referral_id, made_person, overwrote
           from import_row where scheme_id = $1 and import_id = $2 "
    };
}

const ROWS_UNREAD: &str = concat!(
    row_columns!(),
    "and sorted = 'unread' order by number limit $3"
);
const ROWS_TO_DO: &str = concat!(
    row_columns!(),
    "and sorted in ('new', 'close') and choice in ('make', 'add') and outcome = 'waiting' order by number limit $3"
);
const ROWS_TO_UNDO: &str = concat!(
    row_columns!(),
    "and outcome in ('made', 'added') order by number limit $3"
);
const ROWS_FIRST: &str = concat!(row_columns!(), "order by number limit $3");
const ROWS_WRONG: &str = concat!(
    row_columns!(),
    "and sorted = 'error' order by number limit $3"
);
const ROWS_ENDED_BADLY: &str = concat!(
    row_columns!(),
    "and outcome in ('failed', 'kept') order by number limit $3"
);
const ROWS_REPAIRED: &str = concat!(
    row_columns!(),
    "and sorted in ('new', 'close') and problems like '%\"repaired\":true%' order by number limit $3"
);
const ROWS_OF_GROUP: &str = concat!(
    row_columns!(),
    "and sorted = $5 and number > $4 order by number limit $3"
);

/// Which rows are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    /// Not sorted yet.
    Unread,
    /// Decided, and nothing done yet.
    ToDo,
    /// Done, and not taken back.
    ToUndo,
    /// The first of the file.
    First,
    /// Something is wrong with them.
    Wrong,
    /// Could not be brought in, or not be taken back.
    EndedBadly,
    /// Used, with a cell that was read otherwise than it stands in the file.
    Repaired,
}

/// The remarks of rows: what was repaired, or what is wrong.
pub fn remarked(rows: &[ImportRow], repaired: bool) -> impl Iterator<Item = (&ImportRow, &Remark)> {
    rows.iter().flat_map(move |row| {
        let such = row
            .remarks
            .iter()
            .filter(move |one| one.repaired == repaired);
        such.map(move |remark| (row, remark))
    })
}

/// Some rows of an import, in the file's order.
///
/// # Errors
/// When the database does not answer.
pub async fn wanted(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    which: Which,
    most: i64,
) -> Result<Vec<ImportRow>, sqlx::Error> {
    let sql = match which {
        Which::Unread => ROWS_UNREAD,
        Which::ToDo => ROWS_TO_DO,
        Which::ToUndo => ROWS_TO_UNDO,
        Which::First => ROWS_FIRST,
        Which::Wrong => ROWS_WRONG,
        Which::EndedBadly => ROWS_ENDED_BADLY,
        Which::Repaired => ROWS_REPAIRED,
    };
    let rows: Vec<RowRow> =
        on!(tx, c => sqlx::query_as(sql).bind(scheme).bind(batch).bind(most).fetch_all(c))?;
    rows.into_iter().map(ImportRow::try_from).collect()
}

/// The rows of a group after a row, in the file's order.
///
/// # Errors
/// When the database does not answer.
pub async fn of_group(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    group: Sorted,
    after: i64,
    most: i64,
) -> Result<Vec<ImportRow>, sqlx::Error> {
    let rows: Vec<RowRow> = on!(tx, c => sqlx::query_as(ROWS_OF_GROUP)
        .bind(scheme).bind(batch).bind(most).bind(after).bind(group).fetch_all(c))?;
    rows.into_iter().map(ImportRow::try_from).collect()
}

/// How many rows are in each group, decision and outcome.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Count {
    /// The group.
    pub sorted: Sorted,
    /// The decision.
    pub choice: Decision,
    /// The outcome.
    pub outcome: RowOutcome,
    /// How many.
    pub rows: i64,
}

const COUNTS: &str = "select sorted, choice, outcome, count(*) as rows from import_row
    where scheme_id = $1 and import_id = $2 group by sorted, choice, outcome
    order by sorted, choice, outcome";

/// Counts the rows of an import.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
) -> Result<Vec<Count>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(COUNTS).bind(scheme).bind(batch).fetch_all(c))
}

const EARLIER: &str = "select b.id, b.file_name, b.made_at, r.number
      from import_row r
      join import_batch b on b.scheme_id = $1 and b.id = r.import_id
     where r.scheme_id = $1 and r.row_hash = $2
       and ((r.import_id = $3 and r.number < $4)
            or (r.import_id <> $3 and r.outcome in ('made', 'added')))
     order by b.made_at, b.id, r.number limit 1";

/// Where the same row was brought in before, or stands above in the file.
#[derive(Clone, Debug, FromRow)]
pub struct Earlier {
    /// The import.
    pub id: Id<ImportBatch>,
    /// What its file was called.
    pub file_name: String,
    /// When that file was read.
    pub made_at: Ts,
    /// The row's number in it.
    pub number: i64,
}

/// The first row that is the same as one of a file, where there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn earlier(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    hash: &[u8],
    batch: Id<ImportBatch>,
    number: i64,
) -> Result<Option<Earlier>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(EARLIER)
        .bind(scheme).bind(hash).bind(batch).bind(number).fetch_optional(c))
}

const SORT: &str = "update import_row set row_hash = $4, sorted = $5, problems = $6, match_id = $7,
        sure = $8, choice = $9
    where scheme_id = $1 and import_id = $2 and number = $3";

/// How a row was sorted.
#[derive(Clone, Debug)]
pub struct Sorting {
    /// What tells it from others.
    pub hash: Vec<u8>,
    /// Its group.
    pub sorted: Sorted,
    /// What is wrong with it, or was repaired.
    pub remarks: Vec<Remark>,
    /// The record it may be about.
    pub match_id: Option<Id<Person>>,
    /// Whether without a doubt.
    pub sure: bool,
    /// What is to be done with it.
    pub choice: Decision,
}

impl Sorting {
    /// A row with something wrong in it is left out.
    #[must_use]
    pub const fn wrong(hash: Vec<u8>, remarks: Vec<Remark>) -> Self {
        Self {
            hash,
            sorted: Sorted::Error,
            remarks,
            match_id: None,
            sure: false,
            choice: Decision::Skip,
        }
    }
}

fn as_text(remarks: &[Remark]) -> Result<String, sqlx::Error> {
    serde_json::to_string(remarks).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Keeps how a row was sorted.
///
/// # Errors
/// When the database does not answer.
pub async fn sort(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    number: i64,
    sorting: &Sorting,
) -> Result<(), sqlx::Error> {
    let remarks = as_text(&sorting.remarks)?;
    run!(
        tx,
        sqlx::query(SORT)
            .bind(scheme)
            .bind(batch)
            .bind(number)
            .bind(&sorting.hash)
            .bind(sorting.sorted)
            .bind(&remarks)
            .bind(sorting.match_id)
            .bind(sorting.sure)
            .bind(sorting.choice)
    )?;
    Ok(())
}

const CHOOSE: &str = "update import_row set choice = $4
    where scheme_id = $1 and import_id = $2 and number = $3 and sorted = 'close'
      and outcome = 'waiting' and not ($4 = 'make' and sure)";

/// Keeps what somebody decided about a close match. A record is not made
/// twice for somebody who is the same without a doubt.
///
/// # Errors
/// When the database does not answer.
pub async fn choose(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    number: i64,
    choice: Decision,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(CHOOSE)
            .bind(scheme)
            .bind(batch)
            .bind(number)
            .bind(choice)
    )?;
    Ok(())
}

const END: &str =
    "update import_row set outcome = $4, problems = $5, person_id = coalesce($6, person_id),
        referral_id = coalesce($7, referral_id), made_person = (made_person or $8)
    where scheme_id = $1 and import_id = $2 and number = $3";

/// What became of a row.
pub struct Ended<'a> {
    /// The outcome.
    pub outcome: RowOutcome,
    /// What there is to say about it.
    pub remarks: &'a [Remark],
    /// Whom it is about.
    pub person: Option<Id<Person>>,
    /// The referral made for it.
    pub referral: Option<Id<Referral>>,
    /// Whether the record was made for it.
    pub made_person: bool,
}

/// Keeps what became of a row.
///
/// # Errors
/// When the database does not answer.
pub async fn end(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    batch: Id<ImportBatch>,
    number: i64,
    ended: &Ended<'_>,
) -> Result<(), sqlx::Error> {
    let remarks = as_text(ended.remarks)?;
    run!(
        tx,
        sqlx::query(END)
            .bind(scheme)
            .bind(batch)
            .bind(number)
            .bind(ended.outcome)
            .bind(&remarks)
            .bind(ended.person)
            .bind(ended.referral)
            .bind(ended.made_person)
    )?;
    Ok(())
}
