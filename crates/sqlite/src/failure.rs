//! What SQLite says when it does not do something.

use std::{borrow::Cow, error::Error, fmt};

use rusqlite::ffi;
use sqlx::error::{DatabaseError, ErrorKind};

/// An error of SQLite, with its extended result code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqliteError {
    code: i32,
    message: String,
}

impl SqliteError {
    /// A statement that was stopped because its time was over.
    #[must_use]
    pub fn interrupted() -> Self {
        Self {
            code: ffi::SQLITE_INTERRUPT,
            message: "interrupted".into(),
        }
    }

    /// The extended result code.
    #[must_use]
    pub const fn extended(&self) -> i32 {
        self.code
    }
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.message)
    }
}

impl Error for SqliteError {}

impl DatabaseError for SqliteError {
    fn message(&self) -> &str {
        &self.message
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        match self.code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => ErrorKind::UniqueViolation,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
            ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
            ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}

/// As sqlx says it.
pub(crate) fn told(error: rusqlite::Error) -> sqlx::Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(failure, Some(message)) => (failure.extended_code, message),
        rusqlite::Error::SqliteFailure(failure, None) => {
            (failure.extended_code, failure.to_string())
        }
        // A text that SQLite could not read.
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg),
        other => return sqlx::Error::Protocol(other.to_string()),
    };
    sqlx::Error::Database(Box::new(SqliteError { code, message }))
}

/// Whether a page could not be read, or is not what it should be.
pub(crate) fn is_of_a_page(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SystemIoFailure};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase | SystemIoFailure)
    )
}
