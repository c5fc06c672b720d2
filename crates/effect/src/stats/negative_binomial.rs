//! The negative binomial model (NB2: variance μ + μ²/θ), log link and offset, θ and the
//! coefficients found together by maximum likelihood. The coefficients need only the
//! cells; θ needs the histogram of y. With no more spread than Poisson's, θ runs to
//! infinity and the answer is the refusal, not a large number.

use nalgebra::{Cholesky, DMatrix, DVector};
use statrs::function::factorial::ln_factorial;

use super::counts::{CountCells, Histogram};
use super::limits::{NEWTON_STEPS_MAX, THETA_MAX};
use super::linear::{errors, inverse, weighted_gram};
use super::poisson::{Poisson, SETTLED};
use super::refusal::Refusal;
use super::rising::Rising;
use super::sandwich::WorkingModel;

const NOT_CONVERGED: Refusal = Refusal::NotConverged {
    model: "negative binomial",
};

/// A fitted negative binomial model.
#[derive(Debug, Clone)]
pub struct NegativeBinomial {
    /// Log ratios, in the order of the terms.
    pub coefficients: DVector<f64>,
    /// The shape θ: variance is μ + μ²/θ.
    pub theta: f64,
    /// Expected count of one observation, per cell.
    pub mean: DVector<f64>,
    /// What the error estimators start from; its bread is the expected information's
    /// inverse with θ held.
    pub working: WorkingModel,
    /// Errors of the coefficients from the observed information of coefficients and
    /// ln θ together.
    pub joint_errors: DVector<f64>,
    /// Error of ln θ from the same.
    pub log_theta_error: f64,
    /// Error of θ with the means held, as `MASS::glm.nb` shows.
    pub theta_error: f64,
    /// Log-likelihood, constants included.
    pub log_likelihood: f64,
    /// Deviance at this θ.
    pub deviance: f64,
    /// Largest slope left in the log-likelihood, by any coefficient or ln θ: how far
    /// from the top the search stopped.
    pub slope_left: f64,
}

impl NegativeBinomial {
    /// Fits the model. The histogram must be of the same counts as the cells.
    ///
    /// # Errors
    /// R7: what [`Poisson::fit`] refuses, θ at the Poisson limit, or no convergence.
    pub fn fit(cells: &CountCells, histogram: &Histogram) -> Result<Self, Refusal> {
        let poisson = Poisson::fit(cells)?;
        let likelihood = Likelihood { cells, histogram };
        let start = moment_theta(cells, &poisson.mean)?;
        let (coefficients, theta) = likelihood.alternate(poisson.coefficients, start)?;
        let (coefficients, theta) = likelihood.polish(coefficients, theta)?;
        likelihood.finish(coefficients, theta)
    }
}

/// θ that matches the squared residuals of the Poisson fit; refused when they are no
/// larger than the means, for then the likelihood rises all the way to Poisson.
fn moment_theta(cells: &CountCells, mean: &DVector<f64>) -> Result<f64, Refusal> {
    let excess = cells.residual_squares(mean).sum() - cells.sum.sum();
    let square_means = cells.n.component_mul(mean).dot(mean);
    if excess > 0.0 {
        Ok((square_means / excess).clamp(1e-3, THETA_MAX / 10.0))
    } else {
        Err(Refusal::PoissonLimit)
    }
}

struct Likelihood<'a> {
    cells: &'a CountCells,
    histogram: &'a Histogram,
}

/// First and second derivative by θ, means held.
struct ThetaSlope {
    score: f64,
    curvature: f64,
}

impl Likelihood<'_> {
    fn mean(&self, coefficients: &DVector<f64>) -> DVector<f64> {
        (&self.cells.x * coefficients + &self.cells.offset).map(f64::exp)
    }

    /// Weighted steps for the coefficients, each followed by the best θ for them.
    fn alternate(
        &self,
        mut coefficients: DVector<f64>,
        mut theta: f64,
    ) -> Result<(DVector<f64>, f64), Refusal> {
        for _ in 0..NEWTON_STEPS_MAX {
            theta = self.best_theta(&self.mean(&coefficients), theta)?;
            let mean = self.mean(&coefficients);
            let factor = mean.map(|mean| theta / (theta + mean));
            let information = weighted_gram(
                &self.cells.x,
                &self.cells.n.component_mul(&mean).component_mul(&factor),
            );
            let step = Cholesky::new(information)
                .ok_or(NOT_CONVERGED)?
                .solve(&self.score(&mean, &factor));
            let largest = (&self.cells.x * &step).amax();
            if !largest.is_finite() {
                return Err(NOT_CONVERGED);
            }
            // A long step is cut: far from the answer the weights are not to be trusted.
            coefficients.axpy((2.0 / largest).min(1.0), &step, 1.0);
            if largest < 1e-3 {
                return Ok((coefficients, theta));
            }
        }
        Err(NOT_CONVERGED)
    }

    fn score(&self, mean: &DVector<f64>, factor: &DVector<f64>) -> DVector<f64> {
        let residual = &self.cells.sum - self.cells.n.component_mul(mean);
        self.cells.x.tr_mul(&residual.component_mul(factor))
    }

    /// Newton on ln θ, steps at most 1 each way.
    fn best_theta(&self, mean: &DVector<f64>, start: f64) -> Result<f64, Refusal> {
        let mut theta = start;
        for _ in 0..NEWTON_STEPS_MAX {
            let slope = self.theta_slope(mean, theta);
            let (score, curvature) = (
                slope.score * theta,
                slope.curvature * theta * theta + slope.score * theta,
            );
            // Uphill by a fixed step where the log-likelihood is not curved downwards.
            let step = if curvature < 0.0 {
                (-score / curvature).clamp(-1.0, 1.0)
            } else {
                score.signum()
            };
            theta *= step.exp();
            if theta > THETA_MAX {
                return Err(Refusal::PoissonLimit);
            }
            if step.abs() < 1e-10 {
                return Ok(theta);
            }
        }
        Err(NOT_CONVERGED)
    }

    fn theta_slope(&self, mean: &DVector<f64>, theta: f64) -> ThetaSlope {
        let (mut score, mut curvature) = (0.0, 0.0);
        for (y, n) in self.histogram.iter() {
            let sums = Rising::new(theta, y);
            score += n as f64 * sums.inverses;
            curvature -= n as f64 * sums.inverse_squares;
        }
        for cell in 0..mean.len() {
            let (mean, n) = (mean[cell], self.cells.n[cell]);
            let short = n * mean - self.cells.sum[cell];
            let wide = theta + mean;
            score += short / wide - n * (mean / theta).ln_1p();
            curvature += n * mean / (theta * wide) - short / (wide * wide);
        }
        ThetaSlope { score, curvature }
    }

    /// Newton on the coefficients and ln θ together, to the last digits.
    fn polish(
        &self,
        mut coefficients: DVector<f64>,
        mut theta: f64,
    ) -> Result<(DVector<f64>, f64), Refusal> {
        for _ in 0..NEWTON_STEPS_MAX {
            let mean = self.mean(&coefficients);
            let factor = mean.map(|mean| theta / (theta + mean));
            let terms = coefficients.len();
            let slope = self.theta_slope(&mean, theta);
            let score = self.score(&mean, &factor).push(slope.score * theta);
            let step = Cholesky::new(self.joint_information(&mean, theta))
                .ok_or(NOT_CONVERGED)?
                .solve(&score);
            coefficients += step.rows(0, terms);
            theta *= step[terms].exp();
            if theta.is_nan() || theta >= THETA_MAX {
                return Err(Refusal::PoissonLimit);
            }
            let largest = (&self.cells.x * step.rows(0, terms))
                .amax()
                .max(step[terms].abs());
            if largest < SETTLED {
                return Ok((coefficients, theta));
            }
        }
        Err(NOT_CONVERGED)
    }

    /// Minus the second derivatives by (coefficients, ln θ).
    fn joint_information(&self, mean: &DVector<f64>, theta: f64) -> DMatrix<f64> {
        let cells = self.cells;
        let terms = cells.x.ncols();
        let mut own = DVector::zeros(mean.len());
        let mut cross = DVector::zeros(mean.len());
        for cell in 0..mean.len() {
            let wide = (theta + mean[cell]).powi(2);
            own[cell] = mean[cell] * theta * (cells.n[cell] * theta + cells.sum[cell]) / wide;
            cross[cell] =
                -theta * mean[cell] * (cells.sum[cell] - cells.n[cell] * mean[cell]) / wide;
        }
        let slope = self.theta_slope(mean, theta);
        let mut information = DMatrix::zeros(terms + 1, terms + 1);
        information
            .view_mut((0, 0), (terms, terms))
            .copy_from(&weighted_gram(&cells.x, &own));
        let edge = cells.x.tr_mul(&cross);
        for term in 0..terms {
            information[(term, terms)] = edge[term];
            information[(terms, term)] = edge[term];
        }
        information[(terms, terms)] = -(slope.curvature * theta * theta + slope.score * theta);
        information
    }

    fn finish(&self, coefficients: DVector<f64>, theta: f64) -> Result<NegativeBinomial, Refusal> {
        let mean = self.mean(&coefficients);
        let factor = mean.map(|mean| theta / (theta + mean));
        let weight = self.cells.n.component_mul(&mean).component_mul(&factor);
        let bread = inverse(&weighted_gram(&self.cells.x, &weight)).ok_or(NOT_CONVERGED)?;
        let joint = errors(&inverse(&self.joint_information(&mean, theta)).ok_or(NOT_CONVERGED)?);
        let terms = coefficients.len();
        Ok(NegativeBinomial {
            joint_errors: joint.rows(0, terms).into_owned(),
            log_theta_error: joint[terms],
            theta_error: (-self.theta_slope(&mean, theta).curvature).sqrt().recip(),
            log_likelihood: self.log_likelihood(&mean, theta),
            deviance: self.deviance(&mean, theta),
            slope_left: self
                .score(&mean, &factor)
                .amax()
                .max((self.theta_slope(&mean, theta).score * theta).abs()),
            working: WorkingModel::of_counts(self.cells, &mean, &factor, bread),
            coefficients,
            theta,
            mean,
        })
    }

    fn log_likelihood(&self, mean: &DVector<f64>, theta: f64) -> f64 {
        let counts: f64 = self
            .histogram
            .iter()
            .map(|(y, n)| n as f64 * (Rising::new(theta, y).logs - ln_factorial(y)))
            .sum();
        counts + self.cell_part(mean, theta)
    }

    /// Σ y ln(μ/(θ + μ)) + θ ln(θ/(θ + μ)).
    fn cell_part(&self, mean: &DVector<f64>, theta: f64) -> f64 {
        (0..mean.len())
            .map(|cell| {
                let (mean, n, sum) = (mean[cell], self.cells.n[cell], self.cells.sum[cell]);
                sum * (mean / (theta + mean)).ln() - n * theta * (mean / theta).ln_1p()
            })
            .sum()
    }

    fn deviance(&self, mean: &DVector<f64>, theta: f64) -> f64 {
        let saturated: f64 = self
            .histogram
            .iter()
            .map(|(y, n)| {
                let y = y as f64;
                let own = if y > 0.0 {
                    y * (y / (theta + y)).ln()
                } else {
                    0.0
                };
                n as f64 * (own - theta * (y / theta).ln_1p())
            })
            .sum();
        2.0 * (saturated - self.cell_part(mean, theta))
    }
}
