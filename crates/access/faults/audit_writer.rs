//! The process that the test of the audit trail kills: many clients in it
//! write rows of one scheme's trail, and each row that was acknowledged is
//! printed the moment it is.
//!
//! `audit-writer ADDRESS SHORT-NAME CLIENTS`

use std::{
    env,
    error::Error,
    io::{self, Write},
};

use kith_access::{
    audit::{self, Entry},
    scheme,
};
use kith_base::{Clock, Id};
use kith_db::Db;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut given = env::args().skip(1);
    let usage = "audit-writer ADDRESS SHORT-NAME CLIENTS";
    let address = given.next().ok_or(usage)?;
    let slug = given.next().ok_or(usage)?;
    let clients: u32 = given.next().ok_or(usage)?.parse()?;
    let db = Db::connect(&address).await?;
    let scheme = db
        .read(async |tx| scheme::by_slug(tx, &slug).await)
        .await?
        .id;
    let all: Vec<_> = (0..clients)
        .map(|_| tokio::spawn(go_on(db.clone(), scheme)))
        .collect();
    for client in all {
        client.await??;
    }
    Ok(())
}

/// Writes rows until the process ends.
async fn go_on(db: Db, scheme: Id<kith_access::Scheme>) -> io::Result<()> {
    loop {
        let entry = Entry {
            action: "an act",
            object_kind: "thing",
            ..Entry::default()
        };
        let at = Clock::Real.now();
        let kept = db
            .act(async |tx| audit::record_for(tx, scheme, at, "test", entry).await)
            .await;
        let mut out = io::stdout().lock();
        writeln!(out, "{}", if kept.is_ok() { "kept" } else { "not kept" })?;
        out.flush()?;
    }
}
