//! Looking after the database: a copy, a check, the numbers for monitoring,
//! and preparing a statement without running it.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::atomic::Ordering::Relaxed,
};

use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use crate::{
    Db, DbFailure, Engine,
    connect::Running,
    lite::private_file,
    on, run,
    tx::{Link, Tx},
};

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Integrity {
    /// One line for each thing that is wrong; empty when all is well.
    pub problems: Vec<String>,
}

impl Integrity {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Counts since the database was opened, for monitoring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stats {
    /// Actions answered after a commit (refused ones of a batch included on
    /// SQLite: they wait for it too).
    pub acts: u64,
    /// Commits; `acts / batches` is how many share one sync.
    pub batches: u64,
    /// Actions that have not been answered yet.
    pub waiting: u64,
}

const LOOK_LITE: &str = "select integrity_check as problem from pragma_integrity_check
    where integrity_check <> 'ok'
    union all
    select 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' points at nothing in ' || parent
    from pragma_foreign_key_check";
/// The server checks its own pages; what can be left half done is an index or
/// a constraint.
const LOOK_PG: &str =
    "select 'the index ' || indexrelid::regclass::text || ' is not valid' as problem
    from pg_catalog.pg_index where not indisvalid
    union all
    select 'the constraint ' || conname || ' of ' || conrelid::regclass::text || ' is not validated'
    from pg_catalog.pg_constraint where not convalidated
    order by 1";

/// What a server must do so that nothing it acknowledged is lost, and so that
/// it notices damage of its pages.
const CARE_PG: &str = "select name from pg_catalog.pg_settings
    where name in ('fsync', 'full_page_writes', 'data_checksums') and setting = 'off'
    order by name";

impl Db {
    /// Which of a server's safeguards are off: `fsync`, `full_page_writes`,
    /// `data_checksums`. Of an SQLite file none: the program sees to it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn safeguards_off(&self) -> Result<Vec<String>, DbFailure> {
        if self.is_embedded() {
            return Ok(Vec::new());
        }
        self.beside(async |tx| Ok(on!(tx, c => sqlx::query_scalar(CARE_PG).fetch_all(c))?))
            .await
    }

    /// Writes a whole, consistent copy of an SQLite file to `to`, while the
    /// system goes on. The copy appears under its name only once it is safe on
    /// the disk.
    ///
    /// # Errors
    /// When `to` exists or cannot be written; on PostgreSQL always:
    /// [`DbFailure::UsePgDump`].
    pub async fn backup(&self, to: &Path) -> Result<(), DbFailure> {
        if !self.is_embedded() {
            return Err(DbFailure::UsePgDump);
        }
        let failed = |why: String| DbFailure::Copy(to.to_owned(), why);
        if to.exists() {
            return Err(failed("there is already a file of that name".into()));
        }
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = Path::new(&part);
        // What is left of a copy that was broken off.
        if part.exists() {
            fs::remove_file(part).map_err(|e| failed(e.to_string()))?;
        }
        private_file(part).map_err(|e| failed(e.to_string()))?;
        let name = part.to_string_lossy();
        self.beside(async |tx| {
            run!(tx, sqlx::query("vacuum into $1").bind(name.as_ref()))
                .map_err(|e| failed(e.to_string()))
        })
        .await?;
        settle(part, to).map_err(|e| failed(e.to_string()))
    }

    /// Looks for damage: on SQLite every page, index and foreign key (slow on
    /// a large file); on PostgreSQL what a broken change can leave behind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn integrity(&self) -> Result<Integrity, DbFailure> {
        let look = if self.is_embedded() {
            LOOK_LITE
        } else {
            LOOK_PG
        };
        self.beside(async |tx| {
            let problems = on!(tx, c => sqlx::query_scalar(look).fetch_all(c))?;
            Ok(Integrity { problems })
        })
        .await
    }

    /// Counts for monitoring.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let counts = match &*self.engine {
            Running::Lite(lite) => &lite.gate.counts,
            Running::Pg(pg) => &pg.counts,
        };
        Stats {
            acts: counts.acts.load(Relaxed),
            batches: counts.batches.load(Relaxed),
            waiting: counts.waiting.load(Relaxed),
        }
    }

    /// Lets the database read a statement without running it: for the test
    /// that takes every statement of the program to both engines.
    ///
    /// # Errors
    /// What the database finds wrong with the text.
    pub async fn prepare(&self, sql: &str) -> Result<(), sqlx::Error> {
        let text = AssertSqlSafe(sql.to_owned()).into_sql_str();
        let mut tx = Tx::new(match &*self.engine {
            Running::Lite(lite) => Link::LiteRead(lite.reader().await?),
            Running::Pg(pg) => Link::PgRead(pg.reader().await?),
        });
        match tx.engine()? {
            Engine::Lite(connection) => connection.prepare(text).await.map(drop),
            Engine::Pg(connection) => connection.prepare(text).await.map(drop),
        }
    }
}

/// Puts a finished file under its name so that a power cut leaves all or
/// nothing of it.
fn settle(part: &Path, to: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, to)?;
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
