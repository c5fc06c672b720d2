//! `kith backup FILE`: a whole, consistent copy while the system goes on. The
//! server's key is not in it and is kept elsewhere.

use std::path::PathBuf;

use clap::Args;

use super::{Done, Said, open};

/// `kith backup`.
#[derive(Args, Debug)]
pub struct Backup {
    /// The copy; there must be no file of that name yet
    file: PathBuf,
}

impl Backup {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([])?;
        let db = open::database(&config).await?;
        db.backup(&self.file)
            .await
            .map_err(|failure| open::said(&failure))?;
        db.close().await;
        let bytes = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        println!("Copied to {} ({bytes} bytes).", self.file.display());
        println!(
            "Keep the server's key ({}) too, in another place.",
            config.key_file.display()
        );
        Ok(())
    }
}
