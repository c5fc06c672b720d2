//! What a store function is given: the way to the database inside one action
//! or one read. It hides which database answers, so that one SQL text serves
//! both. After a statement has failed, no further one is taken and nothing is
//! kept: PostgreSQL works like that by itself, and SQLite must not differ.

use kith_sqlite::SqliteConnection;
use sqlx::{PgConnection, Postgres, Transaction, pool::PoolConnection};

use crate::{
    Failure,
    readers::Reader,
    turn::{LIMIT, Turn},
};

tokio::task_local! {
    /// Set while an action runs in this task.
    static ACTING: ();
}

/// The way to the database inside one action or one read.
pub struct Tx {
    pub(crate) link: Link,
    failed: bool,
}

/// Who answers, and whether it may write. `Beside` is a connection of its own
/// for work on the whole database.
pub(crate) enum Link {
    LiteAct(Turn),
    LiteRead(Reader),
    LiteBeside(SqliteConnection),
    PgAct(Transaction<'static, Postgres>),
    PgRead(PoolConnection<Postgres>),
    PgBeside(PgConnection),
}

/// The connection of either database, for [`on!`](crate::on) and
/// [`run!`](crate::run) alone.
#[doc(hidden)]
pub enum Engine<'tx> {
    /// SQLite.
    Lite(&'tx mut SqliteConnection),
    /// PostgreSQL.
    Pg(&'tx mut PgConnection),
}

impl Tx {
    pub(crate) const fn new(link: Link) -> Self {
        Self {
            link,
            failed: false,
        }
    }

    /// Whether SQLite answers: for the rare question whose text must differ.
    #[must_use]
    pub const fn is_embedded(&self) -> bool {
        matches!(
            self.link,
            Link::LiteAct(_) | Link::LiteRead(_) | Link::LiteBeside(_)
        )
    }

    /// The connection, as long as no statement has failed.
    ///
    /// # Errors
    /// When an earlier statement of the same action failed.
    #[doc(hidden)]
    pub fn engine(&mut self) -> Result<Engine<'_>, sqlx::Error> {
        if self.failed {
            return Err(after_failure());
        }
        #[cfg(feature = "testing")]
        crate::tally::one_more();
        match &mut self.link {
            Link::LiteAct(turn) => turn.connection().map(Engine::Lite),
            Link::LiteRead(reader) => reader
                .connection()
                .map(Engine::Lite)
                .ok_or(sqlx::Error::WorkerCrashed),
            Link::LiteBeside(connection) => Ok(Engine::Lite(connection)),
            Link::PgAct(transaction) => Ok(Engine::Pg(transaction)),
            Link::PgRead(connection) => Ok(Engine::Pg(connection)),
            Link::PgBeside(connection) => Ok(Engine::Pg(connection)),
        }
    }

    /// Remembers that a statement failed, so that nothing after it is kept.
    #[doc(hidden)]
    pub fn saw<T>(&mut self, answer: &Result<T, sqlx::Error>) {
        self.failed |= matches!(answer, Err(e) if !matches!(e, sqlx::Error::RowNotFound));
    }
}

fn after_failure() -> sqlx::Error {
    sqlx::Error::Protocol(
        "an earlier statement of this action failed, so nothing of it can be kept".into(),
    )
}

/// Panics inside an action: its own `tx` is the only way to the database.
/// A second action would wait for the first for ever; a read would not see
/// what the action has written.
pub(crate) fn outside_actions() {
    assert!(
        ACTING.try_with(|()| ()).is_err(),
        "inside an action use its own tx: no db.act and no db.read"
    );
}

/// Runs an action within its time limit; an `Ok` after a failed statement is
/// an error, because nothing was kept.
pub(crate) async fn run<T, R, F>(tx: &mut Tx, action: F) -> Result<T, Failure<R>>
where
    F: AsyncFnOnce(&mut Tx) -> Result<T, Failure<R>>,
{
    let limited = tokio::time::timeout(LIMIT, action(&mut *tx));
    let result = ACTING.scope((), limited).await;
    match result {
        Err(_elapsed) => Err(Failure::Slow),
        Ok(Ok(_)) if tx.failed => Err(Failure::Sql(after_failure())),
        Ok(result) => result,
    }
}

/// Runs a query on whichever database answers, and waits for it:
/// `on!(tx, c => sqlx::query_scalar::<_, i64>(SQL).bind(x).fetch_one(c))?`.
/// Gives `Result<_, sqlx::Error>`.
#[macro_export]
macro_rules! on {
    ($tx:expr, $c:ident => $query:expr) => {{
        let tx: &mut $crate::Tx = &mut *$tx;
        let answer = match tx.engine() {
            ::core::result::Result::Ok($crate::Engine::Lite($c)) => $query.await,
            ::core::result::Result::Ok($crate::Engine::Pg($c)) => $query.await,
            ::core::result::Result::Err(failed) => ::core::result::Result::Err(failed),
        };
        tx.saw(&answer);
        answer
    }};
}

/// Runs a statement that gives no rows: `run!(tx, sqlx::query(SQL).bind(x))?`
/// gives the number of rows it changed (`u64`).
#[macro_export]
macro_rules! run {
    ($tx:expr, $query:expr) => {{
        let tx: &mut $crate::Tx = &mut *$tx;
        let answer = match tx.engine() {
            ::core::result::Result::Ok($crate::Engine::Lite(c)) => {
                $query.execute(c).await.map(|done| done.rows_affected())
            }
            ::core::result::Result::Ok($crate::Engine::Pg(c)) => {
                $query.execute(c).await.map(|done| done.rows_affected())
            }
            ::core::result::Result::Err(failed) => ::core::result::Result::Err(failed),
        };
        tx.saw(&answer);
        answer
    }};
}
