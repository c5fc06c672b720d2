//! The Poisson model with log link and offset, fitted on cells by Newton's method.
//! Its coefficients are right for any counts whose mean is a ratio model; its model
//! errors are not, so a finding uses those of `sandwich`, `cr2`, or at least the
//! quasi-Poisson ones (model errors × √dispersion).

use nalgebra::{Cholesky, DVector};
use statrs::function::factorial::ln_factorial;

use super::counts::{CountCells, Histogram};
use super::limits::NEWTON_STEPS_MAX;
use super::linear::{inverse, scaled_rows, weighted_gram};
use super::refusal::Refusal;
use super::sandwich::WorkingModel;

/// Largest change of any log mean at which the search has settled: the next step would
/// be its square.
pub(super) const SETTLED: f64 = 1e-9;

/// A fitted Poisson model.
#[derive(Debug, Clone)]
pub struct Poisson {
    /// Log ratios, in the order of the terms.
    pub coefficients: DVector<f64>,
    /// Expected count of one observation, per cell.
    pub mean: DVector<f64>,
    /// What the error estimators start from.
    pub working: WorkingModel,
    /// Pearson χ² over (observations − coefficients): 1 when the spread is Poisson's.
    pub dispersion: f64,
    events: f64,
    log_mean_of_events: f64,
    expected_events: f64,
}

impl Poisson {
    /// Fits the model.
    ///
    /// # Errors
    /// R7: no events, an aliased or separated term, or no convergence.
    pub fn fit(cells: &CountCells) -> Result<Self, Refusal> {
        cells.estimable()?;
        let coefficients = search(cells)?;
        let log_mean = &cells.x * &coefficients + &cells.offset;
        let mean = log_mean.map(f64::exp);
        let information = weighted_gram(&cells.x, &cells.n.component_mul(&mean));
        let bread = inverse(&information).ok_or(Refusal::NotConverged { model: "Poisson" })?;
        let residual_squares = cells.residual_squares(&mean);
        let freedom = cells.observations() - coefficients.len() as f64;
        let dispersion = residual_squares.component_div(&mean).sum() / freedom;
        let working =
            WorkingModel::of_counts(cells, &mean, &DVector::from_element(mean.len(), 1.0), bread);
        Ok(Self {
            dispersion,
            working,
            events: cells.sum.sum(),
            log_mean_of_events: cells.sum.dot(&log_mean),
            expected_events: cells.n.dot(&mean),
            coefficients,
            mean,
        })
    }

    /// (Σy − nμ)/√(nμ) per cell.
    #[must_use]
    pub fn pearson_residuals(&self, cells: &CountCells) -> DVector<f64> {
        let expected = cells.n.component_mul(&self.mean);
        (&cells.sum - &expected).component_div(&expected.map(f64::sqrt))
    }

    /// Log-likelihood, constants included; needs the histogram of the same counts.
    #[must_use]
    pub fn log_likelihood(&self, histogram: &Histogram) -> f64 {
        let factorials: f64 = histogram
            .iter()
            .map(|(y, n)| n as f64 * ln_factorial(y))
            .sum();
        self.log_mean_of_events - self.expected_events - factorials
    }

    /// Deviance; needs the histogram of the same counts.
    #[must_use]
    pub fn deviance(&self, histogram: &Histogram) -> f64 {
        let saturated: f64 = histogram
            .iter()
            .filter(|(y, _)| *y > 0)
            .map(|(y, n)| n as f64 * y as f64 * (y as f64).ln())
            .sum();
        2.0 * (saturated - self.log_mean_of_events - (self.events - self.expected_events))
    }
}

/// Newton steps from a first weighted regression of the log of the counts.
fn search(cells: &CountCells) -> Result<DVector<f64>, Refusal> {
    let mut coefficients = start(cells)?;
    for _ in 0..NEWTON_STEPS_MAX {
        let mean = (&cells.x * &coefficients + &cells.offset).map(f64::exp);
        let fitted = cells.n.component_mul(&mean);
        let score = cells.x.tr_mul(&(&cells.sum - &fitted));
        let step = Cholesky::new(weighted_gram(&cells.x, &fitted))
            .ok_or_else(|| separated_at(cells, &mean))?
            .solve(&score);
        let moves = &cells.x * &step;
        let largest = moves.amax();
        if !largest.is_finite() {
            return Err(Refusal::NotConverged { model: "Poisson" });
        }
        let gain = step.dot(&score);
        // The likelihood has stopped rising, yet a mean still runs to zero.
        if gain < 1e-9 && largest > 0.1 {
            return Err(separated_at(cells, &mean));
        }
        let length = step_length(cells, &coefficients, &moves, gain);
        coefficients.axpy(length, &step, 1.0);
        if largest < SETTLED {
            return Ok(coefficients);
        }
    }
    Err(Refusal::NotConverged { model: "Poisson" })
}

/// Log of the smoothed counts, regressed on the design.
fn start(cells: &CountCells) -> Result<DVector<f64>, Refusal> {
    let smoothed = cells.sum.component_div(&cells.n).map(|y| y + 0.1);
    let weight = cells.n.component_mul(&smoothed);
    let target = smoothed.map(f64::ln) - &cells.offset;
    let gram = weighted_gram(&cells.x, &weight);
    let right = scaled_rows(&cells.x, &weight).tr_mul(&target);
    Cholesky::new(gram)
        .map(|c| c.solve(&right))
        .ok_or(Refusal::NotConverged { model: "Poisson" })
}

/// 1, or halved until the log-likelihood does not fall.
fn step_length(cells: &CountCells, at: &DVector<f64>, moves: &DVector<f64>, gain: f64) -> f64 {
    if gain < 1e-6 {
        return 1.0;
    }
    let log_mean = &cells.x * at + &cells.offset;
    let height = |length: f64| -> f64 {
        let eta = &log_mean + moves * length;
        cells.sum.dot(&eta) - cells.n.dot(&eta.map(f64::exp))
    };
    let here = height(0.0);
    let mut length = 1.0;
    // An infinite or undefined height is no rise.
    let rises = |length: f64| height(length) >= here;
    while !rises(length) && length > 1e-6 {
        length /= 2.0;
    }
    length
}

/// Separation has no finite answer: the term that marks the cells whose mean is
/// running to zero is the one to name.
fn separated_at(cells: &CountCells, mean: &DVector<f64>) -> Refusal {
    let vanishing = mean.map(|mean| f64::from(u8::from(mean < mean_floor(cells))));
    let share = |column: usize| {
        let size = cells.x.column(column).map(f64::abs);
        let total = size.sum();
        if total > 0.0 {
            size.dot(&vanishing) / total
        } else {
            0.0
        }
    };
    let worst = (0..cells.x.ncols())
        .max_by(|&a, &b| share(a).total_cmp(&share(b)))
        .unwrap_or(0);
    Refusal::Separated {
        term: cells.names[worst].clone(),
    }
}

/// A mean this far below one event in all observations is on its way to zero.
fn mean_floor(cells: &CountCells) -> f64 {
    1e-4 / cells.observations()
}
