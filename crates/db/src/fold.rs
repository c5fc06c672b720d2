//! Folding the log of an SQLite file into the file, beside the writer. Left to
//! the writer, people in line would wait while pages are copied and synced;
//! here a connection of its own does that while they write. The log begins
//! anew only after a moment in which all of it is folded: in the pauses of
//! ordinary work, and under a steady load at [`LONGEST`], where the writer folds
//! the little that is left (docs/decisions/0009-the-log-is-folded-beside-the-writer.md).

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use kith_sqlite::{SqliteConnection, SqliteOptions};

/// How many pages of the log make the writer fold what is left (64 MB). A disk
/// that was full needs as much room to go on.
pub(crate) const LONGEST: &str = "16000";
/// Commits of this time are folded together: a page that many of them wrote
/// is copied once.
const REST: Duration = Duration::from_millis(250);
/// Moves what no reader needs any more, and waits for nobody.
const FOLD: &str = "pragma wal_checkpoint(passive)";

/// Folds the log whenever something was committed.
pub(crate) struct Fold {
    told: Arc<Told>,
    /// Until it is dropped.
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Told {
    committed: AtomicBool,
    closing: AtomicBool,
}

impl Fold {
    /// Opens the connection and starts its thread.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open(options: &SqliteOptions) -> Result<Self, sqlx::Error> {
        let mut connection = options.open()?;
        let told = Arc::new(Told::default());
        let hears = told.clone();
        let thread = thread::Builder::new()
            .name("kith-fold".into())
            .spawn(move || {
                while hears.waits() {
                    fold(&mut connection);
                }
            })?;
        let thread = Some(thread);
        Ok(Self { told, thread })
    }

    /// Something was committed.
    pub(crate) fn committed(&self) {
        if !self.told.committed.swap(true, Relaxed)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
    }
}

/// Ends the thread, and with it the connection.
impl Drop for Fold {
    fn drop(&mut self) {
        self.told.closing.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("the folding of the log did not end well");
            }
        }
    }
}

impl Told {
    /// Until there is something to fold; `false` when there never will be.
    fn waits(&self) -> bool {
        while !self.closing.load(Relaxed) {
            if self.committed.load(Relaxed) {
                thread::park_timeout(REST);
                self.committed.store(false, Relaxed);
                return !self.closing.load(Relaxed);
            }
            thread::park();
        }
        false
    }
}

fn fold(connection: &mut SqliteConnection) {
    if let Err(error) = connection.batch(FOLD) {
        // The writer meets the same trouble, and says so to whoever waits.
        tracing::warn!(%error, "the log could not be folded into the file");
    }
}
