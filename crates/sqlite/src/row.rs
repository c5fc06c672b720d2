//! A row that was read. Its texts and bytes stand behind each other in one
//! piece of memory: a page reads thousands of them.

use std::{ops::Range, sync::Arc};

use rusqlite::types::ValueRef;
use sqlx::ColumnIndex;

use crate::{Sqlite, SqliteTypeInfo, SqliteValueRef};

/// A column of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SqliteColumn {
    pub(crate) at: usize,
    pub(crate) name: Box<str>,
}

impl sqlx::Column for SqliteColumn {
    type Database = Sqlite;
    fn ordinal(&self) -> usize {
        self.at
    }
    fn name(&self) -> &str {
        &self.name
    }
    /// Of no kind: in SQLite each value has its own.
    fn type_info(&self) -> &SqliteTypeInfo {
        &SqliteTypeInfo::Null
    }
}

/// A row of an answer.
#[derive(Clone, Debug)]
pub struct SqliteRow {
    columns: Arc<[SqliteColumn]>,
    cells: Vec<Cell>,
    bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(Range<usize>),
    Blob(Range<usize>),
}

impl SqliteRow {
    pub(crate) fn read(
        columns: &Arc<[SqliteColumn]>,
        row: &rusqlite::Row<'_>,
    ) -> rusqlite::Result<Self> {
        let mut cells = Vec::with_capacity(columns.len());
        let mut bytes = Vec::new();
        let mut keep = |more: &[u8]| {
            let from = bytes.len();
            bytes.extend_from_slice(more);
            from..bytes.len()
        };
        for at in 0..columns.len() {
            cells.push(match row.get_ref(at)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(number) => Cell::Integer(number),
                ValueRef::Real(number) => Cell::Real(number),
                ValueRef::Text(text) => Cell::Text(keep(text)),
                ValueRef::Blob(blob) => Cell::Blob(keep(blob)),
            });
        }
        Ok(Self {
            columns: columns.clone(),
            cells,
            bytes,
        })
    }
}

impl sqlx::Row for SqliteRow {
    type Database = Sqlite;
    fn columns(&self) -> &[SqliteColumn] {
        &self.columns
    }
    fn try_get_raw<I: ColumnIndex<Self>>(
        &self,
        index: I,
    ) -> Result<SqliteValueRef<'_>, sqlx::Error> {
        Ok(match &self.cells[index.index(self)?] {
            Cell::Null => SqliteValueRef::Null,
            Cell::Integer(number) => SqliteValueRef::Integer(*number),
            Cell::Real(number) => SqliteValueRef::Real(*number),
            Cell::Text(place) => SqliteValueRef::Text(&self.bytes[place.clone()]),
            Cell::Blob(place) => SqliteValueRef::Blob(&self.bytes[place.clone()]),
        })
    }
}

sqlx_core::impl_column_index_for_row!(SqliteRow);

impl ColumnIndex<SqliteRow> for str {
    fn index(&self, row: &SqliteRow) -> Result<usize, sqlx::Error> {
        row.columns
            .iter()
            .position(|column| *column.name == *self)
            .ok_or_else(|| sqlx::Error::ColumnNotFound(self.into()))
    }
}
