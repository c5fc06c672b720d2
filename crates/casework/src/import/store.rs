//! The table `import_batch`: a file that was brought in, and how far it is.

use kith_access::{Account, Actor, Scheme};
use kith_base::{Id, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{ImportBatch, Stage, headings::Plan};

/// An import.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its id.
    pub id: Id<ImportBatch>,
    /// What the file was called.
    pub file_name: String,
    /// Where it stands.
    pub stage: Stage,
    /// What its columns hold.
    pub plan: Plan,
    /// How many rows the file has.
    pub row_count: i64,
    /// Who brought it.
    pub made_by: Id<Account>,
    /// Their name.
    pub made_by_name: Name,
    /// When.
    pub made_at: Ts,
    /// When it was confirmed to its last row.
    pub done_at: Option<Ts>,
    /// Until when it can be undone.
    pub undo_until: Option<Ts>,
}

#[derive(FromRow)]
struct BatchRow {
    id: Id<ImportBatch>,
    file_name: String,
    state: Stage,
    columns: String,
    row_count: i64,
    made_by: Id<Account>,
    made_by_name: Name,
    made_at: Ts,
    done_at: Option<Ts>,
    undo_until: Option<Ts>,
}

impl TryFrom<BatchRow> for Batch {
    type Error = sqlx::Error;
    fn try_from(row: BatchRow) -> Result<Self, sqlx::Error> {
        let plan = Plan::of_text(&row.columns)
            .ok_or_else(|| sqlx::Error::Decode("import: the columns make no sense".into()))?;
        Ok(Self {
            id: row.id,
            file_name: row.file_name,
            stage: row.state,
            plan,
            row_count: row.row_count,
            made_by: row.made_by,
            made_by_name: row.made_by_name,
            made_at: row.made_at,
            done_at: row.done_at,
            undo_until: row.undo_until,
        })
    }
}

const INSERT: &str = "insert into import_batch (scheme_id, id, kind, file_name, file_hash, state,
        columns, row_count, made_by, made_at, version)
    values ($1, $2, 'referrals', $3, $4, 'staged', $5, $6, $7, $8, 1)";

/// Keeps a new import, without its rows.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<ImportBatch>,
    file_name: &str,
    file_hash: &[u8],
    plan: &Plan,
    row_count: i64,
) -> Result<(), sqlx::Error> {
    let columns = plan
        .as_text()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(id)
            .bind(file_name)
            .bind(file_hash)
            .bind(&columns)
            .bind(row_count)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

macro_rules! batch_columns {
    () => {
        "select b.id, b.file_name, b.state, b.columns, b.row_count, b.made_by, a.name as made_by_name,
                b.made_at, b.done_at, b.undo_until
           from import_batch b join account a on a.scheme_id = $1 and a.id = b.made_by
          where b.scheme_id = $1 "
    };
}

const ONE: &str = concat!(batch_columns!(), "and b.id = $2");
const LATEST: &str = concat!(
    batch_columns!(),
    "order by b.made_at desc, b.id desc limit 20"
);

/// An import of the scheme.
///
/// # Errors
/// When the database does not answer.
pub async fn batch(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<ImportBatch>,
) -> Result<Option<Batch>, sqlx::Error> {
    let row: Option<BatchRow> =
        on!(tx, c => sqlx::query_as(ONE).bind(scheme).bind(id).fetch_optional(c))?;
    row.map(Batch::try_from).transpose()
}

/// The last twenty imports.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(tx: &mut Tx, scheme: Id<Scheme>) -> Result<Vec<Batch>, sqlx::Error> {
    let rows: Vec<BatchRow> = on!(tx, c => sqlx::query_as(LATEST).bind(scheme).fetch_all(c))?;
    rows.into_iter().map(Batch::try_from).collect()
}

const BEGUN: &str = "select id from import_batch
    where scheme_id = $1 and made_by = $2 and file_hash = $3 and state in ('staged', 'running')
    order by made_at desc, id desc limit 1";

/// The import of the same file that the actor has begun and not finished.
///
/// # Errors
/// When the database does not answer.
pub async fn begun(
    tx: &mut Tx,
    actor: &Actor,
    file_hash: &[u8],
) -> Result<Option<Id<ImportBatch>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(BEGUN)
        .bind(actor.scheme).bind(actor.account).bind(file_hash).fetch_optional(c))
}

const SET_PLAN: &str = "update import_batch set columns = $3, version = version + 1
    where scheme_id = $1 and id = $2 and state = 'staged'";
const UNREAD: &str =
    "update import_row set sorted = 'unread', problems = '[]', match_id = null, choice = 'ask'
    where scheme_id = $1 and import_id = $2";

/// Keeps what the columns hold; every row is to be checked again.
///
/// # Errors
/// When the database does not answer.
pub async fn set_plan(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<ImportBatch>,
    plan: &Plan,
) -> Result<(), sqlx::Error> {
    let columns = plan
        .as_text()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    run!(
        tx,
        sqlx::query(SET_PLAN).bind(scheme).bind(id).bind(&columns)
    )?;
    run!(tx, sqlx::query(UNREAD).bind(scheme).bind(id))?;
    Ok(())
}

const MOVE: &str = "update import_batch set state = $4, done_at = coalesce($5, done_at),
        undo_until = coalesce($6, undo_until), undone_at = coalesce($7, undone_at), version = version + 1
    where scheme_id = $1 and id = $2 and state = $3";

/// The moments that belong to a step of an import.
#[derive(Clone, Copy, Default)]
pub struct Moments {
    /// Confirmed to the last row.
    pub done_at: Option<Ts>,
    /// Can be undone until.
    pub undo_until: Option<Ts>,
    /// Undone.
    pub undone_at: Option<Ts>,
}

/// Moves an import on, and holds it for this transaction alone. Gives whether
/// it stood where it was thought to. From a state to itself is a way of
/// holding it: two who go on at once come one after the other.
///
/// # Errors
/// When the database does not answer.
pub async fn move_on(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<ImportBatch>,
    from: Stage,
    to: Stage,
    moments: Moments,
) -> Result<bool, sqlx::Error> {
    let moved = run!(
        tx,
        sqlx::query(MOVE)
            .bind(scheme)
            .bind(id)
            .bind(from)
            .bind(to)
            .bind(moments.done_at)
            .bind(moments.undo_until)
            .bind(moments.undone_at)
    )?;
    Ok(moved == 1)
}
