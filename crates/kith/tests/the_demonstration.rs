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
    let mut told = None;
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
            "referral where end_reason = 'no_longer_agrees'",
            "task where kind = 'same_person' and done_at is null",
            "concern where state = 'raised' and escalated_at is not null",
            "concern where state = 'raised' and escalated_at is null",
            "referral where state = 'open' and next_kind = 'review'",
            "account where state = 'left'",
            "account where role = 'link_worker' and organisation_id in
                (select o.id from organisation o where o.kind = 'voluntary')",
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
        let story = story(&db).await;
        let same = told.get_or_insert_with(|| story.clone());
        for (one, other) in same.iter().zip(&story) {
            assert_eq!(one, other, "another database tells another story");
        }
        assert_eq!(same.len(), story.len());
    }
}

/// Who everybody is, what they were referred for, and every word that was
/// written about them; without ids and references, which are never the same.
async fn story(db: &Db) -> Vec<String> {
    type Line = (
        String,
        String,
        Option<kith_base::Day>,
        String,
        String,
        String,
        String,
    );
    let people = "select p.given, p.family, p.born, r.state, r.main_need,
            coalesce(r.why, ''), coalesce(r.next_step, '')
        from referral r join person p on p.scheme_id = r.scheme_id and p.id = r.person_id
        order by p.family, p.given, p.born, r.received_at, r.state, r.main_need, r.why";
    let notes = "select p.given, p.family, p.born, k.purpose, k.attended,
            coalesce(k.note, ''), coalesce(k.connected_to, '')
        from contact k join person p on p.scheme_id = k.scheme_id and p.id = k.person_id
        order by p.family, p.given, p.born, k.at, k.purpose, k.note";
    let mut all = Vec::new();
    for sql in [people, notes] {
        let lines: Vec<Line> = db
            .read(async |tx| -> Outcome<_> { Ok(on!(tx, c => sqlx::query_as(sql).fetch_all(c))?) })
            .await
            .unwrap();
        all.extend(lines.iter().map(|line| format!("{line:?}")));
    }
    assert!(all.len() > 800, "{}", all.len());
    all
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
    let same: Vec<_> = given.iter().filter(|(_, count)| **count > 3).collect();
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
