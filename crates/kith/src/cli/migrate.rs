//! `kith migrate`: brings the database up to date, all or nothing.

use super::{Done, Said, open};

/// Runs it.
pub async fn run(said: &Said) -> Done {
    let config = said.config([])?;
    let db = open::database(&config).await?;
    let applied = db.migrate().await.map_err(|failure| open::said(&failure))?;
    if applied.is_empty() {
        println!("The database is up to date.");
    }
    for name in applied {
        println!("applied {name}");
    }
    db.close().await;
    Ok(())
}
