//! Opening a database, changing it and reading it, whichever of the two runs.

use std::sync::Arc;

use sqlx::Connection;

use crate::{
    DbFailure, Failure,
    lite::Lite,
    pg::Pg,
    tx::{self, Link, Tx},
};

/// An open database. Cheap to clone; all clones are the same database.
#[derive(Clone)]
pub struct Db {
    pub(crate) engine: Arc<Running>,
}

/// Which database runs.
pub(crate) enum Running {
    Lite(Lite),
    Pg(Box<Pg>),
}

impl Db {
    /// Opens the database at `sqlite:PATH` (which must exist) or
    /// `postgres://…`. It is not migrated: see [`Db::migrate`] and
    /// [`Db::pending`].
    ///
    /// # Errors
    /// When the address is of no database, the file is missing, or the
    /// database does not answer.
    pub async fn connect(url: &str) -> Result<Self, DbFailure> {
        Self::open(url, false).await
    }

    /// As [`Db::connect`], and makes the SQLite file when there is none.
    ///
    /// # Errors
    /// As [`Db::connect`].
    pub async fn create(url: &str) -> Result<Self, DbFailure> {
        Self::open(url, true).await
    }

    async fn open(url: &str, create: bool) -> Result<Self, DbFailure> {
        let running = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Running::Pg(Box::new(Pg::open(url).await?))
        } else {
            Running::Lite(Lite::open(url, create).await?)
        };
        Ok(Self {
            engine: Arc::new(running),
        })
    }

    /// Whether the database is a file of our own (SQLite), which the program
    /// migrates and backs up by itself; a server is its owner's.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(*self.engine, Running::Lite(_))
    }

    /// Runs one action: all of it is kept, or nothing. Returns once it is safe
    /// on the disk. The closure is an `async |tx| …`, may borrow, has two
    /// seconds, and does nothing outside the database: it reads and writes
    /// through its own `tx` alone.
    ///
    /// # Errors
    /// [`Failure`] says whether nothing was done, or the outcome is unknown.
    ///
    /// # Panics
    /// Inside another action.
    pub async fn act<T, R, F>(&self, action: F) -> Result<T, Failure<R>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, Failure<R>>,
    {
        tx::outside_actions();
        match &*self.engine {
            Running::Lite(lite) => lite.gate.act(action).await,
            Running::Pg(pg) => pg.act(action).await,
        }
    }

    /// Reads through a connection that cannot write. Statements do not share a
    /// snapshot.
    ///
    /// # Errors
    /// What the closure gives; [`Failure::Busy`] when no connection is free.
    ///
    /// # Panics
    /// Inside an action: it would not see what the action has written.
    pub async fn read<T, R, F>(&self, question: F) -> Result<T, Failure<R>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, Failure<R>>,
    {
        tx::outside_actions();
        let link = match &*self.engine {
            Running::Lite(lite) => Link::LiteRead(lite.reader().await?),
            Running::Pg(pg) => Link::PgRead(pg.reader().await?),
        };
        question(&mut Tx::new(link)).await
    }

    /// Lets running actions finish, then closes every connection; later calls
    /// are told the system is busy.
    pub async fn close(&self) {
        match &*self.engine {
            Running::Lite(lite) => lite.close().await,
            Running::Pg(pg) => pg.close().await,
        }
    }

    /// Work on the whole database, through a connection of its own beside the
    /// gate and the pools, which is closed before this returns. What the work
    /// leaves uncommitted is undone.
    pub(crate) async fn beside<T, F>(&self, work: F) -> Result<T, DbFailure>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, DbFailure>,
    {
        let mut tx = Tx::new(match &*self.engine {
            Running::Lite(lite) => Link::LiteBeside(lite.beside()?),
            Running::Pg(pg) => Link::PgBeside(pg.beside().await?),
        });
        let result = work(&mut tx).await;
        // Nothing is left to be kept or lost when closing fails.
        match tx.link {
            Link::LiteBeside(connection) => connection.close().await.ok(),
            Link::PgBeside(connection) => connection.close().await.ok(),
            _ => None,
        };
        result
    }
}
