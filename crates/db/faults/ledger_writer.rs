//! The process that the fault tests kill, starve and lie to. Many clients in
//! it enter numbers in a ledger, each with its audit row, and every answer is
//! printed the moment it is given: `kept 17`, `refused 20`, `fault 23`. The
//! test reads them through a pipe, which outlives a kill, and then looks
//! whether the database agrees.
//!
//! `ledger-writer ADDRESS FIRST CLIENTS [ROUNDS]`: after every so many numbers
//! a client rests, as people do, and the log can begin anew.

use std::{
    env,
    error::Error,
    io::{self, Write},
    time::Duration,
};

use kith_base::Refusal;
use kith_db::{Db, Failure, Migration, Outcome, on, run};

const LEDGER: Migration = Migration {
    number: 1,
    name: "0001_test_ledger",
    text: "create table entry (number {int} not null primary key, words {text} not null) {strict};\n\
           create table trail (number {int} not null primary key references entry (number)) {strict};\n",
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = env::args().skip(1);
    let usage = "ledger-writer ADDRESS FIRST CLIENTS [ROUNDS]";
    let address = given.next().ok_or(usage)?;
    let first: i64 = given.next().ok_or(usage)?.parse()?;
    let clients: i64 = given.next().ok_or(usage)?.parse()?;
    let rounds: u32 = given.next().map_or(Ok(u32::MAX), |text| text.parse())?;
    let db = Db::create(&address).await?;
    db.migrate_with(&[LEDGER]).await?;
    let all: Vec<_> = (0..clients)
        .map(|client| tokio::spawn(enter(db.clone(), first + client, clients, rounds)))
        .collect();
    for client in all {
        client.await??;
    }
    Ok(())
}

/// How long a client rests: longer than the log waits before it is folded.
const REST: Duration = Duration::from_millis(400);

/// Enters every `step`th number from `first`, until the process ends.
async fn enter(db: Db, first: i64, step: i64, rounds: u32) -> io::Result<()> {
    let mut number = first;
    for round in 1_u32.. {
        let answer = enter_one(&db, number).await;
        let word = match &answer {
            Ok(()) => "kept",
            Err(Failure::Refused(_)) => "refused",
            Err(Failure::Busy) => "busy",
            Err(Failure::Slow) => "slow",
            Err(Failure::Full) => "full",
            Err(Failure::Away) => "away",
            Err(Failure::Fault) => "fault",
            Err(Failure::Sql(_)) => "sql",
        };
        tell(word, number)?;
        if !matches!(answer, Ok(()) | Err(Failure::Refused(_))) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if round % rounds == 0 {
            tokio::time::sleep(REST).await;
        }
        number += step;
    }
    Ok(())
}

fn tell(word: &str, number: i64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{word} {number}")?;
    out.flush()
}

/// Every tenth is refused after it has written.
async fn enter_one(db: &Db, number: i64) -> Outcome<()> {
    db.act(async |tx| {
        let words = "she would like to walk to the shop again";
        run!(
            tx,
            sqlx::query("insert into entry (number, words) values ($1, $2)")
                .bind(number)
                .bind(words)
        )?;
        run!(
            tx,
            sqlx::query("insert into trail (number) values ($1)").bind(number)
        )?;
        let there: i64 = on!(tx, c => sqlx::query_scalar(
            "select count(*) from trail where number = $1").bind(number).fetch_one(c))?;
        if there != 1 || number % 10 == 0 {
            Err(Refusal::invalid("every tenth is refused"))?;
        }
        Ok(())
    })
    .await
}
