//! How a rate falls from the most to the least deprived (A6): the slope and the
//! relative index of inequality over groups in order.
//!
//! Each group stands at the middle of its part of the population, 0 being the most
//! deprived end. Slope: weighted line through the rates, its error from the binomial
//! variances. Relative: Poisson ratio of the one end to the other; log odds beside.

use serde::Serialize;

use super::counts::{CountCells, Tallies};
use super::design::Design;
use super::estimate::{Estimate, Finding};
use super::logit::Logit;
use super::poisson::Poisson;
use super::proportion::Share;
use super::refusal::Refusal;

/// The gradient over the whole population, from rank 0 to rank 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gradient {
    /// Middle of each group in the population, 0 to 1.
    pub ranks: Vec<f64>,
    /// Rate of each group.
    pub rates: Vec<f64>,
    /// Slope index: rate of the least minus the most deprived end.
    pub slope: Estimate,
    /// The slope's error if the rates lay around the line with equal variance per person.
    pub slope_model_error: f64,
    /// Log of the relative index (rate of the least over the most deprived end).
    pub log_relative: Estimate,
    /// The same as log odds.
    pub log_odds: Estimate,
}

/// The gradient of groups given from the most deprived on.
///
/// # Errors
/// R7: fewer than three groups with people, no events, or no fit.
pub fn gradient(groups: &[Share]) -> Result<Finding<Gradient>, Refusal> {
    let known: Vec<Share> = groups.iter().copied().filter(|g| g.people() > 0).collect();
    if known.len() < 3 {
        return Err(Refusal::TooFewObservations {
            have: known.len(),
            coefficients: 2,
        });
    }
    if known.iter().all(|g| g.events() == 0) {
        return Err(Refusal::NoEvents);
    }
    let ranks = ranks(&known);
    let rates: Vec<f64> = known.iter().filter_map(|g| g.rate()).collect();
    let (slope, slope_model_error) = slope(&known, &ranks, &rates);
    let design = Design::constant(known.len()).with("rank", ranks.iter().copied());
    let log_relative = log_relative(&design, &known)?;
    let events: Vec<f64> = known.iter().map(|g| g.events() as f64).collect();
    let people: Vec<f64> = known.iter().map(|g| g.people() as f64).collect();
    let odds = Logit::fit(&design, &events, &people)?;
    Ok(Finding {
        n: people.iter().sum::<f64>() as u64,
        missing: (groups.len() - known.len()) as u64,
        method: "slope index: population-weighted line, binomial errors; relative index: Poisson, \
                 log link; groups at the middle of their share of the population"
            .to_owned(),
        assumptions: vec![
            "people are counted in the same way in every group",
            "the rate changes evenly along the order",
        ],
        refusals: vec![],
        result: Gradient {
            ranks,
            rates,
            slope,
            slope_model_error,
            log_relative,
            log_odds: Estimate::normal(
                odds.coefficients[1],
                odds.covariance[(1, 1)].max(0.0).sqrt(),
            ),
        },
    })
}

fn ranks(groups: &[Share]) -> Vec<f64> {
    let all: f64 = groups.iter().map(|g| g.people() as f64).sum();
    let mut below = 0.0;
    let middle = |group: &Share| {
        let size = group.people() as f64;
        below += size;
        (below - size / 2.0) / all
    };
    groups.iter().map(middle).collect()
}

/// The weighted slope with its binomial error, and its model error.
fn slope(groups: &[Share], ranks: &[f64], rates: &[f64]) -> (Estimate, f64) {
    let weights: Vec<f64> = groups.iter().map(|g| g.people() as f64).collect();
    let sum: f64 = weights.iter().sum();
    let mean = |v: &[f64]| v.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / sum;
    let (middle, level) = (mean(ranks), mean(rates));
    let square: f64 = ranks
        .iter()
        .zip(&weights)
        .map(|(x, w)| w * (x - middle).powi(2))
        .sum();
    // The slope is Σ pull × rate.
    let pull: Vec<f64> = ranks
        .iter()
        .zip(&weights)
        .map(|(x, w)| w * (x - middle) / square)
        .collect();
    let value: f64 = pull.iter().zip(rates).map(|(p, r)| p * r).sum();
    let binomial: f64 = (0..rates.len())
        .map(|i| pull[i].powi(2) * rates[i] * (1.0 - rates[i]) / weights[i])
        .sum();
    let residual = |i: usize| rates[i] - level - value * (ranks[i] - middle);
    let spread: f64 = (0..rates.len())
        .map(|i| weights[i] * residual(i).powi(2))
        .sum();
    let model = (spread / (rates.len() as f64 - 2.0) / square).sqrt();
    (Estimate::normal(value, binomial.sqrt()), model)
}

fn log_relative(design: &Design, groups: &[Share]) -> Result<Estimate, Refusal> {
    let events: Vec<u64> = groups.iter().map(|g| g.events()).collect();
    let people: Vec<f64> = groups.iter().map(|g| g.people() as f64).collect();
    let cells = CountCells::new(design, &Tallies::from_rows(&events, &people)).map_err(|bad| {
        Refusal::Impossible {
            what: bad.to_string(),
        }
    })?;
    let fit = Poisson::fit(&cells)?;
    let variance = fit.working.model_covariance()[(1, 1)];
    Ok(Estimate::normal(
        fit.coefficients[1],
        variance.max(0.0).sqrt(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn groups(counts: &[(u64, u64)]) -> Vec<Share> {
        counts
            .iter()
            .map(|(e, n)| Share::new(*e, *n).expect("fits"))
            .collect()
    }

    #[test]
    fn equal_rates_have_no_gradient() {
        let finding = gradient(&groups(&[(10, 1000), (20, 2000), (5, 500)]))
            .expect("a fit")
            .result;
        assert!(finding.slope.value.abs() < 1e-12 && finding.log_relative.value.abs() < 1e-9);
    }

    #[test]
    fn two_groups_no_events_and_everybody_are_refused() {
        assert!(matches!(
            gradient(&groups(&[(1, 10), (2, 10)])),
            Err(Refusal::TooFewObservations { .. })
        ));
        assert_eq!(
            gradient(&groups(&[(0, 10), (0, 10), (0, 10)])),
            Err(Refusal::NoEvents)
        );
        assert_eq!(
            gradient(&groups(&[(9, 9), (8, 8), (7, 7)])),
            Err(Refusal::Constant)
        );
        assert!(matches!(
            gradient(&groups(&[(3, 9), (0, 0), (0, 7)])),
            Err(Refusal::TooFewObservations { .. })
        ));
    }

    #[test]
    fn one_group_with_all_events_is_named_as_separated() {
        let refused = gradient(&groups(&[(9, 90), (0, 80), (0, 70)])).expect_err("no finite ratio");
        assert_eq!(refused.code(), "R7");
    }

    proptest! {
        #[test]
        fn turning_the_order_round_turns_the_sign(
            counts in prop::collection::vec((1_u64..200, 300_u64..5000), 3..8)
        ) {
            let there = groups(&counts);
            let back: Vec<Share> = there.iter().rev().copied().collect();
            let (a, b) = (gradient(&there).expect("fits").result, gradient(&back).expect("fits").result);
            prop_assert!((a.slope.value + b.slope.value).abs() < 1e-9);
            prop_assert!((a.log_relative.value + b.log_relative.value).abs() < 1e-7);
            prop_assert!((a.log_odds.value + b.log_odds.value).abs() < 1e-7);
        }
    }
}
