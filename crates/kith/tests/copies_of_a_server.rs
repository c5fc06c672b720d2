//! The same drill on a PostgreSQL server, with the commands that `kith backup`
//! and `kith restore` name: a copy, an empty database, the copy in it, and
//! everything is there.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use kith_db::{Db, Outcome, on, testing};
use tempfile::TempDir;

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn kith(folder: &Path, database: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .args(["--database", database, "--key-file", "kith.key"])
        .args(arguments)
        .output()
        .unwrap()
}

/// A tool of the server: where Debian keeps them, or on the path.
fn tool(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut places: Vec<PathBuf> = versions
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin").join(name))
        .filter(|place| place.exists())
        .collect();
    places.sort();
    places.pop().unwrap_or_else(|| name.into())
}

/// Runs a command as it was said, with what stands for its capital words.
fn runs(said: &str, command: &str, put: &[(&str, &str)]) -> Output {
    let from = said
        .find(command)
        .unwrap_or_else(|| panic!("no {command}: {said}"));
    let line = said[from..].split(',').next().unwrap();
    let mut parts = line.split_whitespace().map(|part| {
        put.iter()
            .fold(part.to_owned(), |part, (word, by)| part.replace(word, by))
    });
    Command::new(tool(&parts.next().unwrap()))
        .args(parts)
        .output()
        .unwrap()
}

/// How many rows each table has.
async fn rows(db: &Db) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    for table in db.schema().await.unwrap() {
        let sql = format!("select count(*) from {}", table.name);
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let count: Outcome<i64> = db
            .read(async |tx| Ok(on!(tx, c => sqlx::query_scalar(sql).fetch_one(c))?))
            .await;
        rows.insert(table.name, count.unwrap());
    }
    rows
}

#[tokio::test]
async fn a_server_is_copied_and_put_back_as_the_commands_say() {
    let (Some(from), Some(to)) = (testing::postgres().await, testing::empty_postgres().await)
    else {
        return;
    };
    let folder = TempDir::new().unwrap();
    kith::key_file::make(&folder.path().join("kith.key")).unwrap();
    let seeded = kith(folder.path(), &from.url, &["seed", "--cases", "60"]);
    assert!(seeded.status.success(), "{}", words(&seeded));
    let dump = folder.path().join("kith.dump").display().to_string();

    let refused = kith(folder.path(), &from.url, &["backup", "copy.db"]);
    assert!(!refused.status.success());
    let put = [("kith.dump", dump.as_str()), ("ADDRESS", from.url.as_str())];
    let copied = runs(&words(&refused), "pg_dump", &put);
    assert!(copied.status.success(), "{}", words(&copied));

    let refused = kith(folder.path(), &to.url, &["restore", &dump]);
    assert!(!refused.status.success());
    let put = [("FILE", dump.as_str()), ("ADDRESS", to.url.as_str())];
    let restored = runs(&words(&refused), "pg_restore", &put);
    assert!(restored.status.success(), "{}", words(&restored));

    assert_eq!(rows(&to).await, rows(&from).await);
    assert_eq!(rows(&to).await["referral"], 60);
    let verified = kith(folder.path(), &to.url, &["audit", "verify"]);
    let said = words(&verified);
    assert!(
        verified.status.success() && said.contains("the chain is whole"),
        "{said}"
    );
    let looked = words(&kith(folder.path(), &to.url, &["doctor"]));
    for line in ["ok     database: is up to date", "ok     database: is well"] {
        assert!(looked.contains(line), "{looked}");
    }
}
