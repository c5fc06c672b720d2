//! How an SQLite file is opened: write-ahead log, a sync before every answer,
//! foreign keys on. One writer stands behind the gate; readers have their own
//! pool and cannot write.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use std::sync::Arc;

use sqlx::{
    Connection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    DbFailure,
    gate::Gate,
    readers::{Reader, Readers},
};

/// How long another process may hold the file before we say busy.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept for each connection: about all the program has.
const STATEMENTS: usize = 500;
/// Page cache of a connection, in KiB (SQLite wants them negative).
const WRITER_CACHE: &str = "-32768";
const READER_CACHE: &str = "-16384";
/// Rows a reader may be ahead of whoever takes them: more than a page of any
/// list has, so that its thread does not stop half way.
const READER_ROWS: usize = 256;

/// An open SQLite file.
pub(crate) struct Lite {
    pub(crate) file: PathBuf,
    pub(crate) gate: Gate,
    pub(crate) readers: Arc<Readers>,
    pub(crate) options: SqliteConnectOptions,
}

impl Lite {
    pub(crate) async fn open(url: &str, create: bool) -> Result<Self, DbFailure> {
        let file = file_of(url)?.to_owned();
        if !file.exists() {
            if !create {
                return Err(DbFailure::Missing(file));
            }
            private_file(&file).map_err(|why| DbFailure::Place(file.clone(), why))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .statement_cache_capacity(STATEMENTS)
            .pragma("temp_store", "memory")
            // What is erased leaves no words behind in the file.
            .pragma("secure_delete", "on")
            .pragma("cache_size", WRITER_CACHE);
        let gate = Gate::open(options.clone()).await?;
        let reading = options
            .clone()
            .read_only(true)
            .row_buffer_size(READER_ROWS)
            .pragma("cache_size", READER_CACHE)
            .pragma("query_only", "on");
        let readers = Readers::open(reading, readers()).await?;
        Ok(Self {
            file,
            gate,
            readers,
            options,
        })
    }

    pub(crate) async fn reader(&self) -> Result<Reader, sqlx::Error> {
        self.readers.one().await
    }

    /// A writing connection beside the gate, for work on the whole file:
    /// migrating, checking. Actions wait while it writes.
    pub(crate) async fn beside(&self) -> Result<sqlx::SqliteConnection, sqlx::Error> {
        sqlx::SqliteConnection::connect_with(&self.options).await
    }

    pub(crate) async fn close(&self) {
        // The writer goes last: the last to leave folds the log into the file,
        // and a reader may not.
        self.readers.close().await;
        self.gate.close().await;
    }
}

/// Readers are threads of SQLite: a few for each core, a handful at least.
fn readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    u32::try_from(cores * 2).unwrap_or(4).clamp(4, 32)
}

/// A new, empty file that only its owner may read: it will hold people's
/// records. SQLite gives its log and index the same rights.
///
/// # Errors
/// When there is one already, or the folder cannot be written.
pub(crate) fn private_file(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// The file of `sqlite:PATH` or `sqlite://PATH`, as it stands.
fn file_of(url: &str) -> Result<&Path, DbFailure> {
    url.strip_prefix("sqlite:")
        .map(|rest| rest.strip_prefix("//").unwrap_or(rest))
        .filter(|path| !path.is_empty() && !path.starts_with(":memory:"))
        .map(Path::new)
        .ok_or_else(|| DbFailure::Address(url.to_owned()))
}
