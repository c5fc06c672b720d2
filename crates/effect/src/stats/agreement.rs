//! Do coders agree beyond chance (A8)? Codes of the same units by several coders.
//!
//! Cohen's kappa for two coders, plain or weighted by distance between codes, with the
//! error of Fleiss, Cohen and Everitt 1969; Krippendorff's alpha for any number of
//! coders with gaps, nominal, ordinal or interval, its interval by drawing units anew.
//! Where nobody disagrees because only one code was used, both are 0/0 and refused:
//! that is not perfect agreement.

use serde::Serialize;

use super::draw::Draws;
use super::estimate::{Estimate, Finding, Interval};
use super::limits::INTERVAL_LEVEL;
use super::refusal::Refusal;

/// Draws of the units for the interval of alpha.
const RESAMPLES: usize = 1000;

/// The codes given: categories in their order, and per unit one code (or none) per coder.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    /// Values of the categories in rising order; places `0, 1, 2…` for words.
    values: Vec<f64>,
    coders: usize,
    /// unit × coder: the place of the category.
    units: Vec<Vec<Option<usize>>>,
}

impl Ratings {
    /// Codes as places in `values`, the categories in rising order.
    ///
    /// # Errors
    /// `Impossible` when values do not rise, a place is outside them, or a unit has
    /// another number of coders than the first.
    pub fn new(values: Vec<f64>, units: Vec<Vec<Option<usize>>>) -> Result<Self, Refusal> {
        let coders = units.first().map_or(0, Vec::len);
        let impossible = |what: &str| {
            Err(Refusal::Impossible {
                what: what.to_owned(),
            })
        };
        if !(values.iter().all(|v| v.is_finite()) && values.windows(2).all(|w| w[0] < w[1])) {
            return impossible("categories that are not in rising order");
        }
        if units.iter().any(|unit| unit.len() != coders) {
            return impossible("units with different numbers of coders");
        }
        if units
            .iter()
            .flatten()
            .flatten()
            .any(|place| *place >= values.len())
        {
            return impossible("a code that is no category");
        }
        Ok(Self {
            values,
            coders,
            units,
        })
    }

    /// Coders.
    #[must_use]
    pub fn coders(&self) -> usize {
        self.coders
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units.len()
    }
}

/// How far apart two codes are, for kappa.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Any two different codes disagree fully.
    None,
    /// Disagreement grows with the number of categories between.
    Linear,
    /// Disagreement grows with its square.
    Quadratic,
}

impl Weights {
    /// Agreement of the categories at these places of `count`, 0 to 1.
    fn agreement(self, a: usize, b: usize, count: usize) -> f64 {
        let distance = a.abs_diff(b) as f64 / count.saturating_sub(1).max(1) as f64;
        match self {
            Self::None => f64::from(u8::from(a == b)),
            Self::Linear => 1.0 - distance,
            Self::Quadratic => 1.0 - distance * distance,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::None => "unweighted",
            Self::Linear => "linear weights",
            Self::Quadratic => "quadratic weights",
        }
    }
}

/// Cohen's kappa and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Kappa {
    /// Agreement seen, 0 to 1.
    pub observed: f64,
    /// Agreement chance would give, 0 to 1.
    pub expected: f64,
    /// (observed − expected) / (1 − expected), with its normal interval.
    pub kappa: Estimate,
    /// Standard error if there were no agreement beyond chance.
    pub null_error: f64,
}

/// Cohen's kappa of two coders over the units both coded.
///
/// # Errors
/// `Undefined` when both used one and the same code only; `TooFewObservations` for fewer
/// than two units; `Impossible` for a coder that is not there.
pub fn kappa(
    ratings: &Ratings,
    pair: (usize, usize),
    weights: Weights,
) -> Result<Finding<Kappa>, Refusal> {
    if pair.0.max(pair.1) >= ratings.coders || pair.0 == pair.1 {
        let what = format!(
            "coders {} and {} of {}",
            pair.0 + 1,
            pair.1 + 1,
            ratings.coders
        );
        return Err(Refusal::Impossible { what });
    }
    let both: Vec<(usize, usize)> = ratings
        .units
        .iter()
        .filter_map(|u| Some((u[pair.0]?, u[pair.1]?)))
        .collect();
    if both.len() < 2 {
        return Err(Refusal::TooFewObservations {
            have: both.len(),
            coefficients: 1,
        });
    }
    let shares = shares(&both);
    if shares.len() < 2 {
        return Err(Refusal::Undefined {
            what: "kappa",
            why: "both coders used one and the same code only",
        });
    }
    Ok(Finding {
        n: both.len() as u64,
        missing: (ratings.units.len() - both.len()) as u64,
        method: format!(
            "Cohen's kappa, {}; error of Fleiss, Cohen and Everitt 1969",
            weights.words()
        ),
        assumptions: vec![
            "the coders worked without seeing each other's codes",
            "units are independent",
        ],
        refusals: vec![],
        result: kappa_of(&shares, both.len() as f64, weights),
    })
}

/// Share of the units at each pair of the codes that were used.
fn shares(both: &[(usize, usize)]) -> Vec<Vec<f64>> {
    let mut used: Vec<usize> = both.iter().flat_map(|(a, b)| [*a, *b]).collect();
    used.sort_unstable();
    used.dedup();
    let place = |code: usize| used.partition_point(|u| *u < code);
    let mut shares = vec![vec![0.0; used.len()]; used.len()];
    for (a, b) in both {
        shares[place(*a)][place(*b)] += 1.0 / both.len() as f64;
    }
    shares
}

fn kappa_of(shares: &[Vec<f64>], n: f64, weights: Weights) -> Kappa {
    let count = shares.len();
    let weight = |a: usize, b: usize| weights.agreement(a, b, count);
    let row: Vec<f64> = shares.iter().map(|r| r.iter().sum()).collect();
    let column: Vec<f64> = (0..count)
        .map(|b| shares.iter().map(|r| r[b]).sum())
        .collect();
    let pairs = || (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
    let observed: f64 = pairs().map(|(a, b)| weight(a, b) * shares[a][b]).sum();
    let expected: f64 = pairs()
        .map(|(a, b)| weight(a, b) * row[a] * column[b])
        .sum();
    let value = (observed - expected) / (1.0 - expected);
    let of_row: Vec<f64> = (0..count)
        .map(|a| (0..count).map(|b| weight(a, b) * column[b]).sum())
        .collect();
    let of_column: Vec<f64> = (0..count)
        .map(|b| (0..count).map(|a| weight(a, b) * row[a]).sum())
        .collect();
    let square =
        |a: usize, b: usize, left: f64| (weight(a, b) - (of_row[a] + of_column[b]) * left).powi(2);
    let spread: f64 = pairs()
        .map(|(a, b)| shares[a][b] * square(a, b, 1.0 - value))
        .sum();
    let null: f64 = pairs()
        .map(|(a, b)| row[a] * column[b] * square(a, b, 1.0))
        .sum();
    let scale = n * (1.0 - expected).powi(2);
    let error = |variance: f64| (variance / scale).max(0.0).sqrt();
    let standard_error = error(spread - (value - expected * (1.0 - value)).powi(2));
    Kappa {
        observed,
        expected,
        kappa: Estimate::normal(value, standard_error),
        null_error: error(null - expected * expected),
    }
}

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
        let mut times = vec![0.0; count];
        unit.iter().flatten().for_each(|code| times[*code] += 1.0);
        let codes: f64 = times.iter().sum();
        for a in 0..count {
            for b in 0..count {
                let others = times[b] - f64::from(u8::from(a == b));
                together[a][b] += times[a] * others / (codes - 1.0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(codes: &[&[usize]]) -> Ratings {
        let units = codes
            .iter()
            .map(|unit| unit.iter().map(|c| (*c != 9).then_some(*c)).collect())
            .collect();
        Ratings::new(vec![0.0, 1.0, 2.0, 3.0], units).expect("places of categories")
    }

    #[test]
    fn one_code_only_is_undefined_and_not_perfect() {
        let same = of(&[&[1, 1], &[1, 1], &[1, 1]]);
        assert!(matches!(
            kappa(&same, (0, 1), Weights::None),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(
            alpha(&same, Level::Nominal, 1),
            Err(Refusal::Undefined { .. })
        ));
    }

    #[test]
    fn full_agreement_on_two_codes_is_1() {
        let ratings = of(&[&[1, 1], &[2, 2], &[1, 1]]);
        let k = kappa(&ratings, (0, 1), Weights::Quadratic)
            .expect("two codes")
            .result;
        assert!((k.kappa.value - 1.0).abs() < 1e-12);
        let a = alpha(&ratings, Level::Ordinal, 1)
            .expect("two codes")
            .result;
        assert!((a.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn units_with_one_code_are_missing_and_none_left_is_refused() {
        let ratings = of(&[&[1, 9], &[2, 2], &[1, 2], &[9, 9]]);
        let finding = kappa(&ratings, (0, 1), Weights::None).expect("two units");
        assert_eq!((finding.n, finding.missing), (2, 2));
        let alone = of(&[&[1, 9], &[9, 2]]);
        assert!(matches!(
            alpha(&alone, Level::Nominal, 1),
            Err(Refusal::TooFewObservations { .. })
        ));
        assert!(matches!(
            kappa(&of(&[]), (0, 1), Weights::None),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn ratings_that_cannot_be_are_refused() {
        for (values, units) in [
            (vec![2.0, 1.0], vec![]),
            (vec![1.0], vec![vec![Some(1)]]),
            (vec![1.0], vec![vec![Some(0)], vec![]]),
            (vec![f64::NAN], vec![]),
        ] {
            assert!(matches!(
                Ratings::new(values, units),
                Err(Refusal::Impossible { .. })
            ));
        }
    }

    proptest! {
        // Each case draws the units thousands of times.
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn order_of_units_and_coders_does_not_matter(
            codes in prop::collection::vec(prop::collection::vec(prop::option::of(0_usize..4), 3), 4..30)
        ) {
            let values = vec![1.0, 2.0, 3.5, 7.0];
            let turned = codes.iter().rev().map(|u| u.iter().rev().copied().collect()).collect();
            let here = Ratings::new(values.clone(), codes).expect("fits");
            let there = Ratings::new(values, turned).expect("fits");
            for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
                match (alpha(&here, level, 1), alpha(&there, level, 1)) {
                    (Ok(a), Ok(b)) => {
                        prop_assert!((a.result.value - b.result.value).abs() < 1e-9);
                        prop_assert!(a.result.value <= 1.0 + 1e-12 && a.result.value.is_finite());
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
            for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
                match (kappa(&here, (0, 2), weights), kappa(&there, (0, 2), weights)) {
                    (Ok(a), Ok(b)) => {
                        prop_assert!((a.result.kappa.value - b.result.kappa.value).abs() < 1e-9);
                        prop_assert!(a.result.kappa.standard_error.is_some_and(f64::is_finite));
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
