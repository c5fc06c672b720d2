//! A long file says how far it has been read, a line for each tenth, on the error stream:
//! what is printed for a reader of results stays clean, and a log keeps a few lines.

use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::joined::{Joined, unreadable};

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

/// Opens the files of a command, to be read as one.
pub(super) fn open(files: &[PathBuf]) -> Result<Told<Joined, io::Stderr>, CommandFailure> {
    let input = Joined::open(files)?;
    let mut whole = 0;
    for file in files {
        whole += fs::metadata(file).map_err(unreadable(file))?.len();
    }
    let name = match files {
        [file] => file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        files => format!("{} files", files.len()),
    };
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
