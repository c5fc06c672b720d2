//! From a file of person-months to cells, in one pass: rows alike in the key columns
//! become one cell with n, Σy and Σy², and all counts go into one histogram. Memory is
//! that of the cells, not of the rows. A second pass reaches the rows again, for errors
//! clustered by somebody outside the key.
//! Cells by practice identify people: they stay inside.

mod bad_file;
mod scan;
mod table;

use std::io::Read;

use crate::stats::counts::{Histogram, Tallies};

pub use bad_file::BadFile;
use scan::scan;
use table::Table;

/// Which columns of the file are what.
#[derive(Debug, Clone)]
pub struct Columns<'a> {
    /// What makes a cell: the terms of the model, exposure, and the cluster if it is to
    /// be part of the key.
    pub keys: &'a [&'a str],
    /// Whole number of 0 or more; an empty field is a missing count.
    pub count: &'a str,
}

/// The cells of a file.
#[derive(Debug, Clone)]
pub struct GroupedRows {
    keys: Vec<String>,
    count: String,
    table: Table,
    cells: Vec<Cell>,
    histogram: Histogram,
    rows: u64,
    missing: u64,
}

/// What is known of a cell.
#[derive(Debug, Clone, Copy)]
struct Cell {
    n: u64,
    sum: u64,
    sum_squares: u128,
    /// Where it was first met, so that a bad key can be pointed at.
    first_row: u64,
}

/// What is counted of a cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) n: u64,
    pub(crate) sum: u64,
    pub(crate) sum_squares: u64,
}

/// Counts below this are kept in an array, the rest in a map.
const SMALL: usize = 1 << 10;

impl GroupedRows {
    /// Reads a file, header first.
    ///
    /// # Errors
    /// [`BadFile`]: row, column, what was expected.
    pub fn read(input: impl Read, columns: &Columns<'_>) -> Result<Self, BadFile> {
        let mut wanted = vec![columns.count];
        wanted.extend(columns.keys);
        let mut table = Table::new(columns.keys.len());
        let mut cells: Vec<Cell> = Vec::new();
        let (mut small, mut large) = (vec![0_u64; SMALL], Histogram::default());
        let (mut rows, mut missing) = (0, 0);
        let mut key = vec![0; columns.keys.len()];
        scan(input, &wanted, |row, fields| {
            rows += 1;
            let Some(count) = count(fields[0], row, columns.count)? else {
                missing += 1;
                return Ok(());
            };
            for (code, field) in key.iter_mut().zip(&fields[1..]) {
                *code = table.code(field);
            }
            let place = table.cell(&key);
            if place == cells.len() {
                cells.push(Cell {
                    n: 0,
                    sum: 0,
                    sum_squares: 0,
                    first_row: row,
                });
            }
            let cell = &mut cells[place];
            cell.n += 1;
            cell.sum += count;
            cell.sum_squares += u128::from(count) * u128::from(count);
            match usize::try_from(count)
                .ok()
                .and_then(|count| small.get_mut(count))
            {
                Some(seen) => *seen += 1,
                None => large.add(count, 1),
            }
            Ok(())
        })?;
        let histogram = (0..).zip(small).chain(large.iter()).collect();
        let keys = columns.keys.iter().map(|&key| key.to_owned()).collect();
        Ok(Self {
            keys,
            count: columns.count.to_owned(),
            table,
            cells,
            histogram,
            rows,
            missing,
        })
    }

    /// Goes over the rows of the same file again: `each` gets the cell, the text of the
    /// cluster column and the count. Rows without a count are passed over.
    ///
    /// # Errors
    /// [`BadFile`], also when a row has no cell: then it is not the same file.
    pub fn again(
        &self,
        input: impl Read,
        cluster: &str,
        mut each: impl FnMut(usize, &[u8], u64),
    ) -> Result<(), BadFile> {
        let mut wanted = vec![self.count.as_str(), cluster];
        wanted.extend(self.keys.iter().map(String::as_str));
        let mut key = vec![0; self.keys.len()];
        scan(input, &wanted, |row, fields| {
            let Some(count) = count(fields[0], row, &self.count)? else {
                return Ok(());
            };
            let changed = || BadFile::in_row(row, "the rows of the first pass", "another");
            for (code, field) in key.iter_mut().zip(&fields[2..]) {
                *code = self.table.known_code(field).ok_or_else(changed)?;
            }
            each(self.table.find(&key).ok_or_else(changed)?, fields[1], count);
            Ok(())
        })
    }

    /// Cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether no row had a count.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Rows of the file, the header left out.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows without a count.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// How many rows had each count.
    #[must_use]
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// A key column as whole numbers, one per cell.
    ///
    /// # Errors
    /// [`BadFile`] at the first row of a cell that holds something else.
    pub fn whole_numbers(&self, column: &str) -> Result<Vec<i64>, BadFile> {
        self.parsed(column, "a whole number", |text| text.parse().ok())
    }

    /// A key column as numbers, one per cell.
    ///
    /// # Errors
    /// [`BadFile`] at the first row of a cell that holds something else.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, BadFile> {
        self.parsed(column, "a number", |text| {
            text.parse().ok().filter(|number: &f64| number.is_finite())
        })
    }

    /// A key column as text, one per cell.
    ///
    /// # Errors
    /// [`BadFile`] when the text is not UTF-8, or no such key column was asked for.
    pub fn texts(&self, column: &str) -> Result<Vec<String>, BadFile> {
        self.parsed(column, "text in UTF-8", |text| Some(text.to_owned()))
    }

    /// n, Σy and Σy² of each cell in whole numbers.
    pub(crate) fn sums(&self) -> impl Iterator<Item = Sums> + '_ {
        self.cells.iter().map(|cell| Sums {
            n: cell.n,
            sum: cell.sum,
            // Counts of contacts never come near; a model refuses what such a sum makes
            // impossible.
            sum_squares: u64::try_from(cell.sum_squares).unwrap_or(u64::MAX),
        })
    }

    /// n, Σy and Σy² of the cells, with the exposure of one row of each.
    #[must_use]
    pub fn tallies(&self, exposure: Vec<f64>) -> Tallies {
        Tallies {
            n: self.cells.iter().map(|cell| cell.n as f64).collect(),
            sum: self.cells.iter().map(|cell| cell.sum as f64).collect(),
            sum_squares: self
                .cells
                .iter()
                .map(|cell| cell.sum_squares as f64)
                .collect(),
            exposure,
        }
    }

    pub(crate) fn parsed<T>(
        &self,
        column: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, BadFile> {
        let Some(place) = self.keys.iter().position(|key| key == column) else {
            return Err(BadFile::whole(
                format!("a key column \"{column}\""),
                self.keys.join(", "),
            ));
        };
        self.cells
            .iter()
            .enumerate()
            .map(|(number, cell)| {
                let text = self.table.text(number, place);
                let value = std::str::from_utf8(&text)
                    .ok()
                    .and_then(|text| parse(text.trim()));
                value.ok_or_else(|| BadFile::in_field(cell.first_row, column, expected, &text))
            })
            .collect()
    }
}

/// A count: digits alone, or nothing when it is missing.
fn count(field: &[u8], row: u64, column: &str) -> Result<Option<u64>, BadFile> {
    // Nine digits are more than any count, and its square is within u64.
    const DIGITS: usize = 9;
    let field = field.trim_ascii();
    let mut count = 0;
    for byte in field {
        match byte {
            b'0'..=b'9' if field.len() <= DIGITS => count = count * 10 + u64::from(byte - b'0'),
            _ => {
                return Err(BadFile::in_field(
                    row,
                    column,
                    "a whole number of 0 or more, or nothing",
                    field,
                ));
            }
        }
    }
    Ok((!field.is_empty()).then_some(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns<'_> = Columns {
        keys: &["practice", "month"],
        count: "y",
    };

    fn read(text: &str) -> Result<GroupedRows, BadFile> {
        GroupedRows::read(text.as_bytes(), &COLUMNS)
    }

    fn message(text: &str) -> String {
        read(text).expect_err("the file is bad").to_string()
    }

    #[test]
    fn rows_alike_become_one_cell() {
        let grouped =
            read("id,practice,month,y\n1,A,1,2\n2,A,1,0\n3,B,1,5\n4,A,1,3\n").expect("a good file");
        assert_eq!(
            (grouped.len(), grouped.rows(), grouped.missing()),
            (2, 4, 0)
        );
        let tallies = grouped.tallies(vec![1.0, 1.0]);
        assert_eq!(
            (tallies.n, tallies.sum, tallies.sum_squares),
            (vec![3.0, 1.0], vec![5.0, 5.0], vec![13.0, 25.0])
        );
        assert_eq!(grouped.texts("practice").expect("text"), ["A", "B"]);
        let counts: Vec<_> = grouped.histogram().iter().collect();
        assert_eq!(counts, [(0, 1), (2, 1), (3, 1), (5, 1)]);
    }

    #[test]
    fn quotes_line_ends_marks_and_order_of_columns_do_not_matter() {
        let plain = read("practice,month,y\nA,1,2\nB,2,3\n").expect("a good file");
        for text in [
            "\u{feff}practice,month,y\r\nA,1,2\r\nB,2,3\r\n",
            "y,x,month,practice\n2,,1,A\n\n3,\"a, b\",2,B",
            "\"practice\",month,y\n\"A\",\"1\",\"2\"\nB,2,3\n",
        ] {
            let other = read(text).expect("a good file");
            assert_eq!(other.texts("practice"), plain.texts("practice"), "{text}");
            assert_eq!(other.whole_numbers("month"), plain.whole_numbers("month"));
            assert_eq!(other.tallies(vec![]).sum, plain.tallies(vec![]).sum);
        }
    }

    #[test]
    fn a_bad_file_says_row_column_and_what_was_expected() {
        assert_eq!(
            message("practice,month,y\nA,1,2\nA,1,two\n"),
            "Row 3, column \"y\": expected a whole number of 0 or more, or nothing, found \"two\"."
        );
        assert_eq!(
            message("practice,month,y\nA,1,-2\n").split(':').next(),
            Some("Row 2, column \"y\"")
        );
        assert_eq!(
            message("practice,month,y\nA,1\n"),
            "Row 2: expected 3 fields, as in the header, found 2."
        );
        assert_eq!(
            message("practice,month,y\nA,1,2,3\n"),
            "Row 2: expected 3 fields, as in the header, found 4."
        );
        assert_eq!(
            message("practice,y\nA,1\n"),
            "Row 1: expected a column \"month\", found the columns practice, y."
        );
        assert_eq!(
            message("practice,month,y\n\"A,1,2\nB\",1,2\n"),
            "Row 2: expected quotation marks in pairs on the line, found an odd one."
        );
        assert_eq!(
            message(""),
            "The file: expected a header with the names of the columns, found nothing."
        );
        let month = read("practice,month,y\nA,1,2\nA,Jan,0\n").expect("keys are read later");
        assert_eq!(
            month
                .whole_numbers("month")
                .expect_err("no number")
                .to_string(),
            "Row 3, column \"month\": expected a whole number, found \"Jan\"."
        );
    }

    #[test]
    fn a_missing_count_is_counted_and_a_huge_one_kept() {
        let grouped = read("practice,month,y\nA,1,\nA,1,123456789\n").expect("a good file");
        assert_eq!(
            (grouped.rows(), grouped.missing(), grouped.len()),
            (2, 1, 1)
        );
        assert_eq!(grouped.tallies(vec![1.0]).sum, [123_456_789.0]);
        assert!(
            message("practice,month,y\nA,1,1234567893456\n").starts_with("Row 2, column \"y\"")
        );
    }

    #[test]
    fn the_second_pass_meets_the_same_cells() {
        let text = "practice,month,y,id\nA,1,2,p1\nB,1,,p2\na practice with a long name,1,4,p1\nA,1,1,p2\n";
        let grouped = read(text).expect("a good file");
        let mut met = Vec::new();
        grouped
            .again(text.as_bytes(), "id", |cell, id, count| {
                met.push((cell, id.to_vec(), count))
            })
            .expect("the same file");
        assert_eq!(
            met,
            [
                (0, b"p1".to_vec(), 2),
                (1, b"p1".to_vec(), 4),
                (0, b"p2".to_vec(), 1)
            ]
        );
        let other = "practice,month,y,id\nC,1,2,p1\n";
        assert!(grouped.again(other.as_bytes(), "id", |_, _, _| ()).is_err());
    }

    /// A reader that gives one byte at a time, so that every row is cut in pieces.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            buffer[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_cells() {
        let text = "practice,month,y\nA,1,2\nB,2,3\nA,1,7";
        let (whole, dripped) = (
            read(text).expect("good"),
            GroupedRows::read(Drip(text.as_bytes()), &COLUMNS).expect("good"),
        );
        assert_eq!(
            whole.tallies(vec![]).sum_squares,
            dripped.tallies(vec![]).sum_squares
        );
    }
}
