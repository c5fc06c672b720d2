//! The analyses as commands on files: `kith effect …` parses its arguments and calls
//! `run(&args, &mut out)` of the module with the command's name.
//!
//! A command reads a CSV with declared columns, prints the sentences for its three
//! readers, and into `--out DIR` writes the numbers in full (JSON, for inside use), the
//! tables with small numbers hidden (CSV) and the pictures (SVG). A refusal by the
//! statistics is an answer and is printed; only a bad file or a full disk is a failure.

mod failure;
mod joined;
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

use plan::Asked;

use std::io::Write;

use crate::sentence::Sentences;
use crate::stats::estimate::Finding;

/// Prints the sentences, each under its reader, and how the result was made; and keeps them.
fn tell(
    out: &mut dyn Write,
    folder: &Folder,
    name: &str,
    said: &Sentences,
    made: Option<&str>,
) -> Result<(), CommandFailure> {
    tell_with(out, folder, name, said, &[(MADE, made)])
}

/// The same, and whether the plan was kept to.
fn tell_planned(
    out: &mut dyn Write,
    folder: &Folder,
    said: &Sentences,
    made: Option<&str>,
    asked: &Asked,
) -> Result<(), CommandFailure> {
    let notes = [(MADE, made), ("The question", Some(asked.said()))];
    tell_with(out, folder, asked.analysis(), said, &notes)
}

/// What stands over how a result was made.
const MADE: &str = "How this was made";

fn tell_with(
    out: &mut dyn Write,
    folder: &Folder,
    name: &str,
    said: &Sentences,
    notes: &[(&str, Option<&str>)],
) -> Result<(), CommandFailure> {
    let notes: Vec<(&str, &str)> = notes
        .iter()
        .filter_map(|(head, note)| Some((*head, (*note)?)))
        .collect();
    folder.sentences(name, said, &notes)?;
    for (head, sentence) in said.with_readers().iter().chain(&notes) {
        writeln!(out, "{head}:\n  {sentence}").map_err(CommandFailure::unprinted)?;
    }
    Ok(())
}

/// The method of a finding and what it supposes.
fn made<T>(finding: &Finding<T>) -> String {
    let supposed = finding.assumptions.join("; ");
    format!("{}. It supposes: {supposed}.", finding.method)
}
