//! The analyses as commands on files: `kith effect …` parses its arguments and calls
//! `run(&args, &mut out)` of the module with the command's name.
//!
//! A command reads a CSV with declared columns, prints the sentences for its three
//! readers, and into `--out DIR` writes the numbers in full (JSON, for inside use), the
//! tables with small numbers hidden (CSV) and the pictures (SVG). A refusal by the
//! statistics is an answer and is printed; only a bad file or a full disk is a failure.

mod failure;
mod folder;
mod sheet;

pub use failure::CommandFailure;
pub use folder::Folder;
pub use sheet::{Row, Sheet};
