//! Counts grouped into cells: people-months alike in every term of the model.
//! A cell keeps n, Σy and Σy², its exposure and its row of the design; one histogram
//! of y over everything is kept beside. From these the models of this crate are exact;
//! a single row is the cell with n = 1. Splitting a cell changes nothing.

use std::collections::BTreeMap;
use std::fmt;

use nalgebra::{DMatrix, DVector};

use super::design::Design;
use super::linear::first_aliased;
use super::refusal::Refusal;

/// What is wrong with cells handed in: a mistake of the caller, not of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCells {
    /// Which cell, counted from 0; none when it is about all of them.
    pub cell: Option<usize>,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for BadCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell {
            Some(cell) => write!(f, "cell {cell}: {}", self.expected),
            None => write!(f, "cells: {}", self.expected),
        }
    }
}

impl std::error::Error for BadCells {}

/// How many observations had each count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u64, u64>);

impl Histogram {
    /// One more batch of observations with the same count.
    pub fn add(&mut self, count: u64, observations: u64) {
        if observations > 0 {
            *self.0.entry(count).or_default() += observations;
        }
    }

    /// (count, observations), counts rising.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0
            .iter()
            .map(|(&count, &observations)| (count, observations))
    }
}

impl FromIterator<(u64, u64)> for Histogram {
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(pairs: I) -> Self {
        let mut histogram = Self::default();
        for (count, observations) in pairs {
            histogram.add(count, observations);
        }
        histogram
    }
}

/// What each cell holds, in the order of the design's rows. Lengths must agree.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    /// Observations.
    pub n: Vec<f64>,
    /// Σy.
    pub sum: Vec<f64>,
    /// Σy².
    pub sum_squares: Vec<f64>,
    /// Exposure of one observation (for example days / 30); above zero.
    pub exposure: Vec<f64>,
}

impl Tallies {
    /// Rows as cells of one observation.
    #[must_use]
    pub fn from_rows(counts: &[u64], exposure: &[f64]) -> Self {
        let sum: Vec<f64> = counts.iter().map(|&y| y as f64).collect();
        Self {
            n: vec![1.0; counts.len()],
            sum_squares: sum.iter().map(|y| y * y).collect(),
            sum,
            exposure: exposure.to_vec(),
        }
    }
}

/// Cells ready for a model.
#[derive(Debug, Clone)]
pub struct CountCells {
    pub(super) names: Vec<String>,
    pub(super) x: DMatrix<f64>,
    pub(super) n: DVector<f64>,
    pub(super) sum: DVector<f64>,
    pub(super) sum_squares: DVector<f64>,
    pub(super) offset: DVector<f64>,
}

impl CountCells {
    /// Checks and keeps. Empty cells (n = 0) are not allowed: they carry nothing.
    ///
    /// # Errors
    /// [`BadCells`] names the first cell that cannot be.
    pub fn new(design: &Design, tallies: &Tallies) -> Result<Self, BadCells> {
        let rows = design.rows();
        let columns = [
            &tallies.n,
            &tallies.sum,
            &tallies.sum_squares,
            &tallies.exposure,
        ];
        if columns.iter().any(|column| column.len() != rows) || !design.is_whole() {
            return Err(BadCells {
                cell: None,
                expected: "one finite value per cell in every column",
            });
        }
        for cell in 0..rows {
            if let Some(expected) = wrong_with(tallies, cell) {
                return Err(BadCells {
                    cell: Some(cell),
                    expected,
                });
            }
        }
        Ok(Self {
            names: design.names().to_vec(),
            x: design.matrix(),
            n: DVector::from_column_slice(&tallies.n),
            sum: DVector::from_column_slice(&tallies.sum),
            sum_squares: DVector::from_column_slice(&tallies.sum_squares),
            offset: DVector::from_iterator(rows, tallies.exposure.iter().map(|e| e.ln())),
        })
    }

    /// Observations in all cells.
    #[must_use]
    pub fn observations(&self) -> f64 {
        self.n.sum()
    }

    /// Cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.n.len()
    }

    /// Names of the terms, in the order of the coefficients.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Place of a term by name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|here| here == name)
    }

    /// Σ(y − μ)² per cell, for a mean μ per cell.
    pub(super) fn residual_squares(&self, mean: &DVector<f64>) -> DVector<f64> {
        DVector::from_iterator(
            self.cells(),
            (0..self.cells()).map(|cell| {
                let mean = mean[cell];
                let squares = self.sum_squares[cell] - 2.0 * mean * self.sum[cell]
                    + self.n[cell] * mean * mean;
                // Rounding of large sums must not make a square negative.
                squares.max(0.0)
            }),
        )
    }

    /// R7 before any fitting: nothing happened, a term says nothing new, too few cells,
    /// or a yes/no term without an event on one of its sides.
    ///
    /// # Errors
    /// The refusal, with the term's name.
    pub fn estimable(&self) -> Result<(), Refusal> {
        if self.sum.sum() <= 0.0 {
            return Err(Refusal::NoEvents);
        }
        if let Some(column) = first_aliased(&self.x, &self.n) {
            return Err(Refusal::Aliased {
                term: self.names[column].clone(),
            });
        }
        let coefficients = self.x.ncols();
        if self.observations() <= coefficients as f64 {
            return Err(Refusal::TooFewObservations {
                have: self.cells(),
                coefficients,
            });
        }
        match (0..coefficients).find(|&column| self.has_no_events(column)) {
            Some(column) => Err(Refusal::Separated {
                term: self.names[column].clone(),
            }),
            None => Ok(()),
        }
    }

    /// A yes/no column where no "yes" cell has an event: its coefficient runs away.
    pub(super) fn has_no_events(&self, column: usize) -> bool {
        let column = self.x.column(column);
        column.iter().all(|&value| value == 0.0 || value == 1.0) && column.dot(&self.sum) == 0.0
    }
}

fn wrong_with(tallies: &Tallies, cell: usize) -> Option<&'static str> {
    let (n, sum) = (tallies.n[cell], tallies.sum[cell]);
    let (squares, exposure) = (tallies.sum_squares[cell], tallies.exposure[cell]);
    if !(n >= 1.0 && n.is_finite()) {
        return Some("n must be 1 or more");
    }
    if !(sum >= 0.0 && sum.is_finite()) {
        return Some("the sum of counts must be 0 or more");
    }
    // Σy² cannot be below (Σy)²/n; a hair is left for rounding of huge counts.
    if !(squares.is_finite() && squares >= sum * sum / n * (1.0 - 1e-12)) {
        return Some("the sum of squared counts must be at least the square of the sum over n");
    }
    if !(exposure > 0.0 && exposure.is_finite()) {
        return Some("exposure must be above 0");
    }
    None
}
