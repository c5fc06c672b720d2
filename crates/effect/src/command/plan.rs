//! `kith effect plan`: the primary question, or a few of them, fixed before data are read
//! (R11). The plan is a file; its SHA-256 is printed, to be kept where it cannot be
//! changed. An analysis that is run without that plan, or that is not a planned one, is
//! exploratory. Several planned questions are answered together (`together`), by Holm.

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
    /// The questions, in the words of those who ask them.
    pub questions: Vec<String>,
    /// The command that will answer each: "compare", "rollout", "series" or "wellbeing".
    pub analyses: Vec<String>,
    /// Where the plan is written; a file that is there is never written over.
    pub file: PathBuf,
}

/// Analyses that can answer a primary question. The others describe, or test many things
/// at once and are exploratory by nature (Benjamini and Hochberg).
const ANALYSES: [&str; 4] = ["compare", "rollout", "series", "wellbeing"];

/// What a plan file holds.
#[derive(Serialize, Deserialize)]
pub(super) struct Plan {
    /// When it was fixed.
    fixed: String,
    pub(super) questions: Vec<Planned>,
    /// "No real difference" lies inside these ratios.
    margin_low: f64,
    margin_high: f64,
}

/// One of its questions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Planned {
    pub(super) question: String,
    pub(super) analysis: String,
}

/// A plan, and the SHA-256 that was printed when it was fixed.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// The plan file.
    pub file: PathBuf,
    /// 64 hexadecimal digits.
    pub hash: String,
    /// Which of its questions is answered, counted from 1; needed when several are for the
    /// same analysis.
    pub number: Option<usize>,
}

/// The question an analysis answers: a planned one, or none.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    analysis: &'static str,
    question: Option<Question>,
    /// Whether the plan was kept to, in words.
    said: String,
}

/// A planned question, as a result names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Question {
    /// SHA-256 of the plan.
    pub(super) plan: String,
    /// Counted from 1.
    pub(super) number: usize,
}

/// What a result is the answer to, beside the result in its file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Headline {
    pub(super) analysis: String,
    /// None when exploratory.
    pub(super) question: Option<Question>,
    /// Whether the plan was kept to, in words.
    pub(super) plan: String,
    /// Two-sided p of the headline; none when it is refused.
    pub(super) p: Option<f64>,
}

impl Asked {
    /// R11, unless this is a planned question.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        self.question.is_none().then_some(Refusal::Exploratory)
    }

    /// The command that answers.
    pub(super) fn analysis(&self) -> &'static str {
        self.analysis
    }

    /// Whether the plan was kept to.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// What stands beside the result.
    pub(super) fn headline(&self, p: Option<f64>) -> Headline {
        Headline {
            analysis: self.analysis.to_owned(),
            question: self.question.clone(),
            plan: self.said.clone(),
            p,
        }
    }
}

/// Runs the command; `fixed` is the moment.
///
/// # Errors
/// No question, an analysis that is none, or a file that is there already.
pub fn run(args: &PlanArgs, fixed: &str, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let plan = Plan {
        fixed: fixed.to_owned(),
        questions: questions(args)?,
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
        "Fixed in {} at {fixed}.\nSHA-256 {}\nKeep this number where nobody can change it, and give both when the data are read.",
        args.file.display(),
        hash(text.as_bytes())
    )
    .map_err(CommandFailure::unprinted)
}

fn questions(args: &PlanArgs) -> Result<Vec<Planned>, CommandFailure> {
    if args.questions.is_empty() || args.questions.len() != args.analyses.len() {
        return Err(CommandFailure::arguments(
            "a plan needs a question and, for each question, the analysis that will answer it",
        ));
    }
    let planned = |(question, analysis): (&String, &String)| {
        if question.trim().is_empty() {
            return Err(CommandFailure::arguments(
                "a plan needs its question in words",
            ));
        }
        if !ANALYSES.contains(&analysis.as_str()) {
            let expected = format!("the analysis must be one of {}", ANALYSES.join(", "));
            return Err(CommandFailure::arguments(expected));
        }
        Ok(Planned {
            question: question.trim().to_owned(),
            analysis: analysis.clone(),
        })
    };
    args.questions
        .iter()
        .zip(&args.analyses)
        .map(planned)
        .collect()
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Which planned question this analysis answers, if any.
///
/// # Errors
/// A plan that cannot be read, that is not the one that was fixed, or that leaves open
/// which of its questions is meant.
pub(super) fn asked(plan: Option<&Fixed>, analysis: &'static str) -> Result<Asked, CommandFailure> {
    let Some(fixed) = plan else {
        let said =
            "No plan was given, so this is exploratory: it can raise a question, not answer one.";
        return Ok(Asked {
            analysis,
            question: None,
            said: said.to_owned(),
        });
    };
    let (hash, plan) = checked(fixed)?;
    let own: Vec<usize> = (1..=plan.questions.len())
        .filter(|number| plan.questions[number - 1].analysis == analysis)
        .filter(|number| fixed.number.is_none_or(|meant| meant == *number))
        .collect();
    let number = match own[..] {
        [number] => Some(number),
        [] if fixed.number.is_none() => None,
        [] => {
            return Err(CommandFailure::arguments(format!(
                "the plan has no such question for {analysis}"
            )));
        }
        _ => {
            return Err(CommandFailure::arguments(format!(
                "several questions of the plan are for {analysis}: say which with --answers and its number"
            )));
        }
    };
    Ok(plan.kept(hash, analysis, number))
}

impl Plan {
    /// Whether this analysis, as the answer to this question of the plan, keeps to it.
    fn kept(&self, hash: String, analysis: &'static str, number: Option<usize>) -> Asked {
        let fixed = format!("the plan fixed at {} (SHA-256 {hash})", self.fixed);
        let margins = |low: f64, high: f64| format!("{low:.2} to {high:.2}");
        let own = margins(MARGIN_LOW, MARGIN_HIGH);
        let not_kept = |why: String| Asked {
            analysis,
            question: None,
            said: format!("The plan was not kept: {why}. So this is exploratory."),
        };
        let Some(number) = number else {
            return not_kept(format!("{fixed} has no question for {analysis}"));
        };
        let planned = margins(self.margin_low, self.margin_high);
        if planned != own {
            return not_kept(format!(
                "{fixed} has margins of {planned}, and {own} are used here"
            ));
        }
        let words = &self.questions[number - 1].question;
        Asked {
            analysis,
            question: Some(Question { plan: hash, number }),
            said: format!(
                "The plan was kept: this answers question {number} of {fixed}, \"{words}\", by the analysis \
                 and the margins ({own}) that were fixed."
            ),
        }
    }
}

/// The hash of a plan that is the one that was fixed, and the plan.
pub(super) fn checked(fixed: &Fixed) -> Result<(String, Plan), CommandFailure> {
    let bytes = read(&fixed.file)?;
    let hash = hash(&bytes);
    if !hash.eq_ignore_ascii_case(fixed.hash.trim()) {
        let expected = format!(
            "{} is not the plan that was fixed: its SHA-256 is {hash}",
            fixed.file.display()
        );
        return Err(CommandFailure::arguments(expected));
    }
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|error| {
        CommandFailure::arguments(format!("{} is no plan: {error}", fixed.file.display()))
    })?;
    Ok((hash, plan))
}

fn read(file: &Path) -> Result<Vec<u8>, CommandFailure> {
    fs::read(file).map_err(|source| CommandFailure::Unreadable {
        file: file.to_owned(),
        source,
    })
}
