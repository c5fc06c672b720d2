//! The demonstration holds something of everything, so that whoever looks at
//! it meets each state once; and it is the same people on every machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use kith::seed;
use kith_base::{Ts, Word};
use kith_casework::{concern, contact, message, referral};
use kith_db::{Db, Outcome, on};

/// A Tuesday in November, in working hours.
fn now() -> Ts {
    "2026-11-24T14:00:00Z".parse().unwrap()
}

async fn counted(db: &Db, sql: &str) -> BTreeMap<String, i64> {
    let text: &'static str = Box::leak(sql.to_owned().into_boxed_str());
    let rows: Outcome<Vec<(String, i64)>> = db
        .read(async |tx| Ok(on!(tx, c => sqlx::query_as(text).fetch_all(c))?))
        .await;
    rows.unwrap().into_iter().collect()
}

async fn number(db: &Db, condition: &str) -> i64 {
    let all = counted(db, &format!("select 'all', count(*) from {condition}")).await;
    all["all"]
}

async fn has_every<W: Word>(db: &Db, column: &str, table: &str) {
    let sql = format!(
        "select {column}, count(*) from {table} where {column} is not null group by 1 order by 1"
    );
    let found = counted(db, &sql).await;
    for word in W::ALL {
        assert!(
            found.contains_key(word.code()),
            "no {table} with {column} {word:?}: {found:?}"
        );
    }
}

async fn made(db: &Db) {
    let size = seed::Size {
        practices: 3,
        workers: 4,
    };
    seed::demo(db, size, 240, now()).await.unwrap();
}

#[tokio::test]
async fn the_demonstration_has_something_of_everything() {
    let mut before = None;
    for db in kith_db::testing::both().await {
        db.migrate().await.unwrap();
        made(&db).await;
        has_every::<referral::State>(&db, "state", "referral").await;
        has_every::<message::Stage>(&db, "stage", "practice_message").await;
        has_every::<contact::Purpose>(&db, "purpose", "contact").await;
        has_every::<contact::Holding>(&db, "holding", "contact").await;
        has_every::<contact::Attended>(&db, "attended", "contact").await;
        has_every::<concern::State>(&db, "state", "concern").await;
        for somebody in [
            "person where location_sensitive",
            "person where restricted",
            "person where merged_into is not null",
            "task where kind = 'same_person' and done_at is null",
            "concern where state = 'raised' and escalated_at is not null",
            "concern where state = 'raised' and escalated_at is null",
            "referral where state = 'open' and next_kind = 'review'",
            "account where state = 'left'",
        ] {
            assert!(number(&db, somebody).await > 0, "nobody: {somebody}");
        }
        let people = number(&db, "person").await;
        assert!((230..=280).contains(&people), "{people} people");
        plausible(&db).await;
        let sql = "select state, count(*) from referral group by state order by state";
        let states = counted(&db, sql).await;
        let same = before.get_or_insert_with(|| states.clone());
        assert_eq!(*same, states, "another database has other people");
    }
}

/// What a visitor would not believe: a worker with next to nobody, and a date
/// that passed half a year ago.
async fn plausible(db: &Db) {
    let held = counted(
        db,
        "select w.name, count(*) from referral r
           join account w on w.scheme_id = r.scheme_id and w.id = r.owner_id
          where r.state in ('taken', 'open') group by w.name order by w.name",
    )
    .await;
    assert_eq!(held.len(), 4, "{held:?}");
    for (name, count) in &held {
        assert!((25..=55).contains(count), "{name} holds {count}");
    }
    let long_ago = now().day().plus_days(-90);
    let late: Vec<kith_base::Day> = db
        .read(async |tx| -> Outcome<_> {
            Ok(on!(tx, c => sqlx::query_scalar(
                "select next_on from referral where next_on is not null order by next_on limit 1")
                .fetch_all(c))?)
        })
        .await
        .unwrap();
    assert!(late[0] > long_ago, "a date passed on {}", late[0]);
    at_work(db).await;
    let given = counted(
        db,
        "select given || ' ' || family, count(*) from person where merged_into is null
          group by given, family order by 1",
    )
    .await;
    let same: Vec<_> = given.iter().filter(|(_, count)| **count > 2).collect();
    assert!(same.is_empty(), "one name too often: {same:?}");
}

/// Nobody is referred or met on a Sunday, or in the future.
async fn at_work(db: &Db) {
    for sql in [
        "select received_at from referral where import_id is null order by received_at",
        "select at from contact order by at",
        "select raised_at from concern order by raised_at",
    ] {
        let moments: Vec<Ts> = db
            .read(async |tx| -> Outcome<_> {
                Ok(on!(tx, c => sqlx::query_scalar(sql).fetch_all(c))?)
            })
            .await
            .unwrap();
        let days = kith_base::WorkingDays::default();
        assert!(!moments.is_empty());
        for at in moments {
            assert!(at <= now() && days.is_working(at.day()), "{sql}: {at}");
        }
    }
}
