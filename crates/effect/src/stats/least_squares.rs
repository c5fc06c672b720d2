//! Straight-line regression of one figure on others, rows being people.
//! Errors are the model's and, for headlines, HC3 (MacKinnon and White 1985), which
//! does not suppose equal spread and stays honest in small groups.

use nalgebra::{DMatrix, DVector};

use super::design::Design;
use super::estimate::Estimate;
use super::linear::{errors, first_aliased, inverse, weighted_gram};
use super::refusal::Refusal;

/// A fitted line.
#[derive(Debug, Clone)]
pub struct LeastSquares {
    /// Names of the terms.
    pub names: Vec<String>,
    /// Coefficients, in units of the figure per unit of the term.
    pub coefficients: DVector<f64>,
    /// (XᵀX)⁻¹.
    pub bread: DMatrix<f64>,
    /// Figure − fitted, per row.
    pub residuals: DVector<f64>,
    /// Rows − coefficients.
    pub df: f64,
    leverage: DVector<f64>,
    x: DMatrix<f64>,
}

impl LeastSquares {
    /// Fits `figure` (one value per row) on the design.
    ///
    /// # Errors
    /// R7: `TooFewObservations`, `Aliased`, `NotConverged`; `Impossible` when a value is
    /// no number or lengths differ.
    pub fn fit(design: &Design, figure: &[f64]) -> Result<Self, Refusal> {
        let rows = figure.len();
        if !(design.is_whole() && design.rows() == rows && figure.iter().all(|v| v.is_finite())) {
            let what = "a value that is no number".to_owned();
            return Err(Refusal::Impossible { what });
        }
        let coefficients = design.names().len();
        if rows <= coefficients {
            return Err(Refusal::TooFewObservations {
                have: rows,
                coefficients,
            });
        }
        let (x, ones) = (design.matrix(), DVector::from_element(rows, 1.0));
        if let Some(column) = first_aliased(&x, &ones) {
            return Err(Refusal::Aliased {
                term: design.names()[column].clone(),
            });
        }
        // Orthogonal columns keep the coefficients of a nearly collinear design exact.
        let orthogonal = x.clone().qr();
        let figure = DVector::from_column_slice(figure);
        let fitted = orthogonal
            .r()
            .solve_upper_triangular(&orthogonal.q().tr_mul(&figure));
        let bread = inverse(&weighted_gram(&x, &ones));
        let (Some(coefficients), Some(bread)) = (fitted, bread) else {
            return Err(Refusal::NotConverged { model: "linear" });
        };
        let residuals = &figure - &x * &coefficients;
        let leverage = DVector::from_iterator(
            rows,
            x.row_iter().map(|row| (row * &bread * row.transpose())[0]),
        );
        Ok(Self {
            names: design.names().to_vec(),
            df: (rows - coefficients.len()) as f64,
            coefficients,
            bread,
            residuals,
            leverage,
            x,
        })
    }

    /// Residual variance, Σe² over df.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.residuals.norm_squared() / self.df
    }

    /// Errors that suppose equal spread.
    #[must_use]
    pub fn model_errors(&self) -> DVector<f64> {
        errors(&(&self.bread * self.variance()))
    }

    /// HC3 errors: each residual over 1 − its leverage. None when one row alone decides
    /// a coefficient, so that its own error cannot be seen.
    #[must_use]
    pub fn hc3_errors(&self) -> Option<DVector<f64>> {
        if self.leverage.iter().any(|h| *h > 1.0 - 1e-9) {
            return None;
        }
        let weight = self
            .residuals
            .zip_map(&self.leverage, |e, h| (e / (1.0 - h)).powi(2));
        Some(errors(
            &(&self.bread * weighted_gram(&self.x, &weight) * &self.bread),
        ))
    }

    /// Coefficients with HC3 errors and t intervals, in the order of the terms; without
    /// interval where HC3 has no value.
    #[must_use]
    pub fn robust(&self) -> Vec<Estimate> {
        let Some(errors) = self.hc3_errors() else {
            return self
                .coefficients
                .iter()
                .copied()
                .map(Estimate::bare)
                .collect();
        };
        let both = self.coefficients.iter().zip(errors.iter());
        both.map(|(value, error)| Estimate::student(*value, *error, self.df))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_its_points_is_found() {
        let design = Design::constant(4).with("x", [0.0, 1.0, 2.0, 3.0]);
        let line = LeastSquares::fit(&design, &[1.0, 3.0, 5.0, 7.0]).expect("a line");
        assert!(
            (line.coefficients[0] - 1.0).abs() < 1e-12
                && (line.coefficients[1] - 2.0).abs() < 1e-12
        );
        assert!(line.variance() < 1e-24);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let twice = Design::constant(4)
            .with("x", [0.0, 1.0, 2.0, 3.0])
            .with("again", [0.0, 2.0, 4.0, 6.0]);
        let y = [1.0, 3.0, 2.0, 7.0];
        assert_eq!(
            LeastSquares::fit(&twice, &y).err(),
            Some(Refusal::Aliased {
                term: "again".to_owned()
            })
        );
        let short = Design::constant(2).with("x", [0.0, 1.0]);
        assert!(matches!(
            LeastSquares::fit(&short, &y[..2]),
            Err(Refusal::TooFewObservations { .. })
        ));
        let gap = Design::constant(4);
        assert!(matches!(
            LeastSquares::fit(&gap, &[1.0, f64::NAN, 1.0, 2.0]),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn a_row_that_decides_a_coefficient_alone_has_no_hc3() {
        let design = Design::constant(4).with("only the last", [0.0, 0.0, 0.0, 1.0]);
        let line = LeastSquares::fit(&design, &[1.0, 2.0, 3.0, 9.0]).expect("a line");
        assert_eq!(line.hc3_errors(), None);
        assert!(line.robust().iter().all(|e| e.interval.is_none()));
    }
}
