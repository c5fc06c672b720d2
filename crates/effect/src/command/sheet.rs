//! CSV files with the same columns, read row by row as one, by the names of the columns;
//! memory does not grow with them. An empty field and `NA` are missing. A field that is not what it should be
//! stops the reading with its row, its column and what was expected.

use std::io::{BufReader, Stderr};
use std::path::PathBuf;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Terminator};

use super::failure::CommandFailure;
use super::joined::{self, Joined};
use super::progress::{self, Told};

/// Files being read.
pub struct Sheet {
    files: Vec<PathBuf>,
    reader: Reader<BufReader<Told<Joined, Stderr>>>,
    header: Vec<String>,
    /// Places of the columns asked for.
    places: Vec<usize>,
    record: StringRecord,
    line: u64,
}

impl Sheet {
    /// Opens files and finds the columns asked for; rows give them in that order.
    ///
    /// # Errors
    /// `Unreadable`, `BadRow` when their columns differ, or `NoColumn` with the columns
    /// there are.
    pub fn open(files: &[PathBuf], columns: &[&str]) -> Result<Self, CommandFailure> {
        let opened = progress::open(files)?;
        let mut sheet = Self {
            files: files.to_owned(),
            // A line ends with its line feed alone, so that lines are counted as an editor
            // does; the return before it is trimmed with the field.
            reader: ReaderBuilder::new()
                .terminator(Terminator::Any(b'\n'))
                .flexible(true)
                .from_reader(BufReader::new(opened)),
            header: vec![],
            places: vec![],
            record: StringRecord::new(),
            line: 1,
        };
        let header = sheet
            .reader
            .headers()
            .cloned()
            .map_err(|e| sheet.bad_row(&e))?;
        sheet.header = header.iter().map(|name| name.trim().to_owned()).collect();
        for column in columns {
            let place = sheet.place(column)?;
            sheet.places.push(place);
        }
        Ok(sheet)
    }

    /// Names of all columns of the file.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    fn place(&self, column: &str) -> Result<usize, CommandFailure> {
        let mut places = (0..self.header.len()).filter(|place| self.header[*place] == column);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(self.wrong_row(format!("one column \"{column}\", found more")))
            }
            (None, _) => Err(CommandFailure::NoColumn {
                file: joined::place(&self.files, 1).0,
                column: column.to_owned(),
                columns: self.header.clone(),
            }),
        }
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    /// `BadRow` when it has another number of fields than the header, or is no UTF-8.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, CommandFailure> {
        loop {
            let read = self.reader.read_record(&mut self.record);
            // The reader stands behind the row, whose line has ended.
            let behind = self.reader.position().line().saturating_sub(1);
            match read {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                Err(error) => {
                    self.line = behind;
                    return Err(self.bad_row(&error));
                }
            }
            let within = memchr::memchr_iter(b'\n', self.record.as_slice().as_bytes()).count();
            self.line = behind.saturating_sub(within as u64);
            if self.record.len() == self.header.len() {
                return Ok(Some(Row { sheet: self }));
            }
            if self.record.as_slice().trim().is_empty() && self.record.len() == 1 {
                continue;
            }
            let (there, here) = (self.header.len(), self.record.len());
            return Err(self.wrong_row(format!("{there} fields as in the header, found {here}")));
        }
    }

    fn bad_row(&self, error: &csv::Error) -> CommandFailure {
        self.wrong_row(match error.kind() {
            ErrorKind::Utf8 { .. } => "text in UTF-8 (save it as \"CSV UTF-8\")".to_owned(),
            _ => format!("a row of text ({error})"),
        })
    }

    fn wrong_row(&self, expected: String) -> CommandFailure {
        let (file, row) = joined::place(&self.files, self.line);
        CommandFailure::BadRow {
            file,
            row,
            expected,
        }
    }
}

/// One row; columns are counted from 0 in the order they were asked for.
pub struct Row<'a> {
    sheet: &'a Sheet,
}

impl Row<'_> {
    /// Line in the files read as one, the header being line 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.sheet.line
    }

    /// What a line is called in a message: its row, and its file when there are several.
    #[must_use]
    pub fn called(&self, line: u64) -> String {
        let (file, row) = joined::place(&self.sheet.files, line);
        match self.sheet.files.len() {
            1 => format!("row {row}"),
            _ => format!("row {row} of {}", file.display()),
        }
    }

    /// A field as it stands; none when missing.
    #[must_use]
    pub fn words(&self, column: usize) -> Option<&str> {
        let field = self
            .sheet
            .record
            .get(*self.sheet.places.get(column)?)?
            .trim();
        (!field.is_empty() && field != "NA").then_some(field)
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// `BadField` when it is missing.
    pub fn needed(&self, column: usize, expected: &str) -> Result<&str, CommandFailure> {
        self.words(column)
            .ok_or_else(|| self.wrong(column, expected))
    }

    /// A number; none when missing.
    ///
    /// # Errors
    /// `BadField` when it is no finite number.
    pub fn number(&self, column: usize) -> Result<Option<f64>, CommandFailure> {
        let Some(field) = self.words(column) else {
            return Ok(None);
        };
        match field.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.wrong(column, "a number")),
        }
    }

    /// A whole number of 0 or more that must be there.
    ///
    /// # Errors
    /// `BadField` otherwise.
    pub fn count(&self, column: usize) -> Result<u64, CommandFailure> {
        let expected = "a whole number, 0 or more";
        let field = self.needed(column, expected)?;
        field.parse().map_err(|_| self.wrong(column, expected))
    }

    /// What to say of a field that is not what it should be.
    #[must_use]
    pub fn wrong(&self, column: usize, expected: &str) -> CommandFailure {
        let place = self.sheet.places.get(column).copied().unwrap_or(usize::MAX);
        let (file, row) = joined::place(&self.sheet.files, self.sheet.line);
        CommandFailure::BadField {
            file,
            row,
            column: self.sheet.header.get(place).cloned().unwrap_or_default(),
            expected: expected.to_owned(),
            found: self
                .sheet
                .record
                .get(place)
                .unwrap_or_default()
                .trim_end_matches('\r')
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn sheet(text: &[u8], columns: &[&str]) -> Result<Sheet, CommandFailure> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(text).expect("it can be written");
        let (_, path) = file.keep().expect("it can be kept");
        let opened = Sheet::open(std::slice::from_ref(&path), columns);
        std::fs::remove_file(path).expect("it can be removed");
        opened
    }

    #[test]
    fn columns_come_in_the_order_asked_for_and_a_byte_order_mark_is_no_name() {
        let mut sheet = sheet(
            b"\xef\xbb\xbfid, after ,before\n1,2.5,NA\n",
            &["before", "after", "id"],
        )
        .expect("a sheet");
        let row = sheet.next_row().expect("a row").expect("one row");
        assert_eq!(
            (row.words(0), row.number(1).expect("2.5"), row.words(2)),
            (None, Some(2.5), Some("1"))
        );
        assert!(sheet.next_row().expect("the end").is_none());
    }

    #[test]
    fn what_is_wrong_says_row_column_and_what_was_expected() {
        let text = "id,score\n1,20\n2,twenty\n";
        let mut sheet = sheet(text.as_bytes(), &["score"]).expect("a sheet");
        sheet.next_row().expect("row 2").expect("there");
        let row = sheet.next_row().expect("row 3").expect("there");
        let said = row.number(0).expect_err("twenty is no number").to_string();
        assert!(
            said.ends_with("row 3, column \"score\": expected a number, found \"twenty\""),
            "{said}"
        );
        let said = row.count(0).expect_err("nor a count").to_string();
        assert!(
            said.contains("expected a whole number, 0 or more"),
            "{said}"
        );
    }

    #[test]
    fn a_row_is_counted_as_an_editor_does() {
        let row = |text: &str| {
            let mut sheet = sheet(text.as_bytes(), &["b"]).expect("a sheet");
            loop {
                let row = sheet.next_row().expect("rows").expect("one is wrong");
                if let Err(wrong) = row.number(0) {
                    break wrong.to_string();
                }
            }
        };
        for (line, text) in [
            (3, "a,b\n1,2\n3,x\n"),
            (3, "a,b\n1,2\n3,x"),
            (3, "a,b\r\n1,2\r\n3,x\r\n5,6\r\n"),
            (3, "a,b\r\n1,2\r\n3,x"),
            (5, "a,b\n\n1,2\n\n3,x\n"),
            (5, "a,b\r\n\r\n1,2\r\n\r\n3,x\r\n"),
            (4, "a,b\n\"1\n1\",2\n\"3\n3\",x\n5,6\n"),
            (3, "\u{feff}a,\"b\"\r\n1,\"2\"\r\n3,\"x\"\r\n"),
        ] {
            let said = row(text);
            let place = format!("row {line}, column \"b\": expected a number, found \"x\"");
            assert!(said.ends_with(&place), "{text:?}: {said}");
        }
        let mut short = sheet(b"a,b\r\n1,2\r\n3\r\n", &["b"]).expect("a sheet");
        short.next_row().expect("row 2");
        let said = short.next_row().map(|_| ()).expect_err("short").to_string();
        assert!(said.contains("row 3: expected 2 fields"), "{said}");
    }

    #[test]
    fn a_missing_column_names_those_there_are() {
        let said = sheet(b"id,score\n", &["practice"])
            .map(|_| ())
            .expect_err("none")
            .to_string();
        assert!(
            said.contains("no column \"practice\"; the columns are id, score"),
            "{said}"
        );
    }

    #[test]
    fn a_file_of_nothing_and_one_with_semicolons_are_told_what_to_do() {
        let said = |text: &[u8]| {
            let opened = sheet(text, &["practice"]).map(|_| ());
            opened.expect_err("no column").to_string()
        };
        assert!(said(b"").ends_with(
            "there is nothing in it; expected a first row with the names of the columns"
        ));
        let semicolons = said(b"practice;score\n1;2\n");
        assert!(
            semicolons.ends_with("save it with commas between the columns"),
            "{semicolons}"
        );
    }

    #[test]
    fn a_column_that_is_there_twice_is_not_guessed_at() {
        let said = sheet(b"id,score,score\n1,2,3\n", &["score"])
            .map(|_| ())
            .expect_err("twice")
            .to_string();
        assert!(
            said.ends_with("row 1: expected one column \"score\", found more"),
            "{said}"
        );
        assert!(sheet(b"id,score,score\n1,2,3\n", &["id"]).is_ok());
    }

    #[test]
    fn a_short_row_and_bytes_that_are_no_text_are_named() {
        let mut short = sheet(b"id,score\n1,2\n3\n", &["id"]).expect("a sheet");
        short.next_row().expect("row 2");
        let said = short.next_row().map(|_| ()).expect_err("short").to_string();
        assert!(said.contains("row 3: expected 2 fields"), "{said}");
        let mut bytes = sheet(b"id,score\n1,caf\xe9\n", &["id"]).expect("a sheet");
        let said = bytes
            .next_row()
            .map(|_| ())
            .expect_err("latin-1")
            .to_string();
        assert!(said.contains("UTF-8"), "{said}");
    }

    #[test]
    fn infinity_is_no_number() {
        for wrong in ["inf", "NaN", "1e999"] {
            let mut sheet = sheet(format!("x\n{wrong}\n").as_bytes(), &["x"]).expect("a sheet");
            assert!(
                sheet
                    .next_row()
                    .expect("a row")
                    .expect("one")
                    .number(0)
                    .is_err(),
                "{wrong}"
            );
        }
    }
}
