//! `kith export --scheme NAME --out FILE.zip`: everything of one scheme, as
//! tables with a dictionary, so that nobody is held by their data. Whoever can
//! run this can read the database; the audit trail says that it was done.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use clap::Args;
use futures::FutureExt;
use kith_access::{
    audit::{self, Entry},
    scheme,
};
use kith_base::{Clock, Refusal};
use kith_casework::export;

use super::{Done, Said, open};

/// `kith export`.
#[derive(Args, Debug)]
pub struct Export {
    /// The scheme, by the short name in its public address
    #[arg(long)]
    scheme: String,
    /// The ZIP file; there must be no file of that name yet
    #[arg(long)]
    out: PathBuf,
}

impl Export {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let db = open::database_up_to_date(&said.config([])?).await?;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        let slug = self.scheme.as_str();
        let all = db
            .read(async |tx| scheme::all(tx).await)
            .await
            .map_err(failed)?;
        let Some(one) = all.iter().find(|one| one.slug == slug) else {
            let known: Vec<&str> = all.iter().map(|one| &*one.slug).collect();
            return Err(Refusal::invalid(format!("There is no scheme \"{slug}\""))
                .try_next(format!("Use one of: {}", known.join(", "))));
        };
        let now = Clock::Real.now();
        let file = new_file(&self.out)?;
        let entry = Entry {
            action: "take all records out",
            object_kind: "scheme",
            object: Some(one.id.uuid()),
            ..Entry::default()
        };
        db.act(async |tx| audit::record_for(tx, one.id, now, "command line", entry).await)
            .await
            .map_err(failed)?;
        let file = Arc::new(Mutex::new(file));
        let mut told = "";
        let outcome = export::scheme(&db, one.id, now, |bytes, progress| {
            if progress.table != told {
                told = progress.table;
                eprintln!("{told} …");
            }
            let written = write_on(&file, &bytes);
            async move { written }.boxed()
        })
        .await;
        if let Err(stopped) = outcome {
            // Half a ZIP is of no use to anybody, and holds people's records.
            let gone = std::fs::remove_file(&self.out);
            let kept = if gone.is_err() {
                ", and the half file could not be removed"
            } else {
                ""
            };
            return Err(
                Refusal::conflict(format!("The export stopped: {stopped}{kept}"))
                    .try_next("Try again"),
            );
        }
        println!(
            "Written to {}. It holds people's records: keep it as you keep the database.",
            self.out.display()
        );
        Ok(())
    }
}

/// A file nobody else may read.
fn new_file(path: &Path) -> Result<File, Refusal> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| {
            Refusal::invalid(format!("{}: {error}", path.display()))
                .try_next("Give a file that is not there yet")
        })
}

fn write_on(file: &Mutex<File>, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = file
        .lock()
        .map_err(|_| std::io::Error::other("the file is broken"))?;
    file.write_all(bytes)
}
