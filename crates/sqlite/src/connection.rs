//! A connection to a file, and how sqlx's queries run on it. Statements are
//! kept prepared. A text without values may hold several statements.

use std::{
    fmt, future,
    ops::ControlFlow,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use log::LevelFilter;
use rusqlite::{OpenFlags, config::DbConfig};
use sqlx::{ColumnIndex, Either, Execute, Executor, SqlStr};
use sqlx_core::transaction::{Transaction, TransactionManager};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{
    Sqlite, SqliteArguments, SqliteColumn, SqliteRow, SqliteTypeInfo,
    failure::{is_of_a_page, told},
};

/// Runs what takes long so that the other tasks of this thread go on
/// elsewhere meanwhile.
pub fn aside<T>(work: impl FnOnce() -> T) -> T {
    let many = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
    if Handle::try_current().is_ok_and(many) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}

/// How a file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    file: PathBuf,
    read_only: bool,
    slow: bool,
    busy: Duration,
    kept: usize,
    pragmas: Vec<(&'static str, &'static str)>,
}

impl SqliteOptions {
    /// A file that is there, to read and write, with a hundred statements
    /// kept prepared.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            read_only: false,
            slow: false,
            busy: Duration::from_secs(5),
            kept: 100,
            pragmas: Vec::new(),
        }
    }

    /// Only to read.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// For work on the whole file: every statement runs [`aside`].
    #[must_use]
    pub const fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    /// How long another process may hold the file.
    #[must_use]
    pub const fn busy(mut self, most: Duration) -> Self {
        self.busy = most;
        self
    }

    /// How many statements are kept prepared.
    #[must_use]
    pub const fn kept(mut self, statements: usize) -> Self {
        self.kept = statements;
        self
    }

    /// A pragma that is set when the file is opened, after those before it.
    #[must_use]
    pub fn pragma(mut self, name: &'static str, value: &'static str) -> Self {
        self.pragmas.push((name, value));
        self
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Opens the file.
    ///
    /// # Errors
    /// When it is not there, or is no database.
    pub fn open(&self) -> Result<SqliteConnection, sqlx::Error> {
        let way = if self.read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        let open = || {
            let file = rusqlite::Connection::open_with_flags(
                &self.file,
                way | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?;
            file.busy_timeout(self.busy)?;
            file.set_prepared_statement_cache_capacity(self.kept);
            for (name, value) in &self.pragmas {
                file.execute_batch(&format!("pragma {name} = {value}"))?;
            }
            Ok(file)
        };
        let file = if self.slow { aside(open) } else { open() };
        Ok(SqliteConnection {
            file: file.map_err(told)?,
            slow: self.slow,
            in_doubt: false,
        })
    }
}

/// A connection to a file.
pub struct SqliteConnection {
    file: rusqlite::Connection,
    slow: bool,
    in_doubt: bool,
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection").finish_non_exhaustive()
    }
}

/// What came of a statement that gives no rows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SqliteWrote(u64);

impl SqliteWrote {
    /// How many rows it changed.
    #[must_use]
    pub const fn rows_affected(self) -> u64 {
        self.0
    }
}

impl Extend<Self> for SqliteWrote {
    fn extend<T: IntoIterator<Item = Self>>(&mut self, more: T) {
        self.0 += more.into_iter().map(|one| one.0).sum::<u64>();
    }
}

impl SqliteConnection {
    /// A connection to no file, to stand where one was.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn to_nothing() -> Result<Self, sqlx::Error> {
        Ok(Self {
            file: rusqlite::Connection::open_in_memory().map_err(told)?,
            slow: false,
            in_doubt: false,
        })
    }

    /// Closes and leaves the log as it is, also where this connection is the
    /// last to leave.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn leave_the_log(self) -> Result<(), sqlx::Error> {
        let stays = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        self.file.set_db_config(stays, true).map_err(told)?;
        self.file.close().map_err(|(_, error)| told(error))
    }

    /// Asks, after every so many steps of a statement, whether it goes on.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn goes_on_while(
        &mut self,
        steps: i32,
        mut goes_on: impl FnMut() -> bool + Send + 'static,
    ) -> Result<(), sqlx::Error> {
        self.file
            .progress_handler(steps, Some(move || !goes_on()))
            .map_err(told)
    }

    /// Runs one statement that is kept prepared, for what it does.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn says(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let mut statement = self.file.prepare_cached(sql).map_err(told)?;
        statement.execute([]).map(drop).map_err(told)
    }

    /// Runs a text of several statements, for what they do.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn batch(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        self.file.execute_batch(sql).map_err(told)
    }

    /// Whether a page could not be read as it should be. SQLite takes a read
    /// that ended short for a page of nothing and keeps it: whoever sees this
    /// goes on with another connection.
    #[must_use]
    pub const fn in_doubt(&self) -> bool {
        self.in_doubt
    }

    fn run<'q, E: Execute<'q, Sqlite>>(
        &mut self,
        mut query: E,
        each: impl FnMut(SqliteRow) -> ControlFlow<()>,
    ) -> Result<SqliteWrote, sqlx::Error> {
        let values = query.take_arguments().map_err(sqlx::Error::Encode)?;
        let text = query.sql();
        let work = || match values {
            Some(values) => self.prepared(text.as_str(), &values, each),
            None => self.file.execute_batch(text.as_str()),
        };
        if let Err(error) = if self.slow { aside(work) } else { work() } {
            self.in_doubt |= is_of_a_page(&error);
            return Err(told(error));
        }
        Ok(SqliteWrote(self.file.changes()))
    }

    fn prepared(
        &self,
        sql: &str,
        values: &SqliteArguments,
        mut each: impl FnMut(SqliteRow) -> ControlFlow<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.file.prepare_cached(sql)?;
        for at in 1..=statement.parameter_count() {
            let number = statement
                .parameter_name(at)
                .and_then(|name| name.strip_prefix('$')?.parse().ok())
                .unwrap_or(at);
            statement.raw_bind_parameter(at, values.numbered(number))?;
        }
        let names = statement.column_names().into_iter().enumerate();
        let columns: Arc<[SqliteColumn]> = names
            .map(|(at, name)| SqliteColumn {
                at,
                name: name.into(),
            })
            .collect();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if each(SqliteRow::read(&columns, row)?).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl<'c> Executor<'c> for &'c mut SqliteConnection {
    type Database = Sqlite;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<SqliteWrote, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let wrote = self.run(query, |_| ControlFlow::Continue(()));
        future::ready(wrote).boxed()
    }

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<Either<SqliteWrote, SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let mut rows = Vec::new();
        let wrote = self.run(query, |row| {
            rows.push(Ok(Either::Right(row)));
            ControlFlow::Continue(())
        });
        stream::iter(rows)
            .chain(stream::iter([wrote.map(Either::Left)]))
            .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<SqliteRow>, sqlx::Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Sqlite>,
    {
        let mut first = None;
        let wrote = self.run(query, |row| {
            first = Some(row);
            ControlFlow::Break(())
        });
        future::ready(wrote.map(|_| first)).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        _parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, Result<SqliteStatement, sqlx::Error>>
    where
        'c: 'e,
    {
        let read = self.file.prepare(sql.as_str()).map(drop).map_err(told);
        future::ready(read.map(|()| SqliteStatement(sql))).boxed()
    }
}

/// A statement that SQLite has read.
#[derive(Clone, Debug)]
pub struct SqliteStatement(SqlStr);

impl sqlx::Statement for SqliteStatement {
    type Database = Sqlite;
    fn into_sql(self) -> SqlStr {
        self.0
    }
    fn sql(&self) -> &SqlStr {
        &self.0
    }
    fn parameters(&self) -> Option<Either<&[SqliteTypeInfo], usize>> {
        None
    }
    fn columns(&self) -> &[SqliteColumn] {
        &[]
    }
    sqlx_core::impl_statement_query!(SqliteArguments);
}

impl ColumnIndex<SqliteStatement> for str {
    fn index(&self, _statement: &SqliteStatement) -> Result<usize, sqlx::Error> {
        Err(sqlx::Error::ColumnNotFound(self.into()))
    }
}

impl FromStr for SqliteOptions {
    type Err = sqlx::Error;
    fn from_str(url: &str) -> Result<Self, sqlx::Error> {
        let file = url.strip_prefix("sqlite:").unwrap_or(url);
        Ok(Self::of(Path::new(file)))
    }
}

impl sqlx::ConnectOptions for SqliteOptions {
    type Connection = SqliteConnection;
    fn from_url(url: &sqlx_core::Url) -> Result<Self, sqlx::Error> {
        url.as_str().parse()
    }
    async fn connect(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.open()
    }
    /// Statements are never logged: values may stand in them.
    fn log_statements(self, _level: LevelFilter) -> Self {
        self
    }
    fn log_slow_statements(self, _level: LevelFilter, _after: Duration) -> Self {
        self
    }
}

impl sqlx::Connection for SqliteConnection {
    type Database = Sqlite;
    type Options = SqliteOptions;
    async fn close(self) -> Result<(), sqlx::Error> {
        aside(|| self.file.close().map_err(|(_, error)| told(error)))
    }
    async fn close_hard(self) -> Result<(), sqlx::Error> {
        self.close().await
    }
    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        Ok(())
    }
    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
        Transaction::begin(self, None).await
    }
    fn shrink_buffers(&mut self) {}
    async fn flush(&mut self) -> Result<(), sqlx::Error> {
        Ok(())
    }
    fn should_flush(&self) -> bool {
        false
    }
}

/// Whoever writes says `begin` and `commit` itself: sqlx's own transactions
/// are refused.
#[derive(Debug)]
pub struct NoTransactions;

impl TransactionManager for NoTransactions {
    type Database = Sqlite;
    async fn begin(
        _connection: &mut SqliteConnection,
        _statement: Option<SqlStr>,
    ) -> Result<(), sqlx::Error> {
        Err(sqlx::Error::BeginFailed)
    }
    async fn commit(_connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        Err(sqlx::Error::BeginFailed)
    }
    async fn rollback(_connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        Err(sqlx::Error::BeginFailed)
    }
    fn start_rollback(_connection: &mut SqliteConnection) {}
    fn get_transaction_depth(_connection: &SqliteConnection) -> usize {
        0
    }
}
