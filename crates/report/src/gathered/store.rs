//! The tables `gathered_file` and `gathered_problem`, and the taking out of a
//! file's rows.

use kith_access::{Actor, Organisation, Scheme};
use kith_base::{Day, Id, Line, Name, Ts};
use kith_db::{FromRow, Tx, on, run};

use super::{FileKind, GatheredFile, Stage, sheet::Problem};
use crate::month::Month;

/// What is said of a file when it is brought in.
#[derive(Clone, Debug)]
pub struct Said {
    /// What it holds.
    pub kind: FileKind,
    /// Whose it is; none for the whole scheme.
    pub practice: Option<Id<Organisation>>,
    /// The day it is of.
    pub as_of: Option<Day>,
    /// For contacts: what they are.
    pub contacts: Option<Contacts>,
}

/// What is said of a file of GP contacts.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// The first month it covers.
    pub from: Month,
    /// The last one.
    pub until: Month,
    /// What a contact is.
    pub definition: Line,
    /// By which list of codes.
    pub code_set: Line,
    /// From which system and version.
    pub supplier: Line,
}

/// A file as it is kept.
#[derive(Clone, Debug, FromRow)]
pub struct File {
    /// Its id.
    pub id: Id<GatheredFile>,
    /// What it holds.
    pub kind: FileKind,
    /// Whose it is.
    pub practice_id: Option<Id<Organisation>>,
    /// The practice's name.
    pub practice_name: Option<Name>,
    /// What it was called.
    pub file_name: String,
    /// Where it stands.
    pub state: Stage,
    /// The headings read and passed over, as JSON.
    pub columns: String,
    /// Rows kept.
    pub row_count: i64,
    /// Rows of them that an earlier file held too.
    pub known_count: i64,
    /// Rows refused.
    pub refused_count: i64,
    /// What a contact is.
    pub definition: Option<String>,
    /// By which list of codes.
    pub code_set: Option<String>,
    /// From which system.
    pub supplier_version: Option<String>,
    /// The first month covered, as a number.
    pub from_month: Option<i64>,
    /// The last month covered, as a number.
    pub until_month: Option<i64>,
    /// The day it is of.
    pub as_of: Option<Day>,
    /// Who brought it.
    pub made_by_name: Name,
    /// When.
    pub made_at: Ts,
    /// When it was confirmed.
    pub done_at: Option<Ts>,
    /// Until when undoing is offered as such.
    pub undo_until: Option<Ts>,
}

impl File {
    /// The months it covers.
    #[must_use]
    pub fn covers(&self) -> Option<(Month, Month)> {
        Some((
            Month::numbered(self.from_month?),
            Month::numbered(self.until_month?),
        ))
    }
}

const INSERT: &str = "insert into gathered_file (scheme_id, id, kind, practice_id, file_name, file_hash,
        state, columns, row_count, known_count, refused_count, definition, code_set, supplier_version,
        from_month, until_month, as_of, made_by, made_at, version)
    values ($1, $2, $3, $4, $5, $6, 'reading', $7, 0, 0, 0, $8, $9, $10, $11, $12, $13, $14, $15, 1)";

/// What tells a file from others.
pub struct Named<'a> {
    /// What it is called.
    pub file_name: &'a str,
    /// The hash of its bytes.
    pub hash: &'a [u8],
    /// Its headings, as JSON.
    pub columns: &'a str,
}

/// Keeps a new file, without its rows.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<GatheredFile>,
    said: &Said,
    named: &Named<'_>,
) -> Result<(), sqlx::Error> {
    let contacts = said.contacts.as_ref();
    run!(
        tx,
        sqlx::query(INSERT)
            .bind(actor.scheme)
            .bind(id)
            .bind(said.kind)
            .bind(said.practice)
            .bind(named.file_name)
            .bind(named.hash)
            .bind(named.columns)
            .bind(contacts.map(|of| &of.definition))
            .bind(contacts.map(|of| &of.code_set))
            .bind(contacts.map(|of| &of.supplier))
            .bind(contacts.map(|of| of.from.number()))
            .bind(contacts.map(|of| of.until.number()))
            .bind(said.as_of)
            .bind(actor.account)
            .bind(actor.now)
    )?;
    Ok(())
}

const PROBLEM: &str = "insert into gathered_problem (scheme_id, file_id, number, heading, expected)
    values ($1, $2, $3, $4, $5) on conflict (scheme_id, file_id, number, heading) do nothing";

/// Keeps what was wrong with a row.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_problem(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
    number: i64,
    problem: &Problem,
) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query(PROBLEM)
            .bind(scheme)
            .bind(file)
            .bind(number)
            .bind(problem.heading)
            .bind(&problem.expected)
    )?;
    Ok(())
}

/// A row that was refused.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Refused {
    /// Its number in the file.
    pub number: i64,
    /// The column.
    pub heading: String,
    /// What was expected.
    pub expected: String,
}

const PROBLEMS: &str = "select number, heading, expected from gathered_problem
    where scheme_id = $1 and file_id = $2 order by number, heading limit $3";

/// The first refused rows.
///
/// # Errors
/// When the database does not answer.
pub async fn problems(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
    most: i64,
) -> Result<Vec<Refused>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(PROBLEMS).bind(scheme).bind(file).bind(most).fetch_all(c))
}

macro_rules! file_columns {
    () => {
        "select f.id, f.kind, f.practice_id, o.name as practice_name, f.file_name, f.state, f.columns,
                f.row_count, f.known_count, f.refused_count, f.definition, f.code_set,
                f.supplier_version, f.from_month, f.until_month, f.as_of, a.name as made_by_name,
                f.made_at, f.done_at, f.undo_until
           from gathered_file f
           join account a on a.scheme_id = $1 and a.id = f.made_by
           left join organisation o on o.scheme_id = $1 and o.id = f.practice_id
          where f.scheme_id = $1 and (f.practice_id = $2 or $2 is null) "
    };
}

const ONE: &str = concat!(file_columns!(), "and f.id = $3");
const LATEST: &str = concat!(
    file_columns!(),
    "order by f.made_at desc, f.id desc limit 100"
);
const SAME: &str = concat!(
    file_columns!(),
    "and f.file_hash = $3 and f.kind = $4 and f.state = 'done' order by f.done_at desc limit 1"
);
const DONE: &str = concat!(
    file_columns!(),
    "and f.state = 'done' order by f.kind, f.practice_id, f.from_month, f.done_at, f.id"
);

/// A file of the scheme, or of one practice alone.
///
/// # Errors
/// When the database does not answer.
pub async fn file(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
    id: Id<GatheredFile>,
) -> Result<Option<File>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(ONE).bind(scheme).bind(practice).bind(id).fetch_optional(c))
}

/// The last hundred files, of the scheme or of one practice alone.
///
/// # Errors
/// When the database does not answer.
pub async fn latest(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<File>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(LATEST).bind(scheme).bind(practice).fetch_all(c))
}

/// Every file that counts or would count if a later one did not, of the scheme
/// or of one practice alone: what figures are made from.
///
/// # Errors
/// When the database does not answer.
pub async fn done(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<File>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(DONE).bind(scheme).bind(practice).fetch_all(c))
}

/// The confirmed files a reading takes, of everybody or of one practice: its
/// own lists and contacts, and the scores of everybody. Population counts are
/// for who is reached.
///
/// # Errors
/// When the database does not answer.
pub async fn read_for(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
) -> Result<Vec<File>, sqlx::Error> {
    let mut files = done(tx, scheme, None).await?;
    files.retain(|file| match file.kind {
        FileKind::Population => false,
        FileKind::Scores => true,
        FileKind::GpRegister | FileKind::GpContacts => {
            practice.is_none() || file.practice_id == practice
        }
    });
    Ok(files)
}

/// The same file, confirmed before.
///
/// # Errors
/// When the database does not answer.
pub async fn same(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    practice: Option<Id<Organisation>>,
    kind: FileKind,
    hash: &[u8],
) -> Result<Option<File>, sqlx::Error> {
    on!(tx, c => sqlx::query_as(SAME)
        .bind(scheme).bind(practice).bind(hash).bind(kind).fetch_optional(c))
}

const STAGED: &str = "update gathered_file set state = 'staged', row_count = $3, known_count = $4,
        refused_count = $5, version = version + 1
    where scheme_id = $1 and id = $2 and state = 'reading'";

/// How many rows were kept, known and refused.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Kept.
    pub rows: i64,
    /// Of them in an earlier file too.
    pub known: i64,
    /// Refused.
    pub refused: i64,
}

/// The file is read to its end.
///
/// # Errors
/// When the database does not answer.
pub async fn staged(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<GatheredFile>,
    counts: Counts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(STAGED)
            .bind(scheme)
            .bind(id)
            .bind(counts.rows)
            .bind(counts.known)
            .bind(counts.refused)
    )?;
    Ok(changed == 1)
}

const CONFIRM: &str = "update gathered_file set state = 'done', done_at = $3, undo_until = $4,
        version = version + 1
    where scheme_id = $1 and id = $2 and state = 'staged'";

/// From here on the file counts. Gives whether it was staged.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<GatheredFile>,
    now: Ts,
    undo_until: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(
        tx,
        sqlx::query(CONFIRM)
            .bind(scheme)
            .bind(id)
            .bind(now)
            .bind(undo_until)
    )?;
    Ok(changed == 1)
}

const TAKE_OUT: &str = "update gathered_file set
        state = case when state = 'done' then 'undone' else 'dropped' end,
        undone_at = $3, version = version + 1
    where scheme_id = $1 and id = $2 and state in ('reading', 'staged', 'done')";

/// From here on the file does not count; its rows are to be taken out. Gives
/// whether it was there to be taken out.
///
/// # Errors
/// When the database does not answer.
pub async fn take_out(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    id: Id<GatheredFile>,
    now: Ts,
) -> Result<bool, sqlx::Error> {
    let changed = run!(tx, sqlx::query(TAKE_OUT).bind(scheme).bind(id).bind(now))?;
    Ok(changed == 1)
}

/// Rows taken out in one transaction.
const AT_ONCE: i64 = 2000;
const CLEAR: [&str; 4] = [
    "delete from gp_person where scheme_id = $1 and file_id = $2 and number in
        (select g.number from gp_person g where g.scheme_id = $1 and g.file_id = $2 order by g.number limit $3)",
    "delete from gp_contact where scheme_id = $1 and file_id = $2 and number in
        (select g.number from gp_contact g where g.scheme_id = $1 and g.file_id = $2 order by g.number limit $3)",
    "delete from wellbeing_score where scheme_id = $1 and file_id = $2 and id in
        (select s.id from wellbeing_score s where s.scheme_id = $1 and s.file_id = $2 order by s.id limit $3)",
    "delete from population_count where scheme_id = $1 and file_id = $2 and number in
        (select p.number from population_count p where p.scheme_id = $1 and p.file_id = $2 order by p.number limit $3)",
];

/// Takes some rows of a file out; gives how many. None are left at nought.
///
/// # Errors
/// When the database does not answer.
pub async fn clear_some(
    tx: &mut Tx,
    scheme: Id<Scheme>,
    file: Id<GatheredFile>,
) -> Result<u64, sqlx::Error> {
    for sql in CLEAR {
        let gone = run!(tx, sqlx::query(sql).bind(scheme).bind(file).bind(AT_ONCE))?;
        if gone > 0 {
            return Ok(gone);
        }
    }
    Ok(0)
}

const LEFT_OVER: &str = "select f.id from gathered_file f
    where f.scheme_id = $1 and f.state in ('undone', 'dropped')
      and (exists (select 1 from gp_person g where g.scheme_id = $1 and g.file_id = f.id)
        or exists (select 1 from gp_contact c where c.scheme_id = $1 and c.file_id = f.id)
        or exists (select 1 from wellbeing_score s where s.scheme_id = $1 and s.file_id = f.id)
        or exists (select 1 from population_count p where p.scheme_id = $1 and p.file_id = f.id))
    order by f.id";

/// Files taken out whose rows are not all gone: a crash came between.
///
/// # Errors
/// When the database does not answer.
pub async fn left_over(
    tx: &mut Tx,
    scheme: Id<Scheme>,
) -> Result<Vec<Id<GatheredFile>>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(LEFT_OVER).bind(scheme).fetch_all(c))
}
