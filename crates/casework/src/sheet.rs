//! A sheet: a CSV file that people open in a spreadsheet. Text that a
//! spreadsheet would take for a formula gets an apostrophe in front, so that
//! nothing anybody typed can run; numbers are written as numbers, so that a
//! change of -3 stays one. Quoting follows RFC 4180.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use kith_base::Day;

/// What a spreadsheet takes for the beginning of a formula, with the
/// full-width forms some of them fold.
const STARTS_A_FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// One cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// Words somebody typed, or of ours.
    Text(String),
    /// A number.
    Number(i64),
    /// A day, written dd/mm/yyyy.
    Day(Day),
    /// Nothing.
    Empty,
}

impl<T: ToString> From<Option<T>> for Cell {
    fn from(words: Option<T>) -> Self {
        words.map_or(Self::Empty, |words| Self::Text(words.to_string()))
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Text(words.to_owned())
    }
}

impl Cell {
    fn written(&self) -> String {
        match self {
            Self::Text(words) => inert(words),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.as_uk_slashes(),
            Self::Empty => String::new(),
        }
    }
}

/// The text as no spreadsheet runs it.
#[must_use]
pub fn inert(words: &str) -> String {
    if words.starts_with(STARTS_A_FORMULA) {
        format!("'{words}")
    } else {
        words.to_owned()
    }
}

/// The file: its columns, then its rows. It begins with the mark by which
/// spreadsheets know that it is UTF-8.
///
/// # Errors
/// When a row does not have as many cells as there are columns.
pub fn file(columns: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.iter().map(Cell::written))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(bytes: &[u8]) -> Vec<Vec<String>> {
        let text = std::str::from_utf8(bytes)
            .unwrap()
            .strip_prefix('\u{feff}')
            .unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_formula_somebody_typed_is_only_text() {
        for typed in [
            "=1+1", "+441632", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "－1", "＋1", "＠x",
            "\0=1",
        ] {
            assert_eq!(inert(typed), format!("'{typed}"), "{typed:?}");
        }
        assert_eq!(inert("1 = 1"), "1 = 1");
        assert_eq!(inert(""), "");
    }

    #[test]
    fn a_number_below_nought_stays_a_number() {
        let rows = [vec![Cell::Number(-3), Cell::from("-3"), Cell::Empty]];
        let file = file(&["change", "words", "none"], &rows).unwrap();
        assert_eq!(back(&file)[1], ["-3", "'-3", ""]);
    }

    #[test]
    fn quotes_commas_line_ends_and_accents_come_back_as_they_were() {
        let words = "Siân said: \"yes, please\"\r\nand left; naïve 🙂";
        let day = Cell::Day(Day::ymd(2026, 5, 3).unwrap());
        let file = file(&["words", "on"], &[vec![Cell::from(words), day]]).unwrap();
        assert_eq!(back(&file)[1], [words, "03/05/2026"]);
    }

    #[test]
    fn a_row_with_a_cell_too_few_is_refused() {
        assert!(file(&["a", "b"], &[vec![Cell::Empty]]).is_err());
    }
}
