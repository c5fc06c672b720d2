//! Opening what the configuration names: the database and the server's key.

use kith_access::ServerKey;
use kith_base::Refusal;
use kith_db::{Db, DbFailure};

use crate::{config::Config, key_file};

/// A failure of the database as the command line says it.
pub fn said(failure: &DbFailure) -> Refusal {
    Refusal::conflict(failure.to_string())
}

/// Opens a database that is there.
///
/// # Errors
/// When it is not, or does not answer.
pub async fn database(config: &Config) -> Result<Db, Refusal> {
    Db::connect(&config.database).await.map_err(|failure| {
        said(&failure).try_next("Is the address right? A new database is made by `kith init`")
    })
}

/// Opens a database that must be up to date.
///
/// # Errors
/// As [`database`]; when migrations are pending, with the command.
pub async fn database_up_to_date(config: &Config) -> Result<Db, Refusal> {
    let db = database(config).await?;
    let pending = db.pending().await.map_err(|failure| said(&failure))?;
    if pending.is_empty() {
        return Ok(db);
    }
    Err(
        Refusal::conflict(format!("The database lacks {}", pending.join(", ")))
            .try_next("Run `kith migrate` with the same settings, then start again"),
    )
}

/// Reads the server's key.
///
/// # Errors
/// When there is none to use.
pub fn key(config: &Config) -> Result<ServerKey, Refusal> {
    let bytes =
        key_file::read(&config.key_file).map_err(|bad| Refusal::invalid(bad.to_string()))?;
    Ok(ServerKey::new(bytes))
}
