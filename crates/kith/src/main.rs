//! The binary `kith`: see `kith::cli`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    kith::cli::run().await
}
