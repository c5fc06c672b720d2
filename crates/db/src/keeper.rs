//! The keeper of SQLite's writer: it alone begins and commits, answers those
//! whose batch was kept, and cleans up after an action that was refused, slow,
//! panicked or dropped. A connection whose commit failed, whose disk was full,
//! or that could not read a page is never used again.

use std::{sync::Arc, time::Instant};

use kith_sqlite::{SqliteOptions, aside};
use sqlx::Connection;
use tokio::sync::{Notify, mpsc};

use crate::{
    failure::{SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_FULL, sqlite_code},
    fold::Fold,
    turn::{Call, Counts, Deadline, Lost, Pen},
};

/// Each action stands on `act`, and when it is over says so (`release act`):
/// which fails when SQLite has undone the whole transaction by itself (disk
/// full, I/O error). There is no other savepoint: SQLite lets go of what it
/// keeps for an undo only when none is open.
const BEGIN: &str = "begin immediate; savepoint act";
const UNDO: &str = "rollback to act";
const COMMIT: &str = "release act; commit";

/// Begins, commits and cleans up; the only one who does.
pub(crate) struct Keeper {
    pub(crate) returned: mpsc::UnboundedReceiver<Pen>,
    pub(crate) options: SqliteOptions,
    /// A commit failed, or a read: the connection must be replaced first.
    pub(crate) mistrusted: bool,
    pub(crate) counts: Arc<Counts>,
    pub(crate) deadline: Arc<Deadline>,
    pub(crate) closing: Arc<Notify>,
    pub(crate) fold: Fold,
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
            if outcome.is_ok() {
                self.counts.kept(pen.acks.len());
                self.fold.committed();
            }
            for ack in pen.acks.drain(..) {
                // One who left does not hear the answer.
                ack.send(outcome).ok();
            }
            self.mistrusted |= pen.connection.in_doubt();
            if self.mistrusted {
                // Tried again before the next batch.
                self.replace(&mut pen).await.ok();
            }
        }
        // The last to leave folds what is left of the log.
        aside(|| drop(self.fold));
        if let Err(error) = pen.connection.close().await {
            tracing::error!(%error, "the writer did not close well");
        }
    }

    /// Who begins the next batch; nobody once the line is closed and empty.
    async fn next(&self, pen: &mut Pen) -> Option<Call> {
        tokio::select! {
            call = pen.line.recv() => call,
            () = self.closing.notified() => {
                pen.line.close();
                pen.line.recv().await
            }
        }
    }

    /// Opens a batch, or says what those in line are told.
    async fn begin(&mut self, pen: &mut Pen) -> Result<(), Lost> {
        if self.mistrusted {
            self.replace(pen).await?;
        }
        pen.opened = Instant::now();
        pen.dirty = false;
        pen.last = false;
        let Err(error) = aside(|| pen.connection.batch(BEGIN)) else {
            return Ok(());
        };
        self.mistrusted = sqlite_code(&error) != Some(SQLITE_BUSY);
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
                    let lost = self.failed(&mut pen, &error).await;
                    return Some((pen, Err(lost)));
                }
                pen.dirty = false;
            }
            if pen.last || !pen.goes_on() {
                break;
            }
        }
        let outcome = match aside(|| pen.connection.batch(COMMIT)) {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::error!(%error, actions = pen.acks.len(), "a batch was not kept");
                Err(self.failed(&mut pen, &error).await)
            }
        };
        Some((pen, outcome))
    }

    /// Undoes what is left of a batch, and says what its actions are told.
    async fn failed(&mut self, pen: &mut Pen, error: &sqlx::Error) -> Lost {
        // Fails when SQLite has already undone it: that is as good.
        pen.connection.says("rollback").ok();
        match sqlite_code(error) {
            Some(SQLITE_FULL) => {
                // First the log is folded, which gives its room back: otherwise
                // it takes whatever room there is again.
                self.mistrusted = true;
                Lost::Full
            }
            // No such savepoint or transaction, locked, a deferred rule: the
            // commit itself was never reached.
            Some(SQLITE_ERROR | SQLITE_BUSY | SQLITE_CONSTRAINT) => Lost::Busy,
            _ => {
                self.mistrusted = true;
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
            sqlx::query_scalar::<_, i64>("pragma wal_checkpoint(truncate)")
                .fetch_one(&mut pen.connection)
                .await
        };
        match replaced.await {
            Ok(0) => {
                self.mistrusted = false;
                Ok(())
            }
            Ok(_) => {
                tracing::warn!("the log is being read, so it could not be truncated yet");
                Err(Lost::Busy)
            }
            Err(error) => {
                tracing::error!(%error, "the writer could not be replaced");
                match sqlite_code(&error) {
                    Some(SQLITE_FULL) => Err(Lost::Full),
                    _ => Err(Lost::Busy),
                }
            }
        }
    }
}
