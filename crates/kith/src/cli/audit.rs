//! `kith audit verify`: goes through the chain of each scheme's audit trail
//! and names the first row that was changed, removed or put in.

use clap::{Args, Subcommand};
use kith_access::{audit, scheme};
use kith_base::Refusal;

use super::{Done, Said, open};

/// `kith audit`.
#[derive(Args, Debug)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Look whether the audit trail is as it was written
    Verify,
}

impl Audit {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let What::Verify = self.what;
        let db = open::database_up_to_date(&said.config([])?).await?;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        let schemes = db
            .read(async |tx| scheme::all(tx).await)
            .await
            .map_err(failed)?;
        let mut broken = 0;
        for one in schemes {
            match audit::seal::verify(&db, one.id, None)
                .await
                .map_err(failed)?
            {
                Ok(end) => println!(
                    "{}: {} rows sealed, the chain is whole",
                    one.name, end.number
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
