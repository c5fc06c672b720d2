//! Generalised estimating equations for counts: log link, Poisson variance, one
//! correlation between any two observations of the same cluster (exchangeable).
//! Exact from cells when the cluster is part of their key. A sensitivity analysis (A9):
//! "does the answer change?", never chosen by p.

use nalgebra::{DMatrix, DVector};

use super::counts::CountCells;
use super::linear::{errors, inverse, scaled_rows, weighted_gram};
use super::poisson::Poisson;
use super::refusal::Refusal;
use super::sandwich::Clusters;

const NOT_CONVERGED: Refusal = Refusal::NotConverged { model: "GEE" };

/// The correlation changes a little with every step, so the search is linear: it needs
/// more steps than Newton's.
const STEPS_MAX: usize = 500;

/// How the moment estimates of scale and correlation are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// By observations − coefficients and pairs − coefficients: this crate's (and
    /// statsmodels') convention.
    LessCoefficients,
    /// By observations and pairs, as geepack does; kept to compare with it.
    Plain,
}

/// A fitted GEE.
#[derive(Debug, Clone)]
pub struct Gee {
    /// Log ratios, in the order of the terms.
    pub coefficients: DVector<f64>,
    /// Robust (sandwich) covariance.
    pub robust: DMatrix<f64>,
    /// Bias-reduced covariance of Mancl and DeRouen (2001), for few clusters.
    pub bias_reduced: DMatrix<f64>,
    /// Correlation between two observations of a cluster.
    pub alpha: f64,
    /// Pearson dispersion that the correlation was standardised by.
    pub dispersion: f64,
}

impl Gee {
    /// The variance is Poisson's: what the model-based errors are multiplied by.
    pub const SCALE: f64 = 1.0;

    /// Fits the model; one cluster per cell.
    ///
    /// # Errors
    /// R3 with one cluster; R7 as [`Poisson::fit`], when the clusters do not vary at all,
    /// when no cluster has two observations, or when no correlation fits.
    pub fn fit(
        cells: &CountCells,
        clusters: &Clusters,
        division: Division,
    ) -> Result<Self, Refusal> {
        clusters.more_than_one()?;
        let start = Poisson::fit(cells)?;
        // Without any spread there is no correlation to look for.
        start.working.clustered(clusters)?;
        let mut coefficients = start.coefficients;
        let data = Grouped {
            cells,
            clusters,
            sizes: sizes(cells, clusters),
            division,
        };
        for _ in 0..STEPS_MAX {
            let state = data.state(&coefficients)?;
            let step =
                inverse(&state.total).ok_or(NOT_CONVERGED)? * state.scores.row_sum().transpose();
            let largest = (&cells.x * &step).amax();
            if !largest.is_finite() {
                return Err(NOT_CONVERGED);
            }
            coefficients += step;
            if largest < 1e-12 {
                return data.finish(coefficients);
            }
        }
        Err(NOT_CONVERGED)
    }

    /// Robust standard errors.
    #[must_use]
    pub fn robust_errors(&self) -> DVector<f64> {
        errors(&self.robust)
    }

    /// Bias-reduced standard errors.
    #[must_use]
    pub fn bias_reduced_errors(&self) -> DVector<f64> {
        errors(&self.bias_reduced)
    }
}

fn sizes(cells: &CountCells, clusters: &Clusters) -> DVector<f64> {
    let mut sizes = DVector::zeros(clusters.count());
    for (cell, &cluster) in clusters.of_cells().iter().enumerate() {
        sizes[cluster] += cells.n[cell];
    }
    sizes
}

struct Grouped<'a> {
    cells: &'a CountCells,
    clusters: &'a Clusters,
    /// Observations of each cluster.
    sizes: DVector<f64>,
    division: Division,
}

/// The estimating equations at one set of coefficients.
struct State {
    alpha: f64,
    dispersion: f64,
    /// Clusters × coefficients.
    scores: DMatrix<f64>,
    /// Each cluster's DᵀV⁻¹D without its diagonal part: (1 − α)⁻¹ k, and Σ n x √μ.
    pull: DVector<f64>,
    sums: DMatrix<f64>,
    total: DMatrix<f64>,
    mean: DVector<f64>,
}

impl Grouped<'_> {
    fn state(&self, coefficients: &DVector<f64>) -> Result<State, Refusal> {
        let cells = self.cells;
        let mean = (&cells.x * coefficients + &cells.offset).map(f64::exp);
        let root = mean.map(f64::sqrt);
        let residual = (&cells.sum - cells.n.component_mul(&mean)).component_div(&root);
        let squares = cells.residual_squares(&mean).component_div(&mean);
        let (alpha, dispersion) = self.moments(&residual, &squares)?;
        // The inverse correlation is (I − kJ)/(1 − α) in a cluster of m.
        let pull = self.sizes.map(|m| alpha / (1.0 + (m - 1.0) * alpha));
        if alpha >= 1.0 || self.sizes.iter().any(|m| 1.0 + (m - 1.0) * alpha <= 0.0) {
            return Err(NOT_CONVERGED);
        }
        let sums = self.by_cluster(&scaled_rows(&cells.x, &cells.n.component_mul(&root)));
        let residuals = self.by_cluster(&DMatrix::from_column_slice(
            residual.len(),
            1,
            residual.as_slice(),
        ));
        let own = self.by_cluster(&scaled_rows(&cells.x, &root.component_mul(&residual)));
        let shared = scaled_rows(&sums, &pull.component_mul(&residuals.column(0)));
        let scores = (own - shared) / (1.0 - alpha);
        let diagonal = weighted_gram(&cells.x, &cells.n.component_mul(&mean));
        let total = (diagonal - weighted_gram(&sums, &pull)) / (1.0 - alpha);
        Ok(State {
            alpha,
            dispersion,
            scores,
            pull,
            sums,
            total,
            mean,
        })
    }

    /// The correlation and the dispersion, from sums of standardised residuals.
    fn moments(
        &self,
        residual: &DVector<f64>,
        squares: &DVector<f64>,
    ) -> Result<(f64, f64), Refusal> {
        let less = match self.division {
            Division::LessCoefficients => self.cells.x.ncols() as f64,
            Division::Plain => 0.0,
        };
        let pairs: f64 = self.sizes.iter().map(|m| m * (m - 1.0) / 2.0).sum();
        if pairs <= less {
            return Err(Refusal::Undefined {
                what: "correlation within clusters",
                why: "too few clusters have two observations",
            });
        }
        let mut sums = DVector::<f64>::zeros(self.sizes.len());
        for (cell, &cluster) in self.clusters.of_cells().iter().enumerate() {
            sums[cluster] += residual[cell];
        }
        let products = (sums.norm_squared() - squares.sum()) / 2.0;
        let dispersion = squares.sum() / (self.cells.observations() - less);
        Ok((products / dispersion / (pairs - less), dispersion))
    }

    /// Sums of rows by cluster.
    fn by_cluster(&self, rows: &DMatrix<f64>) -> DMatrix<f64> {
        let mut sums = DMatrix::zeros(self.sizes.len(), rows.ncols());
        for (cell, &cluster) in self.clusters.of_cells().iter().enumerate() {
            let mut sum = sums.row_mut(cluster);
            sum += rows.row(cell);
        }
        sums
    }

    fn finish(&self, coefficients: DVector<f64>) -> Result<Gee, Refusal> {
        let state = self.state(&coefficients)?;
        let bread = inverse(&state.total).ok_or(NOT_CONVERGED)?;
        let robust = &bread * (state.scores.transpose() * &state.scores) * &bread;
        let terms = coefficients.len();
        let mut meat = DMatrix::zeros(terms, terms);
        for (cluster, members) in self.clusters.members().iter().enumerate() {
            let x = self.cells.x.select_rows(members);
            let weight = self.cells.n.component_mul(&state.mean).select_rows(members);
            let sum = state.sums.row(cluster).transpose();
            let part = (weighted_gram(&x, &weight) - &sum * sum.transpose() * state.pull[cluster])
                / (1.0 - state.alpha);
            let kept = DMatrix::identity(terms, terms) - part * &bread;
            let score = kept
                .lu()
                .solve(&state.scores.row(cluster).transpose())
                .ok_or(NOT_CONVERGED)?;
            meat.ger(1.0, &score, &score, 1.0);
        }
        let bias_reduced = &bread * meat * &bread;
        Ok(Gee {
            coefficients,
            robust,
            bias_reduced,
            alpha: state.alpha,
            dispersion: state.dispersion,
        })
    }
}
