//! The directions of strata that have an intercept each: one unit vector per stratum, no
//! two touching the same row. Sums over them cost a pass over the rows, where columns of
//! a matrix would cost rows × strata.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

/// Unit vectors on disjoint rows.
pub struct Strata {
    of_rows: Vec<usize>,
    count: usize,
    /// The entry of each row in its stratum's vector.
    pub direction: DVector<f64>,
}

impl Strata {
    /// No strata.
    #[must_use]
    pub fn none() -> Self {
        Self {
            of_rows: Vec::new(),
            count: 0,
            direction: DVector::zeros(0),
        }
    }

    /// From a label per row, and entries that are brought to length one in every stratum.
    #[must_use]
    pub fn new(labels: &[usize], entries: DVector<f64>) -> Self {
        let mut place = BTreeMap::new();
        let of_rows: Vec<usize> = labels
            .iter()
            .map(|label| {
                let next = place.len();
                *place.entry(*label).or_insert(next)
            })
            .collect();
        let mut strata = Self {
            of_rows,
            count: place.len(),
            direction: entries,
        };
        strata.direction = strata.of_length_one(strata.direction.clone());
        strata
    }

    /// A vector per stratum along these entries, each of length one.
    #[must_use]
    pub fn of_length_one(&self, mut entries: DVector<f64>) -> DVector<f64> {
        let squares = entries.component_mul(&entries);
        let ones = DMatrix::from_element(self.of_rows.len(), 1, 1.0);
        let lengths = self.sums(&squares, &ones).map(f64::sqrt);
        for (entry, &stratum) in entries.iter_mut().zip(&self.of_rows) {
            *entry /= lengths[stratum];
        }
        entries
    }

    /// Σ weight × row in every stratum: strata × columns.
    #[must_use]
    pub fn sums(&self, weight: &DVector<f64>, rows: &DMatrix<f64>) -> DMatrix<f64> {
        let mut sums = DMatrix::zeros(self.count, rows.ncols());
        for (mut sum, column) in sums.column_iter_mut().zip(rows.column_iter()) {
            for ((value, weight), &stratum) in column.iter().zip(weight).zip(&self.of_rows) {
                sum[stratum] += weight * value;
            }
        }
        sums
    }

    /// Takes weight × its stratum's row away from every row.
    pub fn take(&self, from: &mut DMatrix<f64>, weight: &DVector<f64>, per_stratum: &DMatrix<f64>) {
        for (mut column, own) in from.column_iter_mut().zip(per_stratum.column_iter()) {
            for ((value, weight), &stratum) in column.iter_mut().zip(weight).zip(&self.of_rows) {
                *value -= weight * own[stratum];
            }
        }
    }
}
