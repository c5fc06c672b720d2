//! What a process asked of the files in a folder, and what it said, in the
//! order in which it happened, as strace saw it. What happens after something
//! else because of it stands after it: strace sees the end of a call before
//! the thread goes on.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Every call by which a file can change or be made safe. One that is not
/// understood below fails the test: a record with a hole in it proves nothing.
const CALLS: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,openat,open,creat,\
    ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,msync,mmap,\
    unlink,unlinkat,rename,renameat,renameat2,copy_file_range,sendfile,splice,\
    io_uring_setup,io_submit";

/// What was asked; files by their name in the folder.
#[derive(Debug)]
pub enum Call {
    Open(String),
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Cut {
        file: String,
        length: usize,
    },
    Remove(String),
    /// The folder itself is the file without a name.
    Sync(String),
    Say(String),
}

/// A call begins (`ended` is none), or has ended well or not.
#[derive(Debug)]
pub struct Event {
    /// Which call, counted from the first.
    pub number: usize,
    pub ended: Option<bool>,
}

/// All calls and their beginnings and ends.
#[derive(Default)]
pub struct Record {
    pub calls: Vec<Call>,
    pub events: Vec<Event>,
}

/// A program under strace, which writes down what it does.
pub fn recorded(program: &str, log: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-y", "-xx", "-s", "1000000", "--seccomp-bpf"])
        .args(["-e", CALLS, "-e", "signal=none", "-o"])
        .arg(log)
        .arg(program);
    strace
}

impl Record {
    /// Reads what strace wrote, about the files of one folder.
    pub fn read(text: &str, folder: &Path) -> Self {
        let mut record = Self::default();
        let mut under_way: BTreeMap<&str, usize> = BTreeMap::new();
        for line in text.lines() {
            let (process, what) = line.split_once(' ').expect("a process and its call");
            let what = what.trim_start();
            if what.starts_with("<... ") {
                if let Some(number) = under_way.remove(process) {
                    record.end(number, what);
                }
            } else if let Some(call) = Call::read(what, folder) {
                let number = record.calls.len();
                record.calls.push(call);
                record.events.push(Event {
                    number,
                    ended: None,
                });
                if what.ends_with("<unfinished ...>") {
                    under_way.insert(process, number);
                } else {
                    record.end(number, what);
                }
            }
        }
        record
    }

    fn end(&mut self, number: usize, what: &str) {
        let (_, answer) = what.rsplit_once(" = ").expect("a call that ended");
        let answer = answer.split(['<', ' ']).next().expect("its answer");
        if answer == "?" {
            return;
        }
        let well = !answer.starts_with('-');
        if let (true, Call::Write { bytes, .. }) = (well, &self.calls[number]) {
            assert_eq!(answer, bytes.len().to_string(), "a write that ended short");
        }
        self.events.push(Event {
            number,
            ended: Some(well),
        });
    }
}

impl Call {
    /// `None` for what does not concern the folder.
    fn read(what: &str, folder: &Path) -> Option<Self> {
        let (name, arguments) = what.split_once('(').expect("a call");
        let strings = strings(arguments);
        let named = strings.first().and_then(|first| inside(first, folder));
        let here = |at: usize| strings.get(at).and_then(|path| inside(path, folder));
        let numbers = || numbers(arguments);
        match name {
            "write" if arguments.starts_with("1<") => {
                let said = String::from_utf8(strings[1].clone()).expect("words");
                Some(Self::Say(said))
            }
            "openat" => {
                let file = here(1)?;
                assert!(!arguments.contains("SYNC"), "a file that syncs: {what}");
                Some(Self::Open(file))
            }
            "pwrite64" => Some(Self::Write {
                file: named?,
                at: *numbers().last().expect("a place"),
                bytes: strings[1].clone(),
            }),
            "ftruncate" => Some(Self::Cut {
                file: named?,
                length: *numbers().last().expect("a length"),
            }),
            "unlink" => Some(Self::Remove(named?)),
            "fsync" | "fdatasync" => Some(Self::Sync(named?)),
            "io_uring_setup" | "io_submit" => panic!("writes that strace does not see: {what}"),
            // The index of the log, which is made anew after a crash.
            "mmap" if named.as_ref().is_some_and(|file| file.ends_with("-shm")) => None,
            "mmap" if !(arguments.contains("PROT_WRITE") && arguments.contains("MAP_SHARED")) => {
                None
            }
            _ if named.is_none() && here(1).is_none() => None,
            _ => panic!("the record does not understand {what}"),
        }
    }
}

/// The paths of handles and the texts among the arguments, in order; each is
/// written in hexadecimal, `\x6b\x69`.
fn strings(arguments: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut rest = arguments;
    while let Some(start) = rest.find("\\x") {
        let text = &rest[start..];
        let end = text.find(['"', '>']).expect("a text that ends");
        assert!(!text[end..].starts_with("\"..."), "a text that was cut");
        all.push(
            text[..end]
                .split("\\x")
                .skip(1)
                .map(|hex| u8::from_str_radix(hex, 16).expect("hexadecimal"))
                .collect(),
        );
        rest = &text[end + 1..];
    }
    all
}

/// The numbers among the arguments, before the answer.
fn numbers(arguments: &str) -> Vec<usize> {
    let asked = arguments
        .rsplit_once(')')
        .map_or(arguments, |(asked, _)| asked);
    let asked = asked.trim_end_matches("<unfinished ...>");
    asked
        .split(", ")
        .filter_map(|word| word.trim().parse().ok())
        .collect()
}

/// The name of a path in the folder; of the folder itself, none.
fn inside(path: &[u8], folder: &Path) -> Option<String> {
    let path = PathBuf::from(String::from_utf8(path.to_vec()).ok()?);
    let name = path.strip_prefix(folder).ok()?;
    Some(name.to_str()?.to_owned())
}
