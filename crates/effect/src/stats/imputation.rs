//! The mean change if everybody had answered, by multiple imputation (A5): each missing
//! second score is drawn many times from a line through the first score and what was known
//! at the start, with the line itself uncertain, and the answers are pooled.
//!
//! Draws as in Rubin 1987 (normal model); pooled by Rubin's rules with the degrees of
//! freedom of Barnard and Rubin 1999. Repeatable: the seed is part of the method.

use nalgebra::{Cholesky, DVector};
use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::draw::Draws;
use super::estimate::Estimate;
use super::least_squares::LeastSquares;
use super::refusal::Refusal;
use super::scores::{Person, Scores, deviation, mean};
use super::weighting::known_at_start;

/// How often, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Completed data sets; at least 2.
    pub imputations: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// The pooled mean change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Imputed {
    /// Mean change with a t interval.
    pub mean: Estimate,
    /// Mean variance inside one completed set.
    pub within: f64,
    /// Variance of the mean between sets.
    pub between: f64,
    /// How it was drawn.
    pub plan: Plan,
}

/// The mean change over everybody, missing second scores drawn.
///
/// # Errors
/// R7 of the line (too few pairs, an aliased trait); `Impossible` for fewer than two
/// imputations; `Constant` when the completed changes never vary.
pub fn imputed(scores: &Scores, plan: Plan) -> Result<Imputed, Refusal> {
    if plan.imputations < 2 {
        let what = format!("{} imputations (at least 2 are needed)", plan.imputations);
        return Err(Refusal::Impossible { what });
    }
    let seen: Vec<&Person> = scores.completers().collect();
    let unseen: Vec<&Person> = scores
        .people()
        .iter()
        .filter(|p| p.after.is_none())
        .collect();
    let after: Vec<f64> = seen.iter().filter_map(|p| p.after).collect();
    let line = LeastSquares::fit(&known_at_start(scores, &seen), &after)?;
    let root = Cholesky::new(line.bread.clone())
        .ok_or(Refusal::NotConverged {
            model: "imputation",
        })?
        .l();
    let spread = ChiSquared::new(line.df).map_err(|_| Refusal::NotConverged {
        model: "imputation",
    })?;
    let x = known_at_start(scores, &unseen).matrix();
    let known: Vec<f64> = seen.iter().filter_map(|p| p.change()).collect();
    let mut draws = Draws::seeded(plan.seed);
    let (mut means, mut variances) = (vec![], vec![]);
    for _ in 0..plan.imputations {
        let sigma = (line.residuals.norm_squared() / spread.inverse_cdf(draws.uniform())).sqrt();
        let about = DVector::from_fn(line.coefficients.len(), |_, _| draws.normal());
        let drawn = &line.coefficients + &root * about * sigma;
        let fitted = &x * drawn;
        let mut changes = known.clone();
        changes.extend(
            unseen
                .iter()
                .zip(fitted.iter())
                .map(|(p, fit)| fit + sigma * draws.normal() - p.before),
        );
        means.push(mean(&changes));
        variances.push(deviation(&changes).powi(2) / changes.len() as f64);
    }
    pooled(&means, &variances, scores.people().len() as f64, plan)
}

/// Rubin's rules.
fn pooled(means: &[f64], variances: &[f64], people: f64, plan: Plan) -> Result<Imputed, Refusal> {
    let (value, within) = (mean(means), mean(variances));
    let between = deviation(means).powi(2);
    let m = means.len() as f64;
    let extra = (1.0 + 1.0 / m) * between;
    let total = within + extra;
    if total <= 0.0 {
        return Err(Refusal::Constant);
    }
    let share = extra / total;
    let complete = people - 1.0;
    let observed = (complete + 1.0) / (complete + 3.0) * complete * (1.0 - share);
    // With nothing missing the draws add nothing and only the observed part counts.
    let df = if share > 0.0 {
        1.0 / (share * share / (m - 1.0) + 1.0 / observed)
    } else {
        complete
    };
    Ok(Imputed {
        mean: Estimate::student(value, total.sqrt(), df),
        within,
        between,
        plan,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::scores::{Better, Scale};

    fn scores() -> Scores {
        let person = |i: i32| Person {
            cluster: None,
            before: f64::from(10 + i % 7),
            after: (i % 4 != 0).then_some(f64::from(11 + i * 3 % 8)),
            traits: vec![],
        };
        let scale = Scale::new("score", 0.0, 30.0, Better::Higher).expect("a scale");
        Scores::new(scale, vec![], (0..80).map(person).collect(), 0).expect("on the scale")
    }

    #[test]
    fn a_seed_repeats_itself_and_another_moves_the_answer_a_little() {
        let from = |seed| {
            imputed(
                &scores(),
                Plan {
                    imputations: 50,
                    seed,
                },
            )
            .expect("a line")
        };
        assert_eq!(from(1), from(1));
        let moved = (from(1).mean.value - from(2).mean.value).abs();
        assert!(moved > 0.0 && moved < 0.3, "moved {moved}");
        assert!(from(1).between > 0.0);
    }

    #[test]
    fn with_few_pairs_the_spread_of_the_line_is_itself_uncertain() {
        // 8 pairs and 5 missing: 6 degrees of freedom. Between the sets the mean varies by
        // (5/13)² · E σ² · (1/5 + variance of the line at the missing), E σ² = RSS / (6 − 2).
        let person = |i: usize| Person {
            cluster: None,
            before: 10.0 + (i * 5 % 9) as f64,
            after: (i < 8).then_some(12.0 + (i * 7 % 10) as f64),
            traits: vec![],
        };
        let scale = Scale::new("score", 0.0, 30.0, Better::Higher).expect("a scale");
        let people: Vec<Person> = (0..13).map(person).collect();
        let scores = Scores::new(scale, vec![], people, 0).expect("on the scale");
        let seen: Vec<&Person> = scores.completers().collect();
        let after: Vec<f64> = seen.iter().filter_map(|p| p.after).collect();
        let line = LeastSquares::fit(&known_at_start(&scores, &seen), &after).expect("a line");
        let missing = [8, 9, 10, 11, 12].map(|i| person(i).before);
        let at = DVector::from_vec(vec![1.0, mean(&missing)]);
        let of_line = at.dot(&(&line.bread * &at));
        let sigma = line.residuals.norm_squared() / (line.df - 2.0);
        let expected = (5.0_f64 / 13.0).powi(2) * sigma * (0.2 + of_line);
        let plan = Plan {
            imputations: 6000,
            seed: 1,
        };
        let between = imputed(&scores, plan).expect("a line").between;
        assert!(
            (between / expected - 1.0).abs() < 0.12,
            "{between} against {expected}"
        );
    }

    #[test]
    fn one_imputation_cannot_show_its_uncertainty() {
        let once = imputed(
            &scores(),
            Plan {
                imputations: 1,
                seed: 1,
            },
        );
        assert!(matches!(once, Err(Refusal::Impossible { .. })));
    }
}
