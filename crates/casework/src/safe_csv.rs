//! Tables for spreadsheets, in which no cell is run as a formula. A text that
//! begins with a sign a spreadsheet would take for a formula gets an
//! apostrophe before it; numbers are written from numbers, so that a change
//! of -3 stays a number (the rule of CSV injection, OWASP ASVS 1.2.10).

use std::io::Write;

/// The signs a spreadsheet takes for the beginning of a formula, the wide
/// ones of East Asian keyboards among them.
const STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// A text no spreadsheet runs.
#[must_use]
pub fn safe(text: &str) -> String {
    // Spreadsheets look past spaces at the beginning.
    if text.trim_start_matches([' ', '\u{a0}']).starts_with(STARTS) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// One cell, by its type.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Empty,
    /// Words, made safe.
    Text(String),
    /// A number, a date or an id of ours, written as it is.
    Plain(String),
}

/// Writes rows.
pub struct SafeCsv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> SafeCsv<W> {
    /// A table without rows.
    pub fn new(out: W) -> Self {
        let out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        Self { out }
    }

    /// A row of texts, each made safe.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), csv::Error> {
        self.out.write_record(cells.into_iter().map(safe))
    }

    /// A row of cells by their types.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn values(&mut self, cells: &[Value]) -> Result<(), csv::Error> {
        self.out.write_record(cells.iter().map(|cell| match cell {
            Value::Empty => String::new(),
            Value::Text(text) => safe(text),
            Value::Plain(text) => text.clone(),
        }))
    }

    /// Everything written so far goes out.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl SafeCsv<Vec<u8>> {
    /// The table.
    ///
    /// # Errors
    /// When the last row cannot be written.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        self.out.into_inner().map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_like_a_formula_and_no_number_is_changed() {
        for evil in ["=1+1", "+44", "-3", "@x", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠x", "  =1"] {
            assert!(safe(evil).starts_with('\''), "{evil:?}");
        }
        for plain in ["Mary", "", "3-4", "a=b", "'quoted"] {
            assert_eq!(safe(plain), plain);
        }
        let mut csv = SafeCsv::new(Vec::new());
        csv.values(&[Value::Text("-3".into()), Value::Plain("-3".into()), Value::Empty]).unwrap();
        assert_eq!(csv.finish().unwrap(), b"'-3,-3,\r\n");
    }

    #[test]
    fn what_was_written_is_read_back() {
        let hard = ["a,b", "say \"hi\"", "two\nlines", "=1"];
        let mut csv = SafeCsv::new(Vec::new());
        csv.row(hard).unwrap();
        let bytes = csv.finish().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!(row.iter().collect::<Vec<_>>(), ["a,b", "say \"hi\"", "two\nlines", "'=1"]);
    }
}
