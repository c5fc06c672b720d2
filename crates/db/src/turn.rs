//! The right to write to SQLite, which travels with the one connection from
//! action to action. However an action ends (done, refused, slow, panicked,
//! dropped), its turn passes the connection on: to the next in line while the
//! batch goes on, otherwise home to the keeper. Every action finds a fresh
//! savepoint `act` open, and leaves one for the next.

use std::{
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
    time::{Duration, Instant},
};

use kith_sqlite::{SqliteConnection, SqliteError, SqliteOptions};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::Failure;

/// How long an action may take, from its first statement to its last.
pub(crate) const LIMIT: Duration = Duration::from_secs(2);
/// A batch closes at this many answers, or this age, when nobody waits, or as
/// soon as it is worth a commit and nothing is being synced.
const BATCH: usize = 64;
const FEW: usize = 24;
const AGE: Duration = Duration::from_millis(20);

/// What an action wrote becomes part of the batch, and the next may begin.
const NEXT: [&str; 2] = ["release act", "savepoint act"];

/// Why a batch was not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lost {
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

/// Waits for its turn, or hears that there will be none.
pub(crate) type Call = oneshot::Sender<Result<Turn, Lost>>;
pub(crate) type Ack = oneshot::Sender<Result<(), Lost>>;
pub(crate) type Answer = oneshot::Receiver<Result<(), Lost>>;

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

/// How the syncing of the log goes, for the writer to ask.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) under_way: AtomicUsize,
    pub(crate) failed: AtomicBool,
    /// Told when a sync fails.
    pub(crate) trouble: Notify,
}

impl State {
    /// Nothing is being synced: what is committed now is answered soonest.
    pub(crate) fn is_free(&self) -> bool {
        self.under_way.load(Relaxed) == 0
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Acquire)
    }

    /// From here on nobody is told that anything is kept, until the keeper has
    /// opened the file anew.
    pub(crate) fn fail(&self) {
        self.failed.store(true, Release);
        self.trouble.notify_one();
    }
}

/// When the writer must stop. Statements are function calls: a limit around the
/// task would be seen only between them, or never.
pub(crate) struct Deadline {
    start: Instant,
    /// Microseconds after `start`.
    at: AtomicU64,
}

/// Steps of SQLite's machine between two looks at the clock: a few hundred
/// microseconds.
const STEPS: i32 = 20_000;

impl Deadline {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            at: AtomicU64::new(u64::MAX),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn set(&self, limit: Duration) {
        let limit = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
        self.at.store(self.now().saturating_add(limit), Relaxed);
    }

    fn is_over(&self) -> bool {
        self.now() >= self.at.load(Relaxed)
    }

    /// A connection whose statements stop at the deadline.
    pub(crate) fn open(
        self: &Arc<Self>,
        options: &SqliteOptions,
    ) -> Result<SqliteConnection, sqlx::Error> {
        let mut connection = options.open()?;
        let deadline = self.clone();
        connection.goes_on_while(STEPS, move || !deadline.is_over())?;
        Ok(connection)
    }
}

/// The writer and everything that belongs to the batch being written.
pub(crate) struct Pen {
    pub(crate) connection: SqliteConnection,
    pub(crate) line: mpsc::Receiver<Call>,
    pub(crate) home: mpsc::UnboundedSender<Pen>,
    pub(crate) acks: Vec<Ack>,
    /// How the log is doing.
    pub(crate) log: Arc<State>,
    pub(crate) opened: Instant,
    /// What stands above the last `act` must be undone.
    pub(crate) dirty: bool,
    /// No fresh `act` stands open: nobody may write any more in this batch.
    pub(crate) last: bool,
    pub(crate) deadline: Arc<Deadline>,
}

impl Pen {
    /// Whether another action fits in this batch, and somebody waits.
    pub(crate) fn goes_on(&self) -> bool {
        let many = self.acks.len();
        let ends =
            many >= BATCH || many >= FEW && self.log.is_free() || self.opened.elapsed() >= AGE;
        !ends && !self.line.is_empty()
    }

    fn next(&mut self) -> Result<(), sqlx::Error> {
        NEXT.iter().try_for_each(|sql| self.connection.says(sql))
    }

    /// To the next in line who is still there, else home to the keeper.
    pub(crate) fn hand_on(mut self, first: Option<Call>) {
        let mut next = first.or_else(|| self.line.try_recv().ok());
        while let Some(call) = next {
            let turn = Turn { pen: Some(self) };
            match call.send(Ok(turn)) {
                Ok(()) | Err(Err(_)) => return,
                Err(Ok(mut turn)) => match turn.pen.take() {
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
    /// The connection, for the action's next statement.
    ///
    /// # Errors
    /// When its time is over: many short statements never meet the deadline
    /// themselves.
    pub(crate) fn connection(&mut self) -> Result<&mut SqliteConnection, sqlx::Error> {
        let pen = self.pen.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        if pen.deadline.is_over() {
            return Err(sqlx::Error::Database(Box::new(SqliteError::interrupted())));
        }
        Ok(&mut pen.connection)
    }

    /// From here on a drop leaves something to undo.
    pub(crate) fn start(&mut self) {
        if let Some(pen) = &mut self.pen {
            pen.dirty = true;
            pen.deadline.set(LIMIT);
        }
    }

    /// Leaves the place for an answer, and passes the connection on.
    pub(crate) fn finish<T, R>(
        mut self,
        mut result: Result<T, Failure<R>>,
    ) -> (Result<T, Failure<R>>, Answer) {
        let (ack, answer) = oneshot::channel();
        if let Some(pen) = &mut self.pen {
            pen.acks.push(ack);
            if result.is_ok() {
                if pen.goes_on() {
                    match pen.next() {
                        Ok(()) => pen.dirty = false,
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
