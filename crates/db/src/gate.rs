//! SQLite's single writer, with group commit: many actions share one sync.
//! Actions stand in line; the one connection travels in a turn from action to
//! action, and between batches rests with the keeper. Each action is answered
//! only when the commit it is part of is on the disk, a refused one too, because
//! it may rest on a neighbour's writes.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use kith_sqlite::SqliteOptions;
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    Failure,
    keeper::{Behind, Keeper, Trust},
    readers::Readers,
    turn::{Call, Counts, Deadline, Lost, Pen, State, Turn},
    tx::{self, Link, Tx},
};

/// How many may wait for a turn; beyond it they are told to come back.
const LINE: usize = 256;
/// How long one may wait for a turn.
const WAIT: Duration = Duration::from_secs(10);

/// Where actions stand in line for the writer.
pub(crate) struct Gate {
    line: mpsc::Sender<Call>,
    pub(crate) counts: Arc<Counts>,
    closing: Arc<Notify>,
    keeper: Mutex<Option<JoinHandle<()>>>,
}

impl Gate {
    /// Opens the writer and starts its keeper.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn open(
        options: SqliteOptions,
        alone: SqliteOptions,
        readers: Arc<Readers>,
    ) -> Result<Self, sqlx::Error> {
        let deadline = Arc::new(Deadline::new());
        let connection = deadline.open(&options)?;
        let (line, calls) = mpsc::channel(LINE);
        let (home, returned) = mpsc::unbounded_channel();
        let counts = Arc::new(Counts::default());
        let closing = Arc::new(Notify::new());
        let pen = Pen {
            connection,
            line: calls,
            home,
            acks: Vec::new(),
            log: Arc::new(State::default()),
            opened: Instant::now(),
            dirty: false,
            last: false,
            deadline: deadline.clone(),
        };
        let behind = Behind::open(&options, &pen, &counts)?;
        let keeper = Keeper {
            returned,
            options,
            alone,
            trust: Trust::All,
            deadline,
            counts: counts.clone(),
            closing: closing.clone(),
            readers,
            behind: Some(behind),
        };
        let keeper = tokio::spawn(watched(async move { keeper.keep(pen).await }));
        let keeper = Mutex::new(Some(keeper));
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
        let (result, answer) = turn.finish(result);
        match answer.await {
            Ok(Ok(())) => result,
            // Nothing was done, and this action knows better why. A refusal
            // does not count: it may have rested on what was undone.
            Ok(Err(Lost::Busy)) => match result {
                Ok(_) | Err(Failure::Refused(_)) => Err(Failure::Busy),
                own => own,
            },
            Ok(Err(lost)) => Err(lost.into()),
            Err(_gone) => Err(Failure::Fault),
        }
    }

    async fn turn(&self) -> Result<Turn, Lost> {
        let (call, called) = oneshot::channel();
        self.line.try_send(call).map_err(|_| Lost::Busy)?;
        match tokio::time::timeout(WAIT, called).await {
            Ok(Ok(turn)) => turn,
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

/// Watches the keeper. Without it nobody would ever be answered again: better
/// that the process ends and is started anew. Ended where it panics: another
/// task may never run again, where there was no memory for a thread. Whoever
/// else panics, and drops it with all they have, ends themself alone.
async fn watched(keeper: impl Future<Output = ()>) {
    let mut keeper = Box::pin(keeper);
    std::future::poll_fn(|context| {
        let turn = AssertUnwindSafe(|| keeper.as_mut().poll(context));
        std::panic::catch_unwind(turn).unwrap_or_else(|_| {
            tracing::error!("the keeper of the writer panicked; the process ends");
            std::process::abort()
        })
    })
    .await;
}
