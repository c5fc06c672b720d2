//! What happens in the line for the writer when something goes wrong in it:
//! nobody is told more than is so, and those who wait get their turn.

mod ledger;

use std::{sync::Arc, time::Duration};

use kith_db::{Failure, Outcome, on, run, testing::TestDb};
use kith_sqlite::SqliteConnection;
use ledger::{both_with_ledger, count, write};
use sqlx::Connection;
use tokio::{task::JoinHandle, time::sleep};

async fn file_with_ledger() -> Arc<TestDb> {
    Arc::new(both_with_ledger().await.swap_remove(0))
}

/// Starts an action that enters a number and then stays for a while.
fn enter(db: &Arc<TestDb>, number: i64, stays: Duration) -> JoinHandle<Outcome<()>> {
    let db = db.clone();
    tokio::spawn(async move {
        db.act(async |tx| {
            write(tx, number).await?;
            sleep(stays).await;
            Ok(())
        })
        .await
    })
}

#[tokio::test]
async fn more_than_may_stand_in_line_are_sent_away_at_once() {
    let db = file_with_ledger().await;
    let first = enter(&db, 0, Duration::from_millis(500));
    sleep(Duration::from_millis(50)).await;
    let others: Vec<_> = (1..=400).map(|n| enter(&db, n, Duration::ZERO)).collect();
    let (mut kept, mut sent_away) = (0, 0);
    for other in others {
        match other.await.unwrap() {
            Ok(()) => kept += 1,
            Err(Failure::Busy) => sent_away += 1,
            Err(other) => panic!("{other}"),
        }
    }
    first.await.unwrap().unwrap();
    assert!(
        sent_away >= 100 && kept >= 200,
        "{kept} kept, {sent_away} sent away"
    );
    assert_eq!(count(&db).await, kept + 1);
}

/// A server has sixteen connections for us: whoever finds none free in ten
/// seconds is told, and not left waiting; whoever is told it is kept has it.
#[tokio::test]
async fn whoever_finds_no_connection_to_the_server_is_told_that_it_is_busy() {
    let mut all = both_with_ledger().await;
    let Some(db) = all.pop().filter(|db| !db.is_embedded()) else {
        println!("skipped: KITH_TEST_POSTGRES is not set");
        return;
    };
    let db = Arc::new(db);
    let began = std::time::Instant::now();
    let all: Vec<_> = (0..200)
        .map(|n| enter(&db, n, Duration::from_millis(1_500)))
        .collect();
    let (mut kept, mut sent_away) = (0, 0);
    for one in all {
        match one.await.unwrap() {
            Ok(()) => kept += 1,
            Err(Failure::Busy) => sent_away += 1,
            Err(other) => panic!("{other}"),
        }
    }
    println!(
        "{kept} kept, {sent_away} sent away in {:?}",
        began.elapsed()
    );
    assert!(kept >= 32 && sent_away >= 32, "{kept}, {sent_away}");
    assert!(began.elapsed() < Duration::from_secs(15));
    assert_eq!(count(&db).await, kept);
    enter(&db, 200, Duration::ZERO).await.unwrap().unwrap();
}

#[tokio::test]
async fn while_another_process_holds_the_file_people_are_told_it_is_busy() {
    let db = file_with_ledger().await;
    let mut other = SqliteConnection::connect(&db.url).await.unwrap();
    sqlx::query("begin immediate")
        .execute(&mut other)
        .await
        .unwrap();
    let waited = enter(&db, 1, Duration::ZERO).await.unwrap();
    assert!(matches!(waited, Err(Failure::Busy)), "{waited:?}");
    sqlx::query("rollback").execute(&mut other).await.unwrap();
    enter(&db, 2, Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(count(&db).await, 1);
}

/// SQLite undoes the whole transaction by itself on `or rollback`, as it may
/// on a full disk or an I/O error: the neighbours' writes go with it.
#[tokio::test]
async fn a_batch_that_sqlite_undid_is_acknowledged_to_nobody() {
    let db = file_with_ledger().await;
    enter(&db, 1, Duration::ZERO).await.unwrap().unwrap();
    let mut undone = 0;
    for round in 1..=10_i64 {
        let several = |from: i64| -> Vec<_> {
            (from..from + 4)
                .map(|n| (n, enter(&db, n, Duration::ZERO)))
                .collect()
        };
        let mut others = several(round * 100);
        let breaking = tokio::spawn(break_batch(db.clone()));
        others.extend(several(round * 100 + 50));
        assert!(matches!(breaking.await.unwrap(), Err(Failure::Sql(_))));
        for (number, other) in others {
            let answer = other.await.unwrap();
            let there: Outcome<i64> = db
                .read(async |tx| {
                    Ok(on!(tx, c => sqlx::query_scalar(
                        "select count(*) from ledger where number = $1")
                        .bind(number).fetch_one(c))?)
                })
                .await;
            match answer {
                Ok(()) => assert_eq!(there.unwrap(), 1, "acknowledged and lost"),
                Err(Failure::Busy) => {
                    undone += 1;
                    assert_eq!(there.unwrap(), 0, "said to be not kept, and there");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert!(undone > 0, "no neighbour was ever in the same batch");
    enter(&db, 2, Duration::ZERO).await.unwrap().unwrap();
}

async fn break_batch(db: Arc<TestDb>) -> Outcome<u64> {
    db.act(async |tx| {
        Ok(run!(
            tx,
            sqlx::query("insert or rollback into ledger (number) values (1)")
        )?)
    })
    .await
}

#[tokio::test]
async fn a_statement_that_never_ends_is_stopped_and_the_others_get_their_turn() {
    for db in both_with_ledger().await {
        let endless: Outcome<i64> = db
            .act(async |tx| {
                Ok(on!(tx, c => sqlx::query_scalar(
                    "with recursive more (n) as (select 1 union all select n + 1 from more)
                     select count(*) from more").fetch_one(c))?)
            })
            .await;
        assert!(
            matches!(endless, Err(Failure::Slow)),
            "{}: {endless:?}",
            db.engine()
        );
        let next: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
        next.unwrap();
        assert_eq!(count(&db).await, 1, "{}", db.engine());
    }
}

#[tokio::test]
async fn a_lost_connection_to_the_server_loses_that_action_alone() {
    let Some(db) = both_with_ledger()
        .await
        .into_iter()
        .find(|db| !db.is_embedded())
    else {
        return;
    };
    let cut: Outcome<()> = db
        .act(async |tx| {
            write(tx, 1).await?;
            on!(tx, c => sqlx::query_scalar::<_, bool>(
                "select pg_terminate_backend(pg_backend_pid())").fetch_one(c))?;
            Ok(())
        })
        .await;
    assert!(matches!(cut, Err(Failure::Away)), "{cut:?}");
    let next: Outcome<()> = db.act(async |tx| Ok(write(tx, 2).await?)).await;
    next.unwrap();
    assert_eq!(count(&db).await, 1);
}

/// Whoever panics while the program runs loses what they have, and ends
/// nobody else: the writer is dropped with it, and the process goes on.
#[test]
fn a_panic_elsewhere_does_not_end_the_process() {
    let other = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let db = file_with_ledger().await;
            enter(&db, 1, Duration::ZERO).await.unwrap().unwrap();
            panic!("as meant");
        });
    });
    assert!(other.join().is_err());
}
