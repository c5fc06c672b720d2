//! Krippendorff's alpha of any number of coders with gaps: nominal, ordinal or interval.
//! Its interval comes from drawing the units anew, repeatably from a seed.

use serde::Serialize;

use super::super::draw::Draws;
use super::super::estimate::{Estimate, Finding, Interval};
use super::super::limits::INTERVAL_LEVEL;
use super::super::refusal::Refusal;
use super::Ratings;

/// Draws of the units for the interval of alpha.
const RESAMPLES: usize = 1000;

/// What the codes are, for alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Names without an order.
    Nominal,
    /// An order without distances.
    Ordinal,
    /// Numbers with distances.
    Interval,
}

impl Level {
    fn words(self) -> &'static str {
        match self {
            Self::Nominal => "nominal",
            Self::Ordinal => "ordinal",
            Self::Interval => "interval",
        }
    }

    /// Squared difference of the categories at places `a` and `b`; `used` is how often
    /// each category occurs in a pair.
    fn difference(self, a: usize, b: usize, values: &[f64], used: &[f64]) -> f64 {
        match self {
            Self::Nominal => f64::from(u8::from(a != b)),
            Self::Interval => (values[a] - values[b]).powi(2),
            Self::Ordinal => {
                let (low, high) = (a.min(b), a.max(b));
                let between: f64 = used[low..=high].iter().sum();
                (between - f64::midpoint(used[a], used[b])).powi(2)
            }
        }
    }
}

/// Krippendorff's alpha over all coders; units with fewer than two codes are missing.
/// The interval draws units with replacement, 1,000 times, from `seed`.
///
/// # Errors
/// `Undefined` when all codes are the same; `TooFewObservations` for fewer than two
/// units with two codes.
pub fn alpha(ratings: &Ratings, level: Level, seed: u64) -> Result<Finding<Estimate>, Refusal> {
    let paired: Vec<&Vec<Option<usize>>> = ratings
        .units
        .iter()
        .filter(|u| u.iter().flatten().count() > 1)
        .collect();
    if paired.len() < 2 {
        return Err(Refusal::TooFewObservations {
            have: paired.len(),
            coefficients: 1,
        });
    }
    let value = alpha_of(&paired, &ratings.values, level).ok_or(Refusal::Undefined {
        what: "alpha",
        why: "all codes are the same, so no disagreement could be expected",
    })?;
    let mut draws = Draws::seeded(seed);
    let mut again: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let units: Vec<_> = (0..paired.len())
                .map(|_| paired[draws.below(paired.len())])
                .collect();
            alpha_of(&units, &ratings.values, level)
        })
        .collect();
    again.sort_by(f64::total_cmp);
    let at = |share: f64| again[((again.len() - 1) as f64 * share).round() as usize];
    let interval = (!again.is_empty()).then(|| Interval {
        low: at((1.0 - INTERVAL_LEVEL) / 2.0),
        high: at(f64::midpoint(1.0, INTERVAL_LEVEL)),
        level: INTERVAL_LEVEL,
    });
    Ok(Finding {
        n: paired.len() as u64,
        missing: (ratings.units.len() - paired.len()) as u64,
        method: format!(
            "Krippendorff's alpha, {}; interval from {RESAMPLES} draws of the units, seed {seed}",
            level.words()
        ),
        assumptions: vec![
            "the coders worked without seeing each other's codes",
            "units are independent",
        ],
        refusals: vec![],
        result: Estimate {
            interval,
            ..Estimate::bare(value)
        },
    })
}

/// 1 − observed disagreement over expected; none when none could be expected.
fn alpha_of(units: &[&Vec<Option<usize>>], values: &[f64], level: Level) -> Option<f64> {
    let count = values.len();
    let mut together = vec![vec![0.0; count]; count];
    for unit in units {
        let codes: Vec<usize> = unit.iter().copied().flatten().collect();
        let weight = 1.0 / (codes.len() as f64 - 1.0);
        for (i, a) in codes.iter().enumerate() {
            for (_, b) in codes.iter().enumerate().filter(|(j, _)| *j != i) {
                together[*a][*b] += weight;
            }
        }
    }
    let used: Vec<f64> = together.iter().map(|row| row.iter().sum()).collect();
    let all: f64 = used.iter().sum();
    let (mut observed, mut expected) = (0.0, 0.0);
    for a in 0..count {
        for b in 0..count {
            let difference = level.difference(a, b, values, &used);
            let chance = used[a] * (used[b] - f64::from(u8::from(a == b))) / (all - 1.0);
            observed += together[a][b] * difference;
            expected += chance * difference;
        }
    }
    (expected > 0.0).then(|| 1.0 - observed / expected)
}
