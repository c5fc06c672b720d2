//! The analyses as commands on files: `kith effect …` parses its arguments and calls
//! `run(&args, &mut out)` of the module with the command's name.
//!
//! A command reads a CSV with declared columns, prints the sentences for its three
//! readers, and into `--out DIR` writes the numbers in full (JSON, for inside use), the
//! tables with small numbers hidden (CSV) and the pictures (SVG). A refusal by the
//! statistics is an answer and is printed; only a bad file or a full disk is a failure.

mod failure;
mod progress;
pub mod plan;
mod folder;
mod sheet;
pub mod month;
mod definition;
mod grouped;
pub mod slice;
pub mod together;
pub mod describe;
pub mod compare;
pub mod rollout;
pub mod series;
pub mod sensitivity;
pub mod simulate;
pub mod wellbeing;
pub mod equity;
pub mod xmr;
pub mod agreement;

pub use failure::CommandFailure;
pub use folder::{Answer, Folder, answer};
pub use sheet::{Row, Sheet};

use std::io::Write;

use crate::sentence::Sentences;
use crate::stats::estimate::Finding;

/// Prints the sentences, each under its reader, and keeps them.
fn tell(
    out: &mut dyn Write,
    folder: &Folder,
    name: &str,
    said: &Sentences,
    made: Option<&str>,
) -> Result<(), CommandFailure> {
    folder.sentences(name, said, made)?;
    for (reader, sentence) in said.with_readers() {
        writeln!(out, "{reader}:\n  {sentence}").map_err(CommandFailure::unprinted)?;
    }
    if let Some(made) = made {
        writeln!(out, "How this was made:\n  {made}").map_err(CommandFailure::unprinted)?;
    }
    Ok(())
}

/// The method of a finding and what it supposes.
fn made<T>(finding: &Finding<T>) -> String {
    let supposed = finding.assumptions.join("; ");
    format!("{}. It supposes: {supposed}.", finding.method)
}
