//! Clustering by somebody outside the cells' key (the patient), exactly, in a second
//! pass over the rows. Each cell lends its mean and one weight per contrast; a row adds
//! weight × (y − mean) to its cluster; the squares of the cluster sums are the variance.
//! Only one number per cluster is held, and one number leaves.

use std::collections::HashMap;
use std::hash::Hash;

use nalgebra::DVector;

use super::refusal::Refusal;
use super::sandwich::WorkingModel;

/// The sums by cluster of one contrast of the coefficients, while rows come by.
#[derive(Debug, Clone)]
pub struct SecondPass<K> {
    mean: Vec<f64>,
    weight: Vec<f64>,
    sums: HashMap<K, f64>,
}

impl<K: Eq + Hash + Ord + Copy> SecondPass<K> {
    /// For a contrast of a count model; `mean` is its expected count per cell.
    #[must_use]
    pub fn new(working: &WorkingModel, mean: &DVector<f64>, contrast: &DVector<f64>) -> Self {
        let lever = &working.x * (&working.bread * contrast);
        let weight = lever.component_mul(&working.weight).component_div(mean);
        Self {
            mean: mean.iter().copied().collect(),
            weight: weight.iter().copied().collect(),
            sums: HashMap::new(),
        }
    }

    /// One row: its cell, its cluster and its count. A cell that the fit did not have
    /// changes nothing.
    pub fn add(&mut self, cell: usize, cluster: K, count: f64) {
        self.add_weighted(cell, cluster, count, 1.0);
    }

    /// One row that counts for so many in the cells of the fit.
    pub fn add_weighted(&mut self, cell: usize, cluster: K, count: f64, rows: f64) {
        if let (Some(mean), Some(weight)) = (self.mean.get(cell), self.weight.get(cell)) {
            *self.sums.entry(cluster).or_insert(0.0) += rows * weight * (count - mean);
        }
    }

    /// The CR1 standard error of the contrast, and the clusters it rests on.
    ///
    /// # Errors
    /// R3 when there is one cluster only.
    pub fn cr1_error(&self) -> Result<(f64, usize), Refusal> {
        let clusters = self.sums.len();
        if clusters < 2 {
            return Err(Refusal::OneCluster);
        }
        // Summed in the order of the keys, so that the same rows give the same bits.
        let mut sums: Vec<(&K, &f64)> = self.sums.iter().collect();
        sums.sort_unstable_by_key(|(key, _)| **key);
        let meat: f64 = sums.into_iter().map(|(_, sum)| sum * sum).sum();
        Ok((
            (meat * clusters as f64 / (clusters as f64 - 1.0)).sqrt(),
            clusters,
        ))
    }
}
