//! The disk no longer syncs (EIO): nobody is told that anything is kept; when
//! it syncs again, work goes on without a restart. Needs strace, and the right
//! to attach it.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::witness::{Writer, holds};

/// Makes every sync of some processes fail, until stopped.
pub struct FailingSyncs {
    strace: Child,
}

impl FailingSyncs {
    /// Once one has failed; `None` when strace cannot make it so.
    pub fn of(processes: &[String], log: &Path) -> Option<Self> {
        let strace = Command::new("strace")
            .args(["-f", "-qq", "-e", "trace=fsync,fdatasync"])
            .args(["-e", "inject=fsync,fdatasync:error=EIO", "-o"])
            .arg(log)
            .args(processes.iter().flat_map(|id| ["-p", id]))
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut failing = Self { strace };
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            // It ends by itself when the last of them is gone.
            let has_ended = failing.strace.try_wait().ok()?.is_some();
            if std::fs::read_to_string(log).is_ok_and(|text| text.contains("INJECTED")) {
                return Some(failing);
            }
            if has_ended {
                return None;
            }
            assert!(Instant::now() < end, "the writer no longer syncs");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for FailingSyncs {
    fn drop(&mut self) {
        if matches!(self.strace.try_wait(), Ok(Some(_))) {
            return;
        }
        // Asked to end, strace lets go of the process; killed, it would not
        // always.
        let asked = Command::new("kill")
            .arg(self.strace.id().to_string())
            .status();
        if asked.is_ok() {
            self.strace.wait().ok();
        }
    }
}

#[tokio::test]
async fn nothing_is_acknowledged_while_syncs_fail_and_work_goes_on_after() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kith.db");
    let mut writer = Writer::start(&file, 1, 16);
    writer.listen_for("kept");
    let Some(failing) = FailingSyncs::of(
        &[writer.id().to_string()],
        &folder.path().join("strace.log"),
    ) else {
        println!("skipped: strace is not here, or may not attach to a process");
        return;
    };
    // Answers that were on their way when the first sync failed.
    writer.listen(Duration::from_millis(300));
    let before = writer.said.words.len();
    writer.listen(Duration::from_millis(1_500));
    let during = &writer.said.words[before..];
    assert!(!during.is_empty(), "people are answered, not left waiting");
    assert!(
        during.iter().all(|word| word == "busy" || word == "fault"),
        "while nothing could be kept it said {during:?}"
    );
    assert!(
        writer.said.words.iter().any(|word| word == "fault"),
        "the first to fail is unknown"
    );

    drop(failing);
    writer.listen_for("kept");
    writer.listen(Duration::from_millis(200));
    writer.kill();
    holds(&file, &[&writer.said]).await;

    let mut again = Writer::start(&file, 100_000_000, 16);
    again.listen_for("kept");
    again.kill();
    holds(&file, &[&writer.said, &again.said]).await;
}
