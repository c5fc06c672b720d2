//! Opening, copying and checking a database.

mod ledger;

use std::{fs, io::Write, os::unix::fs::FileExt, time::Duration};

use kith_db::{Db, DbFailure, Outcome, on, run, testing::empty_sqlite};
use ledger::{both_with_ledger, count, write};

#[tokio::test]
async fn a_missing_file_is_not_made_by_looking_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("none.db");
    let failure = Db::connect(&format!("sqlite:{}", file.display()))
        .await
        .map(drop)
        .unwrap_err();
    assert!(
        matches!(&failure, DbFailure::Missing(path) if *path == file),
        "{failure}"
    );
    assert!(!file.exists());
}

#[tokio::test]
async fn an_address_of_no_database_is_refused_in_plain_words() {
    for address in ["kith.db", "sqlite:", "sqlite::memory:", "mysql://here/kith"] {
        let failure = Db::connect(address)
            .await
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(
            failure.contains("sqlite:FILE or postgres://"),
            "{address}: {failure}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    let letter = "Dear Doctor, ".repeat(100);
    fs::write(&file, &letter).unwrap();
    assert!(
        Db::connect(&format!("sqlite:{}", file.display()))
            .await
            .is_err()
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), letter);
}

#[tokio::test]
async fn a_copy_is_whole_while_the_system_goes_on() {
    let db = both_with_ledger().await.swap_remove(0);
    let copy = db.folder().unwrap().join("copy.db");
    let writing = async {
        for number in 0..200 {
            let done: Outcome<()> = db.act(async |tx| Ok(write(tx, number).await?)).await;
            done.unwrap();
        }
    };
    let ((), copied) = tokio::join!(writing, db.backup(&copy));
    copied.unwrap();
    assert!(!copy.with_extension("db.part").exists());
    let opened = Db::connect(&format!("sqlite:{}", copy.display()))
        .await
        .unwrap();
    assert!(opened.integrity().await.unwrap().is_sound());
    assert_eq!(opened.schema().await.unwrap(), db.schema().await.unwrap());
    opened.close().await;
    assert_eq!(count(&db).await, 200);
}

#[tokio::test]
async fn a_copy_never_replaces_a_file() {
    let db = empty_sqlite().await;
    let place = db.folder().unwrap().join("precious.db");
    fs::write(&place, "precious").unwrap();
    assert!(matches!(db.backup(&place).await, Err(DbFailure::Copy(..))));
    assert_eq!(fs::read_to_string(&place).unwrap(), "precious");
}

#[tokio::test]
async fn a_broken_off_copy_does_not_stand_in_the_way() {
    let db = empty_sqlite().await;
    let place = db.folder().unwrap().join("copy.db");
    fs::File::create(db.folder().unwrap().join("copy.db.part"))
        .unwrap()
        .write_all(b"half of it")
        .unwrap();
    db.backup(&place).await.unwrap();
    assert!(place.exists());
}

#[tokio::test]
async fn a_server_is_copied_by_its_own_tool() {
    for db in both_with_ledger()
        .await
        .into_iter()
        .filter(|db| !db.is_embedded())
    {
        let failure = db.backup(std::path::Path::new("copy")).await.unwrap_err();
        assert!(failure.to_string().contains("pg_dump"), "{failure}");
    }
}

#[tokio::test]
async fn damage_is_found() {
    let db = both_with_ledger().await.swap_remove(0);
    for number in 0..2_000 {
        // Few commits: many numbers in each action.
        if number % 500 == 0 {
            let done: Outcome<()> = db
                .act(async |tx| {
                    for more in 0..500 {
                        write(tx, number + more).await?;
                    }
                    Ok(())
                })
                .await;
            done.unwrap();
        }
    }
    assert!(db.integrity().await.unwrap().is_sound());
    let file = db.folder().unwrap().join("kith.db");
    db.close().await;
    let length = fs::metadata(&file).unwrap().len();
    // The last page: its cell pointers say nonsense now.
    let page = fs::OpenOptions::new().write(true).open(&file).unwrap();
    page.write_all_at(&[0xff; 64], length - 4096 + 8).unwrap();
    let opened = Db::connect(&db.url).await.unwrap();
    let found = opened.integrity().await;
    assert!(
        !matches!(&found, Ok(integrity) if integrity.is_sound()),
        "{found:?}"
    );
    opened.close().await;
}

#[tokio::test]
async fn a_closed_file_stands_alone() {
    let db = both_with_ledger().await.swap_remove(0);
    let done: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
    done.unwrap();
    let log = db.folder().unwrap().join("kith.db-wal");
    assert!(log.exists());
    db.close().await;
    assert!(!log.exists(), "the log was folded into the file");
}

#[tokio::test]
async fn only_its_owner_may_read_a_database_and_its_copies() {
    use std::os::unix::fs::PermissionsExt;
    let db = both_with_ledger().await.swap_remove(0);
    let folder = db.folder().unwrap();
    let done: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
    done.unwrap();
    db.backup(&folder.join("copy.db")).await.unwrap();
    for name in ["kith.db", "kith.db-wal", "kith.db-shm", "copy.db"] {
        let mode = fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("none").join("kith.db");
    let failure = Db::create(&format!("sqlite:{}", place.display()))
        .await
        .map(drop)
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .starts_with("No database could be made at"),
        "{failure}"
    );
}

#[tokio::test]
async fn what_is_erased_leaves_no_words_in_the_file() {
    let db = both_with_ledger().await.swap_remove(0);
    let words = "she sleeps at her sister's";
    for sql in [
        "create table note (words text not null) strict",
        "insert into note (words) values ($1)",
        "delete from note where words = $1",
    ] {
        let done: Outcome<u64> = db
            .act(async |tx| {
                Ok(if sql.contains("$1") {
                    run!(tx, sqlx::query(sql).bind(words))?
                } else {
                    run!(tx, sqlx::query(sql))?
                })
            })
            .await;
        done.unwrap();
    }
    let file = db.folder().unwrap().join("kith.db");
    db.close().await;
    let bytes = fs::read(&file).unwrap();
    assert!(
        !bytes
            .windows(words.len())
            .any(|part| part == words.as_bytes())
    );
}

#[tokio::test]
async fn a_persons_words_do_not_reach_the_log_by_way_of_an_error() {
    for db in both_with_ledger().await {
        let twice: Outcome<()> = db
            .act(async |tx| {
                write(tx, 7_654_321).await?;
                Ok(write(tx, 7_654_321).await?)
            })
            .await;
        let failure = twice.unwrap_err();
        let logged = format!("{failure:?} {failure}");
        assert!(failure.is_duplicate(), "{logged}");
        assert!(!logged.contains("7654321"), "{}: {logged}", db.engine());
    }
}

#[tokio::test]
async fn a_server_that_answers_before_the_disk_has_it_is_made_to_wait() {
    for db in both_with_ledger()
        .await
        .into_iter()
        .filter(|db| !db.is_embedded())
    {
        let lax = "do $$ begin execute format('alter database %I set synchronous_commit = off',
            current_database()); end $$";
        let set: Outcome<u64> = db.act(async |tx| Ok(run!(tx, sqlx::query(lax))?)).await;
        set.unwrap();
        let again = Db::connect(&db.url).await.unwrap();
        let said: Outcome<String> = again
            .act(async |tx| {
                Ok(on!(tx, c => sqlx::query_scalar("show synchronous_commit").fetch_one(c))?)
            })
            .await;
        again.close().await;
        assert_eq!(said.unwrap(), "on");
    }
}

#[tokio::test]
async fn the_safeguards_of_a_server_that_are_off_are_named() {
    for db in both_with_ledger().await {
        let off = db.safeguards_off().await.unwrap();
        if db.is_embedded() {
            assert!(off.is_empty(), "{off:?}");
            continue;
        }
        for name in ["fsync", "full_page_writes", "data_checksums"] {
            let show = match name {
                "fsync" => "show fsync",
                "full_page_writes" => "show full_page_writes",
                _ => "show data_checksums",
            };
            let said: Outcome<String> = db
                .read(async |tx| Ok(on!(tx, c => sqlx::query_scalar(show).fetch_one(c))?))
                .await;
            assert_eq!(
                off.iter().any(|one| one == name),
                said.unwrap() == "off",
                "{name}"
            );
        }
    }
}

/// Nobody asks for it, and the writer itself would do it at a size of the log
/// that is not reached here.
#[tokio::test]
async fn what_was_written_is_folded_into_the_file_by_itself() {
    let db = both_with_ledger().await.swap_remove(0);
    let done: Outcome<()> = db.act(async |tx| Ok(write(tx, 7).await?)).await;
    done.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("kith.db");
    // The file alone, without its log.
    for _ in 0..200 {
        fs::copy(db.folder().unwrap().join("kith.db"), &copy).unwrap();
        if let Ok(alone) = Db::connect(&format!("sqlite:{}", copy.display())).await {
            let there: Outcome<i64> = alone
                .read(async |tx| {
                    Ok(on!(tx, c => sqlx::query_scalar("select count(*) from ledger").fetch_one(c))?)
                })
                .await;
            alone.close().await;
            if matches!(there, Ok(1)) {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what was written stands in the log alone");
}

/// A log that is written all the time begins anew all the same.
#[tokio::test]
async fn the_log_stays_in_bounds_however_much_is_written() {
    let db = both_with_ledger().await.swap_remove(0);
    let long = "create table long (words text not null)";
    let done: Outcome<u64> = db.act(async |tx| Ok(run!(tx, sqlx::query(long))?)).await;
    done.unwrap();
    let words = "a".repeat(1 << 20);
    for _ in 0..800 {
        let add = "insert into long (words) values ($1)";
        let done: Outcome<u64> = db
            .act(async |tx| Ok(run!(tx, sqlx::query(add).bind(&words))?))
            .await;
        done.unwrap();
    }
    let log = db.folder().unwrap().join("kith.db-wal");
    let bytes = fs::metadata(log).unwrap().len();
    assert!(
        bytes < 400 << 20,
        "800 MB were written, the log has {bytes} bytes"
    );
}
