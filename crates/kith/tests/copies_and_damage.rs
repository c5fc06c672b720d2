//! The drill whoever runs a service practises, with the binary itself: a copy
//! while people work, the loss of the database, the copy in its place, and
//! everything as it was. And what a break in the middle of it, or a damaged
//! file, does.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod serving;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use kith_db::{Db, Outcome, on};
use tempfile::TempDir;

use crate::serving::Serving;

/// A folder with a database of made-up cases, as the demonstration keeps it.
struct Installation {
    folder: TempDir,
}

impl Installation {
    fn with_cases(count: u32) -> Self {
        let made = Self {
            folder: TempDir::new().unwrap(),
        };
        made.does(&["seed", "--cases", &count.to_string()]);
        kith::key_file::make(&made.folder.path().join("kith.key")).unwrap();
        made
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("kith.db")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
        command
            .current_dir(self.folder.path())
            .args(["--database", "sqlite:kith.db", "--key-file", "kith.key"])
            .args(arguments);
        command
    }

    fn asks(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn does(&self, arguments: &[&str]) -> String {
        let done = self.asks(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", words(&done));
        words(&done)
    }

    /// Holds that the doctor finds the database whole. What else it looks at is
    /// not in order here: nobody of a made-up scheme has two factors.
    fn is_whole(&self) {
        let said = words(&self.asks(&["doctor"]));
        assert!(said.contains("is whole"), "{said}");
    }

    /// Starts a command and kills it after a while, wherever it is.
    fn broken_off(&self, arguments: &[&str], after: Duration) {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// How many rows each table has.
    async fn rows(&self, file: &str) -> BTreeMap<String, i64> {
        let place = self.folder.path().join(file);
        let db = Db::connect(&format!("sqlite:{}", place.display()))
            .await
            .unwrap();
        let mut rows = BTreeMap::new();
        for table in db.schema().await.unwrap() {
            let sql = format!("select count(*) from {}", table.name);
            let sql: &'static str = Box::leak(sql.into_boxed_str());
            let count: Outcome<i64> = db
                .read(async |tx| Ok(on!(tx, c => sqlx::query_scalar(sql).fetch_one(c))?))
                .await;
            rows.insert(table.name, count.unwrap());
        }
        db.close().await;
        rows
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Somebody signs in, and reads their caseload.
fn caseload_of(serving: &Serving, name: &str) -> String {
    let cookie = serving.client.signs_in(name);
    let caseload = serving
        .client
        .asks("GET", "/caseload", &cookie, "")
        .unwrap();
    assert!(caseload.contains(" 200 "), "{caseload}");
    caseload
}

#[tokio::test]
async fn a_lost_database_is_put_back_from_a_copy_and_everything_is_there() {
    let kith = Installation::with_cases(300);
    let serving = Serving::start(kith.command(&["demo", "--data", "."]));
    let before = caseload_of(&serving, "Kay Ward");
    kith.does(&["backup", "copy.db"]);
    serving.stop();
    let rows = kith.rows("copy.db").await;
    assert_eq!(rows["referral"], 300);
    for file in ["kith.db", "kith.db-wal", "kith.db-shm"] {
        fs::remove_file(kith.folder.path().join(file)).ok();
    }
    let said = words(&kith.asks(&["doctor"]));
    assert!(said.contains("WRONG  database"), "{said}");
    kith.does(&["restore", "copy.db"]);
    assert_eq!(kith.rows("kith.db").await, rows);
    assert!(
        kith.does(&["audit", "verify"])
            .contains("the chain is whole")
    );
    kith.is_whole();
    let serving = Serving::start(kith.command(&["demo", "--data", "."]));
    let after = caseload_of(&serving, "Kay Ward");
    assert_eq!(after.matches("<tr").count(), before.matches("<tr").count());
    assert!(
        after.matches("<tr").count() > 5,
        "nobody is on the caseload"
    );
    serving.stop();
}

#[tokio::test]
async fn a_copy_or_a_return_that_is_broken_off_leaves_all_or_nothing() {
    let kith = Installation::with_cases(400);
    let rows = kith.rows("kith.db").await;
    let mut whole = 0;
    for loops in 0..12_u64 {
        let file = format!("copy-{loops}.db");
        kith.broken_off(&["backup", &file], Duration::from_millis(loops * 13 % 90));
        if kith.folder.path().join(&file).exists() {
            assert_eq!(kith.rows(&file).await, rows, "a copy in part has its name");
            whole += 1;
        }
    }
    println!("{whole} of 12 copies were whole before the kill");
    kith.does(&["backup", "copy.db"]);
    for loops in 0..12_u64 {
        let after = Duration::from_millis(loops * 17 % 120);
        kith.broken_off(&["restore", "copy.db", "--replace"], after);
        if kith.database().exists() {
            assert_eq!(
                kith.rows("kith.db").await,
                rows,
                "a database in part has its name"
            );
        } else {
            // What was there stands aside, and the same command goes through.
            kith.does(&["restore", "copy.db"]);
        }
    }
    kith.does(&["restore", "copy.db", "--replace"]);
    assert_eq!(kith.rows("kith.db").await, rows);
    kith.is_whole();
}

#[test]
fn flipped_bytes_are_found_by_the_doctor_and_never_restored() {
    let kith = Installation::with_cases(300);
    kith.is_whole();
    kith.does(&["backup", "copy.db"]);
    for name in ["kith.db", "copy.db"] {
        flip(&kith.folder.path().join(name));
    }
    let looked = kith.asks(&["doctor"]);
    let said = words(&looked);
    let wrong = said.lines().any(|line| line.starts_with("WRONG  database"));
    assert!(!looked.status.success() && wrong, "{said}");
    let refused = kith.asks(&["restore", "copy.db", "--replace"]);
    let said = words(&refused);
    assert!(
        !refused.status.success() && said.contains("cannot be restored"),
        "{said}"
    );
}

/// Turns bits over in the middle of many pages, the first left alone.
fn flip(file: &Path) {
    let mut file = fs::File::options()
        .read(true)
        .write(true)
        .open(file)
        .unwrap();
    let pages = file.metadata().unwrap().len() / 4096;
    assert!(pages > 40, "too small to be worth it: {pages} pages");
    for page in (5..pages).step_by(7) {
        let at = SeekFrom::Start(page * 4096 + 8);
        let mut bytes = [0; 16];
        file.seek(at).unwrap();
        file.read_exact(&mut bytes).unwrap();
        file.seek(at).unwrap();
        file.write_all(&bytes.map(|byte| !byte)).unwrap();
    }
    file.sync_all().unwrap();
}
