//! The binary `kith`: see `kith::cli`.

use std::process::ExitCode;

/// A page is hundreds of small texts: see docs/decisions/0007-release-build.md.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A read of the embedded database holds up its thread: were as many of
    // them under way as there may be, others go on.
    let threads = kith_db::readers() + std::thread::available_parallelism().map_or(2, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(kith::cli::run()),
        Err(why) => {
            eprintln!("kith: The machine gave no threads to work with: {why}");
            ExitCode::FAILURE
        }
    }
}
