//! SQLite's readers: a few connections that cannot write, each for one read at
//! a time. The one that came back last goes out first, because its cache holds
//! what is being looked at.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kith_sqlite::{SqliteConnection, SqliteOptions};
use sqlx::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a read may wait for a free connection.
const WAIT: Duration = Duration::from_secs(10);

/// Those that are at rest, and the right to one more.
pub(crate) struct Readers {
    options: SqliteOptions,
    most: usize,
    free: Arc<Semaphore>,
    at_rest: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    /// At most so many; they are opened when they are needed.
    pub(crate) fn new(options: SqliteOptions, most: usize) -> Self {
        Self {
            options,
            most,
            free: Arc::new(Semaphore::new(most)),
            at_rest: Mutex::default(),
        }
    }

    /// One that is free.
    ///
    /// # Errors
    /// As a pool of the library: when none comes free in time, or all are
    /// closed; and when another cannot be opened.
    pub(crate) async fn one(self: &Arc<Self>) -> Result<Reader, sqlx::Error> {
        let permit = tokio::time::timeout(WAIT, self.free.clone().acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let rested = self.at_rest().pop();
        let connection = match rested {
            Some(connection) => connection,
            None => self.options.open()?,
        };
        Ok(Reader {
            out: Some((connection, permit)),
            of: self.clone(),
        })
    }

    /// Waits for those that are out, and closes all; while the answer is held
    /// nobody reads, afterwards they are opened again when they are needed.
    ///
    /// # Errors
    /// When all are closed for good.
    pub(crate) async fn pause(&self) -> Result<OwnedSemaphorePermit, sqlx::Error> {
        let most = u32::try_from(self.most).unwrap_or(u32::MAX);
        let all = self.free.clone().acquire_many_owned(most).await;
        let all = all.map_err(|_| sqlx::Error::PoolClosed)?;
        let at_rest = std::mem::take(&mut *self.at_rest());
        for connection in at_rest {
            // Nothing is left to be kept or lost when closing fails.
            connection.close().await.ok();
        }
        Ok(all)
    }

    /// Waits for those that are out, and closes all for good.
    pub(crate) async fn close(&self) {
        let all = self.pause().await;
        self.free.close();
        drop(all);
    }

    fn at_rest(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        // A list is whole whatever happened to whoever held it.
        self.at_rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that is out; it goes back when dropped.
pub(crate) struct Reader {
    out: Option<(SqliteConnection, OwnedSemaphorePermit)>,
    of: Arc<Readers>,
}

impl Reader {
    /// The connection, for a statement.
    pub(crate) fn connection(&mut self) -> Option<&mut SqliteConnection> {
        self.out.as_mut().map(|(connection, _)| connection)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some((connection, permit)) = self.out.take() {
            // One in doubt is closed; another is opened when it is needed.
            if !connection.in_doubt() {
                self.of.at_rest().push(connection);
            }
            drop(permit);
        }
    }
}
