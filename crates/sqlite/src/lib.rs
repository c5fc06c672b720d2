//! SQLite, as sqlx speaks to a database: statements are function calls of
//! rusqlite in the task that asks, and their answers the rows and errors that
//! sqlx's queries take. sqlx's own driver keeps a thread for each connection;
//! going there and back costs more than most of our statements do
//! (docs/decisions/0008-sqlite-in-the-task.md). A statement holds up its task
//! until it has ended: what takes long is run [`aside`].

mod types;
mod row;
mod failure;
mod connection;

pub use connection::{SqliteConnection, SqliteOptions, SqliteStatement, SqliteWrote, aside};
pub use failure::SqliteError;
pub use row::{SqliteColumn, SqliteRow};
pub use types::{
    SqliteArguments, SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValue, SqliteValueRef,
};

/// The database, for sqlx.
#[derive(Debug)]
pub struct Sqlite;

impl sqlx::Database for Sqlite {
    type Connection = SqliteConnection;
    type TransactionManager = connection::NoTransactions;
    type Row = SqliteRow;
    type QueryResult = SqliteWrote;
    type Column = SqliteColumn;
    type TypeInfo = SqliteTypeInfo;
    type Value = SqliteValue;
    type ValueRef<'r> = SqliteValueRef<'r>;
    type Arguments = SqliteArguments;
    type ArgumentBuffer = SqliteArgumentsBuffer;
    type Statement = SqliteStatement;
    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &["sqlite"];
}
