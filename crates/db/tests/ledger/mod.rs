//! A table of numbers, and a database of each kind that has it.

use kith_db::{
    Migration, Outcome, Tx, on, run,
    testing::{TestDb, empty_postgres, empty_sqlite},
};

const LEDGER: Migration = Migration {
    number: 1,
    name: "0001_test_ledger",
    text: "create table ledger (number {int} not null primary key) {strict};\n",
};

/// A fresh database of each kind, with an empty ledger.
pub async fn both_with_ledger() -> Vec<TestDb> {
    let mut all = vec![empty_sqlite().await];
    all.extend(empty_postgres().await);
    for db in &all {
        db.migrate_with(&[LEDGER])
            .await
            .expect("the ledger is made");
    }
    all
}

/// Enters a number; the same one twice is an error of the database.
pub async fn write(tx: &mut Tx, number: i64) -> Result<(), sqlx::Error> {
    run!(
        tx,
        sqlx::query("insert into ledger (number) values ($1)").bind(number)
    )
    .map(drop)
}

/// How many numbers there are.
pub async fn count(db: &TestDb) -> i64 {
    let there: Outcome<i64> = db
        .read(async |tx| {
            Ok(on!(tx, c => sqlx::query_scalar("select count(*) from ledger").fetch_one(c))?)
        })
        .await;
    there.expect("the ledger can be read")
}
