//! How many actions a second go through the gate, beside the same work with
//! one commit each. An action is four inserts and one select, about what a
//! referral with its audit rows costs.
//!
//! `cargo run --release --example gate_rate -- [FOLDER] [postgres://…]`
//!
//! One line for each engine, way and number of tasks:
//! `sqlite gate 16 tasks 9000 acts/s 3.1 acts/commit p50 1.6 ms p99 4.0 ms`.

use std::{
    env,
    error::Error,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use kith_db::{Db, Migration, Outcome, Tx, on, run};
use tokio::sync::Mutex;

const TABLES: Migration = Migration {
    number: 1,
    name: "0001_rate",
    text: "create table rate_referral (id {int} not null primary key, words {text} not null) {strict};\n\
           create table rate_goal (id {int} not null primary key, referral_id {int} not null references rate_referral (id), words {text} not null) {strict};\n\
           create table rate_audit (id {int} not null primary key, words {text} not null) {strict};\n\
           create table rate_outbox (id {int} not null primary key, words {text} not null) {strict};\n",
};
const RUN: Duration = Duration::from_secs(3);
const TASKS: [usize; 3] = [1, 16, 64];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = env::args().skip(1);
    let folder = given.next().unwrap_or_else(|| ".".to_owned());
    let folder = tempfile::tempdir_in(Path::new(&folder))?;
    let file = folder.path().join("rate.db");
    let lite = Db::create(&format!("sqlite:{}", file.display())).await?;
    lite.migrate_with(&[TABLES]).await?;
    race("sqlite", &lite).await?;
    lite.close().await;
    if let Some(url) = given.next() {
        let server = Db::connect(&url).await?;
        server.migrate_with(&[TABLES]).await?;
        race("postgres", &server).await?;
        server.close().await;
    }
    Ok(())
}

/// Alternates the two ways, so that a noisy machine is noisy for both.
async fn race(engine: &str, db: &Db) -> Result<(), Box<dyn Error>> {
    let start: Outcome<i64> = db
        .read(async |tx| {
            Ok(on!(tx, c => sqlx::query_scalar(
                "select coalesce(max(id), 0) + 1 from rate_referral").fetch_one(c))?)
        })
        .await;
    let next = Arc::new(AtomicI64::new(start?));
    for tasks in TASKS {
        for (way, alone) in [("together", false), ("one by one", true)] {
            measure(engine, way, db, tasks, alone, &next).await?;
        }
    }
    Ok(())
}

async fn measure(
    engine: &str,
    way: &str,
    db: &Db,
    tasks: usize,
    alone: bool,
    next: &Arc<AtomicI64>,
) -> Result<(), Box<dyn Error>> {
    let before = db.stats();
    let started = Instant::now();
    let turn = Arc::new(Mutex::new(()));
    let all: Vec<_> = (0..tasks)
        .map(|_| {
            let (db, next, turn) = (db.clone(), next.clone(), turn.clone());
            tokio::spawn(async move {
                let mut waits = Vec::new();
                while started.elapsed() < RUN {
                    let asked = Instant::now();
                    let alone = if alone { Some(turn.lock().await) } else { None };
                    let id = next.fetch_add(1, Relaxed);
                    let done: Outcome<i64> = db.act(async |tx| Ok(refer(tx, id).await?)).await;
                    drop(alone);
                    done?;
                    waits.push(asked.elapsed());
                }
                Ok::<_, kith_db::Failure>(waits)
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in all {
        waits.extend(task.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    let after = db.stats();
    waits.sort_unstable();
    let at = |share: usize| {
        waits
            .get(waits.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    let acts = after.acts - before.acts;
    let commits = (after.batches - before.batches).max(1);
    println!(
        "{engine} {way} {tasks} tasks {:.0} acts/s {:.1} acts/commit p50 {:.2} ms p99 {:.2} ms",
        f64::from(u32::try_from(acts)?) / seconds,
        f64::from(u32::try_from(acts)?) / f64::from(u32::try_from(commits)?),
        at(50).as_secs_f64() * 1e3,
        at(99).as_secs_f64() * 1e3,
    );
    Ok(())
}

async fn refer(tx: &mut Tx, id: i64) -> Result<i64, sqlx::Error> {
    let words = "she would like to walk to the shop again";
    run!(
        tx,
        sqlx::query("insert into rate_referral (id, words) values ($1, $2)")
            .bind(id)
            .bind(words)
    )?;
    run!(
        tx,
        sqlx::query("insert into rate_goal (id, referral_id, words) values ($1, $1, $2)")
            .bind(id)
            .bind(words)
    )?;
    run!(
        tx,
        sqlx::query("insert into rate_audit (id, words) values ($1, $2)")
            .bind(id)
            .bind(words)
    )?;
    run!(
        tx,
        sqlx::query("insert into rate_outbox (id, words) values ($1, $2)")
            .bind(id)
            .bind(words)
    )?;
    on!(tx, c => sqlx::query_scalar("select id from rate_referral where id = $1").bind(id).fetch_one(c))
}
