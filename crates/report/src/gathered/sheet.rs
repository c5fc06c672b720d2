//! The rows of a file: CSV in UTF-8 with headings in its first row, in any
//! order and any case. A column nobody asked for is passed over unread. What a
//! cell holds is never kept when it is refused: it may be somebody's number.

use kith_base::{Day, Refusal};

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// What the template calls it.
    pub name: &'static str,
    /// What else it may be called, in small letters and digits.
    pub also: &'static [&'static str],
    /// Whether the file cannot do without.
    pub needed: bool,
}

/// What is wrong with a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The column.
    pub heading: &'static str,
    /// What was expected in it.
    pub expected: String,
}

/// A file being read.
pub struct Sheet<'a> {
    body: &'a str,
    reader: csv::Reader<&'a [u8]>,
    /// Where each heading that was asked for stands.
    at: Vec<Option<usize>>,
    headings: &'static [Heading],
    found: Vec<String>,
    over: Vec<String>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The number of its line in the file.
    pub number: i64,
    cells: Vec<String>,
}

/// A cell of a row, by the place of its heading.
impl Row {
    /// What the cell holds, without space around it; empty when the file does
    /// not have the column.
    #[must_use]
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| cell.trim())
    }
}

fn bad(what: impl Into<String>) -> Refusal {
    Refusal::field("file", what)
}

/// Small letters and digits alone: `NHS number` and `nhs_number` are one.
fn plain(heading: &str) -> String {
    heading
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

impl<'a> Sheet<'a> {
    /// Opens a file and finds its headings.
    ///
    /// # Errors
    /// `Invalid` when it is no CSV in UTF-8, or a heading is missing.
    pub fn open(bytes: &'a [u8], headings: &'static [Heading]) -> Result<Self, Refusal> {
        let text = utf8(bytes)?;
        let body = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(body.as_bytes());
        let first = reader
            .headers()
            .map_err(|_| bad("The first row cannot be read").try_next(AGAIN))?
            .clone();
        let names: Vec<String> = first.iter().map(plain).collect();
        let at: Vec<Option<usize>> = headings
            .iter()
            .map(|heading| {
                let known = |name: &String| {
                    *name == plain(heading.name) || heading.also.contains(&name.as_str())
                };
                names.iter().position(known)
            })
            .collect();
        let missing = headings
            .iter()
            .zip(&at)
            .find(|(heading, at)| heading.needed && at.is_none());
        if let Some((heading, _)) = missing {
            return Err(
                bad(format!("The file has no column \"{}\"", heading.name)).try_next(
                    "Put headings in the first row, separated by commas, as in the template",
                ),
            );
        }
        let titled = |read: bool| {
            first
                .iter()
                .enumerate()
                .filter(|(place, _)| at.contains(&Some(*place)) == read)
                .map(|(_, title)| title.trim().chars().take(100).collect())
                .collect()
        };
        Ok(Self {
            found: titled(true),
            over: titled(false),
            body,
            reader,
            at,
            headings,
        })
    }

    /// The headings that are read, and those that are passed over, as JSON.
    #[must_use]
    pub fn columns(&self) -> String {
        serde_json::json!({ "read": self.found, "passed_over": self.over }).to_string()
    }

    /// The next row with something in it; a row of another length is refused.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<(Row, Option<Problem>)>, Refusal> {
        let mut record = csv::StringRecord::new();
        loop {
            let read = self.reader.read_record(&mut record);
            if !read.map_err(|_| bad("The file cannot be read to its end").try_next(AGAIN))? {
                return Ok(None);
            }
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                break;
            }
        }
        let number = record.position().map_or(0, |at| self.line_of(at));
        let wide = self.found.len() + self.over.len();
        let problem = (record.len() != wide).then(|| Problem {
            heading: self.headings.first().map_or("", |heading| heading.name),
            expected: format!("{wide} cells in the row, as in the headings"),
        });
        let cells = self
            .at
            .iter()
            .map(|at| {
                at.and_then(|at| record.get(at))
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        Ok(Some((Row { number, cells }, problem)))
    }

    /// The line a row stands on. The reader tells where it began to look: at
    /// the end of the line before, and before lines with nothing in them.
    fn line_of(&self, at: &csv::Position) -> i64 {
        let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let rest = self.body.as_bytes().get(from..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let over = ends.filter(|byte| **byte == b'\n').count();
        i64::try_from(at.line()).unwrap_or(0) + i64::try_from(over).unwrap_or(0)
    }
}

const AGAIN: &str = "Open it in a spreadsheet program and save it again as CSV (UTF-8)";

fn utf8(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.is_empty() {
        return Err(bad("The file is empty").try_next("Choose a file with at least one row"));
    }
    if bytes.len() > super::MOST_BYTES {
        return Err(bad("The file is larger than 10 MB").try_next("Split it into smaller files"));
    }
    if bytes.starts_with(b"PK") || bytes.contains(&0) {
        return Err(bad("The file is not a CSV file").try_next(AGAIN));
    }
    std::str::from_utf8(bytes).map_err(|wrong| {
        let before = &bytes[..wrong.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        bad(format!("Line {line} holds letters that are not UTF-8")).try_next(AGAIN)
    })
}

/// A day as a file holds it: `2026-05-03`, or day first, `03/05/2026`.
#[must_use]
pub fn day(cell: &str) -> Option<Day> {
    let parts: Vec<&str> = cell.split(['-', '/', '.']).collect();
    let [first, second, third] = parts[..] else {
        return None;
    };
    let (year, day) = if first.len() == 4 {
        (first, third)
    } else {
        (third, first)
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || ![year, second, day].into_iter().all(digits) {
        return None;
    }
    Day::ymd(year.parse().ok()?, second.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: &[Heading] = &[
        Heading {
            name: "NHS number",
            also: &["nhsno"],
            needed: true,
        },
        Heading {
            name: "Date",
            also: &[],
            needed: true,
        },
        Heading {
            name: "Kind",
            also: &[],
            needed: false,
        },
    ];

    fn refused(bytes: &[u8]) -> String {
        Sheet::open(bytes, HEADINGS).err().unwrap().to_string()
    }

    #[test]
    fn headings_stand_in_any_order_and_a_column_nobody_asked_for_is_passed_over() {
        let text = "\u{feff}date,Surname,nhs_number\r\n2026-01-02,Smith,999\r\n\r\n03/04/2026,Khan,998\r\n";
        let mut sheet = Sheet::open(text.as_bytes(), HEADINGS).unwrap();
        assert_eq!(
            sheet.columns(),
            r#"{"passed_over":["Surname"],"read":["date","nhs_number"]}"#
        );
        let (row, problem) = sheet.next_row().unwrap().unwrap();
        assert_eq!(
            (row.number, row.cell(0), row.cell(1), row.cell(2), problem),
            (2, "999", "2026-01-02", "", None)
        );
        assert_eq!(sheet.next_row().unwrap().unwrap().0.number, 4);
        assert!(sheet.next_row().unwrap().is_none());
    }

    #[test]
    fn a_file_that_is_no_csv_in_utf8_is_refused_with_what_to_do() {
        assert!(refused(b"").starts_with("The file is empty"));
        assert!(
            refused(b"NHS number,Date\n999,J\xf6rg\n")
                .starts_with("Line 2 holds letters that are not UTF-8. Open it in a spreadsheet")
        );
        assert!(refused(b"PK\x03\x04").starts_with("The file is not a CSV file"));
        assert!(refused(b"\xff\xfeN\0H\0S\0").starts_with("The file is not a CSV file"));
        assert!(refused(b"NHS number;Date\n").starts_with("The file has no column"));
    }

    #[test]
    fn a_row_of_another_length_is_told() {
        let mut sheet = Sheet::open(b"NHS number,Date\n999,2026-01-01,x\n", HEADINGS).unwrap();
        let (_, problem) = sheet.next_row().unwrap().unwrap();
        assert_eq!(
            problem.unwrap().expected,
            "2 cells in the row, as in the headings"
        );
    }

    #[test]
    fn a_day_that_is_not_on_the_calendar_is_none() {
        let third = Day::ymd(2026, 5, 3);
        for right in ["2026-05-03", "03/05/2026", "3/5/2026", "03.05.2026"] {
            assert_eq!(day(right), third, "{right}");
        }
        for wrong in ["12/31/2026", "31/02/2026", "3/5/26", "May 3", "", "2026-05"] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
