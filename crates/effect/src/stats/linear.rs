//! The few operations of linear algebra that the models share, on nalgebra matrices.
//! Rows are cells, columns are terms of a model. Dependence between columns is found
//! here, so that it can be refused by name before a model is fitted.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::limits::ALIASING_TOLERANCE;

/// XᵀWX for a diagonal W; `x` is rows × columns, `weight` one per row.
#[must_use]
pub fn weighted_gram(x: &DMatrix<f64>, weight: &DVector<f64>) -> DMatrix<f64> {
    x.transpose() * scaled_rows(x, weight)
}

/// Each row of `x` times its factor.
#[must_use]
pub fn scaled_rows(x: &DMatrix<f64>, factor: &DVector<f64>) -> DMatrix<f64> {
    let mut scaled = x.clone();
    for mut column in scaled.column_iter_mut() {
        column.component_mul_assign(factor);
    }
    scaled
}

/// Two matrices of as many rows, side by side.
#[must_use]
pub fn beside(left: &DMatrix<f64>, right: &DMatrix<f64>) -> DMatrix<f64> {
    let mut both = left
        .clone()
        .resize_horizontally(left.ncols() + right.ncols(), 0.0);
    both.columns_mut(left.ncols(), right.ncols())
        .copy_from(right);
    both
}

/// The inverse of a positive definite matrix; none when it is not.
#[must_use]
pub fn inverse(matrix: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    Cholesky::new(matrix.clone())
        .map(|cholesky| cholesky.inverse())
        .filter(|inverse| inverse.iter().all(|value| value.is_finite()))
}

/// Square roots of the diagonal: the standard errors of a covariance matrix.
#[must_use]
pub fn errors(covariance: &DMatrix<f64>) -> DVector<f64> {
    covariance
        .diagonal()
        .map(|variance| variance.max(0.0).sqrt())
}

/// The quadratic form cᵀVc.
#[must_use]
pub fn quadratic(covariance: &DMatrix<f64>, contrast: &DVector<f64>) -> f64 {
    contrast.dot(&(covariance * contrast))
}

/// The first column that the columns before it already say, given how often each row
/// counts. Works on the Gram matrix of unit-length columns, by Cholesky.
#[must_use]
pub fn first_aliased(x: &DMatrix<f64>, weight: &DVector<f64>) -> Option<usize> {
    let mut left = weighted_gram(x, weight);
    let scale = left.diagonal().map(|square| {
        if square > 0.0 {
            square.sqrt().recip()
        } else {
            0.0
        }
    });
    for row in 0..left.nrows() {
        for column in 0..left.ncols() {
            left[(row, column)] *= scale[row] * scale[column];
        }
    }
    for pivot in 0..left.ncols() {
        let rest = left[(pivot, pivot)];
        if rest.is_nan() || rest <= ALIASING_TOLERANCE {
            return Some(pivot);
        }
        let pivot_column = left.column(pivot).into_owned();
        for column in pivot + 1..left.ncols() {
            let share = pivot_column[column] / rest;
            left.column_mut(column).axpy(-share, &pivot_column, 1.0);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_the_sum_of_two_others_is_named() {
        let x = DMatrix::from_row_slice(
            4,
            3,
            &[1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
        );
        assert_eq!(first_aliased(&x, &DVector::from_element(4, 1.0)), Some(2));
        assert_eq!(
            first_aliased(
                &x.columns(0, 2).into_owned(),
                &DVector::from_element(4, 1.0)
            ),
            None
        );
    }

    #[test]
    fn an_empty_column_is_aliased() {
        let x = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 1.0, 0.0]);
        assert_eq!(first_aliased(&x, &DVector::from_element(2, 1.0)), Some(1));
    }

    #[test]
    fn columns_of_very_different_size_are_not_aliased() {
        let x = DMatrix::from_row_slice(3, 2, &[1.0, 1e-8, 1.0, 3e-8, 1.0, -2e-8]);
        assert_eq!(first_aliased(&x, &DVector::from_element(3, 1.0)), None);
    }
}
