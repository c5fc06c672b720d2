//! `kith effect xmr`: a series of single values in order, one row a point.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::sheet::Sheet;
use super::{made, tell};
use crate::picture::xmr::{self as picture, Lines, Point};
use crate::sentence;
use crate::stats::estimate::Finding;
use crate::stats::xmr::{Chart, chart};

/// What to read.
#[derive(Debug, Clone)]
pub struct XmrArgs {
    /// The CSV files, one row a point, in order, read as one.
    pub files: Vec<PathBuf>,
    /// Column that names the points, such as the month.
    pub label: String,
    /// Column of the values; empty where a point is missing.
    pub value: String,
    /// What the values are, for the picture.
    pub measure: String,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &XmrArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let folder = Folder::create(args.out.as_deref())?;
    let mut sheet = Sheet::open(&args.files, &[&args.label, &args.value])?;
    let (mut labels, mut values) = (vec![], vec![]);
    while let Some(row) = sheet.next_row()? {
        labels.push(row.needed(0, "a name for the point")?.to_owned());
        values.push(row.number(1)?);
    }
    let found = chart(&values);
    folder.json("xmr", &answer(&found))?;
    let said = match &found {
        Ok(finding) => {
            draw(&folder, args, &labels, &values, finding)?;
            sentence::xmr::sentences(finding, &labels)
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell(out, &folder, "xmr", &said, made.as_deref())
}

fn draw(
    folder: &Folder,
    args: &XmrArgs,
    labels: &[String],
    values: &[Option<f64>],
    finding: &Finding<Chart>,
) -> Result<(), CommandFailure> {
    let chart = &finding.result;
    let points = Point::of(chart, labels, values);
    let title = format!("{} in order of time", args.measure);
    folder.picture("xmr", &title, |frame| {
        picture::draw(frame, &args.measure, &points, Lines::of(chart))
    })
}
