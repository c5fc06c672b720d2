//! The mean change if everybody had answered, by weights (A5): each person with a second
//! score stands for those like them without one.
//!
//! Weights are 1 over the chance of a second score given the first score and what was
//! known at the start (logistic). The error stacks both estimating equations, so it knows
//! that the weights were estimated.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::design::Design;
use super::estimate::Estimate;
use super::logit::Logit;
use super::refusal::Refusal;
use super::scores::{Person, Scores};

/// The weighted mean change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weighted {
    /// Mean change with a normal interval.
    pub mean: Estimate,
    /// Terms of the model of who answered, with their log odds.
    pub answered: Vec<(String, f64)>,
    /// The largest weight: how many people one person stands for.
    pub largest_weight: f64,
}

/// The mean change weighted for those without a second score.
///
/// # Errors
/// `Constant` when nobody is missing (there is nothing to weight); otherwise R7 of the
/// logistic model.
pub fn weighted(scores: &Scores) -> Result<Weighted, Refusal> {
    let people: Vec<&Person> = scores.people().iter().collect();
    let design = known_at_start(scores, &people);
    let answered: Vec<f64> = people
        .iter()
        .map(|p| f64::from(u8::from(p.after.is_some())))
        .collect();
    let model = Logit::fit(&design, &answered, &vec![1.0; people.len()])?;
    let weights: Vec<f64> = model
        .chance
        .iter()
        .zip(&answered)
        .map(|(p, a)| a / p)
        .collect();
    let changes: Vec<f64> = people.iter().map(|p| p.change().unwrap_or(0.0)).collect();
    let all: f64 = weights.iter().sum();
    let value = weights
        .iter()
        .zip(&changes)
        .map(|(w, c)| w * c)
        .sum::<f64>()
        / all;
    let standard_error = stacked_error(&model, &answered, &changes, value)?;
    Ok(Weighted {
        mean: Estimate::normal(value, standard_error),
        answered: design
            .names()
            .iter()
            .cloned()
            .zip(model.coefficients.iter().copied())
            .collect(),
        largest_weight: weights.iter().copied().fold(0.0, f64::max),
    })
}

/// The first score and the traits, as columns.
pub(super) fn known_at_start(scores: &Scores, people: &[&Person]) -> Design {
    let mut design =
        Design::constant(people.len()).with("first score", people.iter().map(|p| p.before));
    for (place, name) in scores.trait_names().iter().enumerate() {
        design = design.with(name, Scores::trait_of(people, place));
    }
    design
}

/// Sandwich error of the weighted mean from the estimating equations of the logistic
/// model and of the mean together: A⁻¹ B A⁻ᵀ, last diagonal entry.
fn stacked_error(
    model: &Logit,
    answered: &[f64],
    changes: &[f64],
    value: f64,
) -> Result<f64, Refusal> {
    let (rows, terms) = model.x.shape();
    let mut pieces = DMatrix::zeros(rows, terms + 1);
    let mut slope = DMatrix::zeros(terms + 1, terms + 1);
    for row in 0..rows {
        let x: DVector<f64> = model.x.row(row).transpose();
        let (p, seen) = (model.chance[row], answered[row]);
        let off = seen * (changes[row] - value);
        pieces
            .view_mut((row, 0), (1, terms))
            .copy_from(&((seen - p) * x.transpose()));
        pieces[(row, terms)] = off / p;
        let mut inner = slope.view_mut((0, 0), (terms, terms));
        inner += p * (1.0 - p) * &x * x.transpose();
        let mut last = slope.view_mut((terms, 0), (1, terms));
        last += off * (1.0 - p) / p * x.transpose();
        slope[(terms, terms)] += seen / p;
    }
    let inverse = slope
        .try_inverse()
        .ok_or(Refusal::NotConverged { model: "weighting" })?;
    let last = pieces * inverse.row(terms).transpose();
    Ok(last.norm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::scores::{Better, Scale};

    #[test]
    fn weights_bring_back_those_who_answer_less() {
        // The low scorers all rise by 4 and half of them answer; the high scorers do not
        // change and all but one answer.
        let person = |i: i32| {
            let (low, seen) = (i < 100, if i < 100 { i % 2 == 0 } else { i != 199 });
            let before = if low { 10.0 } else { 20.0 };
            let rise = if low { 4.0 } else { 0.0 };
            Person {
                cluster: None,
                before,
                after: seen.then_some(before + rise),
                traits: vec![],
            }
        };
        let scale = Scale::new("score", 0.0, 30.0, Better::Higher).expect("a scale");
        let scores =
            Scores::new(scale, vec![], (0..200).map(person).collect(), 0).expect("on the scale");
        let weighted = weighted(&scores).expect("some are missing");
        assert!(
            (weighted.mean.value - 2.0).abs() < 1e-9,
            "{}",
            weighted.mean.value
        );
        assert!((weighted.largest_weight - 2.0).abs() < 1e-9);
    }
}
