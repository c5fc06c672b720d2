//! `kith audit verify`: goes through the chain of each scheme's audit trail
//! and names the first row that was changed, removed or put in.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use kith_access::{
    Scheme,
    audit::{self, seal::Checkpoint},
    checkpoint, scheme,
};
use kith_base::{Id, Refusal};

use super::{Done, Said, open};
use crate::config::Config;

/// How many checkpoints agreed, in words.
fn compared(count: usize) -> String {
    match count {
        0 => ". Give a checkpoint that was kept outside to see whether it was cut".to_owned(),
        1 => ", as the checkpoint says".to_owned(),
        more => format!(", as {more} checkpoints say"),
    }
}

/// `kith audit`.
#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Look whether the audit trail is as it was written
    Verify {
        /// A checkpoint that was kept outside; may be given several times
        #[arg(long, value_name = "FILE")]
        checkpoint: Vec<PathBuf>,
    },
}

/// The checkpoints that were kept outside, each with its scheme.
fn kept(config: &Config, files: &[PathBuf]) -> Result<Vec<(Id<Scheme>, Checkpoint)>, Refusal> {
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)
            .map_err(|error| Refusal::invalid(format!("{}: {error}", file.display())))?;
        all.push(checkpoint::read(&open::key(config)?, &text)?);
    }
    Ok(all)
}

impl Audit {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let What::Verify { checkpoint } = self.what;
        let config = said.config([])?;
        let kept = kept(&config, &checkpoint)?;
        let db = open::database_up_to_date(&config).await?;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        let schemes = db
            .read(async |tx| scheme::all(tx).await)
            .await
            .map_err(failed)?;
        let strange = kept
            .iter()
            .find(|(id, _)| !schemes.iter().any(|one| one.id == *id));
        if strange.is_some() {
            return Err(Refusal::conflict(
                "A checkpoint is of a scheme this database does not have",
            )
            .try_next("Is this the right database? If it is, the scheme was taken out"));
        }
        let mut broken = 0;
        for one in schemes {
            let known: Vec<&Checkpoint> = kept
                .iter()
                .filter_map(|(id, known)| (*id == one.id).then_some(known))
                .collect();
            let first = known.first().copied();
            let mut found = audit::seal::verify(&db, one.id, first)
                .await
                .map_err(failed)?;
            for known in known.iter().skip(1) {
                if found.is_ok() {
                    found = audit::seal::verify(&db, one.id, Some(known))
                        .await
                        .map_err(failed)?;
                }
            }
            match found {
                Ok(end) => println!(
                    "{}: {} rows sealed, the chain is whole{}",
                    one.name,
                    end.number,
                    compared(known.len())
                ),
                Err(what) => {
                    broken += 1;
                    println!("{}: BROKEN: {what}", one.name);
                }
            }
        }
        db.close().await;
        if broken == 0 {
            return Ok(());
        }
        Err(
            Refusal::conflict("The audit trail is not as it was written")
                .try_next("Keep this database as it is, and tell the information guardian"),
        )
    }
}
