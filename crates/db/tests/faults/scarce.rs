//! A write ends short: everybody is answered, and with room again work goes on
//! without a restart. The machine gives no more memory: the same, or the
//! program ends, and nothing that was acknowledged is lost. Needs `prlimit`.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use crate::witness::{Writer, holds};

/// Sets what a running process may have at most.
fn allow(process: u32, what: &str) -> bool {
    let set = Command::new("prlimit")
        .args(["--pid", &process.to_string(), what])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    set.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_write_that_ends_short_is_acknowledged_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kith.db");
    // A file may have a million bytes: the write that goes past it is cut, in
    // the middle of a page, and the next fails.
    let mut limited = Command::new("env");
    limited
        .args([
            "--ignore-signal=XFSZ",
            "prlimit",
            "--fsize=1000000:unlimited",
        ])
        .arg(env!("CARGO_BIN_EXE_ledger-writer"));
    if !allow(std::process::id(), "--fsize") {
        println!("skipped: prlimit is not here");
        return;
    }
    let address = format!("sqlite:{}", file.display());
    let mut writer = Writer::start_as(limited, &address, 1, 16);
    writer.listen_for("fault");
    let before = writer.said.words.len();
    writer.listen(Duration::from_millis(500));
    let during = &writer.said.words[before..];
    assert!(!during.is_empty(), "people are answered, not left waiting");
    assert!(allow(writer.id(), "--fsize=unlimited:unlimited"));
    writer.listen(Duration::from_millis(100));
    writer.listen_for("kept");
    writer.kill();
    holds(&file, &[&writer.said]).await;
}

#[tokio::test]
async fn without_memory_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kith.db");
    let mut writer = Writer::start(&file, 1, 16);
    writer.listen_for("kept");
    if !allow(writer.id(), "--as=1:unlimited") {
        println!("skipped: prlimit is not here, or may not set a limit");
        return;
    }
    writer.listen(Duration::from_millis(1_500));
    // It may have had to end: then it is as if it had been killed.
    allow(writer.id(), "--as=unlimited:unlimited");
    let before = writer.said.words.len();
    for _ in 0..100 {
        writer.listen(Duration::from_millis(100));
        if !writer.lives() || writer.said.words[before..].contains(&"kept".to_owned()) {
            break;
        }
        // One who is ending says nothing any more, and is still there.
        std::thread::sleep(Duration::from_millis(20));
    }
    let lives = writer.lives();
    let since = &writer.said.words[before..];
    let goes_on = since.contains(&"kept".to_owned());
    assert!(goes_on || !lives, "it stands still, saying {since:?}");
    writer.kill();
    holds(&file, &[&writer.said]).await;

    let mut again = Writer::start(&file, 100_000_000, 16);
    again.listen_for("kept");
    again.kill();
    holds(&file, &[&writer.said, &again.said]).await;
}
