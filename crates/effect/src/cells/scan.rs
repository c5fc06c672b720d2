//! Reads a comma-separated file once, in pieces, and hands each row's wanted fields on
//! as bytes. Nothing is kept of a row, so memory does not grow with the file.
//! A row without a quotation mark is cut at its commas; one with is left to the `csv`
//! crate. A quoted field may not run over the end of its line.

use std::io::{ErrorKind, Read};

use super::bad_file::BadFile;

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// The longest row there may be; a longer one is no table of ours.
const ROW_MAX: usize = 1 << 24;

/// The columns of a file and which of them are wanted.
struct Layout {
    names: Vec<String>,
    /// For each column of the file, its place among the wanted.
    slots: Vec<Option<usize>>,
}

/// Calls `each` with the row number and the wanted fields, in the order they were asked for.
///
/// # Errors
/// The first thing wrong with the file, or what `each` found wrong.
pub(super) fn scan(
    mut input: impl Read,
    wanted: &[&str],
    mut each: impl FnMut(u64, &[&[u8]]) -> Result<(), BadFile>,
) -> Result<(), BadFile> {
    let mut buffer = vec![0; PIECE];
    let (mut held, mut row) = (0, 0);
    let mut layout: Option<Layout> = None;
    loop {
        let read = match input.read(&mut buffer[held..]) {
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(BadFile::whole("a file that can be read", error.to_string())),
        };
        let filled = held + read;
        let mut start = 0;
        while let Some(length) = memchr::memchr(b'\n', &buffer[start..filled]) {
            row += 1;
            take(
                &buffer[start..start + length],
                row,
                wanted,
                &mut layout,
                &mut each,
            )?;
            start += length + 1;
        }
        if read == 0 {
            if start < filled {
                take(
                    &buffer[start..filled],
                    row + 1,
                    wanted,
                    &mut layout,
                    &mut each,
                )?;
            }
            return match layout {
                Some(_) => Ok(()),
                None => Err(BadFile::whole(
                    "a header with the names of the columns",
                    "nothing",
                )),
            };
        }
        buffer.copy_within(start..filled, 0);
        held = filled - start;
        if held == buffer.len() {
            if held >= ROW_MAX {
                return Err(BadFile::in_row(
                    row + 1,
                    "a row of text",
                    "a line without an end",
                ));
            }
            buffer.resize(buffer.len() * 2, 0);
        }
    }
}

/// The first row names the columns; every other is handed on.
fn take(
    line: &[u8],
    row: u64,
    wanted: &[&str],
    layout: &mut Option<Layout>,
    each: &mut impl FnMut(u64, &[&[u8]]) -> Result<(), BadFile>,
) -> Result<(), BadFile> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match layout {
        Some(_) if line.is_empty() => Ok(()),
        Some(layout) => layout.cut(line, row, wanted.len(), each),
        None => {
            *layout = Some(Layout::read(line, wanted)?);
            Ok(())
        }
    }
}

impl Layout {
    fn read(line: &[u8], wanted: &[&str]) -> Result<Self, BadFile> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let names: Vec<String> = quoted_fields(line, 1)?
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect();
        for name in wanted {
            match names.iter().filter(|here| here == name).count() {
                1 => {}
                0 => {
                    let found = format!("the columns {}", names.join(", "));
                    return Err(BadFile::in_row(1, format!("a column \"{name}\""), found));
                }
                _ => {
                    let found = "several of that name";
                    return Err(BadFile::in_row(1, format!("one column \"{name}\""), found));
                }
            }
        }
        let slots = names
            .iter()
            .map(|name| wanted.iter().position(|want| want == name))
            .collect();
        Ok(Self { names, slots })
    }

    fn cut(
        &self,
        line: &[u8],
        row: u64,
        wanted: usize,
        each: &mut impl FnMut(u64, &[&[u8]]) -> Result<(), BadFile>,
    ) -> Result<(), BadFile> {
        // More wanted columns than this are held on the heap, which costs a little time.
        const FEW: usize = 24;
        let mut few: [&[u8]; FEW] = [b""; FEW];
        let mut many: Vec<&[u8]> = Vec::new();
        let fields = if wanted <= FEW {
            &mut few[..wanted]
        } else {
            many.resize(wanted, b"");
            &mut many[..]
        };
        let (mut column, mut start) = (0, 0);
        for (place, &byte) in line.iter().enumerate() {
            if byte == b',' {
                if let Some(Some(slot)) = self.slots.get(column) {
                    fields[*slot] = &line[start..place];
                }
                column += 1;
                start = place + 1;
            } else if byte == b'"' {
                return self.cut_quoted(line, row, wanted, each);
            }
        }
        if let Some(Some(slot)) = self.slots.get(column) {
            fields[*slot] = &line[start..];
        }
        self.check_width(row, column + 1)?;
        each(row, fields)
    }

    fn cut_quoted(
        &self,
        line: &[u8],
        row: u64,
        wanted: usize,
        each: &mut impl FnMut(u64, &[&[u8]]) -> Result<(), BadFile>,
    ) -> Result<(), BadFile> {
        let all = quoted_fields(line, row)?;
        self.check_width(row, all.len())?;
        let mut fields: Vec<&[u8]> = vec![b""; wanted];
        for (field, slot) in all.iter().zip(&self.slots) {
            if let Some(slot) = slot {
                fields[*slot] = field;
            }
        }
        each(row, &fields)
    }

    fn check_width(&self, row: u64, found: usize) -> Result<(), BadFile> {
        if found == self.names.len() {
            return Ok(());
        }
        let expected = format!("{} fields, as in the header", self.names.len());
        Err(BadFile::in_row(row, expected, found.to_string()))
    }
}

/// The fields of one line by the rules of quotation.
fn quoted_fields(line: &[u8], row: u64) -> Result<Vec<Vec<u8>>, BadFile> {
    let marks = line.iter().filter(|&&byte| byte == b'"').count();
    if marks % 2 == 1 {
        return Err(BadFile::in_row(
            row,
            "quotation marks in pairs on the line",
            "an odd one",
        ));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(line);
    match reader.byte_records().next() {
        Some(Ok(record)) => Ok(record.iter().map(<[u8]>::to_vec).collect()),
        Some(Err(error)) => Err(BadFile::in_row(
            row,
            "fields between commas",
            error.to_string(),
        )),
        None => Ok(Vec::new()),
    }
}
