//! Why a command could not run: what was wrong with the file, where, and what was
//! expected there.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A command that could not be carried out.
#[derive(Debug)]
pub enum CommandFailure {
    /// A file could not be opened or read.
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A column that was asked for is not there.
    NoColumn {
        /// Which file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// One field is not what it should be.
    BadField {
        /// Which file.
        file: PathBuf,
        /// Line in the file, the header being line 1.
        row: u64,
        /// The column.
        column: String,
        /// What was expected there.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A row has another shape than the header, or is no text.
    BadRow {
        /// Which file.
        file: PathBuf,
        /// Line in the file.
        row: u64,
        /// What was expected.
        expected: String,
    },
    /// The arguments do not go together.
    BadArguments {
        /// What to change.
        expected: String,
    },
    /// A result could not be written.
    Unwritten {
        /// Where to.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl CommandFailure {
    /// The arguments do not go together.
    #[must_use]
    pub fn arguments(expected: impl Into<String>) -> Self {
        Self::BadArguments {
            expected: expected.into(),
        }
    }

    pub(crate) fn unwritten(file: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        |source| Self::Unwritten { file, source }
    }

    /// The sentences could not be printed.
    #[must_use]
    pub fn unprinted(source: io::Error) -> Self {
        Self::Unwritten {
            file: PathBuf::from("the screen"),
            source,
        }
    }
}

impl fmt::Display for CommandFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, source } => write!(f, "{}: {source}", file.display()),
            Self::NoColumn {
                file,
                column,
                columns,
            } => {
                let file = file.display();
                match columns.as_slice() {
                    [] => write!(
                        f,
                        "{file}: there is nothing in it; expected a first row with the names of \
                         the columns"
                    ),
                    [one] if one.contains(';') => write!(
                        f,
                        "{file}: there is no column \"{column}\", but semicolons: save it with \
                         commas between the columns"
                    ),
                    columns => write!(
                        f,
                        "{file}: there is no column \"{column}\"; the columns are {}",
                        columns.join(", ")
                    ),
                }
            }
            Self::BadField {
                file,
                row,
                column,
                expected,
                found,
            } => write!(
                f,
                "{}, row {row}, column \"{column}\": expected {expected}, found \"{found}\"",
                file.display()
            ),
            Self::BadRow {
                file,
                row,
                expected,
            } => {
                write!(f, "{}, row {row}: expected {expected}", file.display())
            }
            Self::BadArguments { expected } => write!(f, "{expected}"),
            Self::Unwritten { file, source } if source.kind() == ErrorKind::AlreadyExists => {
                write!(
                    f,
                    "{} is there already and is not written over; name another file",
                    file.display()
                )
            }
            Self::Unwritten { file, source } => {
                write!(f, "cannot write {}: {source}", file.display())
            }
        }
    }
}

impl std::error::Error for CommandFailure {}
