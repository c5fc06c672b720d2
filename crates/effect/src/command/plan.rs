//! `kith effect plan`: the one primary question, fixed before data are read (R11). The
//! plan is a file; its SHA-256 is printed, to be kept where it cannot be changed. An
//! analysis that is run without that plan, or that is not the planned one, is exploratory.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::failure::CommandFailure;
use crate::stats::limits::{MARGIN_HIGH, MARGIN_LOW};
use crate::stats::refusal::Refusal;

/// What to fix.
#[derive(Debug, Clone)]
pub struct PlanArgs {
    /// The question, in the words of those who ask it.
    pub question: String,
    /// The command that will answer it: "compare", "rollout", "series" or "wellbeing".
    pub analysis: String,
    /// Where the plan is written; a file that is there is never written over.
    pub file: PathBuf,
}

/// Analyses that can answer a primary question.
const ANALYSES: [&str; 4] = ["compare", "rollout", "series", "wellbeing"];

/// What a plan file holds.
#[derive(Serialize, Deserialize)]
struct Plan {
    question: String,
    analysis: String,
    /// "No real difference" lies inside these ratios.
    margin_low: f64,
    margin_high: f64,
}

/// A plan, and the SHA-256 that was printed when it was fixed.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The plan file.
    pub file: PathBuf,
    /// 64 hexadecimal digits.
    pub hash: String,
}

/// Runs the command.
///
/// # Errors
/// No question, an analysis that is none, or a file that is there already.
pub fn run(args: &PlanArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    if args.question.trim().is_empty() {
        return Err(CommandFailure::arguments(
            "a plan needs its question in words",
        ));
    }
    if !ANALYSES.contains(&args.analysis.as_str()) {
        let expected = format!("the analysis must be one of {}", ANALYSES.join(", "));
        return Err(CommandFailure::arguments(expected));
    }
    let plan = Plan {
        question: args.question.trim().to_owned(),
        analysis: args.analysis.clone(),
        margin_low: MARGIN_LOW,
        margin_high: MARGIN_HIGH,
    };
    let mut text = serde_json::to_string_pretty(&plan)
        .map_err(|error| CommandFailure::unwritten(&args.file)(error.into()))?;
    text.push('\n');
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(CommandFailure::unwritten(&args.file))?;
    writeln!(
        out,
        "Fixed in {}.\nSHA-256 {}\nKeep this number where nobody can change it, and give both when the data are read.",
        args.file.display(),
        hash(text.as_bytes())
    )
    .map_err(CommandFailure::unprinted)
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// R11, unless this analysis is the planned one.
///
/// # Errors
/// A plan that cannot be read, or that is not the one that was fixed.
pub(super) fn exploratory(
    plan: Option<&Fixed>,
    analysis: &str,
) -> Result<Option<Refusal>, CommandFailure> {
    let Some(fixed) = plan else {
        return Ok(Some(Refusal::Exploratory));
    };
    let bytes = read(&fixed.file)?;
    if !hash(&bytes).eq_ignore_ascii_case(fixed.hash.trim()) {
        let expected = format!(
            "{} is not the plan that was fixed: its SHA-256 differs",
            fixed.file.display()
        );
        return Err(CommandFailure::arguments(expected));
    }
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| {
        CommandFailure::arguments(format!("{} is no plan: {error}", fixed.file.display()))
    })?;
    Ok((plan.analysis != analysis).then_some(Refusal::Exploratory))
}

fn read(file: &Path) -> Result<Vec<u8>, CommandFailure> {
    fs::read(file).map_err(|source| CommandFailure::Unreadable {
        file: file.to_owned(),
        source,
    })
}
