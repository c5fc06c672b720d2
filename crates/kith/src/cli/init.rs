//! `kith init`: makes what a new installation needs: the server's key, the
//! database, the first scheme with its network, and an invitation for its
//! first administrator. The invitation is printed once; only its hash is kept.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use clap::Args;
use kith_access::{
    Role,
    account::{self, AccountRow, AccountState},
    audit,
    organisation::{self, OrganisationKind, OrganisationRow},
    scheme, welcome,
};
use kith_base::{Clock, Email, Id, Name, Refusal, Ts};
use kith_db::{Db, Outcome, Tx};

use super::{Done, Said, open};
use crate::{config::Config, key_file};

/// `kith init`.
#[derive(Args, Debug)]
pub struct Init {
    /// The scheme's name, as people read it: "Harbour link workers"
    #[arg(long)]
    scheme: Name,
    /// Its short name, in the addresses of public pages: small letters, digits, hyphens
    #[arg(long)]
    slug: String,
    /// The organisation that runs it
    #[arg(long)]
    organisation: Name,
    /// The first administrator's name
    #[arg(long)]
    administrator: Name,
    /// The first administrator's address
    #[arg(long)]
    email: Email,
    /// Where people reach Kith, when it is not in the configuration
    #[arg(long, value_name = "ADDRESS")]
    origin: Option<String>,
}

impl Init {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([("origin", self.origin.clone())])?;
        if config.key_file.exists() {
            open::key(&config)?;
        } else {
            key_file::make(&config.key_file).map_err(|bad| Refusal::conflict(bad.to_string()))?;
            println!(
                "Made the server's key {}. Keep a copy in another place.",
                config.key_file.display()
            );
        }
        let db = new_database(&config).await?;
        let now = Clock::Real.now();
        let link = db
            .act(async |tx| self.found(tx, &config, now).await)
            .await
            .map_err(|failure| Refusal::conflict(failure.to_string()))?;
        db.close().await;
        println!("Made the scheme \"{}\".", self.scheme);
        println!(
            "\n{} opens this link within seven days. It is shown only now:\n\n  {link}\n",
            self.administrator
        );
        println!("Next: kith doctor, then kith serve.");
        Ok(())
    }

    async fn found(&self, tx: &mut Tx, config: &Config, now: Ts) -> Outcome<String> {
        let id = scheme::found(tx, &self.scheme, &self.slug, now).await?;
        let runs_it = OrganisationRow {
            id: Id::new(now),
            kind: OrganisationKind::Network,
            name: self.organisation.clone(),
            ods_code: None,
            email: None,
            active: true,
            version: 1,
        };
        organisation::insert(tx, id, &runs_it, now).await?;
        let first = AccountRow {
            id: Id::new(now),
            email: self.email.clone(),
            name: self.administrator.clone(),
            role: Role::Administrator,
            organisation_id: runs_it.id,
            state: AccountState::Invited,
            full_time_percent: 100,
            left_on: None,
            version: 1,
        };
        account::insert(tx, id, &first, now).await?;
        for (action, object_kind, object) in [
            ("found the scheme", "scheme", id.uuid()),
            ("invite the first administrator", "account", first.id.uuid()),
        ] {
            let entry = audit::Entry {
                action,
                object_kind,
                object: Some(object),
                ..audit::Entry::default()
            };
            audit::record_for(tx, id, now, "command line", entry).await?;
        }
        welcome::invitation(tx, id, first.id, &config.origin, now).await
    }
}

/// Opens the database, making an embedded one as its owner's alone, and
/// brings it up to date.
///
/// # Errors
/// When it cannot be made or does not answer.
pub async fn new_database(config: &Config) -> Result<Db, Refusal> {
    let db = match config.database_file() {
        Some(file) => {
            private_file(file)?;
            Db::create(&config.database)
                .await
                .map_err(|failure| open::said(&failure))?
        }
        None => open::database(config).await?,
    };
    db.migrate().await.map_err(|failure| open::said(&failure))?;
    Ok(db)
}

/// SQLite gives its log the mode of the database: made here, both are private.
fn private_file(file: &Path) -> Done {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(file)
        .map(drop)
        .map_err(|e| Refusal::conflict(format!("{} cannot be made: {e}", file.display())))
}
