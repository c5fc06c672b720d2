//! Whatever stands in a file that somebody brings in: it is read, or refused in
//! words that say what to do. Nothing breaks.
//! `KITH_TEST_LONG` draws many more.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Cursor, Write};

use kith_base::{Day, Email, Line, Name, NhsNumber, OdsCode, Phone, Postcode, Refusal, Story};
use kith_casework::import::{
    cells::{self, Against},
    headings::Plan,
    sheet,
};
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

fn drawn(few: u32) -> ProptestConfig {
    let long = std::env::var_os("KITH_TEST_LONG").is_some();
    ProptestConfig::with_cases(if long { 100_000 } else { few })
}

/// Reads a file as an import does: sheet, columns, every row. A refusal says
/// what is wrong and what to do.
fn is_read_or_refused(bytes: &[u8]) -> Option<usize> {
    match sheet::read(bytes) {
        Ok(sheet) => {
            let against = Against {
                practices: Vec::new(),
                today: Day::ymd(2026, 11, 24).unwrap(),
                under_age: "Ring the council".into(),
            };
            let plan = Plan::guess(sheet.headings);
            for (_, row) in &sheet.rows {
                assert_eq!(cells::hash(row, &plan).len(), 32);
                if let Err(remarks) = cells::read(row, &plan, &against) {
                    assert!(!remarks.is_empty(), "a row is wrong, and nobody says why");
                    assert!(remarks.iter().all(|remark| !remark.words.is_empty()));
                }
            }
            Some(sheet.rows.len())
        }
        Err(refusal) => {
            says_what_to_do(&refusal);
            None
        }
    }
}

fn says_what_to_do(refusal: &Refusal) {
    let words = refusal.to_string();
    assert!(words.len() > 20, "{words}");
    for inside in ["panicked", "Error(", "unwrap", "calamine", "zip"] {
        assert!(!words.contains(inside), "{words}");
    }
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Referrals" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELATIONS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET: &str = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Surname</t></is></c><c r="B1" t="inlineStr"><is><t>DOB</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Smith</t></is></c><c r="B2"><v>18751</v></c></row></sheetData></worksheet>"#;
const PARTS: [(&str, &str); 5] = [
    ("[Content_Types].xml", TYPES),
    ("_rels/.rels", ROOT),
    ("xl/workbook.xml", BOOK),
    ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
    ("xl/worksheets/sheet1.xml", SHEET),
];

/// A workbook; the bytes of one of its parts are changed before it is packed,
/// so that its sums are right and the reader inside must cope.
fn workbook(part: usize, changed: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    packed(|at, bytes| {
        for (place, byte) in changed.iter().filter(|_| at == part) {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
    })
}

fn packed(change: impl Fn(usize, &mut Vec<u8>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, text)) in PARTS.iter().enumerate() {
        let mut bytes = text.as_bytes().to_vec();
        change(at, &mut bytes);
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn the_list_and_the_workbook_that_are_spoilt_here_can_be_read() {
    assert_eq!(is_read_or_refused(LIST.as_bytes()), Some(2));
    assert_eq!(is_read_or_refused(&workbook(0, &[])), Some(1));
}

#[test]
fn a_cell_at_a_place_that_no_sheet_has_is_read_or_refused() {
    for place in ["ZZZZZZZZZZZZ2", "A99999999999999", "A0", "2", "", "é2"] {
        is_read_or_refused(&packed(|at, bytes| {
            if at == 4 {
                let named = SHEET.replace("r=\"A2\"", &format!("r=\"{place}\""));
                *bytes = named.into_bytes();
            }
        }));
    }
}

const LIST: &str = "NHS number,Forename,Surname,DOB,Postcode,Mobile,Practice,Date received,Need,Notes\n\
    999 000 0018,Mary,Smith,03/05/1951,LS1 4AP,7700900982,Y00001,20/11/2026,Loneliness,\"Lives, alone\"\n\
    ,Omar,Khan,09/01/1980,BD1 1AA,01274 960 002,Riverside Surgery,20/11/2026,debt,\n";

/// What lists are made of, and what breaks them.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9]{0,40}",
        "[-0-9/. ]{0,14}",
        "[A-Za-z]{0,4}[0-9]{0,3} ?[0-9A-Za-z]{0,4}",
        Just("\"".to_owned()),
        Just("31/02/1900".to_owned()),
        Just("-999999999999999999999".to_owned()),
        Just("1e308".to_owned()),
        Just("\u{202e}\u{feff}\0".to_owned()),
    ]
}

proptest! {
    #![proptest_config(drawn(256))]

    #[test]
    fn any_bytes_are_read_or_refused_in_words(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        is_read_or_refused(&bytes);
        let marked = |mark: &[u8]| [mark, &bytes].concat();
        for mark in [&b"PK\x03\x04"[..], b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"%PDF", b"\xd0\xcf\x11\xe0"] {
            is_read_or_refused(&marked(mark));
        }
    }

    #[test]
    fn any_list_with_spoilt_bytes_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = LIST.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        is_read_or_refused(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_cell_in_any_column_is_read_or_refused(
        rows in prop::collection::vec(prop::collection::vec(cell(), 10), 1..6),
    ) {
        let mut text = csv::Writer::from_writer(LIST.lines().next().unwrap().as_bytes().to_vec());
        text.write_record([""; 10]).unwrap();
        for row in &rows {
            text.write_record(row).unwrap();
        }
        is_read_or_refused(&text.into_inner().unwrap());
    }

    #[test]
    fn any_workbook_with_a_spoilt_part_is_read_or_refused(
        part in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut bytes = workbook(part, &changes);
        is_read_or_refused(&bytes);
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_text_is_a_value_or_said_not_to_be(text in prop_oneof![any::<String>(), cell()]) {
        fn said<T: std::str::FromStr>(text: &str) -> Result<(), TestCaseError>
        where
            T::Err: std::fmt::Display,
        {
            if let Err(wrong) = text.parse::<T>() {
                prop_assert!(!wrong.to_string().is_empty());
            }
            Ok(())
        }
        said::<NhsNumber>(&text)?;
        said::<Postcode>(&text)?;
        said::<Phone>(&text)?;
        said::<Email>(&text)?;
        said::<OdsCode>(&text)?;
        said::<Name>(&text)?;
        said::<Line>(&text)?;
        said::<Story>(&text)?;
        said::<Day>(&text)?;
    }
}
