//! The other side of `ledger-writer`: starts it, writes down every answer it
//! gave, and holds the database to them.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use kith_db::{Db, Outcome, on};

/// What a writer has answered so far.
#[derive(Default)]
pub struct Answers {
    /// Numbers it was told are kept.
    pub kept: BTreeSet<i64>,
    /// Numbers it was told are not.
    pub not_kept: BTreeSet<i64>,
    /// Numbers of which nobody knows.
    pub unknown: BTreeSet<i64>,
    /// The word of every answer, in order.
    pub words: Vec<String>,
}

impl Answers {
    /// A line that the kill cut short is no answer.
    pub fn note(&mut self, line: &str) {
        let Some((word, number)) = line.split_once(' ') else {
            return;
        };
        let number: i64 = number.parse().expect("a number");
        match word {
            "kept" => self.kept.insert(number),
            "fault" => self.unknown.insert(number),
            _ => self.not_kept.insert(number),
        };
        self.words.push(word.to_owned());
    }
}

/// A running writer.
pub struct Writer {
    process: Child,
    lines: Receiver<String>,
    pub said: Answers,
}

impl Writer {
    /// Starts the writer on a file; its numbers begin at `first`.
    pub fn start(file: &Path, first: i64, clients: u32) -> Self {
        Self::start_at(&format!("sqlite:{}", file.display()), first, clients)
    }

    /// The same, on the database of an address.
    pub fn start_at(address: &str, first: i64, clients: u32) -> Self {
        let program = Command::new(env!("CARGO_BIN_EXE_ledger-writer"));
        Self::start_as(program, address, first, clients)
    }

    /// The same, by a command that ends in the writer.
    pub fn start_as(mut program: Command, address: &str, first: i64, clients: u32) -> Self {
        let mut process = program
            .arg(address)
            .arg(first.to_string())
            .arg(clients.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the writer starts");
        let out = process.stdout.take().expect("its answers can be read");
        let (send, lines) = channel();
        // Ends by itself when the writer is gone and the pipe is read empty.
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            process,
            lines,
            said: Answers::default(),
        }
    }

    /// The writer's process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it has not ended.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Writes answers down for this long.
    pub fn listen(&mut self, how_long: Duration) {
        let end = Instant::now() + how_long;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.note(&line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Writes answers down until one is this word.
    pub fn listen_for(&mut self, word: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.said.words.last().is_none_or(|last| last != word) {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.note(&line),
                Err(_) => panic!(
                    "the writer never said {word}; it said {:?}",
                    self.said.words.last()
                ),
            }
        }
    }

    /// Ends the writer as a power cut would end a program, and writes down
    /// what it had answered by then.
    pub fn kill(&mut self) {
        self.process.kill().expect("the writer can be killed");
        self.process.wait().expect("the writer is gone");
        while let Ok(line) = self.lines.recv() {
            self.said.note(&line);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Already gone, most often.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Holds the file to the answers: what was kept is there once with its audit
/// row, what was not is not, nothing is there by half, and no page is damaged.
pub async fn holds(file: &Path, said: &[&Answers]) {
    holds_at(&format!("sqlite:{}", file.display()), said).await;
}

/// The same, for the database of an address.
pub async fn holds_at(address: &str, said: &[&Answers]) {
    let db = Db::connect(address).await.expect("it opens again");
    let sound = db.integrity().await.expect("it can be checked");
    assert!(sound.is_sound(), "{:?}", sound.problems);
    let read: Outcome<(Vec<i64>, Vec<i64>)> = db
        .read(async |tx| {
            let entries = on!(tx, c => sqlx::query_scalar(
                "select number from entry order by number").fetch_all(c))?;
            let trail = on!(tx, c => sqlx::query_scalar(
                "select number from trail order by number").fetch_all(c))?;
            Ok((entries, trail))
        })
        .await;
    let (entries, trail) = read.expect("the ledger can be read");
    assert_eq!(
        entries, trail,
        "every entry has its audit row, and no other"
    );
    let there: BTreeSet<i64> = entries.into_iter().collect();
    for answers in said {
        let lost: Vec<_> = answers.kept.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let stray: Vec<_> = answers.not_kept.intersection(&there).collect();
        assert!(
            stray.is_empty(),
            "said to be not kept, and there: {stray:?}"
        );
    }
    db.close().await;
}
