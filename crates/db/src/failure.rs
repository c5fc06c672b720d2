//! Why an action, or the database itself, did not do what was asked.
//! The difference that matters to the user: was nothing done (try again), or
//! is it unknown (look before trying again)? Forms carry an idempotency key
//! for the second case.

use std::{fmt, io, path::PathBuf};

use kith_base::Refusal;

/// What an action gives: its value, or a [`Failure`] around our own refusals.
pub type Outcome<T> = Result<T, Failure<Refusal>>;

/// Why an action gave no value. Only [`Failure::Fault`] leaves it unknown
/// whether the action was kept; after all others nothing was done.
pub enum Failure<R = Refusal> {
    /// The action itself said no.
    Refused(R),
    /// Too many are waiting, or another process holds the database: nothing
    /// was done, the same thing may be tried again at once.
    Busy,
    /// The action took longer than it may: nothing was done.
    Slow,
    /// The disk has no room: nothing was done, reading goes on.
    Full,
    /// The database, or the disk it is on, does not answer, or not with what
    /// should be there: nothing was done. Logged where it was met.
    Away,
    /// The last step could not be confirmed: the outcome is unknown.
    Fault,
    /// The database refused a statement: ours to mend, nothing was done.
    Sql(sqlx::Error),
}

impl From<Refusal> for Failure<Refusal> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What the database says in its own codes becomes the word the user needs.
impl<R> From<sqlx::Error> for Failure<R> {
    fn from(error: sqlx::Error) -> Self {
        match Trouble::of(&error) {
            Trouble::Busy => Self::Busy,
            Trouble::Slow => Self::Slow,
            Trouble::Full => Self::Full,
            Trouble::Away => {
                tracing::error!(%error, "the database does not answer");
                Self::Away
            }
            Trouble::Other => Self::Sql(error),
        }
    }
}

impl<R> Failure<R> {
    /// Whether a unique key was hit: somebody has that name, or this was
    /// already done. Only for [`Failure::Sql`].
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}

impl<R: fmt::Display> fmt::Display for Failure<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Busy => f.write_str("Nothing was saved: the system is busy. Try again"),
            Self::Slow => f.write_str("Nothing was saved: it took too long. Try again"),
            Self::Full => f.write_str(
                "Nothing was saved: the disk is full. What is there can still be read; \
                 ask whoever runs the system to make room",
            ),
            Self::Away => f.write_str(
                "Nothing was saved: the database does not answer. Try again in a minute; \
                 if it stays so, tell whoever runs the system",
            ),
            Self::Fault => f.write_str(
                "We could not confirm that this was saved. Look whether it is there \
                 before you try again",
            ),
            Self::Sql(error) => write!(f, "Nothing was saved: {error}"),
        }
    }
}

/// For logs: PostgreSQL puts the values of a row into the details of an error,
/// so those are left out.
impl<R: fmt::Debug> fmt::Debug for Failure<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => f.debug_tuple("Refused").field(refusal).finish(),
            Self::Busy => f.write_str("Busy"),
            Self::Slow => f.write_str("Slow"),
            Self::Full => f.write_str("Full"),
            Self::Away => f.write_str("Away"),
            Self::Fault => f.write_str("Fault"),
            Self::Sql(error) => write!(f, "Sql({error})"),
        }
    }
}

impl<R: fmt::Display + fmt::Debug> std::error::Error for Failure<R> {}

/// The troubles that have a word of their own, told from the codes of SQLite
/// (primary result codes) and PostgreSQL (SQLSTATE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// Locked by another, a deadlock, or no connection free.
    Busy,
    /// Stopped by a time limit.
    Slow,
    /// No room on the disk.
    Full,
    /// The connection is gone, the server stops or starts, or the disk fails.
    Away,
    /// Anything else.
    Other,
}

impl Trouble {
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        let sqlx::Error::Database(db) = error else {
            return match error {
                sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self::Busy,
                sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Self::Away,
                _ => Self::Other,
            };
        };
        if let Some(code) = sqlite_code(error) {
            return match code {
                SQLITE_BUSY | SQLITE_LOCKED => Self::Busy,
                SQLITE_INTERRUPT => Self::Slow,
                SQLITE_FULL => Self::Full,
                // A read that fails (EIO) is told as damage.
                SQLITE_IOERR | SQLITE_CANTOPEN | SQLITE_CORRUPT | SQLITE_NOTADB => Self::Away,
                _ => Self::Other,
            };
        }
        match db.code().as_deref() {
            Some("40001" | "40P01" | "55P03" | "53300") => Self::Busy,
            Some("57014") => Self::Slow,
            Some("53100") => Self::Full,
            Some("57P01" | "57P02" | "57P03" | "58030") => Self::Away,
            Some(code) if code.starts_with("08") => Self::Away,
            _ => Self::Other,
        }
    }
}

pub(crate) const SQLITE_ERROR: i32 = 1;
pub(crate) const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_INTERRUPT: i32 = 9;
const SQLITE_IOERR: i32 = 10;
const SQLITE_CORRUPT: i32 = 11;
const SQLITE_CANTOPEN: i32 = 14;
const SQLITE_NOTADB: i32 = 26;
pub(crate) const SQLITE_FULL: i32 = 13;
pub(crate) const SQLITE_CONSTRAINT: i32 = 19;

/// SQLite's primary result code (the low byte of the extended one), or `None`
/// when the error is not SQLite's.
pub(crate) fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let sqlx::Error::Database(db) = error else {
        return None;
    };
    let sqlite = db.try_downcast_ref::<kith_sqlite::SqliteError>()?;
    Some(sqlite.extended() & 0xff)
}

/// Why the database could not be opened, brought up to date, copied or
/// checked: for the person who runs the system.
#[derive(Debug)]
pub enum DbFailure {
    /// The address is neither `sqlite:PATH` nor `postgres://…`.
    Address(String),
    /// There is no database file there.
    Missing(PathBuf),
    /// The file could not be made there.
    Place(PathBuf, io::Error),
    /// A migration that was applied has since been edited.
    Edited {
        /// The migration's file name, without the ending.
        name: String,
    },
    /// The database has a migration this program does not know: the program
    /// is older than the database.
    Unknown {
        /// The number of the migration.
        number: i64,
        /// The name it was applied under.
        name: String,
    },
    /// A migration could not be applied; nothing of it was kept.
    Migration {
        /// The migration's file name, without the ending.
        name: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// A migration's own text is wrong: an unknown `{word}`.
    Text {
        /// The migration's file name, without the ending.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Rows that point at nothing after a migration: `table (rows)`.
    Orphans(String),
    /// PostgreSQL is copied by its own tool.
    UsePgDump,
    /// The copy's place is taken, or cannot be written.
    Copy(PathBuf, String),
    /// The database said no.
    Sql(sqlx::Error),
}

impl From<sqlx::Error> for DbFailure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl fmt::Display for DbFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(url) => write!(
                f,
                "{url} is not the address of a database. Give sqlite:FILE or postgres://…"
            ),
            Self::Missing(path) => write!(f, "There is no database at {}", path.display()),
            Self::Place(path, why) => {
                write!(f, "No database could be made at {}: {why}", path.display())
            }
            Self::Edited { name } => write!(
                f,
                "The migration {name} was edited after it was applied. Put its text back, \
                 and make the change in a new migration"
            ),
            Self::Unknown { number, name } => write!(
                f,
                "The database has the migration {number} ({name}), which this program does \
                 not know. Use a newer program"
            ),
            Self::Migration { name, source } => {
                write!(f, "The migration {name} could not be applied: {source}")
            }
            Self::Text { name, what } => write!(f, "The migration {name} is wrong: {what}"),
            Self::Orphans(rows) => write!(
                f,
                "A migration left rows that point at nothing, so it was undone: {rows}"
            ),
            Self::UsePgDump => f.write_str(
                "A PostgreSQL database is copied by its own tool, while people go on working. Run: \
                 pg_dump --format=custom --file=kith.dump ADDRESS, with the address of your \
                 configuration. Keep the server's key too, in another place",
            ),
            Self::Copy(path, why) => {
                write!(f, "No copy could be made at {}: {why}", path.display())
            }
            Self::Sql(error) => write!(f, "The database said: {error}"),
        }
    }
}

impl std::error::Error for DbFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Place(_, error) => Some(error),
            Self::Sql(error) | Self::Migration { source: error, .. } => Some(error),
            _ => None,
        }
    }
}
