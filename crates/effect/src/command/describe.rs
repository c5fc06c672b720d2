//! `kith effect describe`: contacts in the months around the referral (A1), one row a
//! person-month. It describes and never concludes.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::grouped::Grouped;
use super::slice::{Only, too_small};
use super::{made, tell};
use crate::picture::event_profile::{self as picture, Month};
use crate::sentence;
use crate::stats::event_time::{EventCell, Profile, ProfileMonth, profile};
use crate::stats::refusal::Refusal;

/// What to read.
#[derive(Debug, Clone)]
pub struct DescribeArgs {
    /// The CSV files, one row a person-month, read as one.
    pub files: Vec<PathBuf>,
    /// Column that tells people apart.
    pub person: String,
    /// Column of months since the referral: 0 is its own month.
    pub month: String,
    /// Column of contacts.
    pub count: String,
    /// Column of days registered in the month; whole months without it.
    pub days: Option<String>,
    /// Column of 1 for people referred and 0 for controls; all were referred without it.
    pub referred: Option<String>,
    /// One link worker's people alone.
    pub only: Option<Only>,
    /// Columns that must keep one value: definition of a contact, code set, supplier.
    pub constant: Vec<String>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &DescribeArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let folder = Folder::create(args.out.as_deref())?;
    let (cells, people, changed) = read(args)?;
    let mut found = match too_small(args.only.as_ref(), people) {
        Some(refusal) => Err(refusal),
        None => profile(&cells, people),
    };
    if let Ok(finding) = &mut found {
        finding.refusals.extend(changed);
    }
    folder.json("describe", &answer(&found))?;
    let said = match &found {
        Ok(finding) => {
            draw(&folder, "describe", &finding.result)?;
            sentence::profile::sentences(finding)
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell(out, &folder, "describe", &said, made.as_deref())
}

/// The cells, how many people were referred, and R13 if a definition changed.
fn read(args: &DescribeArgs) -> Result<(Vec<EventCell>, u64, Option<Refusal>), CommandFailure> {
    let mut keys = vec![args.month.as_str()];
    keys.extend(args.days.as_deref());
    keys.extend(args.constant.iter().map(String::as_str));
    keys.extend(args.referred.as_deref());
    keys.extend(args.only.as_ref().map(|only| only.column.as_str()));
    let grouped = Grouped::read(&args.files, &keys, &args.count)?;
    let months = grouped.months(&args.month)?;
    let exposure = grouped.exposure(args.days.as_deref())?;
    let referred = match &args.referred {
        Some(column) => grouped.yes_or_no(column)?,
        None => vec![true; months.len()],
    };
    let inside = match &args.only {
        Some(only) => grouped
            .texts(&only.column)?
            .iter()
            .map(|name| *name == only.name)
            .collect(),
        None => vec![true; months.len()],
    };
    let mut cells = Vec::with_capacity(months.len());
    for (place, sums) in grouped.rows.sums().enumerate() {
        // Somebody never referred has no link worker, and stays as a control.
        if referred[place] && !inside[place] {
            continue;
        }
        let month = i32::try_from(months[place]).map_err(|_| {
            CommandFailure::arguments(format!(
                "\"{}\" must hold months since the referral",
                args.month
            ))
        })?;
        cells.push(EventCell {
            referred: referred[place],
            month,
            exposure: exposure[place],
            n: sums.n,
            sum: sums.sum,
            sum_squares: sums.sum_squares,
        });
    }
    let people = grouped.people(&args.person, |cell| referred[cell] && inside[cell])?;
    Ok((cells, people, grouped.changed(&args.constant, None)?))
}

/// The profile as a picture of this name.
pub(super) fn draw(folder: &Folder, name: &str, profile: &Profile) -> Result<(), CommandFailure> {
    let months =
        |months: &[ProfileMonth]| -> Vec<Month> { months.iter().map(Month::from).collect() };
    let (referred, controls) = (months(&profile.referred), months(&profile.controls));
    folder.picture(name, "GP contacts around the referral", |frame| {
        picture::draw(frame, &referred, &controls)
    })
}
