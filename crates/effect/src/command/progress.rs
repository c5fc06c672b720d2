//! A long file says how far it has been read, a line for each tenth, on the error stream:
//! what is printed for a reader of results stays clean, and a log keeps a few lines.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::failure::CommandFailure;

/// Files below this many bytes are read before anybody wonders: 64 MB.
const LONG: u64 = 64 << 20;

/// Parts that are told.
const PARTS: u64 = 10;

/// A file that says how far it has been read.
pub(super) struct Told<R, W> {
    input: R,
    to: W,
    name: String,
    whole: u64,
    read: u64,
    part: u64,
}

/// Opens a file for a command.
pub(super) fn open(file: &Path) -> Result<Told<File, io::Stderr>, CommandFailure> {
    let unreadable = |source| CommandFailure::Unreadable {
        file: file.to_owned(),
        source,
    };
    let input = File::open(file).map_err(unreadable)?;
    let whole = input.metadata().map_err(unreadable)?.len();
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Told {
        input,
        to: io::stderr(),
        name,
        whole: if whole < LONG { 0 } else { whole },
        read: 0,
        part: 0,
    })
}

impl<R: Read, W: Write> Read for Told<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(buffer)?;
        self.read += bytes as u64;
        let part = (self.read * PARTS).checked_div(self.whole).unwrap_or(0);
        if part > self.part {
            self.part = part;
            let percent = part * 100 / PARTS;
            // Who has closed the error stream does not want to know.
            let _ = writeln!(self.to, "{}: {percent}% read", self.name);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(whole: u64) -> String {
        let (bytes, mut lines) = (vec![b'x'; 1_000], vec![]);
        let mut file = Told {
            input: &bytes[..],
            to: &mut lines,
            name: "months.csv".to_owned(),
            whole,
            read: 0,
            part: 0,
        };
        let mut piece = [0; 30];
        while file.read(&mut piece).expect("it reads") > 0 {}
        String::from_utf8(lines).expect("text")
    }

    #[test]
    fn a_long_file_says_each_tenth_once_and_a_short_one_nothing() {
        let lines = told(1_000);
        assert_eq!(lines.lines().count(), 10, "{lines}");
        assert!(lines.starts_with("months.csv: 10% read\n") && lines.ends_with("100% read\n"));
        assert_eq!(told(0), "");
    }
}
