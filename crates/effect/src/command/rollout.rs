//! `kith effect rollout`: practices that started in different months (A3), one row a
//! person-month.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::grouped::{Grouped, numbered};
use super::plan::{Fixed, asked};
use super::{made, tell_planned};
use crate::picture::forest::{self as picture, Measure, Row};
use crate::sentence::{self, standing};
use crate::stats::estimate::Estimate;
use crate::stats::etwfe::RolloutCell;
use crate::stats::refusal::Refusal;
use crate::stats::rollout::{Rollout, rollout};

/// What to read.
#[derive(Debug, Clone)]
pub struct RolloutArgs {
    /// The CSV files, one row a person-month, read as one.
    pub files: Vec<PathBuf>,
    /// Column that tells people apart.
    pub person: String,
    /// Column of the practice.
    pub practice: String,
    /// Column of the month the practice started; empty if it never did.
    pub start: String,
    /// Column of the calendar month.
    pub month: String,
    /// Column of contacts.
    pub count: String,
    /// Column of days registered in the month; whole months without it.
    pub days: Option<String>,
    /// Columns that must keep one value in a practice: definition of a contact, code set, supplier.
    pub constant: Vec<String>,
    /// The plan this answers; without it the answer is exploratory.
    pub plan: Option<Fixed>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &RolloutArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let asked = asked(args.plan.as_ref(), "rollout")?;
    let folder = Folder::create(args.out.as_deref())?;
    let (cells, people, changed) = read(args)?;
    let mut found = rollout(&cells, people);
    if let Ok(finding) = &mut found {
        finding
            .refusals
            .extend(changed.into_iter().chain(asked.refusal()));
    }
    let claims = found.as_ref().ok();
    let claims = claims.filter(|finding| standing(&finding.refusals).is_none());
    let p = claims.and_then(|finding| finding.result.model.overall.log_ratio.p());
    folder.headed("rollout", Some(asked.headline(p)), &answer(&found))?;
    // A ratio that is refused is not drawn either.
    if let Some(finding) = claims {
        draw(&folder, &finding.result)?;
    }
    let said = match &found {
        Ok(finding) => sentence::rollout::sentences(finding, people),
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell_planned(out, &folder, &said, made.as_deref(), &asked)
}

/// The cells, how many people they are of, and R13 if a definition changed.
fn read(args: &RolloutArgs) -> Result<(Vec<RolloutCell>, u64, Option<Refusal>), CommandFailure> {
    let mut keys = vec![args.practice.as_str(), &args.start, &args.month];
    keys.extend(args.days.as_deref());
    keys.extend(args.constant.iter().map(String::as_str));
    let grouped = Grouped::read(&args.files, &keys, &args.count)?;
    let starts = grouped.months_or_never(&args.start)?;
    let months = grouped.months(&args.month)?;
    let exposure = grouped.exposure(args.days.as_deref())?;
    let practices = numbered(&grouped.texts(&args.practice)?);
    let cells = grouped
        .rows
        .sums()
        .enumerate()
        .map(|(place, sums)| RolloutCell {
            cluster: practices[place],
            start: starts[place],
            month: months[place],
            n: sums.n,
            sum: sums.sum,
            sum_squares: sums.sum_squares,
            exposure: exposure[place],
        });
    let changed = grouped.changed(&args.constant, Some(&args.practice))?;
    Ok((
        cells.collect(),
        grouped.people(&args.person, |_| true)?,
        changed,
    ))
}

fn draw(folder: &Folder, result: &Rollout) -> Result<(), CommandFailure> {
    let row = |label: String, log_ratio: &Estimate, headline: bool| Row {
        label,
        estimate: Some(log_ratio.value.exp()),
        range: log_ratio
            .interval
            .map(|interval| (interval.low.exp(), interval.high.exp())),
        headline,
    };
    let mut rows = vec![row(
        "All months from the start on".to_owned(),
        &result.model.overall.log_ratio,
        true,
    )];
    for lead in result
        .leads
        .iter()
        .flat_map(|leads| leads.quarters.iter().rev())
    {
        rows.push(row(
            format!("{} to {} months before", lead.to, lead.from),
            &lead.log_ratio,
            false,
        ));
    }
    for (months, average) in &result.model.by_months_since {
        let label = match months {
            0 => "The month of the start".to_owned(),
            1 => "1 month after".to_owned(),
            months => format!("{months} months after"),
        };
        rows.push(row(label, &average.log_ratio, false));
    }
    folder.picture(
        "rollout",
        "Contacts against what they would have been",
        |frame| picture::draw(frame, Measure::Ratio, "Ratio of contacts", &rows),
    )
}
