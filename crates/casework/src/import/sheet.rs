//! A file as rows of text. What it is, is told from its first bytes and never
//! from its name: a workbook (XLSX), or text with separators in UTF-8, UTF-16
//! or Windows-1252. A workbook is unpacked to nowhere first, to see how large
//! it would be. A file that cannot be read whole is refused with what to do,
//! and nothing of it is kept.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use kith_base::Refusal;

use super::{MOST_BYTES, MOST_COLUMNS, MOST_ROWS};

/// The most a workbook may hold once it is unpacked, in bytes.
const MOST_UNPACKED: u64 = 60 * 1024 * 1024;
/// The most files a workbook may be made of.
const MOST_PARTS: usize = 1000;

/// What a file holds: its headings, and its rows, each as long as the headings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sheet {
    /// The first row.
    pub headings: Vec<String>,
    /// The number each row has in the file, and its cells.
    pub rows: Vec<(i64, Vec<String>)>,
}

/// Reads a file.
///
/// # Errors
/// `Invalid` with what is wrong with the file and what to do.
pub fn read(bytes: &[u8]) -> Result<Sheet, Refusal> {
    if bytes.is_empty() {
        return Err(bad("The file is empty").try_next("Choose a file with at least one row"));
    }
    if bytes.len() > MOST_BYTES {
        return Err(bad("The file is larger than 10 MB").try_next("Split it into smaller files"));
    }
    let all = if bytes.starts_with(b"PK\x03\x04") {
        // A part that is spoilt may make the reader of workbooks give up in the
        // middle.
        std::panic::catch_unwind(|| workbook(bytes)).unwrap_or_else(|_| Err(unreadable()))?
    } else {
        text_rows(&text_of(bytes)?)?
    };
    sheet(all)
}

fn bad(what: &str) -> Refusal {
    Refusal::field("file", what)
}

fn unreadable() -> Refusal {
    bad("The workbook cannot be read")
        .try_next("Open it in a spreadsheet program and save it again")
}

fn sheet(all: Vec<(i64, Vec<String>)>) -> Result<Sheet, Refusal> {
    let mut filled = all
        .into_iter()
        .filter(|(_, cells)| cells.iter().any(|cell| !cell.trim().is_empty()));
    let Some((_, mut headings)) = filled.next() else {
        return Err(bad("The file is empty").try_next("Choose a file with at least one row"));
    };
    while headings.last().is_some_and(|last| last.trim().is_empty()) {
        headings.pop();
    }
    for heading in &mut headings {
        *heading = heading.trim().chars().take(100).collect();
    }
    let wide = headings.len();
    if wide > MOST_COLUMNS {
        return Err(bad("The file has more than 100 columns")
            .try_next("Take out the columns that are not needed"));
    }
    let rows: Vec<(i64, Vec<String>)> = filled
        .map(|(number, mut cells)| {
            cells.resize(wide, String::new());
            (number, cells)
        })
        .collect();
    if rows.is_empty() {
        return Err(bad("There are no rows under the headings")
            .try_next("Choose a file with at least one row"));
    }
    if rows.len() > MOST_ROWS {
        return Err(
            bad("The file has more than 20,000 rows").try_next("Split it into smaller files")
        );
    }
    Ok(Sheet { headings, rows })
}

/// The text of a file of text.
fn text_of(bytes: &[u8]) -> Result<String, Refusal> {
    let known = [
        (&b"%PDF"[..], "This is a PDF, not a spreadsheet"),
        (
            &b"\xD0\xCF\x11\xE0"[..],
            "This is a workbook of an old kind, or one with a password",
        ),
        (&b"PK"[..], "This is an archive, not a spreadsheet"),
        (&b"\x89PNG"[..], "This is a picture, not a spreadsheet"),
        (&b"\xFF\xD8\xFF"[..], "This is a picture, not a spreadsheet"),
    ];
    if let Some((_, what)) = known.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Err(
            bad(what).try_next("Save it as CSV, or as a workbook (.xlsx) without a password")
        );
    }
    let utf16 = |big: bool| {
        let (text, broken) = if big {
            encoding_rs::UTF_16BE.decode_without_bom_handling(bytes)
        } else {
            encoding_rs::UTF_16LE.decode_without_bom_handling(bytes)
        };
        (!broken).then(|| text.into_owned())
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] => utf16(false),
        [0xFE, 0xFF, ..] => utf16(true),
        // Every second byte of plain letters in UTF-16 is nought.
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => utf16(false),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => utf16(true),
        _ => Some(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
        }),
    };
    let text = text.map(|text| text.trim_start_matches('\u{feff}').to_owned());
    let plain = |text: &String| {
        !text.chars().any(|c| {
            c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}' | '\u{80}'..='\u{9f}')
        })
    };
    text.filter(plain).ok_or_else(|| {
        bad("The file holds characters that are no text")
            .try_next("Save it again as CSV (UTF-8), or as a workbook (.xlsx)")
    })
}

/// The separator that the first line has most of, outside quotes.
fn separator(line: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in line.bytes() {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some(found) = counts.iter_mut().find(|(sign, _)| *sign == byte) {
            found.1 += 1;
        }
    }
    // The first of the most: a comma when nothing separates.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(sign, _)| *sign)
}

fn text_rows(text: &str) -> Result<Vec<(i64, Vec<String>)>, Refusal> {
    // Spreadsheets may say their separator in a first line of its own.
    let (sign, body) = match text.strip_prefix("sep=") {
        Some(rest) if rest.len() > 1 => (
            rest.as_bytes()[0],
            rest.split_once('\n').map_or("", |(_, body)| body),
        ),
        _ => (
            separator(
                text.lines()
                    .find(|line| !line.trim().is_empty())
                    .unwrap_or_default(),
            ),
            text,
        ),
    };
    if let Some(line) = broken_quote(body, sign) {
        return Err(bad(&format!(
            "Line {line} has a quotation mark that is not closed, or stands in the wrong place"
        ))
        .try_next("Open the file in a spreadsheet program and save it again as CSV"));
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(sign)
        .has_headers(false)
        .flexible(true)
        .from_reader(body.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|_| bad("The file cannot be read").try_next("Save it again as CSV (UTF-8)"))?;
        let line = record.position().map_or(0, |at| line_of(body, at));
        if record.len() > MOST_COLUMNS {
            return Err(bad(&format!("Line {line} has more than 100 columns"))
                .try_next("Take out the columns that are not needed"));
        }
        if rows.len() > MOST_ROWS {
            return Err(
                bad("The file has more than 20,000 rows").try_next("Split it into smaller files")
            );
        }
        rows.push((
            i64::try_from(line).unwrap_or(0),
            record.iter().map(str::to_owned).collect(),
        ));
    }
    Ok(rows)
}

/// The line a row stands on. The reader tells where it began to look: before the
/// line feed that ends a line of Windows, and before lines with nothing in them.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

/// The line on which a quotation mark is wrong: a quoted cell ends with its
/// mark, and every mark that opens is closed.
fn broken_quote(text: &str, separator: u8) -> Option<usize> {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let (mut at, mut line, mut opened) = (At::Start, 1, 1);
    for byte in text.bytes() {
        let ends = byte == separator || byte == b'\n' || byte == b'\r';
        at = match at {
            At::Start if byte == b'"' => {
                opened = line;
                At::Quoted
            }
            At::Quoted if byte == b'"' => At::Closed,
            At::Quoted => At::Quoted,
            At::Closed if byte == b'"' => At::Quoted,
            At::Closed if !ends => return Some(line),
            At::Start | At::Plain | At::Closed if ends => At::Start,
            _ => At::Plain,
        };
        if byte == b'\n' {
            line += 1;
        }
    }
    (at == At::Quoted).then_some(opened)
}

fn workbook(bytes: &[u8]) -> Result<Vec<(i64, Vec<String>)>, Refusal> {
    harmless(bytes)?;
    let broken = |_| unreadable();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let Some(name) = book.sheet_names().first().cloned() else {
        return Err(
            bad("The workbook has no sheet").try_next("Choose a file with at least one row")
        );
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut rows: Vec<(i64, Vec<String>)> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let text = cell_text(cell.get_value());
        let (row, column) = cell.get_position();
        let (number, column) = (
            i64::from(row) + 1,
            usize::try_from(column).unwrap_or(usize::MAX),
        );
        if text.is_empty() {
            continue;
        }
        if column >= MOST_COLUMNS {
            return Err(bad("The sheet has more than 100 columns")
                .try_next("Take out the columns that are not needed"));
        }
        if rows.last().is_none_or(|(last, _)| *last != number) {
            if rows.len() > MOST_ROWS {
                return Err(bad("The sheet has more than 20,000 rows")
                    .try_next("Split it into smaller files"));
            }
            rows.push((number, Vec::new()));
        }
        if let Some((_, row)) = rows.last_mut() {
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
    Ok(rows)
}

/// Unpacks every part to nowhere, to see that it stays within bounds: what an
/// archive says of its own size may be a lie.
fn harmless(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let mut left = MOST_UNPACKED;
    if archive.len() > MOST_PARTS {
        return Err(unreadable());
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| unreadable())?;
        let took = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|_| unreadable())?;
        left = left.checked_sub(took).ok_or_else(|| {
            bad("The workbook is far larger than its file")
                .try_next("Keep only the sheet with the referrals and save it again")
        })?;
    }
    Ok(())
}

/// A cell as somebody would type it. A spreadsheet's own date is written year
/// first, which nobody can misread.
fn cell_text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => if *yes { "Yes" } else { "No" }.to_owned(),
        DataRef::DateTime(at) if at.is_datetime() => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(at) => at.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let sheet = read(bytes).unwrap();
        std::iter::once(sheet.headings)
            .chain(sheet.rows.into_iter().map(|(_, cells)| cells))
            .collect()
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_file_is_read_in_whatever_encoding_and_with_whatever_separator() {
        let wanted =
            [["Name", "Town"], ["Siân", "Leeds; York"]].map(|row| row.map(str::to_owned).to_vec());
        let text = "Name,Town\r\nSiân,Leeds; York\r\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark: Vec<u8> = [0xFE, 0xFF]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        let windows = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        let semicolons = "sep=;\nName;Town\nSiân;\"Leeds; York\"\n".as_bytes();
        let tabs = "\u{feff}Name\tTown\nSiân\tLeeds; York".as_bytes();
        for bytes in [
            text.as_bytes(),
            &utf16,
            &with_mark,
            &windows,
            semicolons,
            tabs,
        ] {
            assert_eq!(cells(bytes), wanted);
        }
    }

    #[test]
    fn a_short_row_is_filled_up_and_an_empty_one_left_out() {
        let sheet = read(b"a,b,c\n1\n,,\n2,3,4,5\n").unwrap();
        assert_eq!(
            sheet.rows[0],
            (2, vec!["1".into(), String::new(), String::new()])
        );
        assert_eq!(sheet.rows[1], (4, vec!["2".into(), "3".into(), "4".into()]));
    }

    #[test]
    fn a_row_has_the_number_of_the_line_it_stands_on() {
        for (text, wanted) in [
            ("a,b\n1,2\n3,4\n", [2, 3]),
            ("a,b\r\n1,2\r\n3,4\r\n", [2, 3]),
            ("a,b\r\n\r\n1,2\r\n\r\n3,4", [3, 5]),
            ("a,b\n\"1\n1\",2\n3,4\n", [2, 4]),
        ] {
            let lines: Vec<i64> = read(text.as_bytes())
                .unwrap()
                .rows
                .iter()
                .map(|row| row.0)
                .collect();
            assert_eq!(lines, wanted, "{text:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_list_is_refused_in_plain_words() {
        assert!(refusal(b"").contains("The file is empty"));
        assert!(refusal(b"\n\n ,\n").contains("The file is empty"));
        assert!(refusal(b"Name,Born\n").contains("no rows under the headings"));
        assert!(refusal(b"%PDF-1.7 renamed.csv").contains("This is a PDF"));
        assert!(refusal(b"Name\n\x01\x02\x00").contains("no text"));
        assert!(
            refusal(b"Name,Town\n\"Mary,Leeds\nJo,York\n").contains("Line 2 has a quotation mark")
        );
        assert!(refusal(b"Name,Town\n\"Mary\" X,Leeds\n").contains("Line 2 has a quotation mark"));
        assert!(refusal(b"PK\x03\x04 not an archive").contains("cannot be read"));
        let long = std::iter::repeat_n("x\n", MOST_ROWS + 2).collect::<String>();
        assert!(refusal(long.as_bytes()).contains("more than 20,000 rows"));
    }

    #[test]
    fn a_workbook_that_unpacks_without_end_is_refused() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default())
            .unwrap();
        let block = vec![0_u8; 1024 * 1024];
        for _ in 0..61 {
            std::io::Write::write_all(&mut zip, &block).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < MOST_BYTES);
        assert!(refusal(&bytes).contains("far larger than its file"));
    }

    /// A workbook with one sheet, written part by part.
    pub(crate) fn workbook_of(rows: &str) -> Vec<u8> {
        let parts = [
            ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#.to_owned()),
            ("_rels/.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
            ("xl/workbook.xml", r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Referrals" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned()),
            ("xl/_rels/workbook.xml.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
            ("xl/styles.xml", r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.to_owned()),
            ("xl/worksheets/sheet1.xml", format!(r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#)),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_workbook_gives_its_dates_year_first_and_its_numbers_plainly() {
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Surname</t></is></c><c r="C1" t="inlineStr"><is><t>Born</t></is></c><c r="D1" t="inlineStr"><is><t>Mobile</t></is></c></row>
            <row r="3"><c r="A3" t="inlineStr"><is><t>Smith</t></is></c><c r="C3" s="1"><v>18751</v></c><c r="D3"><v>7700900982</v></c></row>"#;
        let sheet = read(&workbook_of(rows)).unwrap();
        assert_eq!(sheet.headings, ["Surname", "", "Born", "Mobile"]);
        assert_eq!(
            sheet.rows,
            [(
                3,
                ["Smith", "", "1951-05-03", "7700900982"]
                    .map(str::to_owned)
                    .to_vec()
            )]
        );
    }
}
