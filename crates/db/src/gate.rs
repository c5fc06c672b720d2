//! SQLite's single writer, with group commit: many actions share one sync.
//! The one connection travels in a [`Turn`] from action to action; between
//! batches it rests with the keeper, which alone begins and commits. Each
//! action is answered only after the commit it is part of, a refused one too,
//! because it may rest on a neighbour's writes. The keeper also cleans up
//! after an action that was refused, slow, panicked or dropped.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    Failure,
    failure::{SQLITE_BUSY, SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_FULL, sqlite_code},
    tx::{self, Link, Tx},
};

/// How many may wait for a turn; beyond it they are told to come back.
const LINE: usize = 256;
/// How long one may wait for a turn.
const WAIT: Duration = Duration::from_secs(10);
/// A batch closes at this many answers, or this age, or when nobody waits.
const BATCH: usize = 64;
const AGE: Duration = Duration::from_millis(20);

/// Each batch stands on `base`, so that we notice when SQLite undoes the whole
/// transaction by itself (disk full, I/O error); each action on `act`.
const BEGIN: &str = "begin immediate; savepoint base; savepoint act";
const NEXT: &str = "savepoint act";
const UNDO: &str = "rollback to act";
const COMMIT: &str = "release base; commit";

/// Why a batch was not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lost {
    /// Nothing was done.
    Busy,
    /// Nothing was done; the disk has no room.
    Full,
    /// Nobody knows.
    Fault,
}

impl<R> From<Lost> for Failure<R> {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Busy => Self::Busy,
            Lost::Full => Self::Full,
            Lost::Fault => Self::Fault,
        }
    }
}

type Call = oneshot::Sender<Turn>;
type Ack = oneshot::Sender<Result<(), Lost>>;

/// What has gone through the gate since the start.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) acts: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) waiting: AtomicU64,
}

/// Counts one who waits, until dropped.
pub(crate) struct Waiting<'c>(&'c Counts);

impl Counts {
    /// One commit that kept this many actions.
    pub(crate) fn kept(&self, acts: usize) {
        self.batches.fetch_add(1, Relaxed);
        let acts = u64::try_from(acts).unwrap_or(u64::MAX);
        self.acts.fetch_add(acts, Relaxed);
    }

    pub(crate) fn wait(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Relaxed);
        Waiting(self)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

/// Where actions stand in line for the writer.
pub(crate) struct Gate {
    line: mpsc::Sender<Call>,
    pub(crate) counts: Arc<Counts>,
    closing: Arc<Notify>,
    keeper: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Gate {
    /// Opens the writer and starts its keeper.
    ///
    /// # Errors
    /// When the connection cannot be opened.
    pub(crate) async fn open(options: SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = SqliteConnection::connect_with(&options).await?;
        let (line, calls) = mpsc::channel(LINE);
        let (home, returned) = mpsc::unbounded_channel();
        let counts = Arc::new(Counts::default());
        let closing = Arc::new(Notify::new());
        let pen = Pen {
            connection,
            line: calls,
            home,
            acks: Vec::with_capacity(BATCH),
            opened: Instant::now(),
            dirty: false,
            last: false,
        };
        let keeper = Keeper {
            returned,
            options,
            mistrusted: false,
            counts: counts.clone(),
            closing: closing.clone(),
        };
        let keeper = tokio::spawn(watch(tokio::spawn(keeper.keep(pen))));
        let keeper = std::sync::Mutex::new(Some(keeper));
        Ok(Self {
            line,
            counts,
            closing,
            keeper,
        })
    }

    /// Runs one action in its turn, and waits until its batch is on the disk.
    pub(crate) async fn act<T, R, F>(&self, action: F) -> Result<T, Failure<R>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, Failure<R>>,
    {
        let _waiting = self.counts.wait();
        let mut turn = self.turn().await?;
        turn.start();
        let mut tx = Tx::new(Link::LiteAct(turn));
        let result = tx::run(&mut tx, action).await;
        let Link::LiteAct(turn) = tx.link else {
            return Err(Failure::Fault);
        };
        let (result, answer) = turn.finish(result).await;
        match answer.await {
            Ok(Ok(())) => result,
            Ok(Err(lost)) => Err(lost.into()),
            Err(_gone) => Err(Failure::Fault),
        }
    }

    async fn turn(&self) -> Result<Turn, Lost> {
        let (call, called) = oneshot::channel();
        self.line.try_send(call).map_err(|_| Lost::Busy)?;
        match tokio::time::timeout(WAIT, called).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Lost::Busy),
        }
    }

    /// Lets those in line finish, then closes the writer.
    pub(crate) async fn close(&self) {
        self.closing.notify_one();
        let keeper = self.keeper.lock().map_or(None, |mut keeper| keeper.take());
        if let Some(keeper) = keeper
            && let Err(error) = keeper.await
        {
            tracing::error!(%error, "the keeper of the writer did not end well");
        }
    }
}

/// The writer and everything that belongs to the batch being written.
struct Pen {
    connection: SqliteConnection,
    line: mpsc::Receiver<Call>,
    home: mpsc::UnboundedSender<Pen>,
    acks: Vec<Ack>,
    opened: Instant,
    /// What stands above the last `act` must be undone.
    dirty: bool,
    /// No fresh `act` stands open: nobody may write any more in this batch.
    last: bool,
}

impl Pen {
    /// Whether another action fits in this batch, and somebody waits.
    fn goes_on(&self) -> bool {
        self.acks.len() < BATCH && self.opened.elapsed() < AGE && !self.line.is_empty()
    }

    /// To the next in line who is still there, else home to the keeper.
    fn hand_on(mut self, first: Option<Call>) {
        let mut next = first.or_else(|| self.line.try_recv().ok());
        while let Some(call) = next {
            let turn = Turn { pen: Some(self) };
            match call.send(turn) {
                Ok(()) => return,
                Err(mut turn) => match turn.pen.take() {
                    Some(pen) => self = pen,
                    None => return,
                },
            }
            next = self.line.try_recv().ok();
        }
        self.go_home();
    }

    fn go_home(self) {
        let home = self.home.clone();
        // Only when the whole runtime is going down is the keeper gone: then
        // the connection is dropped with what was not committed.
        home.send(self).ok();
    }
}

/// The right to write, for one action. However it ends, dropping it passes
/// the connection on.
pub(crate) struct Turn {
    pen: Option<Pen>,
}

impl Turn {
    pub(crate) fn connection(&mut self) -> Option<&mut SqliteConnection> {
        self.pen.as_mut().map(|pen| &mut pen.connection)
    }

    /// From here on a drop leaves something to undo.
    fn start(&mut self) {
        if let Some(pen) = &mut self.pen {
            pen.dirty = true;
        }
    }

    /// Leaves the place for an answer, and passes the connection on.
    async fn finish<T, R>(
        mut self,
        mut result: Result<T, Failure<R>>,
    ) -> (Result<T, Failure<R>>, oneshot::Receiver<Result<(), Lost>>) {
        let (ack, answer) = oneshot::channel();
        if let Some(pen) = &mut self.pen {
            pen.acks.push(ack);
            if result.is_ok() {
                if pen.goes_on() {
                    match sqlx::query(NEXT).execute(&mut pen.connection).await {
                        Ok(_) => pen.dirty = false,
                        Err(error) => result = Err(error.into()),
                    }
                } else {
                    pen.dirty = false;
                    pen.last = true;
                }
            }
        }
        (result, answer)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(pen) = self.pen.take() {
            if pen.dirty || pen.last || !pen.goes_on() {
                pen.go_home();
            } else {
                pen.hand_on(None);
            }
        }
    }
}

/// Begins, commits and cleans up; the only one who does.
struct Keeper {
    returned: mpsc::UnboundedReceiver<Pen>,
    options: SqliteConnectOptions,
    /// A commit failed: the connection must be replaced first.
    mistrusted: bool,
    counts: Arc<Counts>,
    closing: Arc<Notify>,
}

impl Keeper {
    async fn keep(mut self, mut pen: Pen) {
        loop {
            let call = tokio::select! {
                call = pen.line.recv() => call,
                () = self.closing.notified() => {
                    pen.line.close();
                    continue;
                }
            };
            let Some(first) = call else { break };
            if !self.begin(&mut pen).await {
                // Dropping a call tells its owner that nothing was done.
                while pen.line.try_recv().is_ok() {}
                continue;
            }
            let Some((returned, outcome)) = self.batch(pen, first).await else {
                return;
            };
            pen = returned;
            if outcome.is_ok() {
                self.counts.kept(pen.acks.len());
            }
            for ack in pen.acks.drain(..) {
                // One who left does not hear the answer.
                ack.send(outcome).ok();
            }
            if self.mistrusted {
                self.replace(&mut pen).await;
            }
        }
        if let Err(error) = pen.connection.close().await {
            tracing::error!(%error, "the writer did not close well");
        }
    }

    /// Opens a batch; `false` when it cannot be opened.
    async fn begin(&mut self, pen: &mut Pen) -> bool {
        if self.mistrusted && !self.replace(pen).await {
            return false;
        }
        pen.opened = Instant::now();
        pen.dirty = false;
        pen.last = false;
        let Err(error) = sqlx::raw_sql(BEGIN).execute(&mut pen.connection).await else {
            return true;
        };
        self.mistrusted = sqlite_code(&error) != Some(SQLITE_BUSY);
        tracing::error!(%error, "no batch could be begun; those in line were sent away");
        false
    }

    /// One batch, from its first action to its commit. `None` when the runtime
    /// is going down.
    async fn batch(&mut self, mut pen: Pen, first: Call) -> Option<(Pen, Result<(), Lost>)> {
        let mut first = Some(first);
        loop {
            pen.hand_on(first.take());
            pen = self.returned.recv().await?;
            if pen.dirty {
                if let Err(error) = sqlx::query(UNDO).execute(&mut pen.connection).await {
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
        // Stepping past the answers of the batch, nothing else: a batch of
        // nothing but drops and refusals is committed too, empty.
        let outcome = match sqlx::raw_sql(COMMIT).execute(&mut pen.connection).await {
            Ok(_) => Ok(()),
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
        sqlx::query("rollback")
            .execute(&mut pen.connection)
            .await
            .ok();
        match sqlite_code(error) {
            Some(SQLITE_FULL) => Lost::Full,
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
    async fn replace(&mut self, pen: &mut Pen) -> bool {
        let replaced = async {
            let new = SqliteConnection::connect_with(&self.options).await?;
            let old = std::mem::replace(&mut pen.connection, new);
            old.close().await.ok();
            sqlx::query_scalar::<_, i64>("pragma wal_checkpoint(truncate)")
                .fetch_one(&mut pen.connection)
                .await
        };
        match replaced.await {
            Ok(0) => self.mistrusted = false,
            Ok(_) => tracing::warn!("the log is being read, so it could not be truncated yet"),
            Err(error) => tracing::error!(%error, "the writer could not be replaced"),
        }
        !self.mistrusted
    }
}

/// Watches the keeper. Without it nobody would ever be answered again: better
/// that the process ends and is started anew.
async fn watch(keeper: JoinHandle<()>) {
    if let Err(error) = keeper.await
        && error.is_panic()
    {
        tracing::error!(%error, "the keeper of the writer panicked; the process ends");
        std::process::abort();
    }
}
