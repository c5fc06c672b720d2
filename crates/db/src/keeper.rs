//! The keeper of SQLite's writer: it alone begins and commits, passes those
//! whose batch is committed on to be answered after a sync, and cleans up after
//! an action that was refused, slow, panicked or dropped. A connection whose
//! commit failed, whose disk was full, or that could not read a page is never
//! used again; after a sync that failed, the whole file is closed and opened
//! again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kith_sqlite::{SqliteConnection, SqliteOptions, aside};
use sqlx::Connection;
use tokio::{
    sync::{Notify, mpsc},
    time::sleep,
};

use crate::{
    failure::{SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_FULL, sqlite_code},
    fold::Fold,
    readers::Readers,
    synced::Synced,
    turn::{Call, Counts, Deadline, Lost, Pen},
};

/// Each action stands on `act`, and when it is over says so (`release act`):
/// which fails when SQLite has undone the whole transaction by itself (disk
/// full, I/O error). There is no other savepoint: SQLite lets go of what it
/// keeps for an undo only when none is open.
const BEGIN: [&str; 2] = ["begin immediate", "savepoint act"];
const UNDO: &str = "rollback to act";
const COMMIT: [&str; 2] = ["release act", "commit"];
/// Folds all of the log into the file, and begins it anew.
const TRUNCATE: &str = "pragma wal_checkpoint(truncate)";

/// How long another process may hold the file before we say busy, and how
/// often we look.
const BUSY: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(5);

/// What can still be relied on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    All,
    /// Not the writer: its commit failed, or a read, so it must be replaced
    /// first.
    NotWriter,
    /// Not the log: it could not be synced.
    NotLog,
}

/// Begins, commits and cleans up; the only one who does.
pub(crate) struct Keeper {
    pub(crate) returned: mpsc::UnboundedReceiver<Pen>,
    /// The writer's.
    pub(crate) options: SqliteOptions,
    /// Of a connection that is alone with the file.
    pub(crate) alone: SqliteOptions,
    pub(crate) trust: Trust,
    pub(crate) counts: Arc<Counts>,
    pub(crate) deadline: Arc<Deadline>,
    pub(crate) closing: Arc<Notify>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) behind: Option<Behind>,
}

/// What goes on behind the writer.
pub(crate) struct Behind {
    pub(crate) fold: Fold,
    pub(crate) synced: Synced,
}

impl Keeper {
    pub(crate) async fn keep(mut self, mut pen: Pen) {
        while let Some(first) = self.next(&mut pen).await {
            if let Err(lost) = self.begin(&mut pen).await {
                first.send(Err(lost)).ok();
                while let Ok(call) = pen.line.try_recv() {
                    call.send(Err(lost)).ok();
                }
                continue;
            }
            let Some((returned, outcome)) = self.batch(pen, first).await else {
                return;
            };
            pen = returned;
            self.answer(&mut pen, outcome);
            if self.trust == Trust::All && pen.connection.in_doubt() {
                self.trust = Trust::NotWriter;
            }
            if self.trust == Trust::NotWriter {
                // Tried again before the next batch.
                self.replace(&mut pen).await.ok();
            }
        }
        // Those who wait for a sync are answered. The last to leave folds what
        // is left of the log.
        aside(|| drop(self.behind));
        if let Err(error) = pen.connection.close().await {
            tracing::error!(%error, "the writer did not close well");
        }
    }

    /// Who begins the next batch; nobody once the line is closed and empty.
    async fn next(&mut self, pen: &mut Pen) -> Option<Call> {
        loop {
            tokio::select! {
                call = pen.line.recv() => return call,
                () = self.closing.notified() => {
                    pen.line.close();
                    return pen.line.recv().await;
                }
                // Tried again before the next batch.
                () = pen.log.trouble.notified() => if pen.log.has_failed() {
                    self.reopen(pen).await.ok();
                },
            }
        }
    }

    /// Opens a batch, or says what those in line are told.
    async fn begin(&mut self, pen: &mut Pen) -> Result<(), Lost> {
        if pen.log.has_failed() {
            self.trust = Trust::NotLog;
        }
        match self.trust {
            Trust::All => {}
            Trust::NotWriter => self.replace(pen).await?,
            Trust::NotLog => self.reopen(pen).await?,
        }
        let asked = Instant::now();
        let error = loop {
            let mut begin = BEGIN.iter();
            match begin.try_for_each(|sql| pen.connection.says(sql)) {
                Ok(()) => {
                    pen.opened = Instant::now();
                    pen.dirty = false;
                    pen.last = false;
                    return Ok(());
                }
                Err(error) if is_busy(&error) && asked.elapsed() < BUSY => sleep(LOOK).await,
                Err(error) => break error,
            }
        };
        if !is_busy(&error) {
            self.trust = Trust::NotWriter;
        }
        tracing::error!(%error, "no batch could be begun; those in line were sent away");
        Err(Lost::Busy)
    }

    /// One batch, from its first action to its commit. `None` when the runtime
    /// is going down.
    async fn batch(&mut self, mut pen: Pen, first: Call) -> Option<(Pen, Result<(), Lost>)> {
        let mut first = Some(first);
        loop {
            pen.hand_on(first.take());
            pen = self.returned.recv().await?;
            if pen.dirty {
                if let Err(error) = pen.connection.says(UNDO) {
                    tracing::error!(%error, "SQLite undid a whole batch by itself");
                    let lost = self.failed(&mut pen, &error);
                    return Some((pen, Err(lost)));
                }
                pen.dirty = false;
            }
            if pen.last || !pen.goes_on() {
                break;
            }
        }
        let committed = COMMIT.iter().try_for_each(|sql| pen.connection.says(sql));
        let outcome = committed.map_err(|error| {
            tracing::error!(%error, actions = pen.acks.len(), "a batch was not kept");
            self.failed(&mut pen, &error)
        });
        Some((pen, outcome))
    }

    /// A batch that was committed is answered after the next sync, another now.
    fn answer(&self, pen: &mut Pen, outcome: Result<(), Lost>) {
        let acks = std::mem::take(&mut pen.acks);
        match (outcome, &self.behind) {
            (Ok(()), Some(behind)) => {
                behind.fold.committed();
                behind.synced.answer(acks);
            }
            (outcome, _) => {
                for ack in acks {
                    // One who left does not hear the answer.
                    ack.send(outcome.and(Err(Lost::Fault))).ok();
                }
            }
        }
    }

    /// Undoes what is left of a batch, and says what its actions are told.
    fn failed(&mut self, pen: &mut Pen, error: &sqlx::Error) -> Lost {
        // Fails when SQLite has already undone it: that is as good.
        pen.connection.says("rollback").ok();
        match sqlite_code(error) {
            Some(SQLITE_FULL) => {
                // First the log is folded, which gives its room back: otherwise
                // it takes whatever room there is again.
                self.trust = Trust::NotWriter;
                Lost::Full
            }
            // No such savepoint or transaction, locked, a deferred rule: the
            // commit itself was never reached.
            Some(SQLITE_ERROR | SQLITE_BUSY | SQLITE_CONSTRAINT) => Lost::Busy,
            _ => {
                self.trust = Trust::NotWriter;
                Lost::Fault
            }
        }
    }

    /// A new connection in place of one whose commit failed. The new one is
    /// opened before the old one closes, so that closing does not move the
    /// failed frames into the database; truncating the log then drops them.
    async fn replace(&mut self, pen: &mut Pen) -> Result<(), Lost> {
        let replaced = async {
            let new = self.deadline.open(&self.options)?;
            let old = std::mem::replace(&mut pen.connection, new);
            old.close().await.ok();
            truncate(&mut pen.connection).await
        };
        let replaced = replaced.await;
        self.mended("the writer could not be replaced", replaced)
    }

    /// Opens the file anew after a sync of the log has failed. Part of the log
    /// may stand in the system's memory alone, or no longer anywhere: so
    /// everybody leaves, and one connection that is alone with the file reads
    /// the log as after a crash, by its checksums, and folds what is whole.
    async fn reopen(&mut self, pen: &mut Pen) -> Result<(), Lost> {
        self.trust = Trust::NotLog;
        let reopened = async {
            let pause = self.readers.pause().await?;
            aside(|| drop(self.behind.take()));
            let old = std::mem::replace(&mut pen.connection, SqliteConnection::to_nothing()?);
            aside(|| old.leave_the_log()).ok();
            let mut alone = aside(|| self.alone.open())?;
            let truncated = truncate(&mut alone).await;
            alone.close().await?;
            pen.connection = self.deadline.open(&self.options)?;
            self.behind = Some(Behind::open(&self.options, pen, &self.counts)?);
            drop(pause);
            truncated
        };
        let reopened = reopened.await;
        self.mended("the file could not be opened anew", reopened)
    }

    fn mended(&mut self, not: &str, folded: Result<bool, sqlx::Error>) -> Result<(), Lost> {
        match folded {
            Ok(true) => {
                self.trust = Trust::All;
                Ok(())
            }
            Ok(false) => {
                tracing::warn!("the log is being read, so it could not be truncated yet");
                Err(Lost::Busy)
            }
            Err(error) => {
                tracing::error!(%error, "{not}");
                match sqlite_code(&error) {
                    Some(SQLITE_FULL) => Err(Lost::Full),
                    _ => Err(Lost::Busy),
                }
            }
        }
    }
}

impl Behind {
    /// Begins to sync and to fold what the writer commits.
    ///
    /// # Errors
    /// When the file or its log cannot be opened.
    pub(crate) fn open(
        options: &SqliteOptions,
        pen: &Pen,
        counts: &Arc<Counts>,
    ) -> Result<Self, sqlx::Error> {
        Ok(Self {
            fold: Fold::open(options)?,
            synced: Synced::open(options.file(), &pen.log, counts)?,
        })
    }
}

/// Gives whether all of the log is in the file.
async fn truncate(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    let busy: i64 = sqlx::query_scalar(TRUNCATE).fetch_one(connection).await?;
    Ok(busy == 0)
}

fn is_busy(error: &sqlx::Error) -> bool {
    sqlite_code(error) == Some(SQLITE_BUSY)
}
