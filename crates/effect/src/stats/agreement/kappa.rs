//! Cohen's kappa of two coders, plain or weighted by the distance between codes, with the
//! error of Fleiss, Cohen and Everitt 1969.

use serde::Serialize;

use super::super::estimate::{Estimate, Finding};
use super::super::refusal::Refusal;
use super::Ratings;

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
