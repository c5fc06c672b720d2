//! `kith effect agreement`: codes of the same units by several coders, one row a unit.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::failure::CommandFailure;
use super::folder::{Answer, Folder, answer};
use super::sheet::Sheet;
use super::{made, tell};
use crate::picture::forest::{self, Measure, Row};
use crate::sentence;
use crate::stats::agreement::{Kappa, Level, Ratings, Weights, alpha, kappa};
use crate::stats::estimate::{Estimate, Finding};
use crate::stats::refusal::Refusal;

/// What to read and what the codes are.
#[derive(Debug, Clone)]
pub struct AgreementArgs {
    /// The CSV files, one row a unit, read as one.
    pub files: Vec<PathBuf>,
    /// Columns of the coders, at least two; an empty field is a unit not coded.
    pub coders: Vec<String>,
    /// Whether codes are names, an order, or numbers.
    pub level: Level,
    /// The codes from lowest to highest, when they are words with an order.
    pub order: Vec<String>,
    /// Seed of the draws for the interval of alpha.
    pub seed: u64,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Everything computed, as it is written.
#[derive(Serialize)]
struct Outcome<'a> {
    alpha: Answer<&'a Finding<Estimate>>,
    kappa: Vec<PairOfCoders<'a>>,
}

/// Kappa of two of the coders.
#[derive(Serialize)]
struct PairOfCoders<'a> {
    coders: (&'a str, &'a str),
    weights: Weights,
    kappa: Answer<&'a Finding<Kappa>>,
}

/// Two coders by their places, how codes are weighted, and their kappa.
type Pair = ((usize, usize), Weights, Result<Finding<Kappa>, Refusal>);

/// Runs the command.
///
/// # Errors
/// A bad file or argument, or a result that cannot be written.
pub fn run(args: &AgreementArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    if args.coders.len() < 2 {
        return Err(CommandFailure::arguments(
            "name the columns of at least two coders",
        ));
    }
    let folder = Folder::create(args.out.as_deref())?;
    let ratings = match read(args)? {
        Ok(ratings) => ratings,
        Err(refusal) => {
            folder.json("agreement", &answer::<()>(&Err(refusal.clone())))?;
            return tell(
                out,
                &folder,
                "agreement",
                &sentence::of_refusal(&refusal),
                None,
            );
        }
    };
    let (found, pairs) = (
        alpha(&ratings, args.level, args.seed),
        pairs(args.level, &ratings),
    );
    folder.json("agreement", &outcome(args, &found, &pairs))?;
    draw(&folder, args, &found, &pairs)?;
    let said = match &found {
        Ok(found) => {
            let first = pairs.first().and_then(|(_, _, kappa)| kappa.as_ref().ok());
            sentence::agreement::sentences(found, first, args.coders.len())
        }
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell(out, &folder, "agreement", &said, made.as_deref())
}

/// Alpha of all coders, and kappa of every two.
fn draw(
    folder: &Folder,
    args: &AgreementArgs,
    alpha: &Result<Finding<Estimate>, Refusal>,
    pairs: &[Pair],
) -> Result<(), CommandFailure> {
    let row = |label: String, found: Option<Estimate>, headline| Row {
        label,
        estimate: found.map(|estimate| estimate.value),
        range: found
            .and_then(|estimate| estimate.interval)
            .map(|interval| (interval.low, interval.high)),
        headline,
    };
    let alpha = alpha.as_ref().ok().map(|finding| finding.result);
    let mut rows = vec![row("All coders, alpha".to_owned(), alpha, true)];
    for ((first, second), weights, kappa) in pairs {
        let weighted = match weights {
            Weights::None => "",
            Weights::Linear => ", linear weights",
            Weights::Quadratic => ", quadratic weights",
        };
        let label = format!(
            "{} and {}, kappa{weighted}",
            args.coders[*first], args.coders[*second]
        );
        let kappa = kappa.as_ref().ok().map(|finding| finding.result.kappa);
        rows.push(row(label, kappa, false));
    }
    folder.picture("agreement", "How far the coders agree", |frame| {
        let axis = "Agreement: 0 is chance, 1 is full";
        forest::draw(frame, Measure::Change, axis, &rows)
    })
}

fn outcome<'a>(
    args: &'a AgreementArgs,
    alpha: &'a Result<Finding<Estimate>, Refusal>,
    pairs: &'a [Pair],
) -> Outcome<'a> {
    let pair = |((first, second), weights, kappa): &'a Pair| PairOfCoders {
        coders: (&args.coders[*first], &args.coders[*second]),
        weights: *weights,
        kappa: answer(kappa),
    };
    Outcome {
        alpha: answer(alpha),
        kappa: pairs.iter().map(pair).collect(),
    }
}

/// Kappa of every two coders; weighted as well where codes have an order.
fn pairs(level: Level, ratings: &Ratings) -> Vec<Pair> {
    let weights: &[Weights] = match level {
        Level::Nominal => &[Weights::None],
        Level::Ordinal | Level::Interval => &[Weights::None, Weights::Linear, Weights::Quadratic],
    };
    let coders = ratings.coders();
    let two = (0..coders).flat_map(|a| (a + 1..coders).map(move |b| (a, b)));
    two.flat_map(|two| {
        weights
            .iter()
            .map(move |w| (two, *w, kappa(ratings, two, *w)))
    })
    .collect()
}

fn read(args: &AgreementArgs) -> Result<Result<Ratings, Refusal>, CommandFailure> {
    let columns: Vec<&str> = args.coders.iter().map(String::as_str).collect();
    let mut sheet = Sheet::open(&args.files, &columns)?;
    let mut units: Vec<Vec<Option<String>>> = vec![];
    while let Some(row) = sheet.next_row()? {
        let codes = 0..columns.len();
        if !args.order.is_empty() {
            let stranger = |c: &usize| {
                row.words(*c)
                    .is_some_and(|w| !args.order.iter().any(|o| o == w))
            };
            if let Some(column) = codes.clone().find(stranger) {
                return Err(row.wrong(column, &format!("one of {}", args.order.join(", "))));
            }
        }
        units.push(codes.map(|c| row.words(c).map(str::to_owned)).collect());
    }
    let categories = categories(args, &units)?;
    let place = |code: &String| categories.iter().position(|(name, _)| name == code);
    let placed = units
        .iter()
        .map(|u| u.iter().map(|c| c.as_ref().and_then(place)).collect())
        .collect();
    Ok(Ratings::new(
        categories.into_iter().map(|(_, value)| value).collect(),
        placed,
    ))
}

/// The codes in rising order with their values: numbers by size; words in the order
/// given, or by name where order does not matter.
fn categories(
    args: &AgreementArgs,
    units: &[Vec<Option<String>>],
) -> Result<Vec<(String, f64)>, CommandFailure> {
    let places = |names: Vec<String>| {
        names
            .into_iter()
            .enumerate()
            .map(|(i, n)| (n, i as f64))
            .collect()
    };
    if !args.order.is_empty() {
        if args.level == Level::Interval {
            return Err(CommandFailure::arguments(
                "codes on an interval level must be numbers, without an order",
            ));
        }
        return Ok(places(args.order.clone()));
    }
    let mut names: Vec<String> = units.iter().flatten().flatten().cloned().collect();
    names.sort();
    names.dedup();
    let values: Option<Vec<f64>> = names
        .iter()
        .map(|n| n.parse().ok().filter(|v: &f64| v.is_finite()))
        .collect();
    match values {
        Some(values) => {
            let mut both: Vec<(String, f64)> = names.into_iter().zip(values).collect();
            both.sort_by(|a, b| a.1.total_cmp(&b.1));
            if both.windows(2).any(|w| w[0].1 == w[1].1) {
                return Err(CommandFailure::arguments(
                    "one code is written in two ways, such as 1 and 1.0",
                ));
            }
            Ok(both)
        }
        None if args.level == Level::Nominal => Ok(places(names)),
        None => Err(CommandFailure::arguments(
            "codes that are words need their order, from lowest to highest, or the nominal level",
        )),
    }
}
