//! What is wrong with a file, said so that its owner can mend it: row, column, what was
//! expected, what was found. Rows are counted as a spreadsheet does: the header is row 1.

use std::fmt;

/// A file that cannot be read as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFile {
    /// Row, the header being 1; none when it is about the whole file.
    pub row: Option<u64>,
    /// Column by name; none when it is about the whole row.
    pub column: Option<String>,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub found: String,
}

impl BadFile {
    pub(super) fn whole(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            row: None,
            column: None,
            expected: expected.into(),
            found: found.into(),
        }
    }

    pub(super) fn in_row(row: u64, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            row: Some(row),
            ..Self::whole(expected, found)
        }
    }

    pub(super) fn in_field(row: u64, column: &str, expected: &str, found: &[u8]) -> Self {
        let text = String::from_utf8_lossy(found);
        // A field that is pages long would bury the message.
        let mut short: String = text.chars().take(40).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        Self {
            column: Some(column.to_owned()),
            ..Self::in_row(row, expected, format!("\"{short}\""))
        }
    }
}

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "Row {row}")?;
        } else {
            write!(f, "The file")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column \"{column}\"")?;
        }
        write!(f, ": expected {}, found {}.", self.expected, self.found)
    }
}

impl std::error::Error for BadFile {}
