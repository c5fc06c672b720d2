//! Several files with the same columns, read as one: each practice may send its own. The
//! header of every file but the first is passed over, and every file ends its last line. A row
//! is told by its own file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::failure::CommandFailure;

/// Files, one after the other.
pub(super) struct Joined {
    now: BufReader<File>,
    later: VecDeque<PathBuf>,
    /// Whether what was given last ended its line.
    ended: bool,
}

impl Joined {
    /// Opens the first and looks whether the others have its columns.
    pub(super) fn open(files: &[PathBuf]) -> Result<Self, CommandFailure> {
        let Some((first, later)) = files.split_first() else {
            return Err(CommandFailure::arguments("name at least one file"));
        };
        let open = |file: &Path| File::open(file).map_err(unreadable(file));
        let now = BufReader::new(open(first)?);
        if !later.is_empty() {
            let header = header(&mut BufReader::new(open(first)?)).map_err(unreadable(first))?;
            for file in later {
                let here = self::header(&mut BufReader::new(open(file)?));
                if here.map_err(unreadable(file))? != header {
                    let header = String::from_utf8_lossy(&header).into_owned();
                    return Err(CommandFailure::BadRow {
                        file: file.clone(),
                        row: 1,
                        expected: format!("the columns of {}: {header}", first.display()),
                    });
                }
            }
        }
        Ok(Self {
            now,
            later: later.iter().cloned().collect(),
            ended: true,
        })
    }
}

impl Read for Joined {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let bytes = self.now.read(buffer)?;
            if bytes > 0 || buffer.is_empty() {
                self.ended = buffer[..bytes]
                    .last()
                    .map_or(self.ended, |last| *last == b'\n');
                return Ok(bytes);
            }
            let next = self.later.pop_front();
            let at_the_end = next.is_none();
            if let Some(next) = next {
                self.now = BufReader::new(File::open(next)?);
                header(&mut self.now)?;
            }
            if !self.ended {
                self.ended = true;
                buffer[0] = b'\n';
                return Ok(1);
            }
            if at_the_end {
                return Ok(0);
            }
        }
    }
}

/// The first line without its end and without a byte order mark.
fn header(file: &mut BufReader<File>) -> io::Result<Vec<u8>> {
    let mut line = vec![];
    file.read_until(b'\n', &mut line)?;
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
    Ok(line.trim_ascii_end().to_vec())
}

pub(super) fn unreadable(file: &Path) -> impl FnOnce(io::Error) -> CommandFailure {
    let file = file.to_owned();
    |source| CommandFailure::Unreadable { file, source }
}

/// The file a row of the whole stands in, and its row there. It reads the files again, which
/// only a failure costs.
pub(super) fn place(files: &[PathBuf], mut row: u64) -> (PathBuf, u64) {
    let last = files.len().saturating_sub(1);
    for file in &files[..last] {
        let lines = lines(file).unwrap_or(u64::MAX);
        if row <= lines {
            return (file.clone(), row);
        }
        row = row - lines + 1;
    }
    (files.last().cloned().unwrap_or_default(), row)
}

fn lines(file: &Path) -> io::Result<u64> {
    let mut file = BufReader::new(File::open(file)?);
    let (mut lines, mut ended) = (0, true);
    loop {
        let piece = file.fill_buf()?;
        let Some(last) = piece.last() else {
            return Ok(lines + u64::from(!ended));
        };
        ended = *last == b'\n';
        lines += memchr::memchr_iter(b'\n', piece).count() as u64;
        let read = piece.len();
        file.consume(read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |(number, text): (usize, &&str)| {
            let file = folder.path().join(format!("{number}.csv"));
            std::fs::write(&file, text).expect("it can be written");
            file
        };
        let files = texts.iter().enumerate().map(write).collect();
        (folder, files)
    }

    #[test]
    fn they_read_as_one_and_a_row_is_known_by_its_own_file() {
        let (_folder, files) =
            files(&["a,b\n1,2\n3,4", "\u{feff}a,b\r\n5,6\n", "a,b\n", "a,b\n7,8"]);
        let mut text = String::new();
        let mut joined = Joined::open(&files).expect("the same columns");
        joined.read_to_string(&mut text).expect("text");
        assert_eq!(text, "a,b\n1,2\n3,4\n5,6\n7,8\n");
        let at = [1, 3, 4, 5].map(|row| place(&files, row));
        let own = [(0, 1), (0, 3), (1, 2), (3, 2)].map(|(file, row)| (files[file].clone(), row));
        assert_eq!(at, own);
    }

    #[test]
    fn other_columns_are_told_before_anything_is_read() {
        let (_folder, files) = files(&["a,b\n1,2\n", "b,a\n2,1\n"]);
        let said = Joined::open(&files)
            .map(|_| ())
            .expect_err("other columns")
            .to_string();
        assert!(
            said.contains("1.csv, row 1: expected the columns of") && said.ends_with("a,b"),
            "{said}"
        );
        assert!(Joined::open(&[]).is_err());
    }
}
