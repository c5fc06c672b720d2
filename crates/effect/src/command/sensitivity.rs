//! `kith effect sensitivity`: the same question asked of other models (A9), one row a
//! person-month. It asks "does the answer change?", and no model is chosen by its p.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::grouped::{Grouped, numbered};
use super::{made, tell};
use crate::picture::forest::{self as picture, Measure, Row};
use crate::sentence;
use crate::stats::counts::CountCells;
use crate::stats::design::Design;
use crate::stats::estimate::Finding;
use crate::stats::refusal::Refusal;
use crate::stats::sandwich::Clusters;
use crate::stats::sensitivity::{Answer, Sensitivity, sensitivity};

/// What to read.
#[derive(Debug, Clone)]
pub struct SensitivityArgs {
    /// The CSV files, one row a person-month, read as one.
    pub files: Vec<PathBuf>,
    /// Column of the practice.
    pub practice: String,
    /// Column of 1 and 0 whose ratio is asked for, such as after the referral.
    pub of: String,
    /// Column of contacts.
    pub count: String,
    /// Column of days registered in the month; whole months without it.
    pub days: Option<String>,
    /// Columns whose values are groups, such as age band.
    pub groups: Vec<String>,
    /// Columns whose values are numbers, such as a running month.
    pub numbers: Vec<String>,
    /// Columns that must keep one value in a practice: definition of a contact, code set, supplier.
    pub constant: Vec<String>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &SensitivityArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let folder = Folder::create(args.out.as_deref())?;
    let found = read(args)?;
    folder.json("sensitivity", &answer(&found))?;
    let said = match &found {
        Ok(finding) => {
            draw(&folder, &finding.result)?;
            sentence::sensitivity::sentences(finding)
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell(out, &folder, "sensitivity", &said, made.as_deref())
}

type Found = Result<Finding<Sensitivity>, Refusal>;

fn read(args: &SensitivityArgs) -> Result<Found, CommandFailure> {
    let mut keys = vec![args.practice.as_str(), &args.of];
    keys.extend(args.days.as_deref());
    for columns in [&args.groups, &args.numbers, &args.constant] {
        keys.extend(columns.iter().map(String::as_str));
    }
    let grouped = Grouped::read(&args.files, &keys, &args.count)?;
    let asked = grouped.yes_or_no(&args.of)?;
    let mut design = Design::constant(grouped.rows.len())
        .with(&args.of, asked.iter().map(|yes| f64::from(u8::from(*yes))));
    for column in &args.groups {
        design = design.with_levels(column, &numbered(&grouped.texts(column)?));
    }
    for column in &args.numbers {
        design = design.with(column, grouped.numbers(column)?);
    }
    let practices = Clusters::by_key(&numbered(&grouped.texts(&args.practice)?));
    let tallies = grouped
        .rows
        .tallies(grouped.exposure(args.days.as_deref())?);
    let changed = grouped.changed(&args.constant, Some(&args.practice))?;
    let cells = match CountCells::new(&design, &tallies) {
        Ok(cells) => cells,
        Err(bad) => {
            return Ok(Err(Refusal::Impossible {
                what: bad.to_string(),
            }));
        }
    };
    let mut found = sensitivity(&cells, grouped.rows.histogram(), &practices, &args.of);
    if let Ok(finding) = &mut found {
        finding.missing = grouped.rows.missing();
        finding.refusals.extend(changed);
    }
    Ok(found)
}

fn draw(folder: &Folder, result: &Sensitivity) -> Result<(), CommandFailure> {
    let row = |(place, answer): (usize, &Answer)| Row {
        label: answer.model.to_owned(),
        estimate: answer.log_ratio.map(|log| log.value.exp()),
        range: answer
            .log_ratio
            .and_then(|log| log.interval)
            .map(|interval| (interval.low.exp(), interval.high.exp())),
        headline: place == 0,
    };
    let rows: Vec<Row> = result.answers.iter().enumerate().map(row).collect();
    let title = "The same question asked of several models";
    folder.picture("sensitivity", title, |frame| {
        picture::draw(frame, Measure::Ratio, "Ratio of contacts", &rows)
    })
}
