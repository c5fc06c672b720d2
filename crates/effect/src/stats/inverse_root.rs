//! (D² − UUᵀ)^(−1/2) B for a diagonal D² and a thin U, with directions in which the
//! matrix is zero left out (the Moore–Penrose root). It is what CR2 needs for a cluster
//! of any size: the cost grows with the cells times the square of the columns, where an
//! eigendecomposition would grow with the cube of the cells.
//!
//! Method: λ^(−1/2) = (2/π)∫ dt/(t² + λ), with t put on Jacobi's elliptic functions so
//! that the midpoint rule converges geometrically on the whole spectrum at once (Hale,
//! Higham and Trefethen, SIAM J. Numer. Anal. 46, 2008); each shifted matrix is solved
//! as diagonal plus low rank.

use std::f64::consts::FRAC_PI_2;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::linear::{beside, scaled_rows, weighted_gram};

/// A leverage this near one means a direction that the cluster alone decides.
const LEVERAGE_ONE: f64 = 1e-9;

/// The matrix S(I − VVᵀ)S of one cluster: `scale` is the diagonal of S, `lever` is V
/// (cells × columns) with VᵀV ≤ I.
pub struct Diagonal<'a> {
    /// Diagonal of S; above zero.
    pub scale: &'a DVector<f64>,
    /// V, one row per cell.
    pub lever: &'a DMatrix<f64>,
}

impl Diagonal<'_> {
    /// (S(I − VVᵀ)S)^(−1/2) `right`, for `right` with a row per cell. None when a linear
    /// system cannot be solved.
    #[must_use]
    pub fn inverse_root_times(&self, right: &DMatrix<f64>) -> Option<DMatrix<f64>> {
        let (null, smallest) = self.null_space();
        let range = Spectrum::of(self.scale, smallest);
        let shift = (range.low * range.high).sqrt();
        // A zero direction is lifted into the middle of the spectrum and taken out after.
        let seen = right - &null * null.tr_mul(right);
        let thin = beside(&scaled_rows(self.lever, self.scale), &null);
        let signs = DVector::from_fn(thin.ncols(), |column, _| {
            if column < self.lever.ncols() {
                -1.0
            } else {
                shift.recip()
            }
        });
        let diagonal = self.scale.component_mul(self.scale);
        let mut root = DMatrix::zeros(right.nrows(), right.ncols());
        for node in range.nodes() {
            let inverse = diagonal.map(|value| (value + node.shift).recip());
            let first = scaled_rows(&seen, &inverse);
            let capacity = DMatrix::from_diagonal(&signs) + weighted_gram(&thin, &inverse);
            let inner = capacity.lu().solve(&(thin.transpose() * &first))?;
            root += (&first - scaled_rows(&thin, &inverse) * inner) * node.weight;
        }
        Some(&root - &null * null.tr_mul(&root))
    }

    /// An orthonormal basis of the directions where the matrix is zero, and the smallest
    /// 1 − leverage of the others.
    fn null_space(&self) -> (DMatrix<f64>, f64) {
        let eigen = SymmetricEigen::new(self.lever.tr_mul(self.lever));
        let ones: Vec<usize> = (0..eigen.eigenvalues.len())
            .filter(|&i| 1.0 - eigen.eigenvalues[i] < LEVERAGE_ONE)
            .collect();
        let smallest = eigen
            .eigenvalues
            .iter()
            .map(|leverage| 1.0 - leverage)
            .filter(|rest| *rest >= LEVERAGE_ONE)
            .fold(1.0_f64, f64::min);
        let rows = self.lever.nrows();
        if ones.is_empty() {
            return (DMatrix::zeros(rows, 0), smallest);
        }
        let inside = self.lever * eigen.eigenvectors.select_columns(&ones);
        let null = scaled_rows(&inside, &self.scale.map(f64::recip));
        (null.qr().q().columns(0, ones.len()).into_owned(), smallest)
    }
}

/// An interval that holds every eigenvalue other than zero.
struct Spectrum {
    low: f64,
    high: f64,
}

struct Node {
    shift: f64,
    weight: f64,
}

impl Spectrum {
    fn of(scale: &DVector<f64>, smallest_rest: f64) -> Self {
        let (least, most) = (scale.min(), scale.max());
        // A hair wider than proven, for rounding; and never a point.
        Self {
            low: least * least * smallest_rest * 0.99,
            high: most * most * 1.01,
        }
    }

    /// Σ weight/(shift + λ) = λ^(−1/2) to about 1e-15 for every λ of the interval.
    fn nodes(&self) -> Vec<Node> {
        let modulus = (self.low / self.high).sqrt();
        let quarter = Elliptic::new(modulus);
        let digits = 36.0;
        let bend = (self.high / self.low).ln() + 3.0;
        let count = (digits * bend / (8.0 * FRAC_PI_2 * FRAC_PI_2)).ceil() + 1.0;
        let width = quarter.period() / count;
        (0..count as usize)
            .map(|place| {
                let (sn, cn) = quarter.sn_cn((place as f64 + 0.5) * width);
                let dn = (cn * cn + modulus * modulus * sn * sn).sqrt();
                let t = self.low.sqrt() * sn / cn;
                let weight = width / FRAC_PI_2 * self.low.sqrt() * dn / (cn * cn);
                Node {
                    shift: t * t,
                    weight,
                }
            })
            .collect()
    }
}

/// Jacobi's functions of the modulus √(1 − `complement`²), by the arithmetic-geometric
/// mean (DLMF 22.20(ii)).
struct Elliptic {
    means: Vec<f64>,
    differences: Vec<f64>,
}

impl Elliptic {
    fn new(complement: f64) -> Self {
        let (mut mean, mut other) = (1.0_f64, complement);
        let (mut means, mut differences) =
            (vec![mean], vec![(1.0 - complement * complement).sqrt()]);
        while means.len() < 40 && (mean - other).abs() > 1e-16 * mean {
            let difference = (mean - other) / 2.0;
            (mean, other) = ((mean + other) / 2.0, (mean * other).sqrt());
            means.push(mean);
            differences.push(difference);
        }
        Self { means, differences }
    }

    /// The quarter period K.
    fn period(&self) -> f64 {
        FRAC_PI_2 / self.means[self.means.len() - 1]
    }

    fn sn_cn(&self, at: f64) -> (f64, f64) {
        let last = self.means.len() - 1;
        let mut angle =
            2.0_f64.powi(i32::try_from(last).unwrap_or(i32::MAX)) * self.means[last] * at;
        for step in (1..=last).rev() {
            let sine = self.differences[step] / self.means[step] * angle.sin();
            angle = (angle + sine.clamp(-1.0, 1.0).asin()) / 2.0;
        }
        angle.sin_cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by eigendecomposition of the whole matrix.
    fn dense(scale: &DVector<f64>, lever: &DMatrix<f64>, right: &DMatrix<f64>) -> DMatrix<f64> {
        let s = DMatrix::from_diagonal(scale);
        let whole =
            &s * (DMatrix::identity(scale.len(), scale.len()) - lever * lever.transpose()) * &s;
        let eigen = SymmetricEigen::new(whole);
        let roots = eigen
            .eigenvalues
            .map(|v| if v > 1e-9 { v.sqrt().recip() } else { 0.0 });
        &eigen.eigenvectors
            * DMatrix::from_diagonal(&roots)
            * eigen.eigenvectors.transpose()
            * right
    }

    fn lever(rows: usize, length: f64) -> DMatrix<f64> {
        let raw = DMatrix::from_fn(rows, 3, |r, c| {
            ((r * 7 + c * 13) % 11) as f64 - 4.0 + c as f64
        });
        raw.qr().q() * length
    }

    #[test]
    fn it_agrees_with_the_eigendecomposition() {
        for spread in [0.0, 1.0, 6.0] {
            let scale = DVector::from_fn(12, |r, _| (spread * (r as f64 / 11.0 - 0.5)).exp());
            let lever = lever(12, 0.9);
            let right = DMatrix::from_fn(12, 2, |r, c| (r as f64 + 1.0).sin() + c as f64);
            let got = Diagonal {
                scale: &scale,
                lever: &lever,
            }
            .inverse_root_times(&right)
            .expect("solvable");
            let want = dense(&scale, &lever, &right);
            assert!(
                (&got - &want).amax() < 1e-11 * want.amax(),
                "{spread}: {}",
                (got - want).amax()
            );
        }
    }

    #[test]
    fn a_direction_the_cluster_alone_decides_is_left_out() {
        let scale = DVector::from_fn(9, |r, _| 0.5 + r as f64 / 9.0);
        let mut lever = lever(9, 1.0);
        lever.column_mut(1).scale_mut(0.7);
        let right = DMatrix::from_fn(9, 2, |r, c| (r as f64 * 0.3).cos() - c as f64);
        let got = Diagonal {
            scale: &scale,
            lever: &lever,
        }
        .inverse_root_times(&right)
        .expect("solvable");
        let want = dense(&scale, &lever, &right);
        assert!(
            (&got - &want).amax() < 1e-10 * want.amax(),
            "{}",
            (got - want).amax()
        );
    }
}
