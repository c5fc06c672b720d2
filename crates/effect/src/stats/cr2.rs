//! Small-sample errors for few clusters: CR2 (Bell and McCaffrey; Pustejovsky and
//! Tipton 2018), with the model's own variance as working model, and Satterthwaite's
//! degrees of freedom for each contrast.
//! Exact from cells: residuals that differ inside a cell have no say in either, so a
//! cell of n stands as one row of √n times its values.

use std::collections::BTreeMap;

use nalgebra::{Cholesky, DMatrix, DVector};

use super::estimate::Estimate;
use super::inverse_root::Diagonal;
use super::limits::{CLUSTERS_MIN, SATTERTHWAITE_DF_MIN};
use super::linear::{quadratic, scaled_rows};
use super::refusal::Refusal;
use super::sandwich::{Clusters, WorkingModel};
use super::strata::Strata;

/// The CR2 covariance, and what the degrees of freedom of any contrast need.
#[derive(Debug, Clone)]
pub struct Cr2 {
    /// Covariance of the coefficients.
    pub covariance: DMatrix<f64>,
    bread: DMatrix<f64>,
    clusters: Vec<Adjusted>,
}

/// One cluster, K being its adjusted, weighted rows (cells × columns).
#[derive(Debug, Clone)]
struct Adjusted {
    /// KᵀΦK, Φ the working variance.
    own: DMatrix<f64>,
    /// XᵀK.
    cross: DMatrix<f64>,
}

impl Cr2 {
    /// From a fitted model and one cluster per cell.
    ///
    /// # Errors
    /// R3 when there is one cluster only; R7 when the clusters do not vary at
    /// all or a linear system cannot be solved.
    pub fn new(working: &WorkingModel, clusters: &Clusters) -> Result<Self, Refusal> {
        const UNSOLVED: Refusal = Refusal::NotConverged {
            model: "CR2 variance",
        };
        clusters.more_than_one()?;
        nested(working, clusters)?;
        let root = Cholesky::new(working.bread.clone()).ok_or(UNSOLVED)?.l();
        let terms = working.x.ncols();
        let mut meat = DMatrix::zeros(terms, terms);
        let mut adjusted = Vec::with_capacity(clusters.count());
        for members in clusters.members() {
            let (one, score) = adjust(working, &root, &members).ok_or(UNSOLVED)?;
            meat.ger(1.0, &score, &score, 1.0);
            adjusted.push(one);
        }
        let covariance = &working.bread * meat * &working.bread;
        clusters.vary(&covariance)?;
        Ok(Self {
            covariance,
            bread: working.bread.clone(),
            clusters: adjusted,
        })
    }

    /// Standard error of a contrast of the coefficients.
    #[must_use]
    pub fn error_of(&self, contrast: &DVector<f64>) -> f64 {
        quadratic(&self.covariance, contrast).max(0.0).sqrt()
    }

    /// Satterthwaite degrees of freedom of a contrast.
    #[must_use]
    pub fn df_of(&self, contrast: &DVector<f64>) -> f64 {
        let lever = &self.bread * contrast;
        let own: Vec<f64> = self
            .clusters
            .iter()
            .map(|c| quadratic(&c.own, &lever))
            .collect();
        let cross: Vec<DVector<f64>> = self.clusters.iter().map(|c| &c.cross * &lever).collect();
        let mut trace = 0.0;
        let mut squares = 0.0;
        for (i, left) in cross.iter().enumerate() {
            let shared = &self.bread * left;
            for (j, right) in cross.iter().enumerate() {
                let entry = if i == j { own[i] } else { 0.0 } - shared.dot(right);
                squares += entry * entry;
                if i == j {
                    trace += entry;
                }
            }
        }
        trace * trace / squares
    }

    /// The contrast with its t interval, and R3 when there are too few clusters or
    /// degrees of freedom; the interval is then withheld.
    #[must_use]
    pub fn estimate(
        &self,
        coefficients: &DVector<f64>,
        contrast: &DVector<f64>,
    ) -> (Estimate, Option<Refusal>) {
        // Where no cluster moves the contrast its degrees are 0/0, which is none.
        let (value, df) = (coefficients.dot(contrast), self.df_of(contrast).max(0.0));
        let refusal = if self.clusters.len() < CLUSTERS_MIN {
            Some(Refusal::TooFewClusters {
                clusters: self.clusters.len(),
            })
        } else if df < SATTERTHWAITE_DF_MIN {
            Some(Refusal::TooFewDegreesOfFreedom { df })
        } else {
            None
        };
        let mut estimate = Estimate::student(value, self.error_of(contrast), df);
        if refusal.is_some() {
            estimate.interval = None;
        }
        (estimate, refusal)
    }
}

/// One cluster's K, and its score Kᵀe. With V the model's variance of an outcome, H the
/// rows of the design on the scale of the outcome and M the bread,
/// K = V^½ (V^½(V − HMHᵀ)V^½)^(−1/2) V^½ V⁻¹ H.
fn adjust(
    working: &WorkingModel,
    root: &DMatrix<f64>,
    members: &[usize],
) -> Option<(Adjusted, DVector<f64>)> {
    let n = working.n.select_rows(members).map(f64::sqrt);
    let variance = working.variance.select_rows(members);
    let weight = working.weight.select_rows(members);
    let half = variance.map(f64::sqrt);
    let steep = weight.component_mul(&variance).map(f64::sqrt);
    let x = scaled_rows(&working.x.select_rows(members), &n);
    let residual = working
        .residual
        .select_rows(members)
        .component_mul(&steep)
        .component_div(&n);
    let weighted = scaled_rows(&x, &weight.map(f64::sqrt));
    let strata = match &working.strata {
        Some(strata) => {
            let labels: Vec<usize> = members.iter().map(|&cell| strata[cell]).collect();
            Strata::new(&labels, weight.map(f64::sqrt).component_mul(&n))
        }
        None => Strata::none(),
    };
    let diagonal = Diagonal {
        scale: &variance,
        strata: &strata,
        lever: &(&weighted * root),
    };
    let k = scaled_rows(&diagonal.inverse_root_times(&weighted)?, &half);
    // What the strata's intercepts take up of a cluster's own variance.
    let taken = strata.sums(&strata.direction, &scaled_rows(&k, &half));
    let own = k.transpose() * scaled_rows(&k, &variance) - taken.transpose() * taken;
    let score = k.tr_mul(&residual);
    Some((
        Adjusted {
            own,
            cross: scaled_rows(&x, &steep).transpose() * &k,
        },
        score,
    ))
}

/// A stratum with an intercept of its own has to lie inside one cluster.
fn nested(working: &WorkingModel, clusters: &Clusters) -> Result<(), Refusal> {
    let mut home = BTreeMap::new();
    let strata = working.strata.iter().flatten();
    let crosses = strata.zip(clusters.of_cells()).any(|(stratum, cluster)| {
        home.insert(*stratum, *cluster)
            .is_some_and(|other| other != *cluster)
    });
    if crosses {
        return Err(Refusal::Impossible {
            what: "a stratum that lies in two clusters".to_owned(),
        });
    }
    Ok(())
}
