//! `kith effect series`: a practice's or area's monthly rate before and after a start
//! (A4), one row a month (several rows for a month are added up).

use std::io::Write;
use std::path::PathBuf;
use std::slice;

use super::definition::Definition;
use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::plan::{Fixed, asked};
use super::sheet::Sheet;
use super::{made, month, tell_planned};
use crate::picture::series::{self as picture, Point};
use crate::sentence::{self, standing};
use crate::stats::refusal::Refusal;
use crate::stats::series::{MonthTotal, SeriesPlan, SeriesResult, interrupted_series};

/// What to read, and what was fixed before.
#[derive(Debug, Clone)]
pub struct SeriesArgs {
    /// The CSV files, read as one.
    pub files: Vec<PathBuf>,
    /// Another CSV with the same columns, of a place without the service.
    pub control: Option<PathBuf>,
    /// Column of the calendar month.
    pub month: String,
    /// Column of contacts.
    pub count: String,
    /// Column of people.
    pub population: String,
    /// First month of the service, as in the file.
    pub start: String,
    /// Months of other changes of the system.
    pub changes: Vec<String>,
    /// Months after the start at which the effect is read.
    pub horizon: u32,
    /// Columns that must keep one value in each file: definition of a contact, code set, supplier.
    pub constant: Vec<String>,
    /// The plan this answers; without it the answer is exploratory.
    pub plan: Option<Fixed>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file or month, or a result that cannot be written.
pub fn run(args: &SeriesArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let asked = asked(args.plan.as_ref(), "series")?;
    let folder = Folder::create(args.out.as_deref())?;
    let start = argument(&args.start)?;
    let changes = args
        .changes
        .iter()
        .map(|change| argument(change))
        .collect::<Result<Vec<i64>, _>>()?;
    let (totals, mut changed) = read(args, &args.files)?;
    let mut control = None;
    if let Some(file) = &args.control {
        let (totals, also_changed) = read(args, slice::from_ref(file))?;
        control = Some(totals);
        changed = changed.or(also_changed);
    }
    let plan = SeriesPlan {
        start,
        other_changes: &changes,
        horizon: args.horizon,
    };
    let mut found = interrupted_series(&totals, control.as_deref(), plan);
    if let Ok(finding) = &mut found {
        finding
            .refusals
            .extend(changed.into_iter().chain(asked.refusal()));
    }
    let claims = found.as_ref().ok();
    let claims = claims.filter(|finding| standing(&finding.refusals).is_none());
    let model = claims.and_then(|finding| finding.result.model.as_ref());
    let p = model.and_then(|model| model.at_horizon.p());
    folder.headed("series", Some(asked.headline(p)), &answer(&found))?;
    let said = match &found {
        Ok(finding) => {
            let ratio = args.control.is_some();
            draw(&folder, start, ratio, model.is_some(), &finding.result)?;
            sentence::series::sentences(finding, args.horizon)
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell_planned(out, &folder, &said, made.as_deref(), &asked)
}

fn argument(text: &str) -> Result<i64, CommandFailure> {
    month::parse(text).ok_or_else(|| {
        CommandFailure::arguments(format!("expected {}, found \"{text}\"", month::EXPECTED))
    })
}

/// The months, and R13 if a definition changed.
fn read(
    args: &SeriesArgs,
    files: &[PathBuf],
) -> Result<(Vec<MonthTotal>, Option<Refusal>), CommandFailure> {
    let mut columns = vec![args.month.as_str(), &args.count, &args.population];
    columns.extend(args.constant.iter().map(String::as_str));
    let mut sheet = Sheet::open(files, &columns)?;
    let mut totals = Vec::new();
    let mut definition = Definition::default();
    while let Some(row) = sheet.next_row()? {
        for (place, column) in args.constant.iter().enumerate() {
            definition.seen("", column, row.words(3 + place).unwrap_or_default());
        }
        let name = row.needed(0, month::EXPECTED)?;
        let population = row.number(2)?.filter(|people| *people > 0.0);
        totals.push(MonthTotal {
            month: month::parse(name).ok_or_else(|| row.wrong(0, month::EXPECTED))?,
            count: row.count(1)?,
            population: population.ok_or_else(|| row.wrong(2, "a number of people above 0"))?,
        });
    }
    Ok((totals, definition.refusal()))
}

/// The months; what the model makes of them only when it may be said.
fn draw(
    folder: &Folder,
    start: i64,
    ratio: bool,
    modelled: bool,
    result: &SeriesResult,
) -> Result<(), CommandFailure> {
    // A rate per person is too small to read; a ratio to a control is not.
    let (axis, times) = if ratio {
        ("Ratio of the rate to the control's", 1.0)
    } else {
        ("Contacts a 1,000 people", 1_000.0)
    };
    let points: Vec<Point> = result
        .months
        .iter()
        .map(|month| Point {
            month: month.month,
            name: month::name(month.month),
            observed: month.rate * times,
            fitted: month.fitted.filter(|_| modelled).map(|rate| rate * times),
            without: month
                .counterfactual
                .filter(|_| modelled)
                .map(|rate| rate * times),
        })
        .collect();
    folder.picture("series", "Before and after the start", |frame| {
        picture::draw(frame, axis, start, &points)
    })
}
