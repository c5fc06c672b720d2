//! What an action promises, on each database there is.

mod ledger;

use std::{sync::Arc, time::Duration};

use kith_base::Refusal;
use kith_db::{Failure, Outcome, Tx, on, run, testing::TestDb};
use ledger::{both_with_ledger, count, write};

#[tokio::test]
async fn an_action_is_kept_whole() {
    for db in both_with_ledger().await {
        let answer: Outcome<&str> = db
            .act(async |tx| {
                write(tx, 1).await?;
                write(tx, 2).await?;
                Ok("done")
            })
            .await;
        assert_eq!(answer.unwrap(), "done");
        assert_eq!(count(&db).await, 2, "{}", db.engine());
    }
}

#[tokio::test]
async fn a_refused_action_leaves_nothing_and_says_why() {
    for db in both_with_ledger().await {
        let answer: Outcome<()> = db
            .act(async |tx| {
                write(tx, 1).await?;
                Err(Refusal::conflict("This referral is already closed"))?
            })
            .await;
        assert!(
            matches!(&answer, Err(Failure::Refused(r)) if r.what.contains("already closed")),
            "{}: {answer:?}",
            db.engine()
        );
        assert_eq!(count(&db).await, 0, "{}", db.engine());
    }
}

#[tokio::test]
async fn an_action_borrows_from_its_caller_and_can_be_spawned() {
    for db in both_with_ledger().await {
        let db = Arc::new(db);
        let task = tokio::spawn({
            let db = db.clone();
            async move {
                let form = vec![3_i64, 4];
                let mut seen = Vec::new();
                let done: Outcome<usize> = db
                    .act(async |tx| {
                        for number in &form {
                            write(tx, *number).await?;
                            seen.push(*number);
                        }
                        Ok(form.len())
                    })
                    .await;
                (done, seen)
            }
        });
        let (done, seen) = task.await.unwrap();
        assert_eq!((done.unwrap(), seen), (2, vec![3, 4]));
        assert_eq!(count(&db).await, 2);
    }
}

#[tokio::test]
async fn a_failed_statement_ends_the_action_even_when_it_is_ignored() {
    for db in both_with_ledger().await {
        let answer: Outcome<()> = db
            .act(async |tx| {
                write(tx, 1).await?;
                let twice = write(tx, 1).await;
                assert!(twice.is_err());
                let after = write(tx, 2).await.unwrap_err().to_string();
                assert!(after.contains("earlier statement"), "{after}");
                Ok(())
            })
            .await;
        assert!(
            matches!(answer, Err(Failure::Sql(_))),
            "{}: {answer:?}",
            db.engine()
        );
        assert_eq!(count(&db).await, 0, "{}", db.engine());
    }
}

#[tokio::test]
async fn a_duplicate_is_told_apart() {
    for db in both_with_ledger().await {
        let first: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
        first.unwrap();
        let again: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
        assert!(again.unwrap_err().is_duplicate(), "{}", db.engine());
        assert_eq!(count(&db).await, 1);
    }
}

#[tokio::test]
async fn a_slow_action_is_undone() {
    for db in both_with_ledger().await {
        let answer: Outcome<()> = db
            .act(async |tx| {
                write(tx, 1).await?;
                tokio::time::sleep(Duration::from_secs(5)).await;
                Ok(())
            })
            .await;
        assert!(
            matches!(answer, Err(Failure::Slow)),
            "{}: {answer:?}",
            db.engine()
        );
        works_again(&db).await;
    }
}

#[tokio::test]
async fn a_panic_leaves_nothing_and_the_next_action_works() {
    for db in both_with_ledger().await {
        let db = Arc::new(db);
        let broken = tokio::spawn({
            let db = db.clone();
            async move {
                let answer: Outcome<()> = db
                    .act(async |tx| {
                        write(tx, 1).await?;
                        panic!("this test breaks the action");
                    })
                    .await;
                answer
            }
        });
        assert!(broken.await.unwrap_err().is_panic());
        works_again(&db).await;
    }
}

#[tokio::test]
async fn an_action_dropped_halfway_leaves_nothing_and_the_next_works() {
    for db in both_with_ledger().await {
        let halfway: Result<Outcome<()>, _> = tokio::time::timeout(
            Duration::from_millis(50),
            db.act(async |tx| {
                write(tx, 1).await?;
                std::future::pending::<()>().await;
                Ok(())
            }),
        )
        .await;
        assert!(halfway.is_err(), "{}", db.engine());
        works_again(&db).await;
    }
}

async fn works_again(db: &TestDb) {
    let next: Outcome<()> = db.act(async |tx| Ok(write(tx, 9).await?)).await;
    next.expect("the next action works");
    assert_eq!(count(db).await, 1, "{}", db.engine());
}

#[tokio::test]
async fn a_neighbours_refusal_does_not_touch_ones_own_writes() {
    for db in both_with_ledger().await {
        let db = Arc::new(db);
        let all: Vec<_> = (0..300_i64)
            .map(|number| {
                let db = db.clone();
                tokio::spawn(async move {
                    let answer: Outcome<()> = db
                        .act(async |tx| {
                            write(tx, number).await?;
                            if number % 3 == 0 {
                                Err(Refusal::invalid("every third is refused"))?;
                            }
                            Ok(())
                        })
                        .await;
                    (number, answer)
                })
            })
            .collect();
        let mut kept = Vec::new();
        for task in all {
            match task.await.unwrap() {
                (number, Ok(())) => kept.push(number),
                (number, Err(Failure::Refused(_))) => assert_eq!(number % 3, 0),
                // More than may stand in line: nothing was done.
                (_, Err(Failure::Busy)) => {}
                (number, Err(other)) => panic!("{} {number}: {other}", db.engine()),
            }
        }
        kept.sort_unstable();
        let there: Outcome<Vec<i64>> = db.read(async |tx| Ok(numbers(tx).await?)).await;
        assert_eq!(there.unwrap(), kept, "{}", db.engine());
        assert!(kept.len() > 100, "{} kept {}", db.engine(), kept.len());
    }
}

async fn numbers(tx: &mut Tx) -> Result<Vec<i64>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar("select number from ledger order by number").fetch_all(c))
}

#[tokio::test]
async fn an_action_inside_an_action_is_a_mistake_that_shows_at_once() {
    for db in both_with_ledger().await {
        let db = Arc::new(db);
        for what in ["act", "read"] {
            let db = db.clone();
            let nested = tokio::spawn(async move {
                let answer: Outcome<()> = db
                    .act(async |_tx| match what {
                        "act" => db.act(async |_inner| Ok(())).await,
                        _ => db.read(async |_inner| Ok(())).await,
                    })
                    .await;
                answer
            });
            assert!(nested.await.unwrap_err().is_panic(), "{what}");
        }
        works_again(&db).await;
    }
}

#[tokio::test]
async fn a_read_cannot_write() {
    for db in both_with_ledger().await {
        let answer: Outcome<()> = db.read(async |tx| Ok(write(tx, 1).await?)).await;
        assert!(
            matches!(answer, Err(Failure::Sql(_))),
            "{}: {answer:?}",
            db.engine()
        );
        assert_eq!(count(&db).await, 0, "{}", db.engine());
    }
}

/// Counts as far as it is told, which takes its time on either database.
const FAR: &str = "with recursive counted(n) as
    (select 1 union all select n + 1 from counted where n < $1)
    select count(*) from counted";

async fn count_to(tx: &mut Tx, far: i64) -> Outcome<i64> {
    Ok(on!(tx, c => sqlx::query_scalar(FAR).bind(far).fetch_one(c))?)
}

/// A read of an embedded file is not broken off; it holds up its own thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_the_long_read_of_somebody_else() {
    for db in both_with_ledger().await {
        let db = std::sync::Arc::new(db);
        let others = db.clone();
        let long =
            tokio::spawn(
                async move { others.read(async |tx| count_to(tx, 20_000_000).await).await },
            );
        tokio::time::sleep(Duration::from_millis(20)).await;
        let next = db.read(async |tx| count_to(tx, 1).await).await;
        assert_eq!(next.unwrap(), 1, "{}", db.engine());
        assert!(!long.is_finished(), "{}: the next read waited", db.engine());
        assert_eq!(long.await.unwrap().unwrap(), 20_000_000);
    }
}

#[tokio::test]
async fn nobody_waits_for_a_read_whose_browser_went_away() {
    for db in both_with_ledger().await {
        if db.is_embedded() {
            continue;
        }
        let long = db.read(async |tx| count_to(tx, 20_000_000).await);
        let left = tokio::time::timeout(Duration::from_millis(20), long).await;
        assert!(left.is_err(), "{}", db.engine());
        let shorter = db.read(async |tx| count_to(tx, 2_000_000).await);
        let next = db.read(async |tx| count_to(tx, 1).await);
        tokio::select! {
            _ = shorter => panic!("{}: the next read waited", db.engine()),
            counted = next => assert_eq!(counted.unwrap(), 1, "{}", db.engine()),
        }
    }
}

#[tokio::test]
async fn what_is_answered_is_there_for_the_next_read() {
    for db in both_with_ledger().await {
        for number in 1..=50 {
            let done: Outcome<()> = db.act(async |tx| Ok(write(tx, number).await?)).await;
            done.unwrap();
            assert_eq!(count(&db).await, number, "{}", db.engine());
        }
    }
}

#[tokio::test]
async fn the_counts_say_what_went_through() {
    for db in both_with_ledger().await {
        let before = db.stats();
        for number in 0..5 {
            let done: Outcome<()> = db.act(async |tx| Ok(write(tx, number).await?)).await;
            done.unwrap();
        }
        let after = db.stats();
        assert_eq!(after.acts - before.acts, 5, "{}", db.engine());
        assert_eq!(
            after.batches - before.batches,
            5,
            "one at a time, one commit each"
        );
        assert_eq!(after.waiting, 0);
    }
}

#[tokio::test]
async fn a_closed_database_sends_everybody_away_and_keeps_what_was_answered() {
    for db in both_with_ledger().await {
        let done: Outcome<()> = db.act(async |tx| Ok(write(tx, 1).await?)).await;
        done.unwrap();
        db.close().await;
        let late: Outcome<()> = db.act(async |tx| Ok(write(tx, 2).await?)).await;
        assert!(
            matches!(late, Err(Failure::Busy)),
            "{}: {late:?}",
            db.engine()
        );
        let again = kith_db::Db::connect(&db.url).await.unwrap();
        let there: Outcome<Vec<i64>> = again.read(async |tx| Ok(numbers(tx).await?)).await;
        assert_eq!(there.unwrap(), [1], "{}", db.engine());
        again.close().await;
    }
}

#[tokio::test]
async fn a_run_says_how_many_rows_it_changed() {
    for db in both_with_ledger().await {
        let changed: Outcome<u64> = db
            .act(async |tx| {
                write(tx, 1).await?;
                write(tx, 2).await?;
                Ok(run!(
                    tx,
                    sqlx::query("update ledger set number = number + 10")
                )?)
            })
            .await;
        assert_eq!(changed.unwrap(), 2, "{}", db.engine());
    }
}
