//! The right-hand side of a model: named columns, one row per cell.
//! A factor of L levels gives L − 1 columns against its lowest level, named
//! "age 2", "age 3", …; the constant is named [`CONSTANT`].

use nalgebra::{DMatrix, DVector};

/// Name of the constant column.
pub const CONSTANT: &str = "constant";

/// Named columns, each with one value per cell.
#[derive(Debug, Clone)]
pub struct Design {
    rows: usize,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// A design of so many cells with the constant alone.
    #[must_use]
    pub fn constant(rows: usize) -> Self {
        Self {
            rows,
            names: vec![CONSTANT.to_owned()],
            columns: vec![vec![1.0; rows]],
        }
    }

    /// With one more column, in the units of the values. A column of another length is
    /// found out by `CountCells::new`.
    #[must_use]
    pub fn with(mut self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.names.push(name.to_owned());
        self.columns.push(values.into_iter().collect());
        self
    }

    /// With an indicator column for every level but the lowest.
    #[must_use]
    pub fn with_levels(mut self, name: &str, levels: &[i64]) -> Self {
        let mut distinct = levels.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        for level in distinct.into_iter().skip(1) {
            let indicator = levels
                .iter()
                .map(|&here| f64::from(u8::from(here == level)));
            self = self.with(&format!("{name} {level}"), indicator);
        }
        self
    }

    /// Cells.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether every column has one finite value per cell.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.columns
            .iter()
            .all(|c| c.len() == self.rows && c.iter().all(|value| value.is_finite()))
    }

    /// Place of a column by name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|here| here == name)
    }

    /// Cells × columns. Call after [`Design::is_whole`].
    #[must_use]
    pub fn matrix(&self) -> DMatrix<f64> {
        let columns: Vec<DVector<f64>> = self
            .columns
            .iter()
            .map(|c| DVector::from_column_slice(c))
            .collect();
        DMatrix::from_columns(&columns)
    }
}
