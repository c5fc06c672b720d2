//! The commands as somebody runs them: a file in, sentences out, results in a folder; and
//! a bad file told by its row, its column and what was expected.

mod any_file;
mod around_a_referral;
mod charts_and_coders;
mod groups;
mod over_time;
mod people_compared;
mod plans;
mod scores;

use std::fs;
use std::path::{Path, PathBuf};

use kith_effect::command::CommandFailure;
use serde_json::Value;
use tempfile::TempDir;

/// A file of the reference cases.
pub fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

/// Where results go.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A file of this text in the folder.
pub fn written(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("in.csv");
    fs::write(&path, text).expect("it can be written");
    path
}

/// A result with every digit.
pub fn json(folder: &TempDir, name: &str) -> Value {
    let text = fs::read_to_string(folder.path().join(name)).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

/// A result as it was written.
pub fn text(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("it was written")
}

/// A number of the reference, by its path.
pub fn expected(file: &str, path: &[&str]) -> f64 {
    let text = fs::read_to_string(case(file)).expect("the case is there");
    let whole: Value = serde_json::from_str(&text).expect("it is JSON");
    path.iter()
        .fold(&whole, |value, key| &value[*key])
        .as_f64()
        .expect("a number")
}

/// Words as an argument.
pub fn owned(text: &str) -> String {
    text.to_owned()
}

/// What a command printed, or why it could not run.
pub type Said = Result<String, CommandFailure>;

/// Runs a command and takes down what it prints.
pub fn told(run: impl FnOnce(&mut Vec<u8>) -> Result<(), CommandFailure>) -> Said {
    let mut out = vec![];
    run(&mut out)?;
    Ok(String::from_utf8(out).expect("sentences are text"))
}
