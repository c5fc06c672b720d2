//! What every command may be told: where the configuration is, and settings
//! that go over it.

use std::path::PathBuf;

use clap::Args;
use kith_base::Refusal;

use crate::config::{Config, Values};

/// Settings said on the command line.
#[derive(Args, Debug, Default, Clone)]
pub struct Said {
    /// The configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = "KITH_CONFIG")]
    pub config: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://…
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub database: Option<String>,
    /// The file of the server's key
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<String>,
}

impl Said {
    /// The configuration, with what this command was told over it.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn config(
        &self,
        more: impl IntoIterator<Item = (&'static str, Option<String>)>,
    ) -> Result<Config, Refusal> {
        let own = [
            ("database", self.database.clone()),
            ("key_file", self.key_file.clone()),
        ];
        let said: Values = own
            .into_iter()
            .chain(more)
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        Config::read(self.config.as_deref(), said).map_err(|bad| {
            Refusal::invalid(bad.to_string())
                .try_next("The settings are told in docs/reference/configuration.md")
        })
    }
}
