//! The power is lost while many write: what was acknowledged is there once
//! with its audit row, nothing is there by half, and no page is damaged,
//! whatever the disk made of what it was not told to keep. strace writes down
//! what the writer asks of the disk and what it answers; from that the test
//! builds what a disk may hold at any moment, and opens it. Needs strace, and
//! the right to trace.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

use kith_db::{Db, DbFailure};

use crate::{
    disk::{Chance, Disk, Image, TEMPERS},
    record::{Call, Record, recorded},
    witness::{Answers, holds},
};

/// So many acknowledged, in bursts of this many by each of 16 clients.
const ACKNOWLEDGED: usize = 5_000;
const BURST: &str = "100";
const CLIENTS: &str = "16";

fn cuts() -> usize {
    if std::env::var_os("KITH_TEST_LONG").is_some() {
        5_000
    } else {
        300
    }
}

/// Everything the writer asked and said, from the first start on a folder
/// until it ended by itself: it ends when nobody listens.
fn record(folder: &Path) -> Option<Record> {
    let data = folder.join("data");
    fs::create_dir(&data).expect("a folder");
    let log = folder.join("strace.log");
    let address = format!("sqlite:{}", data.join("kith.db").display());
    let mut writer = recorded(env!("CARGO_BIN_EXE_ledger-writer"), &log)
        .args([&address, "1", CLIENTS, BURST])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let heard = BufReader::new(writer.stdout.take().expect("its answers"))
        .lines()
        .map_while(Result::ok)
        .filter(|line| line.starts_with("kept"))
        .take(ACKNOWLEDGED)
        .count();
    writer.wait().expect("strace ends with it");
    if heard < ACKNOWLEDGED {
        return None;
    }
    let text = fs::read_to_string(&log).expect("what strace wrote");
    Some(Record::read(&text, &data))
}

/// The record is worth the trouble: the log was folded and began anew.
fn has_everything(record: &Record) {
    let to = |end: &str, start: usize| {
        let writes = record.calls.iter().filter(|call| {
            matches!(call, Call::Write { file, at, .. } if file.ends_with(end) && *at >= start)
        });
        writes.count()
    };
    assert!(to(".db", 4096) > 10, "the log was folded into the file");
    let starts = to("-wal", 0) - to("-wal", 1);
    assert!(starts > 1, "the log began anew");
}

async fn stands(image: Image, answers: &Answers) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in image {
        fs::write(folder.path().join(name), bytes).expect("it is written");
    }
    let file = folder.path().join("kith.db");
    if !answers.words.is_empty() {
        return holds(&file, &[answers]).await;
    }
    // Before the first answer the tables may not be there, nor the file.
    match Db::connect(&format!("sqlite:{}", file.display())).await {
        Ok(db) => {
            let sound = db.integrity().await.expect("it can be checked");
            assert!(sound.is_sound(), "{:?}", sound.problems);
            db.close().await;
        }
        Err(failure) => assert!(matches!(failure, DbFailure::Missing(_)), "{failure}"),
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_power_cut() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().canonicalize().unwrap();
    let Some(record) = record(&whole) else {
        println!("skipped: strace is not here, or may not trace a process");
        return;
    };
    has_everything(&record);
    let mut chance = Chance(4);
    let many = record.events.len();
    let mut moments: Vec<usize> = (0..cuts()).map(|_| chance.of(many)).collect();
    moments.sort_unstable();
    let mut moments = moments.into_iter().peekable();
    let (mut disk, mut answers) = (Disk::default(), Answers::default());
    for (at, event) in record.events.iter().enumerate() {
        disk.follow(&record, at);
        if let (Call::Say(line), None) = (&record.calls[event.number], event.ended) {
            answers.note(line.trim_end());
        }
        while moments.next_if_eq(&at).is_some() {
            let temper = TEMPERS[chance.of(TEMPERS.len())];
            println!("cut at {at} of {many}, on a disk that {temper:?}");
            stands(disk.after_a_cut(temper, &mut chance), &answers).await;
        }
    }
    let kept = answers.kept.len();
    println!("{} cuts among {kept} acknowledged, none lost", cuts());
}
