//! Migrations: applied once, all or nothing, noticed when edited, the same
//! tables on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, sync::Arc, time::Duration};

use kith_base::{Day, Id, Ts};
use kith_db::{
    Db, DbFailure, Engine, FromRow, Migration, Outcome, Table, Tx, on, run,
    testing::{TestDb, both, empty_postgres, empty_sqlite, postgres, sqlite},
};
use tempfile::TempDir;

const FIRST: Migration = Migration {
    number: 1,
    name: "0001_test_service",
    text: "create table service (scheme_id {id} not null, id {id} not null,\n\
           name {text} not null unique, primary key (scheme_id, id)) {strict};\n",
};
const SECOND: Migration = Migration {
    number: 2,
    name: "0002_test_gap",
    text: "create table gap (scheme_id {id} not null, id {id} not null, service_id {id},\n\
           primary key (scheme_id, id),\n\
           foreign key (scheme_id, service_id) references service (scheme_id, id)) {strict};\n\
           create index gap_by_service on gap (scheme_id, service_id) where service_id is not null;\n",
};
const BROKEN: Migration = Migration {
    number: 3,
    name: "0003_test_broken",
    text: "create table half (id {id} not null primary key) {strict};\n\
           create table half (id {id} not null primary key) {strict};\n",
};

async fn both_empty() -> Vec<TestDb> {
    let mut all = vec![empty_sqlite().await];
    all.extend(empty_postgres().await);
    all
}

fn names(tables: &[Table]) -> Vec<&str> {
    tables.iter().map(|table| table.name.as_str()).collect()
}

#[tokio::test]
async fn each_migration_is_applied_once_and_in_order() {
    for db in both_empty().await {
        assert_eq!(db.migrate_with(&[FIRST]).await.unwrap(), [FIRST.name]);
        assert_eq!(
            db.migrate_with(&[FIRST, SECOND]).await.unwrap(),
            [SECOND.name]
        );
        assert!(db.migrate_with(&[FIRST, SECOND]).await.unwrap().is_empty());
        let tables = db.schema().await.unwrap();
        assert_eq!(
            names(&tables),
            ["gap", "kith_migration", "service"],
            "{}",
            db.engine()
        );
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_any() {
    for db in both_empty().await {
        db.migrate_with(&[FIRST]).await.unwrap();
        let failure = db.migrate_with(&[FIRST, SECOND, BROKEN]).await.unwrap_err();
        assert!(
            failure.to_string().contains("0003_test_broken"),
            "{failure}"
        );
        let tables = db.schema().await.unwrap();
        assert_eq!(
            names(&tables),
            ["kith_migration", "service"],
            "{}",
            db.engine()
        );
        // And the way is free for the mended list.
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
    }
}

#[tokio::test]
async fn an_edited_migration_is_named() {
    for db in both_empty().await {
        db.migrate_with(&[FIRST]).await.unwrap();
        let edited = Migration {
            text: "create table service (id {id});\n",
            ..FIRST
        };
        let failure = db.migrate_with(&[edited]).await.unwrap_err();
        assert!(
            matches!(&failure, DbFailure::Edited { name } if name == FIRST.name),
            "{}: {failure}",
            db.engine()
        );
    }
}

#[tokio::test]
async fn a_newer_database_is_not_touched_by_an_older_program() {
    for db in both_empty().await {
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
        let failure = db.migrate_with(&[FIRST]).await.unwrap_err();
        assert!(
            matches!(failure, DbFailure::Unknown { number: 2, .. }),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn two_programs_that_migrate_at_once_apply_each_migration_once() {
    for db in both_empty().await {
        let other = Db::connect(&db.url).await.unwrap();
        let list = [FIRST, SECOND];
        let (one, two) = tokio::join!(db.migrate_with(&list), other.migrate_with(&list));
        let applied = one.unwrap().len() + two.unwrap().len();
        assert_eq!(applied, 2, "{}", db.engine());
        other.close().await;
    }
}

const LONG: Migration = Migration {
    number: 2,
    name: "0002_test_long",
    text: "create table half (id {id} not null primary key) {strict};\n\
           create table long (n {int} not null) {strict};\n\
           insert into long with recursive more (n) as\n\
             (select 1 union all select n + 1 from more where n < 6000000) select n from more;\n",
};

async fn is_as_if_nothing_had_been(db: &Db) {
    db.migrate_with(&[FIRST, SECOND]).await.unwrap();
    let tables = db.schema().await.unwrap();
    assert_eq!(names(&tables), ["gap", "kith_migration", "service"]);
}

#[tokio::test]
async fn a_migration_of_a_server_that_is_broken_off_leaves_nothing() {
    let Some(db) = empty_postgres().await else {
        return;
    };
    db.migrate_with(&[FIRST]).await.unwrap();
    let list = [FIRST, LONG];
    let broken_off = tokio::time::timeout(Duration::from_millis(100), db.migrate_with(&list));
    assert!(broken_off.await.is_err(), "it was over too soon");
    is_as_if_nothing_had_been(&db).await;
}

/// The file and its log as they stand in the middle: what is left of them when
/// the power goes.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_of_a_file_that_is_broken_off_leaves_nothing() {
    let db = Arc::new(empty_sqlite().await);
    db.migrate_with(&[FIRST]).await.unwrap();
    let migrating = db.clone();
    let running = tokio::spawn(async move { migrating.migrate_with(&[FIRST, LONG]).await });
    let folder = db.folder().unwrap();
    // What no longer fits in memory stands in the log before it is committed.
    while fs::metadata(folder.join("kith.db-wal")).unwrap().len() < 1_000_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let elsewhere = TempDir::new().unwrap();
    let left = elsewhere.path().join("kith.db");
    fs::copy(folder.join("kith.db"), &left).unwrap();
    let log = elsewhere.path().join("kith.db-wal");
    fs::copy(folder.join("kith.db-wal"), log).unwrap();
    assert!(!running.is_finished(), "it was over too soon");
    let left = Db::connect(&format!("sqlite:{}", left.display()))
        .await
        .unwrap();
    is_as_if_nothing_had_been(&left).await;
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_file_with_something_in_it_is_copied_first() {
    let db = empty_sqlite().await;
    let folder = db.folder().unwrap();
    db.migrate_with(&[FIRST]).await.unwrap();
    let copy = folder.join("kith.db.before-0002-0002");
    assert!(
        !folder.join("kith.db.before-0001-0001").exists(),
        "an empty file needs no copy"
    );
    db.migrate_with(&[FIRST, SECOND]).await.unwrap();
    let before = Db::connect(&format!("sqlite:{}", copy.display()))
        .await
        .unwrap();
    assert_eq!(
        names(&before.schema().await.unwrap()),
        ["kith_migration", "service"]
    );
    before.close().await;
}

#[tokio::test]
async fn a_migration_that_leaves_rows_pointing_at_nothing_is_undone() {
    let db = empty_sqlite().await;
    db.migrate_with(&[FIRST, SECOND]).await.unwrap();
    let orphan = Migration {
        number: 3,
        name: "0003_test_orphan",
        text: "insert into gap (scheme_id, id, service_id) values (x'01', x'02', x'03');\n",
    };
    let failure = db.migrate_with(&[FIRST, SECOND, orphan]).await.unwrap_err();
    assert!(failure.to_string().contains("gap (1)"), "{failure}");
    assert!(db.integrity().await.unwrap().is_sound());
    assert_eq!(db.migrate_with(&[FIRST, SECOND]).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn keys_and_what_they_point_at_are_told_the_same_on_both() {
    for db in both_empty().await {
        db.migrate_with(&[FIRST, SECOND]).await.unwrap();
        let tables = db.schema().await.unwrap();
        let gap = &tables[0];
        assert_eq!(gap.key, ["scheme_id", "id"], "{}", db.engine());
        assert_eq!(gap.indexes, [["scheme_id", "service_id"]]);
        assert_eq!(gap.foreign.len(), 1);
        assert_eq!(gap.foreign[0].columns, ["scheme_id", "service_id"]);
        assert_eq!(gap.foreign[0].table, "service");
        assert_eq!(gap.foreign[0].to, ["scheme_id", "id"]);
        assert_eq!(tables[2].unique, [["name"]], "{}", db.engine());
        let required: Vec<_> = gap.columns.iter().map(|c| c.required).collect();
        assert_eq!(required, [true, true, false], "{}", db.engine());
    }
}

/// The program's own migrations, on both: the same tables, columns and keys.
#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let lite = sqlite().await;
    let Some(pg) = postgres().await else { return };
    let (lite, pg) = (lite.schema().await.unwrap(), pg.schema().await.unwrap());
    assert!(lite.len() > 5, "the program has tables");
    assert_eq!(names(&lite), names(&pg));
    for (here, there) in lite.iter().zip(&pg) {
        let table = &here.name;
        let shape = |table: &Table| -> Vec<(String, String, bool)> {
            let columns = table.columns.iter();
            columns
                .map(|c| (c.name.clone(), c.family().to_owned(), c.required))
                .collect()
        };
        assert_eq!(shape(here), shape(there), "{table}");
        assert_eq!(here.key, there.key, "{table}");
        assert_eq!(here.unique, there.unique, "{table}");
        assert_eq!(here.indexes, there.indexes, "{table}");
        assert_eq!(here.foreign, there.foreign, "{table}");
    }
}

#[tokio::test]
async fn the_programs_migrations_leave_nothing_pending() {
    for db in both().await {
        assert!(db.pending().await.unwrap().is_empty(), "{}", db.engine());
        assert!(db.integrity().await.unwrap().is_sound(), "{}", db.engine());
    }
    let fresh = empty_sqlite().await;
    assert!(fresh.pending().await.unwrap().len() >= 2);
}

/// One column of each type, there and back.
#[derive(FromRow, PartialEq, Debug)]
struct Kept {
    id: Id<Kept>,
    at: Ts,
    on_day: Day,
    flag: bool,
    count: i64,
    share: f64,
    words: String,
    bytes: Vec<u8>,
    maybe_at: Option<Ts>,
    maybe_day: Option<Day>,
    maybe_flag: Option<bool>,
}

const TYPES: Migration = Migration {
    number: 1,
    name: "0001_test_types",
    text: "create table kept (id {id} not null primary key, at {ts} not null,\n\
           on_day {day} not null, flag {flag} not null, count {int} not null,\n\
           share {real} not null, words {text} not null, bytes {bytes} not null,\n\
           maybe_at {ts}, maybe_day {day}, maybe_flag {flag}) {strict};\n\
           create index kept_flagged on kept (at) where flag;\n\
           create index kept_not on kept (at) where not flag and maybe_at is null;\n",
};

async fn keep(tx: &mut Tx, row: &Kept) -> Result<u64, sqlx::Error> {
    run!(
        tx,
        sqlx::query(
            "insert into kept (id, at, on_day, flag, count, share, words, bytes,
                maybe_at, maybe_day, maybe_flag)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        )
        .bind(row.id)
        .bind(row.at)
        .bind(row.on_day)
        .bind(row.flag)
        .bind(row.count)
        .bind(row.share)
        .bind(&row.words)
        .bind(&row.bytes)
        .bind(row.maybe_at)
        .bind(row.maybe_day)
        .bind(row.maybe_flag)
    )
}

#[tokio::test]
async fn every_type_word_goes_there_and_back() {
    for db in both_empty().await {
        db.migrate_with(&[TYPES]).await.unwrap();
        let at = Ts::from_micros(1_795_249_800_123_456);
        let day = Day::ymd(2026, 2, 28);
        for (flag, maybe) in [(true, true), (false, false)] {
            let row = Kept {
                id: Id::new(at),
                at,
                on_day: day.unwrap(),
                flag,
                count: i64::MAX,
                share: 0.1,
                words: "Tŷ Gobaith, “café” 🌱".to_owned(),
                bytes: vec![0, 255, 10],
                maybe_at: maybe.then_some(at),
                maybe_day: day.filter(|_| maybe),
                maybe_flag: maybe.then_some(false),
            };
            let back: Outcome<Vec<Kept>> = db
                .act(async |tx| {
                    keep(tx, &row).await?;
                    Ok(on!(tx, c => sqlx::query_as(
                        "select id, at, on_day, flag, count, share, words, bytes,
                            maybe_at, maybe_day, maybe_flag
                         from kept where flag = $1 and at <= $2 and on_day <= $3 order by id")
                        .bind(flag).bind(at).bind(row.on_day).fetch_all(c))?)
                })
                .await;
            assert_eq!(back.unwrap(), [row], "{}", db.engine());
        }
    }
}

#[tokio::test]
async fn a_statement_is_prepared_without_being_run() {
    for db in both_empty().await {
        db.migrate_with(&[FIRST]).await.unwrap();
        let insert = "insert into service (scheme_id, id, name) values ($1, $2, $3)";
        db.prepare(insert).await.unwrap();
        db.prepare("select name from service where scheme_id = $1 order by name")
            .await
            .unwrap();
        assert!(
            db.prepare("select nome from service").await.is_err(),
            "{}",
            db.engine()
        );
        assert!(
            db.prepare("delete from servise where id = $1")
                .await
                .is_err()
        );
        let there: Outcome<i64> = db
            .read(async |tx| {
                assert!(matches!(tx.engine()?, Engine::Lite(_) | Engine::Pg(_)));
                Ok(on!(tx, c => sqlx::query_scalar("select count(*) from service").fetch_one(c))?)
            })
            .await;
        assert_eq!(there.unwrap(), 0, "{}", db.engine());
    }
}
