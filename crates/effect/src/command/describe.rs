//! `kith effect describe`: contacts in the months around the referral (A1), one row a
//! person-month. It describes and never concludes.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::grouped::Grouped;
use super::printed;
use crate::picture::event_profile::{self as picture, Month};
use crate::sentence;
use crate::stats::event_time::{EventCell, Profile, ProfileMonth, profile};
use crate::stats::refusal::Refusal;

/// What to read.
#[derive(Debug, Clone)]
pub struct DescribeArgs {
    /// The CSV, one row a person-month.
    pub file: PathBuf,
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
    let mut found = profile(&cells, people);
    if let Ok(finding) = &mut found {
        finding.refusals.extend(changed);
    }
    folder.json("describe", &answer(&found))?;
    let said = match &found {
        Ok(finding) => {
            draw(&folder, &finding.result)?;
            sentence::profile::sentences(finding)
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    folder.sentences("describe", &said)?;
    printed(out, &said)
}

/// The cells, how many people were referred, and R13 if a definition changed.
fn read(args: &DescribeArgs) -> Result<(Vec<EventCell>, u64, Option<Refusal>), CommandFailure> {
    let mut keys = vec![args.month.as_str()];
    keys.extend(args.days.as_deref());
    keys.extend(args.constant.iter().map(String::as_str));
    keys.extend(args.referred.as_deref());
    let grouped = Grouped::read(&args.file, &keys, &args.count)?;
    let months = grouped.months(&args.month)?;
    let exposure = grouped.exposure(args.days.as_deref())?;
    let referred = match &args.referred {
        Some(column) => grouped.yes_or_no(column)?,
        None => vec![true; months.len()],
    };
    let mut cells = Vec::with_capacity(months.len());
    for (place, sums) in grouped.rows.sums().enumerate() {
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
    let people = grouped.people(&args.person, |cell| referred[cell])?;
    Ok((cells, people, grouped.changed(&args.constant, None)?))
}

fn draw(folder: &Folder, profile: &Profile) -> Result<(), CommandFailure> {
    let months =
        |months: &[ProfileMonth]| -> Vec<Month> { months.iter().map(Month::from).collect() };
    let (referred, controls) = (months(&profile.referred), months(&profile.controls));
    folder.picture("describe", "GP contacts around the referral", |frame| {
        picture::draw(frame, &referred, &controls)
    })
}
