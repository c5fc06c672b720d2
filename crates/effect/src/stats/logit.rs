//! The chance that something happens, by logistic regression: who has a second score
//! (for weights), and how a rate falls along a gradient.
//! Rows are people, or groups with so many trials. Maximum likelihood by Newton; a
//! model that wants an infinite coefficient is refused by name.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::design::Design;
use super::limits::NEWTON_STEPS_MAX;
use super::linear::{first_aliased, inverse, weighted_gram};
use super::refusal::Refusal;

/// A fitted logistic model.
#[derive(Debug, Clone)]
pub struct Logit {
    /// Log odds ratios, in the order of the terms.
    pub coefficients: DVector<f64>,
    /// Inverse information.
    pub covariance: DMatrix<f64>,
    /// Fitted chance per row, strictly between 0 and 1.
    pub chance: DVector<f64>,
    /// The design, rows × terms.
    pub x: DMatrix<f64>,
}

impl Logit {
    /// Fits `events` of `trials` per row.
    ///
    /// # Errors
    /// R7: `NoEvents`, `Constant` (always), `Aliased`, `Separated`, `TooFewObservations`,
    /// `NotConverged`; `Impossible` for figures that cannot be.
    pub fn fit(design: &Design, events: &[f64], trials: &[f64]) -> Result<Self, Refusal> {
        let rows = design.rows();
        let fits = events
            .iter()
            .zip(trials)
            .all(|(y, m)| (0.0..=*m).contains(y) && m.is_finite());
        if !(fits && design.is_whole() && events.len() == rows && trials.len() == rows) {
            let what = "more events than trials, or a value that is no number".to_owned();
            return Err(Refusal::Impossible { what });
        }
        let (y, m) = (
            DVector::from_column_slice(events),
            DVector::from_column_slice(trials),
        );
        if y.sum() <= 0.0 {
            return Err(Refusal::NoEvents);
        }
        if y == m {
            return Err(Refusal::Constant);
        }
        let x = design.matrix();
        if let Some(column) = first_aliased(&x, &m) {
            return Err(Refusal::Aliased {
                term: design.names()[column].clone(),
            });
        }
        if m.sum() <= x.ncols() as f64 {
            return Err(Refusal::TooFewObservations {
                have: rows,
                coefficients: x.ncols(),
            });
        }
        let coefficients = search(design, &x, &y, &m)?;
        let chance = (&x * &coefficients).map(chance_of);
        let weight = chance.zip_map(&m, |p, m| m * p * (1.0 - p));
        let covariance = inverse(&weighted_gram(&x, &weight)).ok_or(NOT_CONVERGED)?;
        Ok(Self {
            coefficients,
            covariance,
            chance,
            x,
        })
    }
}

/// The largest step in the log odds that is the last. Newton squares the error, so
/// what is left after it is rounding; rounding alone makes steps of some 1e-11 where
/// the likelihood is flat.
const STEP_THAT_ENDS: f64 = 1e-9;

const NOT_CONVERGED: Refusal = Refusal::NotConverged { model: "logistic" };

fn chance_of(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

fn search(
    design: &Design,
    x: &DMatrix<f64>,
    y: &DVector<f64>,
    m: &DVector<f64>,
) -> Result<DVector<f64>, Refusal> {
    let mut coefficients = DVector::zeros(x.ncols());
    for _ in 0..NEWTON_STEPS_MAX {
        let log_odds = x * &coefficients;
        let chance = log_odds.map(chance_of);
        let weight = chance.zip_map(m, |p, m| m * p * (1.0 - p));
        let score = x.tr_mul(&(y - chance.component_mul(m)));
        let Some(information) = Cholesky::new(weighted_gram(x, &weight)) else {
            return Err(separated(design, x, &coefficients));
        };
        let step = information.solve(&score);
        let largest = (x * &step).amax();
        if !largest.is_finite() {
            return Err(NOT_CONVERGED);
        }
        // Log odds past 30 cannot be told from certainty: the model is running away.
        if log_odds.amax() > 30.0 && largest > 0.1 {
            return Err(separated(design, x, &coefficients));
        }
        let here = log_likelihood(x, y, m, &coefficients);
        // Written so that NaN counts as falling.
        let falls = |length: f64| {
            let there = log_likelihood(x, y, m, &(&coefficients + &step * length));
            !there.is_finite() || there < here - 1e-9
        };
        let mut length = 1.0;
        while falls(length) && length > 1e-6 {
            length /= 2.0;
        }
        coefficients.axpy(length, &step, 1.0);
        if largest < STEP_THAT_ENDS {
            return Ok(coefficients);
        }
    }
    Err(NOT_CONVERGED)
}

fn log_likelihood(x: &DMatrix<f64>, y: &DVector<f64>, m: &DVector<f64>, at: &DVector<f64>) -> f64 {
    let log_odds = x * at;
    // ln(1 + e^v) without overflow.
    let softplus = |v: f64| v.max(0.0) + (-v.abs()).exp().ln_1p();
    y.dot(&log_odds) - m.dot(&log_odds.map(softplus))
}

/// The term that moves the log odds most is the one that separates.
fn separated(design: &Design, x: &DMatrix<f64>, at: &DVector<f64>) -> Refusal {
    let reach = |column: usize| {
        let column_values = x.column(column);
        at[column].abs() * (column_values.max() - column_values.min())
    };
    let widest = (0..x.ncols())
        .max_by(|a, b| reach(*a).total_cmp(&reach(*b)))
        .unwrap_or(0);
    Refusal::Separated {
        term: design.names()[widest].clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_groups_give_their_own_log_odds() {
        let design = Design::constant(2).with("group", [0.0, 1.0]);
        let model = Logit::fit(&design, &[20.0, 30.0], &[40.0, 40.0]).expect("a fit");
        assert!(model.coefficients[0].abs() < 1e-12);
        assert!((model.coefficients[1] - 3.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let ones = [1.0; 6];
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let design = Design::constant(6).with("score", x);
        let fit = |y: &[f64]| Logit::fit(&design, y, &ones).err();
        assert_eq!(fit(&[0.0; 6]), Some(Refusal::NoEvents));
        assert_eq!(fit(&ones), Some(Refusal::Constant));
        assert_eq!(
            fit(&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
            Some(Refusal::Separated {
                term: "score".to_owned()
            })
        );
        assert!(matches!(
            fit(&[2.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
            Some(Refusal::Impossible { .. })
        ));
        assert!(matches!(
            fit(&[f64::NAN, 0.0, 0.0, 1.0, 1.0, 1.0]),
            Some(Refusal::Impossible { .. })
        ));
        let twice = Design::constant(6).with("score", x).with("again", x);
        let refused = Logit::fit(&twice, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0], &ones).err();
        assert_eq!(
            refused,
            Some(Refusal::Aliased {
                term: "again".to_owned()
            })
        );
    }

    /// One score decides nearly everything: rounding moves the last steps.
    #[test]
    fn a_flat_top_is_still_found() {
        let design = Design::constant(5)
            .with("score", [-48.0, -22.0, -26.0, -21.0, 18.0])
            .with("sex", [0.0, 1.0, 1.0, 1.0, 0.0]);
        let model = Logit::fit(&design, &[1.0, 0.0, 1.0, 1.0, 0.0], &[1.0; 5]).expect("a fit");
        // The same by Newton in Python, to six places.
        for (ours, theirs) in model
            .coefficients
            .iter()
            .zip([-5.770_499, -0.384_700, -2.253_965])
        {
            assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
        }
    }

    proptest! {
        #[test]
        fn any_yes_and_no_ends_in_a_finite_fit_or_a_named_refusal(
            rows in prop::collection::vec((any::<bool>(), -50_i32..50, 0_u8..2), 3..60)
        ) {
            let design = Design::constant(rows.len())
                .with("score", rows.iter().map(|r| f64::from(r.1)))
                .with("sex", rows.iter().map(|r| f64::from(r.2)));
            let y: Vec<f64> = rows.iter().map(|r| f64::from(u8::from(r.0))).collect();
            match Logit::fit(&design, &y, &vec![1.0; rows.len()]) {
                Ok(model) => {
                    let score = model.x.tr_mul(&(DVector::from_column_slice(&y) - &model.chance));
                    prop_assert!(score.amax() < 1e-6, "score {}", score.amax());
                }
                Err(refusal) => {
                    let named = refusal.code() == "R7" && !matches!(refusal, Refusal::NotConverged { .. });
                    prop_assert!(named, "{refusal:?}");
                }
            }
        }
    }
}
