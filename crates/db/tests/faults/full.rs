//! The disk is full: writes are refused in plain words, reading goes on, and
//! with room again writing goes on without a restart. Needs the right to mount
//! a small file system.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use crate::witness::{Writer, holds};
use kith_db::{Db, Failure, Outcome, on};

/// A file system with room for a log of the greatest length, all but four
/// megabytes of it taken by something to throw out.
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let disk = Self::empty("size=100m")?;
        fs::write(disk.ballast(), vec![1; 96 << 20]).expect("there is room at first");
        Some(disk)
    }

    /// A small file system with nothing on it.
    pub fn empty(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", size, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("skipped: no right to mount a small file system");
            return None;
        }
        Some(Self { folder })
    }

    /// Where it is.
    pub fn place(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room there is, but for so many bytes.
    pub fn fill_up_to(&self, left: u64) {
        let mut ballast = fs::File::create(self.ballast()).expect("a file");
        while ballast.write_all(&[1; 1 << 20]).is_ok() {}
        let taken = ballast.metadata().expect("its length").len();
        let rest = taken.checked_sub(left).expect("there was more room");
        ballast.set_len(rest).expect("room is given back");
    }

    /// Where what may be thrown out is.
    pub fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("kith.db")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let path: &Path = self.folder.path();
        Command::new("umount").arg("--lazy").arg(path).status().ok();
    }
}

async fn entries(db: &Db) -> i64 {
    let there: Outcome<i64> = db
        .read(async |tx| {
            Ok(on!(tx, c => sqlx::query_scalar("select count(*) from entry").fetch_one(c))?)
        })
        .await;
    there.expect("reading goes on")
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_recovers_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        return;
    };
    let mut writer = Writer::start(&disk.file(), 1, 16);
    writer.listen_for("full");
    let before = writer.said.words.len();
    writer.listen(Duration::from_millis(500));
    let during = &writer.said.words[before..];
    assert!(!during.is_empty(), "people are answered, not left waiting");

    let reader = Db::connect(&format!("sqlite:{}", disk.file().display()))
        .await
        .unwrap();
    let kept = i64::try_from(writer.said.kept.len()).unwrap();
    assert!(entries(&reader).await >= kept);
    reader.close().await;

    fs::remove_file(disk.ballast()).unwrap();
    writer.listen(Duration::from_millis(200));
    writer.listen_for("kept");
    writer.kill();
    assert!(
        writer.said.unknown.is_empty(),
        "a full disk leaves nobody in doubt"
    );
    holds(&disk.file(), &[&writer.said]).await;
}

#[tokio::test]
async fn a_full_disk_is_said_in_plain_words() {
    let failure: Failure = Failure::Full;
    let words = failure.to_string();
    assert!(
        words.contains("Nothing was saved") && words.contains("disk is full"),
        "{words}"
    );
}
