//! The command line. Each command is a file: it reads what was asked, calls
//! the same actions the pages call, and prints what came of it. Whatever goes
//! wrong is said in words, with what to do; the exit code is then 1.

mod settings;
mod open;
mod serve;
mod init;
mod migrate;
mod backup;
mod restore;
mod doctor;
mod audit;
mod seed;
mod demo;
mod export;
mod import;
mod effect;

use std::{env, process::ExitCode};

use clap::{Parser, Subcommand};
use kith_base::Refusal;

pub use settings::Said;

/// What a command gives: nothing, or why not and what to do.
pub type Done = Result<(), Refusal>;

/// Runs a social prescribing service, from the first referral to the
/// follow-up a year later.
#[derive(Parser, Debug)]
#[command(name = "kith", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    said: Said,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serve the pages and do the jobs, until asked to stop
    Serve(serve::Serve),
    /// Show Kith with made-up people, on this machine alone
    Demo(demo::Demo),
    /// Make the database, the first scheme and its first administrator
    Init(init::Init),
    /// Bring the database up to date
    Migrate,
    /// Fill a new database with made-up cases, to measure with
    Seed(seed::Seed),
    /// Write a whole copy of an embedded database, while the system goes on
    Backup(backup::Backup),
    /// Put a copy in the place of an embedded database
    Restore(restore::Restore),
    /// Look whether this installation is safe and sound
    Doctor(doctor::Doctor),
    /// The audit trail
    Audit(audit::Audit),
    /// Take out everything of one scheme
    Export(export::Export),
    /// Bring records in from a file
    Import(import::Import),
    /// The statistics, on files
    Effect(Box<effect::Effect>),
}

/// Runs the command line of this process.
pub async fn run() -> ExitCode {
    let cli = match effect::spelt_out(env::args_os().collect()) {
        Ok(arguments) => Cli::parse_from(arguments),
        Err(refusal) => return refused(&refusal),
    };
    let outcome = match cli.command {
        Command::Serve(command) => command.run(&cli.said).await,
        Command::Init(command) => command.run(&cli.said).await,
        Command::Migrate => migrate::run(&cli.said).await,
        Command::Backup(command) => command.run(&cli.said).await,
        Command::Restore(command) => command.run(&cli.said).await,
        Command::Doctor(command) => command.run(&cli.said).await,
        Command::Demo(command) => command.run(&cli.said).await,
        Command::Seed(command) => command.run(&cli.said).await,
        Command::Export(command) => command.run(&cli.said).await,
        Command::Import(command) => command.run(&cli.said).await,
        Command::Effect(command) => command.run(),
        Command::Audit(command) => command.run(&cli.said).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> ExitCode {
    eprintln!("kith: {refusal}");
    ExitCode::FAILURE
}
