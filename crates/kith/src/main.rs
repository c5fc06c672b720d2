//! The binary `kith`: see `kith::cli`.

use std::process::ExitCode;

/// A page is hundreds of small texts: see docs/decisions/0007-release-build.md.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    kith::cli::run().await
}
