//! Standard errors that do not trust the model's variance: HC0 by observation, CR0 and
//! CR1 by cluster, each as bread × meat × bread.
//! CR1 here is CR0 × G/(G − 1); `stata` adds (N − 1)/(N − K).
//! A cluster that is part of the cells' key is summed here; a cluster outside it
//! (the patient) needs a second pass over the rows: see `second_pass`.
//! The small-sample errors for few clusters are in `cr2`.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::counts::CountCells;
use super::limits::{CLUSTERS_MIN, ERROR_MIN};
use super::linear::{quadratic, scaled_rows, weighted_gram};
use super::refusal::Refusal;

/// A fitted model as its last weighted least-squares step: what every sandwich needs.
/// The score of one observation is weight × working residual × its row of `x`.
#[derive(Debug, Clone)]
pub struct WorkingModel {
    pub(super) x: DMatrix<f64>,
    pub(super) n: DVector<f64>,
    /// Working weight of one observation of the cell.
    pub(super) weight: DVector<f64>,
    /// The model's variance of one observation, in squared units of the outcome. The
    /// working residual is (y − mean)/√(weight × variance).
    pub(super) variance: DVector<f64>,
    /// Σ of working residuals in the cell.
    pub(super) residual: DVector<f64>,
    /// Σ of their squares.
    pub(super) residual_squares: DVector<f64>,
    /// The inverse of Σ n w x xᵀ.
    pub(super) bread: DMatrix<f64>,
    /// Stratum of each cell, when `x` is taken within strata that have an intercept each.
    pub(super) strata: Option<Vec<usize>>,
}

impl WorkingModel {
    /// A log-link count model with mean μ and working weight μ × factor (1 for Poisson,
    /// θ/(θ + μ) for the negative binomial).
    pub(super) fn of_counts(
        cells: &CountCells,
        mean: &DVector<f64>,
        factor: &DVector<f64>,
        bread: DMatrix<f64>,
    ) -> Self {
        let residual = (&cells.sum - cells.n.component_mul(mean)).component_div(mean);
        let squares = cells
            .residual_squares(mean)
            .component_div(mean)
            .component_div(mean);
        Self {
            x: cells.x.clone(),
            n: cells.n.clone(),
            weight: mean.component_mul(factor),
            variance: mean.component_div(factor),
            residual,
            residual_squares: squares,
            bread,
            strata: None,
        }
    }

    /// A straight-line model by least squares: rows × columns `x`, residuals y − xb, and
    /// `bread` the inverse of xᵀx.
    #[must_use]
    pub fn of_least_squares(x: DMatrix<f64>, residual: DVector<f64>, bread: DMatrix<f64>) -> Self {
        let ones = DVector::from_element(residual.len(), 1.0);
        let residual_squares = residual.component_mul(&residual);
        Self {
            x,
            n: ones.clone(),
            weight: ones.clone(),
            variance: ones,
            residual,
            residual_squares,
            bread,
            strata: None,
        }
    }

    /// The same model with an intercept for every stratum, which `x` already leaves out.
    pub(super) fn within_strata(self, x: DMatrix<f64>, stratum: Vec<usize>) -> Self {
        Self {
            x,
            strata: Some(stratum),
            ..self
        }
    }

    /// The covariance if the model's own variance were right (dispersion 1).
    #[must_use]
    pub fn model_covariance(&self) -> &DMatrix<f64> {
        &self.bread
    }

    /// HC0: every observation its own cluster.
    #[must_use]
    pub fn hc0(&self) -> DMatrix<f64> {
        let weight = self
            .weight
            .component_mul(&self.weight)
            .component_mul(&self.residual_squares);
        &self.bread * weighted_gram(&self.x, &weight) * &self.bread
    }

    /// CR0 by a cluster that is part of the cells' key: one cluster per cell.
    ///
    /// # Errors
    /// R3 when there is one cluster only; R7 when the clusters do not vary at all.
    pub fn clustered(&self, clusters: &Clusters) -> Result<Clustered, Refusal> {
        clusters.more_than_one()?;
        let scores = scaled_rows(&self.x, &self.weight.component_mul(&self.residual));
        let mut totals = DMatrix::zeros(clusters.count(), self.x.ncols());
        for (cell, &cluster) in clusters.of_cells().iter().enumerate() {
            let mut total = totals.row_mut(cluster);
            total += scores.row(cell);
        }
        let half = totals * &self.bread;
        let cr0 = half.transpose() * half;
        clusters.vary(&cr0)?;
        Ok(Clustered {
            cr0,
            clusters: clusters.count(),
            observations: self.n.sum(),
            coefficients: self.x.ncols(),
        })
    }
}

/// Which cluster each cell belongs to.
#[derive(Debug, Clone)]
pub struct Clusters {
    of_cells: Vec<usize>,
    count: usize,
}

impl Clusters {
    /// From one key per cell.
    #[must_use]
    pub fn by_key(keys: &[i64]) -> Self {
        let mut place = BTreeMap::new();
        let of_cells: Vec<usize> = keys
            .iter()
            .map(|key| {
                let next = place.len();
                *place.entry(*key).or_insert(next)
            })
            .collect();
        Self {
            of_cells,
            count: place.len(),
        }
    }

    /// Distinct clusters.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Cluster of each cell, counted from 0.
    #[must_use]
    pub fn of_cells(&self) -> &[usize] {
        &self.of_cells
    }

    /// The cells of each cluster.
    #[must_use]
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (cell, &cluster) in self.of_cells.iter().enumerate() {
            members[cluster].push(cell);
        }
        members
    }

    /// # Errors
    /// R3 when there is one cluster only (or none).
    pub fn more_than_one(&self) -> Result<(), Refusal> {
        if self.count > 1 {
            Ok(())
        } else {
            Err(Refusal::OneCluster)
        }
    }

    /// # Errors
    /// An error of 0 would claim to know: R7, or R3 when the clusters are too few to differ.
    pub(super) fn vary(&self, covariance: &DMatrix<f64>) -> Result<(), Refusal> {
        if covariance
            .diagonal()
            .iter()
            .any(|own| own.sqrt() >= ERROR_MIN)
        {
            return Ok(());
        }
        Err(no_error(self.count))
    }
}

/// Why an error of these clusters is 0.
pub(super) fn no_error(clusters: usize) -> Refusal {
    if clusters < CLUSTERS_MIN {
        Refusal::TooFewClusters { clusters }
    } else {
        Refusal::Constant
    }
}

/// A cluster-robust covariance and what its small-sample factors need.
#[derive(Debug, Clone)]
pub struct Clustered {
    /// Bread × meat × bread, no factor.
    pub cr0: DMatrix<f64>,
    /// Clusters (G).
    pub clusters: usize,
    /// Observations (N).
    pub observations: f64,
    /// Coefficients (K).
    pub coefficients: usize,
}

impl Clustered {
    /// CR0 × G/(G − 1): the one this crate reports.
    #[must_use]
    pub fn cr1(&self) -> DMatrix<f64> {
        &self.cr0 * (self.clusters as f64 / (self.clusters as f64 - 1.0))
    }

    /// CR1 × (N − 1)/(N − K), as Stata and statsmodels have it.
    #[must_use]
    pub fn stata(&self) -> DMatrix<f64> {
        self.cr1() * ((self.observations - 1.0) / (self.observations - self.coefficients as f64))
    }

    /// CR1 standard error of a contrast of the coefficients.
    #[must_use]
    pub fn error_of(&self, contrast: &DVector<f64>) -> f64 {
        quadratic(&self.cr1(), contrast).sqrt()
    }
}
