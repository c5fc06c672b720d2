//! Person-months grouped into cells for a command, and its failures as those of a command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::definition::Definition;
use super::failure::CommandFailure;
use super::{joined, month, progress};
use crate::cells::{BadFile, Columns, GroupedRows};
use crate::stats::refusal::Refusal;

/// The cells of files, and the files for a second pass.
pub(super) struct Grouped<'a> {
    files: &'a [PathBuf],
    pub(super) rows: GroupedRows,
}

impl<'a> Grouped<'a> {
    /// Reads the files once.
    pub(super) fn read(
        files: &'a [PathBuf],
        keys: &[&str],
        count: &str,
    ) -> Result<Self, CommandFailure> {
        let opened = progress::open(files)?;
        let rows = GroupedRows::read(opened, &Columns { keys, count })
            .map_err(|bad| failure(files, bad))?;
        Ok(Self { files, rows })
    }

    /// Exposure of a row in months: days / 30, or 1 when there is no column of days.
    pub(super) fn exposure(&self, days: Option<&str>) -> Result<Vec<f64>, CommandFailure> {
        let Some(days) = days else {
            return Ok(vec![1.0; self.rows.len()]);
        };
        let above_zero = |days: &f64| *days > 0.0;
        let exposure = self.rows.parsed(days, "days above 0", |text| {
            text.parse().ok().filter(above_zero)
        });
        Ok(exposure
            .map_err(|bad| failure(self.files, bad))?
            .iter()
            .map(|days: &f64| days / 30.0)
            .collect())
    }

    /// A key column of calendar months.
    pub(super) fn months(&self, column: &str) -> Result<Vec<i64>, CommandFailure> {
        self.rows
            .parsed(column, month::EXPECTED, month::parse)
            .map_err(|bad| failure(self.files, bad))
    }

    /// The same where an empty field (or `NA`) means never.
    pub(super) fn months_or_never(&self, column: &str) -> Result<Vec<Option<i64>>, CommandFailure> {
        let parse = |text: &str| match text {
            "" | "NA" => Some(None),
            text => month::parse(text).map(Some),
        };
        self.rows
            .parsed(column, month::EXPECTED, parse)
            .map_err(|bad| failure(self.files, bad))
    }

    /// A key column as text.
    pub(super) fn texts(&self, column: &str) -> Result<Vec<String>, CommandFailure> {
        self.rows
            .texts(column)
            .map_err(|bad| failure(self.files, bad))
    }

    /// A key column of numbers.
    pub(super) fn numbers(&self, column: &str) -> Result<Vec<f64>, CommandFailure> {
        self.rows
            .numbers(column)
            .map_err(|bad| failure(self.files, bad))
    }

    /// A key column that says yes or no (1 or 0).
    pub(super) fn yes_or_no(&self, column: &str) -> Result<Vec<bool>, CommandFailure> {
        let parse = |text: &str| match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        };
        self.rows
            .parsed(column, "1 for yes or 0 for no", parse)
            .map_err(|bad| failure(self.files, bad))
    }

    /// R13, if one of the columns changes inside a practice.
    pub(super) fn changed(
        &self,
        columns: &[String],
        practice: Option<&str>,
    ) -> Result<Option<Refusal>, CommandFailure> {
        let practices = practice.map(|column| self.texts(column)).transpose()?;
        let mut definition = Definition::default();
        for column in columns {
            for (place, value) in self.texts(column)?.iter().enumerate() {
                let practice = practices
                    .as_ref()
                    .map_or("", |practices| practices[place].as_str());
                definition.seen(practice, column, value);
            }
        }
        Ok(definition.refusal())
    }

    /// How many different people the rows of some cells are of, by a second pass.
    pub(super) fn people(
        &self,
        person: &str,
        of: impl Fn(usize) -> bool,
    ) -> Result<u64, CommandFailure> {
        let mut people = BTreeSet::new();
        let pass = self
            .rows
            .again(progress::open(self.files)?, person, |cell, person, _| {
                if of(cell) && !people.contains(person) {
                    people.insert(person.to_vec());
                }
            });
        pass.map_err(|bad| failure(self.files, bad))?;
        Ok(people.len() as u64)
    }
}

/// A number for every name, in the order of the names.
pub(super) fn numbered(names: &[String]) -> Vec<i64> {
    let mut numbers: BTreeMap<&str, i64> = names.iter().map(|name| (name.as_str(), 0)).collect();
    numbers
        .values_mut()
        .zip(0..)
        .for_each(|(number, next)| *number = next);
    names.iter().map(|name| numbers[name.as_str()]).collect()
}

fn failure(files: &[PathBuf], bad: BadFile) -> CommandFailure {
    let (file, row) = joined::place(files, bad.row.unwrap_or(1));
    match (bad.row, bad.column) {
        (Some(_), Some(column)) => {
            let found = bad.found.trim_matches('"').to_owned();
            CommandFailure::BadField {
                file,
                row,
                column,
                expected: bad.expected,
                found,
            }
        }
        _ => CommandFailure::BadRow {
            file,
            row,
            expected: format!("{}, found {}", bad.expected, bad.found),
        },
    }
}
