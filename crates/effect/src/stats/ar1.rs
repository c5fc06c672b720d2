//! Least squares for a monthly series whose errors remember the month before: AR(1) on
//! the calendar month, so that a gap of two months weakens the memory by ρ². ρ and the
//! spread are found by restricted maximum likelihood (REML); tests use t with n − k
//! degrees of freedom.

use nalgebra::{DMatrix, DVector};

use super::linear::{first_aliased, inverse, weighted_gram};
use super::refusal::Refusal;

const NOT_CONVERGED: Refusal = Refusal::NotConverged {
    model: "AR(1) series",
};

/// ρ is looked for between ± this; a series that wants more is a random walk.
const RHO_MAX: f64 = 0.999;

/// A fitted series.
#[derive(Debug, Clone)]
pub struct Ar1 {
    /// In the order of the columns.
    pub coefficients: DVector<f64>,
    /// Their covariance.
    pub covariance: DMatrix<f64>,
    /// Correlation of two months in a row.
    pub rho: f64,
    /// Standard deviation of the errors, in units of the outcome.
    pub sigma: f64,
    /// n − k.
    pub df: f64,
    /// Restricted log-likelihood.
    pub log_likelihood: f64,
}

impl Ar1 {
    /// Fits `outcome` on the columns of `x` (named, for refusals); one row per month,
    /// months rising strictly.
    ///
    /// # Errors
    /// R7: too few months, an aliased term, a constant outcome or no convergence.
    pub fn fit(
        x: &DMatrix<f64>,
        names: &[String],
        outcome: &DVector<f64>,
        months: &[i64],
    ) -> Result<Self, Refusal> {
        let (n, k) = x.shape();
        if n <= k {
            return Err(Refusal::TooFewObservations {
                have: n,
                coefficients: k,
            });
        }
        if let Some(column) = first_aliased(x, &DVector::from_element(n, 1.0)) {
            return Err(Refusal::Aliased {
                term: names[column].clone(),
            });
        }
        let series = Series { x, outcome, months };
        let ordinary = series.at(0.0).ok_or(NOT_CONVERGED)?;
        let size = outcome.norm_squared().max(f64::MIN_POSITIVE);
        if ordinary.squares <= size * 1e-24 {
            return Err(Refusal::Constant);
        }
        let rho = series.best_rho()?;
        let best = series.at(rho).ok_or(NOT_CONVERGED)?;
        let df = (n - k) as f64;
        Ok(Self {
            covariance: &best.bread * (best.squares / df),
            rho,
            sigma: (best.squares / df).sqrt(),
            df,
            log_likelihood: best.height,
            coefficients: best.coefficients,
        })
    }
}

struct Series<'a> {
    x: &'a DMatrix<f64>,
    outcome: &'a DVector<f64>,
    months: &'a [i64],
}

/// Least squares at a given ρ.
struct AtRho {
    coefficients: DVector<f64>,
    bread: DMatrix<f64>,
    squares: f64,
    /// Restricted log-likelihood, the spread being at its best.
    height: f64,
}

impl Series<'_> {
    fn at(&self, rho: f64) -> Option<AtRho> {
        let (n, k) = self.x.shape();
        let (mut x, mut y) = (self.x.clone(), self.outcome.clone());
        let mut log_determinant = 0.0;
        for row in 1..n {
            // What the month before says is taken away, and the rest brought to one spread.
            let gap = i32::try_from(self.months[row] - self.months[row - 1]).unwrap_or(i32::MAX);
            let memory = rho.powi(gap);
            let rest = 1.0 - memory * memory;
            log_determinant += rest.ln();
            let fresh = rest.sqrt().recip();
            y[row] = (self.outcome[row] - memory * self.outcome[row - 1]) * fresh;
            x.set_row(
                row,
                &((self.x.row(row) - self.x.row(row - 1) * memory) * fresh),
            );
        }
        let gram = weighted_gram(&x, &DVector::from_element(n, 1.0));
        let bread = inverse(&gram)?;
        // Orthogonal columns keep the digits that the normal equations would lose.
        let orthogonal = x.clone().qr();
        let coefficients = orthogonal
            .r()
            .solve_upper_triangular(&orthogonal.q().tr_mul(&y))?;
        let squares = (&y - &x * &coefficients).norm_squared();
        let information = orthogonal
            .r()
            .diagonal()
            .map(|value| value.abs().ln())
            .sum()
            * 2.0;
        let df = (n - k) as f64;
        let spread = df * ((2.0 * std::f64::consts::PI * squares / df).ln() + 1.0);
        Some(AtRho {
            coefficients,
            bread,
            squares,
            height: -0.5 * (spread + log_determinant + information),
        })
    }

    fn height(&self, rho: f64) -> Result<f64, Refusal> {
        self.at(rho)
            .map(|at| at.height)
            .filter(|height| !height.is_nan())
            .ok_or(NOT_CONVERGED)
    }

    /// The best of a grid, then golden section between its neighbours.
    fn best_rho(&self) -> Result<f64, Refusal> {
        const GRID: i32 = 40;
        const GOLDEN: f64 = 0.618_033_988_749_894_8;
        let at = |place: i32| RHO_MAX * f64::from(place) / f64::from(GRID);
        let mut best = (0, f64::NEG_INFINITY);
        for place in -GRID..=GRID {
            let height = self.height(at(place))?;
            if height > best.1 {
                best = (place, height);
            }
        }
        let (mut low, mut high) = (at((best.0 - 1).max(-GRID)), at((best.0 + 1).min(GRID)));
        while high - low > 1e-9 {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            if self.height(left)? > self.height(right)? {
                high = right
            } else {
                low = left
            }
        }
        Ok(f64::midpoint(low, high))
    }
}
