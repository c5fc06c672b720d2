//! The seal over the trail notices every row that was deleted, edited, moved,
//! put in afterwards or cut off.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use kith_access::{
    audit::{
        self, Entry,
        seal::{Broken, Checkpoint, checkpoint, seal, verify},
    },
    scheme,
};
use kith_base::{Clock, Id, Ts};
use kith_db::{
    Db, Outcome, on, run,
    testing::{both, sqlite},
};
use proptest::prelude::*;

type Scheme = Id<kith_access::Scheme>;

async fn found(db: &Db, slug: &str) -> Scheme {
    let now = Clock::Real.now();
    db.act(async |tx| scheme::found(tx, &"Riverside".parse().unwrap(), slug, now).await)
        .await
        .unwrap()
}

async fn write(db: &Db, scheme: Scheme, rows: usize) {
    for number in 0..rows {
        let action = format!("act {number}");
        let entry = Entry {
            action: &action,
            object_kind: "thing",
            ..Entry::default()
        };
        let at = Clock::Real.now();
        db.act(async |tx| audit::record_for(tx, scheme, at, "test", entry).await)
            .await
            .unwrap();
    }
}

/// Far enough in the future that every row is old.
fn later() -> Ts {
    Clock::Real.now().plus_seconds(120)
}

async fn does(db: &Db, sql: &'static str, scheme: Scheme, number: i64) {
    let changed = db
        .act(async |tx| -> Outcome<u64> {
            Ok(run!(tx, sqlx::query(sql).bind(scheme).bind(number))?)
        })
        .await
        .unwrap();
    assert!(changed > 0, "{sql}");
}

async fn sealed(db: &Db, scheme: Scheme, rows: usize) -> Checkpoint {
    write(db, scheme, rows).await;
    let count = seal(db, scheme, later()).await.unwrap();
    assert_eq!(count, rows as u64);
    db.read(async |tx| checkpoint(tx, scheme).await)
        .await
        .unwrap()
}

const ROW: &str = "(select audit_id from audit_seal where scheme_id = $1 and number = $2)";

#[tokio::test]
async fn an_untouched_trail_is_whole_and_goes_on() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        let other = found(&db, "two").await;
        let end = sealed(&db, scheme, 7).await;
        sealed(&db, other, 3).await;
        assert_eq!(end.number, 7);
        assert_eq!(verify(&db, scheme, None).await.unwrap(), Ok(end.clone()));
        write(&db, scheme, 5).await;
        // Young rows are left for the next round, and are nothing wrong.
        assert_eq!(seal(&db, scheme, Clock::Real.now()).await.unwrap(), 0);
        assert!(verify(&db, scheme, Some(&end)).await.unwrap().is_ok());
        assert_eq!(seal(&db, scheme, later()).await.unwrap(), 5);
        let whole = verify(&db, scheme, Some(&end)).await.unwrap().unwrap();
        assert_eq!(whole.number, 12);
        assert_eq!(verify(&db, other, None).await.unwrap().unwrap().number, 3);
    }
}

/// Whether what is named is what was done.
type Named = fn(&Broken) -> bool;

#[tokio::test]
async fn each_sort_of_tampering_is_named_at_its_row() {
    let changes: [(&str, Named); 8] = [
        (
            "delete from audit where scheme_id = $1 and id = ROW",
            |broken| matches!(broken, Broken::Deleted { number: 4, .. }),
        ),
        (
            "update audit set action = 'another' where scheme_id = $1 and id = ROW",
            |broken| matches!(broken, Broken::Changed { number: 4, .. }),
        ),
        (
            "update audit set outcome = 'refused' where scheme_id = $1 and id = ROW",
            |broken| matches!(broken, Broken::Changed { number: 4, .. }),
        ),
        (
            "update audit set purpose = object_kind, object_kind = purpose where scheme_id = $1 and id = ROW",
            |broken| matches!(broken, Broken::Changed { number: 4, .. }),
        ),
        (
            "delete from audit_seal where scheme_id = $1 and number = $2",
            |broken| matches!(broken, Broken::Gap { number: 4 }),
        ),
        (
            "update audit_seal set chain_hash = (select s.chain_hash from audit_seal s
                where s.scheme_id = $1 and s.number = 1) where scheme_id = $1 and number = $2",
            |broken| matches!(broken, Broken::Changed { number: 4, .. }),
        ),
        (
            "update audit_seal set number = number + 100 where scheme_id = $1 and number = $2",
            |broken| matches!(broken, Broken::Gap { number: 4 }),
        ),
        (
            "delete from audit_seal where scheme_id = $1 and number >= $2",
            |broken| matches!(broken, Broken::NotAsCheckpoint { number: 7 }),
        ),
    ];
    for (sql, expected) in changes {
        for db in both().await {
            let scheme = found(&db, "one").await;
            let end = sealed(&db, scheme, 7).await;
            let sql: &'static str = sql.replace("ROW", ROW).leak();
            does(&db, sql, scheme, 4).await;
            let broken = verify(&db, scheme, Some(&end)).await.unwrap().unwrap_err();
            assert!(expected(&broken), "{sql}: {broken}");
        }
    }
}

/// Every column of the trail but the two that say which row it is: a column
/// that is added tomorrow fails here until it is sealed.
#[tokio::test]
async fn whatever_is_changed_in_a_row_is_named_at_that_row() {
    for db in both().await {
        let trail = db.schema().await.unwrap();
        let trail = trail
            .into_iter()
            .find(|table| table.name == "audit")
            .unwrap();
        let columns = trail.columns.iter();
        let columns: Vec<_> = columns
            .filter(|column| !["scheme_id", "id"].contains(&column.name.as_str()))
            .collect();
        assert!(columns.len() >= 9, "{columns:?}");
        for (n, column) in columns.into_iter().enumerate() {
            let scheme = found(&db, &format!("scheme-{n}")).await;
            let end = sealed(&db, scheme, 7).await;
            let name = &column.name;
            let to = match column.family() {
                "blob" => "case when COLUMN is null then id end",
                "integer" => {
                    "(select s.sealed_at from audit_seal s where s.scheme_id = $1 and s.number = 1)"
                }
                _ if name == "outcome" => {
                    "case when COLUMN = 'done' then 'refused' else 'done' end"
                }
                _ => "COLUMN || 'x'",
            };
            let to = to.replace("COLUMN", name);
            let sql = format!("update audit set {name} = {to} where scheme_id = $1 and id = {ROW}");
            does(&db, sql.leak(), scheme, 4).await;
            let broken = verify(&db, scheme, Some(&end)).await.unwrap().unwrap_err();
            let named = matches!(broken, Broken::Changed { number: 4, .. });
            assert!(named, "{name} is not sealed: {broken}");
        }
    }
}

const COPY: &str = "insert into audit
    (scheme_id, id, at, role, action, object_kind, outcome, purpose)
    select scheme_id, $3, at, role, 'put in', object_kind, outcome, purpose from audit
    where scheme_id = $1 and id = (select audit_id from audit_seal where scheme_id = $1 and number = $2)";

#[tokio::test]
async fn a_row_put_in_afterwards_is_named_and_never_sealed() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        sealed(&db, scheme, 7).await;
        // As old as a row made a minute before the last.
        let old: Id<audit::Row> = Id::new(Clock::Real.now().plus_seconds(-60));
        db.act(async |tx| -> Outcome<()> {
            run!(tx, sqlx::query(COPY).bind(scheme).bind(3_i64).bind(old))?;
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(seal(&db, scheme, later()).await.unwrap(), 0);
        let broken = verify(&db, scheme, None).await.unwrap().unwrap_err();
        assert_eq!(broken, Broken::Inserted { row: old });
    }
}

/// The newest row lies an hour ahead, and is sealed: the clock was an hour
/// fast, was put right, and the program was started again.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_put_back_before_a_start_leaves_a_trail_that_is_whole() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        sealed(&db, scheme, 7).await;
        let ahead: Id<audit::Row> = Id::new(Clock::Real.now().plus_seconds(3600));
        db.act(async |tx| -> Outcome<()> {
            run!(tx, sqlx::query(COPY).bind(scheme).bind(3_i64).bind(ahead))?;
            Ok(())
        })
        .await
        .unwrap();
        let when_fast = Clock::Real.now().plus_seconds(3600 + 120);
        assert_eq!(seal(&db, scheme, when_fast).await.unwrap(), 1);
        let end = verify(&db, scheme, None).await.unwrap().unwrap();
        let address = db.url.clone();
        let kept = tokio::task::spawn_blocking(move || written_until_killed(&address, 50));
        let kept = kept.await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(verify(&db, scheme, Some(&end)).await.unwrap().is_ok());
        // They wait until the clock has caught up.
        assert_eq!(seal(&db, scheme, later()).await.unwrap(), 0);
        let more = seal(&db, scheme, when_fast).await.unwrap();
        assert!(more >= kept as u64, "{more} sealed, {kept} acknowledged");
        assert!(verify(&db, scheme, Some(&end)).await.unwrap().is_ok());
    }
}

/// Another process, whose clock is an hour fast, writes while this one runs.
#[tokio::test]
async fn a_process_learns_from_the_seal_how_far_others_have_written() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        sealed(&db, scheme, 7).await;
        let ahead: Id<audit::Row> = Id::new(Clock::Real.now().plus_seconds(3600));
        db.act(async |tx| -> Outcome<()> {
            run!(tx, sqlx::query(COPY).bind(scheme).bind(3_i64).bind(ahead))?;
            Ok(())
        })
        .await
        .unwrap();
        // A round of this process's own, before the other seals its row.
        assert_eq!(seal(&db, scheme, Clock::Real.now()).await.unwrap(), 0);
        write(&db, scheme, 3).await;
        let after: i64 = db
            .read(async |tx| -> Outcome<i64> {
                let sql = "select count(*) from audit where scheme_id = $1 and id > $2";
                Ok(on!(tx, c => sqlx::query_scalar(sql)
                    .bind(scheme).bind(ahead).fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(after, 3, "sealed after the other's row, whenever that is");
        let when_fast = Clock::Real.now().plus_seconds(3600 + 120);
        assert_eq!(seal(&db, scheme, when_fast).await.unwrap(), 4);
        assert!(verify(&db, scheme, None).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_chain_made_anew_is_not_the_one_of_the_checkpoint() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        let end = sealed(&db, scheme, 7).await;
        does(
            &db,
            "update audit set action = 'another' where scheme_id = $1 and id = \
            (select audit_id from audit_seal where scheme_id = $1 and number = $2)",
            scheme,
            6,
        )
        .await;
        does(
            &db,
            "delete from audit_seal where scheme_id = $1 and number > $2",
            scheme,
            0,
        )
        .await;
        assert_eq!(seal(&db, scheme, later()).await.unwrap(), 7);
        assert!(
            verify(&db, scheme, None).await.unwrap().is_ok(),
            "the limit of any chain"
        );
        let broken = verify(&db, scheme, Some(&end)).await.unwrap().unwrap_err();
        assert_eq!(broken, Broken::NotAsCheckpoint { number: 7 });
        let kept = Checkpoint::kept(end.number, end.chain_hash.clone());
        assert!(verify(&db, scheme, Some(&kept)).await.unwrap().is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_leave_a_whole_chain() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        let writers = (0..16).map(|_| write(&db, scheme, 5));
        futures::future::join_all(writers).await;
        let sealers =
            futures::future::join_all([seal(&db, scheme, later()), seal(&db, scheme, later())])
                .await;
        assert!(sealers.iter().any(Result::is_ok));
        seal(&db, scheme, later()).await.unwrap();
        assert_eq!(verify(&db, scheme, None).await.unwrap().unwrap().number, 80);
    }
}

/// One way to tamper with the row of a number.
#[derive(Clone, Copy, Debug)]
enum Tamper {
    DeleteRow,
    EditText,
    MoveInTime,
    ChangeWho,
    DeleteSeal,
    EditSeal,
    SwapRows,
}

const TAMPERS: [Tamper; 7] = [
    Tamper::DeleteRow,
    Tamper::EditText,
    Tamper::MoveInTime,
    Tamper::ChangeWho,
    Tamper::DeleteSeal,
    Tamper::EditSeal,
    Tamper::SwapRows,
];

async fn tamper(db: &Db, scheme: Scheme, how: Tamper, number: i64, rows: i64) {
    match how {
        Tamper::DeleteRow => {
            does(db, "delete from audit where scheme_id = $1 and id = (select audit_id from audit_seal where scheme_id = $1 and number = $2)", scheme, number).await;
        }
        Tamper::EditText => {
            does(db, "update audit set purpose = 'x' where scheme_id = $1 and id = (select audit_id from audit_seal where scheme_id = $1 and number = $2)", scheme, number).await;
        }
        Tamper::MoveInTime => {
            does(db, "update audit set at = at + 1 where scheme_id = $1 and id = (select audit_id from audit_seal where scheme_id = $1 and number = $2)", scheme, number).await;
        }
        Tamper::ChangeWho => {
            does(db, "update audit set account_id = id where scheme_id = $1 and id = (select audit_id from audit_seal where scheme_id = $1 and number = $2)", scheme, number).await;
        }
        Tamper::DeleteSeal => {
            does(
                db,
                "delete from audit_seal where scheme_id = $1 and number = $2",
                scheme,
                number,
            )
            .await;
        }
        Tamper::EditSeal => {
            does(
                db,
                "update audit_seal set chain_hash = audit_id where scheme_id = $1 and number = $2",
                scheme,
                number,
            )
            .await;
        }
        Tamper::SwapRows => {
            let other = if number == rows {
                number - 1
            } else {
                number + 1
            };
            swap(db, scheme, number, other).await;
        }
    }
}

/// Changes the places of two rows in the chain.
async fn swap(db: &Db, scheme: Scheme, one: i64, other: i64) {
    for (from, to) in [(one, -1), (other, one), (-1, other)] {
        db.act(async |tx| -> Outcome<()> {
            run!(
                tx,
                sqlx::query(
                    "update audit_seal set number = $3 where scheme_id = $1 and number = $2"
                )
                .bind(scheme)
                .bind(from)
                .bind(to)
            )?;
            Ok(())
        })
        .await
        .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever is done to whichever row: it is noticed, at that row or, for
    /// rows that changed places, at the first of the two.
    #[test]
    fn tampering_with_any_row_is_noticed_at_its_place(
        rows in 2_i64..12,
        at in 0_i64..12,
        how in prop::sample::select(TAMPERS.to_vec()),
    ) {
        let number = at % rows + 1;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let broken = runtime.block_on(async {
            let db = sqlite().await;
            let scheme = found(&db, "one").await;
            let end = sealed(&db, scheme, usize::try_from(rows).unwrap()).await;
            tamper(&db, scheme, how, number, rows).await;
            verify(&db, scheme, Some(&end)).await.unwrap().unwrap_err()
        });
        let first = match how {
            Tamper::SwapRows if number == rows => number - 1,
            _ => number,
        };
        let named = match broken {
            Broken::Gap { number } | Broken::Deleted { number, .. } | Broken::Changed { number, .. } => number,
            // The last seal gone looks like a chain cut at its end.
            Broken::NotAsCheckpoint { .. } => rows,
            Broken::Inserted { .. } => 0,
        };
        prop_assert_eq!(named, first);
    }
}

#[tokio::test]
async fn how_many_rows_there_are_is_what_was_written() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        write(&db, scheme, 3).await;
        let rows: i64 = db
            .read(async |tx| -> Outcome<i64> {
                Ok(on!(tx, c => sqlx::query_scalar::<_, i64>(
                    "select count(*) from audit where scheme_id = $1").bind(scheme).fetch_one(c))?)
            })
            .await
            .unwrap();
        assert_eq!(rows, 3);
    }
}

/// How often the process is killed.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the fault tests run is told by the environment"
)]
fn kills() -> u32 {
    std::env::var("KITH_FAULT_LOOPS").map_or(5, |text| {
        let loops: u32 = text.parse().expect("KITH_FAULT_LOOPS is a number");
        (loops / 10).max(5)
    })
}

/// Writes with 64 clients in a process of its own for some milliseconds, and
/// kills it. Gives how many rows were acknowledged.
fn written_until_killed(address: &str, millis: u64) -> usize {
    let mut child = Command::new(env!("CARGO_BIN_EXE_audit-writer"))
        .args([address, "one", "64"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().expect("the writer wrote").unwrap();
    assert_eq!(first, "kept");
    std::thread::sleep(Duration::from_millis(millis));
    child.kill().unwrap();
    child.wait().unwrap();
    1 + lines
        .map_while(Result::ok)
        .filter(|line| line == "kept")
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_whose_writers_are_killed_is_whole_and_has_every_acknowledged_row() {
    for db in both().await {
        let scheme = found(&db, "one").await;
        let (mut kept, mut sealed) = (0, 0);
        for kill in 0..kills() {
            let address = db.url.clone();
            let millis = u64::from(kill) * 37 % 120;
            kept += tokio::task::spawn_blocking(move || written_until_killed(&address, millis))
                .await
                .unwrap();
            // A server ends what it had begun for the client that is gone; the
            // grace of a minute leaves that time, and is left out here.
            tokio::time::sleep(Duration::from_millis(300)).await;
            sealed += seal(&db, scheme, later()).await.unwrap();
            let end = verify(&db, scheme, None).await.unwrap().unwrap();
            assert_eq!(u64::try_from(end.number).unwrap(), sealed);
            assert!(
                sealed >= kept as u64,
                "{sealed} sealed, {kept} acknowledged"
            );
        }
        println!(
            "{} kills, {kept} rows acknowledged, {sealed} sealed",
            kills()
        );
    }
}
