//! `kith effect together`: the results of several runs, judged together (R11). The
//! questions of one plan are a family: Holm, and a planned question without an answer
//! counts as one. Whatever was not planned is exploratory: Benjamini and Hochberg.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::failure::CommandFailure;
use super::folder::Folder;
use super::plan::{Fixed, Headline, Plan, checked};
use super::tell;
use crate::picture::Table;
use crate::sentence::{Sentences, p_value};
use crate::stats::limits::INTERVAL_LEVEL;
use crate::stats::multiplicity::{benjamini_hochberg, holm};

/// What to judge together.
#[derive(Debug, Clone)]
pub struct TogetherArgs {
    /// Results as other commands wrote them (JSON).
    pub files: Vec<PathBuf>,
    /// The plan they answer; without it all are exploratory.
    pub plan: Option<Fixed>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// What is read of a result.
#[derive(Deserialize)]
struct Written {
    headline: Headline,
}

/// One question with what is left of its p.
#[derive(Debug, Serialize)]
struct Judged {
    question: String,
    analysis: String,
    p: Option<f64>,
    adjusted: f64,
}

/// Everything judged, as it is written.
#[derive(Debug, Serialize)]
struct Outcome {
    method: &'static str,
    planned: Vec<Judged>,
    exploratory: Vec<Judged>,
}

/// Runs the command.
///
/// # Errors
/// A file that is no result, a question answered twice, or a result that cannot be written.
pub fn run(args: &TogetherArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let folder = Folder::create(args.out.as_deref())?;
    let plan = args.plan.as_ref().map(checked).transpose()?;
    let mut results = vec![];
    for file in &args.files {
        results.push((file.as_path(), read(file)?));
    }
    let outcome = judged(plan, &results)?;
    folder.json("together", &outcome)?;
    folder.table("together", &table(&outcome))?;
    tell(
        out,
        &folder,
        "together",
        &sentences(&outcome),
        Some(outcome.method),
    )
}

fn read(file: &Path) -> Result<Headline, CommandFailure> {
    let bytes = fs::read(file).map_err(|source| CommandFailure::Unreadable {
        file: file.to_owned(),
        source,
    })?;
    let written: Written = serde_json::from_slice(&bytes).map_err(|_| {
        CommandFailure::arguments(format!(
            "{} is not a result of compare, rollout, series or wellbeing (a .json file in its folder)",
            file.display()
        ))
    })?;
    Ok(written.headline)
}

fn judged(
    plan: Option<(String, Plan)>,
    results: &[(&Path, Headline)],
) -> Result<Outcome, CommandFailure> {
    let (hash, questions) =
        plan.map_or_else(Default::default, |(hash, plan)| (hash, plan.questions));
    let mut answers: Vec<Option<f64>> = vec![None; questions.len()];
    let mut seen = vec![false; questions.len()];
    let mut others: Vec<(String, String, Option<f64>)> = vec![];
    for (file, headline) in results {
        let own = headline.question.as_ref().filter(|own| own.plan == hash);
        match own
            .and_then(|own| own.number.checked_sub(1))
            .filter(|place| *place < seen.len())
        {
            Some(place) if seen[place] => {
                return Err(CommandFailure::arguments(format!(
                    "question {} of the plan is answered twice, again by {}",
                    place + 1,
                    file.display()
                )));
            }
            Some(place) => (answers[place], seen[place]) = (headline.p, true),
            None => others.push((
                file.display().to_string(),
                headline.analysis.clone(),
                headline.p,
            )),
        }
    }
    let planned = questions.into_iter().zip(answers);
    Ok(Outcome {
        method: "Holm within the questions of the plan, one without an answer counted as p = 1; Benjamini and \
                 Hochberg over what is exploratory",
        planned: adjusted(
            planned.map(|(q, p)| (q.question, q.analysis, p)).collect(),
            holm,
        )?,
        exploratory: adjusted(others, benjamini_hochberg)?,
    })
}

fn adjusted(
    asked: Vec<(String, String, Option<f64>)>,
    by: impl Fn(&[f64]) -> Result<Vec<f64>, crate::stats::refusal::Refusal>,
) -> Result<Vec<Judged>, CommandFailure> {
    let p: Vec<f64> = asked.iter().map(|(_, _, p)| p.unwrap_or(1.0)).collect();
    let left = by(&p).map_err(|refusal| CommandFailure::arguments(refusal.to_string()))?;
    let judged = |((question, analysis, p), adjusted)| Judged {
        question,
        analysis,
        p,
        adjusted,
    };
    Ok(asked.into_iter().zip(left).map(judged).collect())
}

fn table(outcome: &Outcome) -> Table {
    let mut table = Table::new(
        "Questions judged together",
        &["Question", "Analysis", "Planned", "p", "Adjusted p"],
    );
    let sets = [(&outcome.planned, "yes"), (&outcome.exploratory, "no")];
    for (judged, planned) in sets
        .into_iter()
        .flat_map(|(all, planned)| all.iter().map(move |one| (one, planned)))
    {
        table.rows.push(vec![
            judged.question.clone(),
            judged.analysis.clone(),
            planned.to_owned(),
            judged.p.map_or_else(|| "no answer".to_owned(), p_value),
            p_value(judged.adjusted),
        ]);
    }
    table
}

fn sentences(outcome: &Outcome) -> Sentences {
    let beyond = |all: &[Judged]| {
        all.iter()
            .filter(|one| one.adjusted < 1.0 - INTERVAL_LEVEL)
            .count()
    };
    let (planned, others) = (&outcome.planned, &outcome.exploratory);
    let mut plain = match planned.len() {
        0 => "No question was fixed beforehand.".to_owned(),
        asked => format!(
            "Of {asked} questions fixed beforehand, {} show more than chance, allowing for how many were asked.",
            beyond(planned)
        ),
    };
    if !others.is_empty() {
        plain += &format!(
            " {} more were asked afterwards: {} of them may be worth asking again, with a plan.",
            others.len(),
            beyond(others)
        );
    }
    let listed = |all: &[Judged]| -> String {
        let one = |one: &Judged| {
            let p = one
                .p
                .map_or_else(|| "no answer".to_owned(), |p| format!("p {}", p_value(p)));
            format!(
                " {} ({}): {p}, adjusted {}.",
                one.question,
                one.analysis,
                p_value(one.adjusted)
            )
        };
        all.iter().map(one).collect()
    };
    Sentences {
        link_worker: plain.clone(),
        gp: plain,
        researcher: format!(
            "Holm:{} Exploratory, Benjamini-Hochberg:{}",
            listed(planned),
            listed(others)
        ),
    }
}
