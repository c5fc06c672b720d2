//! How an SQLite file is opened: write-ahead log, a sync before every answer,
//! foreign keys on. One writer stands behind the gate; readers have their own
//! connections and cannot write.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use std::sync::Arc;

use kith_sqlite::{SqliteConnection, SqliteOptions};

use crate::{
    DbFailure, fold,
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

/// An open SQLite file.
pub(crate) struct Lite {
    pub(crate) file: PathBuf,
    pub(crate) gate: Gate,
    pub(crate) readers: Arc<Readers>,
    pub(crate) options: SqliteOptions,
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
        let file_itself = SqliteOptions::of(&file).busy(BUSY).kept(STATEMENTS);
        let options = file_itself
            .clone()
            // The keeper waits for another process without holding up a thread.
            .busy(Duration::ZERO)
            .pragma("journal_mode", "wal")
            // The log is synced before anybody is answered, but not by the writer.
            .pragma("synchronous", "normal")
            .pragma("foreign_keys", "on")
            .pragma("temp_store", "memory")
            // What is erased leaves no words behind in the file.
            .pragma("secure_delete", "on")
            .pragma("wal_autocheckpoint", fold::LONGEST)
            .pragma("cache_size", WRITER_CACHE);
        let alone = file_itself
            .clone()
            .pragma("locking_mode", "exclusive")
            .pragma("synchronous", "full");
        let reading = file_itself
            .read_only()
            .pragma("temp_store", "memory")
            .pragma("cache_size", READER_CACHE)
            .pragma("query_only", "on");
        let readers = Arc::new(Readers::new(reading, readers()));
        let gate = Gate::open(options.clone(), alone, readers.clone())?;
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
    pub(crate) fn beside(&self) -> Result<SqliteConnection, sqlx::Error> {
        let synced = self.options.clone().pragma("synchronous", "full");
        synced.busy(BUSY).slow().open()
    }

    pub(crate) async fn close(&self) {
        // The writer goes last: the last to leave folds the log into the file,
        // and a reader may not.
        self.readers.close().await;
        self.gate.close().await;
    }
}

/// Most reads of an embedded database at once: a few for each core, a handful
/// at least. Each holds up the thread it is on.
#[must_use]
pub fn readers() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    (cores * 2).clamp(4, 32)
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
