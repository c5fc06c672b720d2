//! SQLite's readers: a few connections that cannot write, each for one read at
//! a time. The one that came back last goes out first, because its cache holds
//! what is being looked at. A pool of the library would ask each connection
//! after every read whether it still lives: as much work as a short statement.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a read may wait for a free connection.
const WAIT: Duration = Duration::from_secs(10);

/// Those that are at rest, and the right to one more.
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    most: u32,
    free: Arc<Semaphore>,
    at_rest: Mutex<Vec<SqliteConnection>>,
}

impl Readers {
    /// Opens the first; the others are opened when they are needed.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) async fn open(
        options: SqliteConnectOptions,
        most: u32,
    ) -> Result<Arc<Self>, sqlx::Error> {
        let first = SqliteConnection::connect_with(&options).await?;
        let free = Semaphore::new(usize::try_from(most).unwrap_or(1));
        Ok(Arc::new(Self {
            options,
            most,
            free: Arc::new(free),
            at_rest: Mutex::new(vec![first]),
        }))
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
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        Ok(Reader {
            out: Some((connection, permit)),
            asked: false,
            of: self.clone(),
        })
    }

    /// Waits for those that are out, and closes all.
    pub(crate) async fn close(&self) {
        let all = self.free.acquire_many(self.most).await;
        self.free.close();
        drop(all);
        let connections = std::mem::take(&mut *self.at_rest());
        for connection in connections {
            // Nothing is left to be kept or lost when closing fails.
            connection.close().await.ok();
        }
    }

    fn at_rest(&self) -> MutexGuard<'_, Vec<SqliteConnection>> {
        // A list is whole whatever happened to whoever held it.
        self.at_rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that is out; it goes back when dropped.
pub(crate) struct Reader {
    out: Option<(SqliteConnection, OwnedSemaphorePermit)>,
    /// A statement was begun, and nobody has seen its end.
    asked: bool,
    of: Arc<Readers>,
}

impl Reader {
    /// The connection, for one statement; none once it was given up.
    pub(crate) fn begin(&mut self) -> Option<&mut SqliteConnection> {
        self.asked = true;
        self.out.as_mut().map(|(connection, _)| connection)
    }

    /// The statement has ended.
    pub(crate) const fn ended(&mut self) {
        self.asked = false;
    }

    /// Its thread has ended: it never goes back.
    pub(crate) fn give_up(&mut self) {
        self.out = None;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some((mut connection, permit)) = self.out.take() else {
            return;
        };
        let of = self.of.clone();
        if !self.asked {
            of.at_rest().push(connection);
            return;
        }
        // Whoever asked went away before the answer. The connection is free
        // when that statement has ended, not before: the next would wait.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if connection.ping().await.is_ok() {
                    of.at_rest().push(connection);
                }
                drop(permit);
            });
        }
    }
}
