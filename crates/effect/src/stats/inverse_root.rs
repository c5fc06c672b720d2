//! The inverse root of a diagonal matrix less a thin one, times B, with directions in
//! which the matrix is zero left out (the Moore–Penrose root). It is what CR2 needs for a cluster
//! of any size: the cost grows with the cells times the square of the columns, where an
//! eigendecomposition would grow with the cube of the cells.
//!
//! Method: λ^(−1/2) = (2/π)∫ dt/(t² + λ), with t put on Jacobi's elliptic functions so
//! that the midpoint rule converges geometrically on the whole spectrum at once (Hale,
//! Higham and Trefethen, SIAM J. Numer. Anal. 46, 2008); each shifted matrix is solved
//! as diagonal plus low rank.

use std::f64::consts::FRAC_PI_2;

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::linear::{beside, scaled_rows};
use super::strata::Strata;

/// A leverage this near one means a direction that the cluster alone decides.
const LEVERAGE_ONE: f64 = 1e-9;

/// The matrix S(I − FFᵀ − VVᵀ)S of one cluster: `scale` is the diagonal of S, F holds the
/// directions of `strata`, `lever` is V (cells × columns) with VᵀV ≤ I and FᵀV = 0.
pub struct Diagonal<'a> {
    /// Diagonal of S; above zero.
    pub scale: &'a DVector<f64>,
    /// F: in these directions the matrix is zero.
    pub strata: &'a Strata,
    /// V, one row per cell.
    pub lever: &'a DMatrix<f64>,
}

impl Diagonal<'_> {
    /// (S(I − FFᵀ − VVᵀ)S)^(−1/2) `right`, for `right` with a row per cell. None when a
    /// linear system cannot be solved.
    #[must_use]
    pub fn inverse_root_times(&self, right: &DMatrix<f64>) -> Option<DMatrix<f64>> {
        let null = self.null_space();
        let range = Spectrum::of(self.scale, null.smallest_rest);
        // A zero direction is lifted into the middle of the spectrum and taken out after.
        let lift = (range.low * range.high).sqrt();
        let seen = self.without_null(right, &null);
        let thin = beside(&scaled_rows(self.lever, self.scale), &null.columns);
        let signs = DVector::from_fn(thin.ncols(), |column, _| {
            if column < self.lever.ncols() {
                -1.0
            } else {
                lift.recip()
            }
        });
        let mut root = DMatrix::zeros(right.nrows(), right.ncols());
        for node in range.nodes() {
            let base = Base::new(self, &null, lift, node.shift);
            let (first, beside) = (base.solve(&seen), base.solve(&thin));
            let capacity = DMatrix::from_diagonal(&signs) + thin.transpose() * &beside;
            let inner = capacity.lu().solve(&(thin.transpose() * &first))?;
            root += (first - beside * inner) * node.weight;
        }
        Some(self.without_null(&root, &null))
    }

    fn without_null(&self, rows: &DMatrix<f64>, null: &Null) -> DMatrix<f64> {
        let mut rest = rows - &null.columns * (null.columns.transpose() * rows);
        let shares = self.strata.sums(&null.of_strata, &rest);
        self.strata.take(&mut rest, &null.of_strata, &shares);
        rest
    }

    /// The directions where the matrix is zero: those of the strata, and those of the
    /// lever with leverage one.
    fn null_space(&self) -> Null {
        let eigen = SymmetricEigen::new(self.lever.transpose() * self.lever);
        let rest = eigen.eigenvalues.map(|leverage| 1.0 - leverage);
        let ones: Vec<usize> = (0..rest.len())
            .filter(|&i| rest[i] < LEVERAGE_ONE)
            .collect();
        let smallest_rest = rest
            .iter()
            .copied()
            .filter(|&rest| rest >= LEVERAGE_ONE)
            .fold(1.0, f64::min);
        let turned = |entries: &DVector<f64>| entries.component_div(self.scale);
        let of_strata = self
            .strata
            .of_length_one(if self.strata.direction.is_empty() {
                DVector::zeros(0)
            } else {
                turned(&self.strata.direction)
            });
        let inside = self.lever * eigen.eigenvectors.select_columns(&ones);
        let mut columns = scaled_rows(&inside, &self.scale.map(f64::recip));
        let shares = self.strata.sums(&of_strata, &columns);
        self.strata.take(&mut columns, &of_strata, &shares);
        if !ones.is_empty() {
            columns = columns.qr().q().columns(0, ones.len()).into_owned();
        }
        Null {
            of_strata,
            columns,
            smallest_rest,
        }
    }
}

/// An orthonormal basis of the directions where the matrix is zero.
struct Null {
    /// One vector per stratum.
    of_strata: DVector<f64>,
    /// The others.
    columns: DMatrix<f64>,
    /// Smallest 1 − leverage of the lever's other directions.
    smallest_rest: f64,
}

/// Diagonal and strata, shifted: t² + S² − (SF)(SF)ᵀ + lift × NNᵀ, stratum by stratum.
struct Base<'a> {
    strata: &'a Strata,
    inverse: DVector<f64>,
    /// SF and N, row by row.
    sides: [DVector<f64>; 2],
    /// The inverse of each stratum's two by two matrix: (first, both, second).
    inner: Vec<(f64, f64, f64)>,
}

impl<'a> Base<'a> {
    fn new(matrix: &Diagonal<'a>, null: &Null, lift: f64, shift: f64) -> Self {
        let inverse = matrix.scale.map(|scale| (scale * scale + shift).recip());
        let strata = matrix.strata;
        if strata.direction.is_empty() {
            return Self {
                strata,
                inverse,
                sides: [DVector::zeros(0), DVector::zeros(0)],
                inner: Vec::new(),
            };
        }
        let squeezed = DMatrix::from_column_slice(inverse.len(), 1, inverse.as_slice());
        let sum = |weight: DVector<f64>| strata.sums(&weight, &squeezed);
        let along = strata.direction.component_mul(matrix.scale);
        // −1 + Σ(Sf)²/(S² + t²), without the cancellation.
        let first = sum(strata.direction.component_mul(&strata.direction)) * -shift;
        let both = sum(along.component_mul(&null.of_strata));
        let second = sum(null.of_strata.component_mul(&null.of_strata)).add_scalar(lift.recip());
        let inner = (0..first.len())
            .map(|stratum| {
                let (a, b, c) = (first[stratum], both[stratum], second[stratum]);
                let determinant = a * c - b * b;
                (c / determinant, -b / determinant, a / determinant)
            })
            .collect();
        Self {
            strata,
            inverse,
            sides: [along, null.of_strata.clone()],
            inner,
        }
    }

    fn solve(&self, right: &DMatrix<f64>) -> DMatrix<f64> {
        let mut solved = scaled_rows(right, &self.inverse);
        if self.inner.is_empty() {
            return solved;
        }
        let [mut first, mut second] = self
            .sides
            .each_ref()
            .map(|side| self.strata.sums(side, &solved));
        for (stratum, &(a, b, c)) in self.inner.iter().enumerate() {
            for column in 0..right.ncols() {
                let (one, two) = (first[(stratum, column)], second[(stratum, column)]);
                first[(stratum, column)] = a * one + b * two;
                second[(stratum, column)] = b * one + c * two;
            }
        }
        for (side, shares) in self.sides.iter().zip([first, second]) {
            self.strata
                .take(&mut solved, &side.component_mul(&self.inverse), &shares);
        }
        solved
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
                strata: &Strata::none(),
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
            strata: &Strata::none(),
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

    #[test]
    fn strata_are_columns_of_leverage_one() {
        let scale = DVector::from_fn(12, |r, _| 0.5 + ((r * 5) % 12) as f64 / 12.0);
        let labels: Vec<usize> = (0..12).map(|row| row / 4).collect();
        let strata = Strata::new(&labels, DVector::from_fn(12, |r, _| 1.0 + (r % 3) as f64));
        let columns = DMatrix::from_fn(12, 3, |r, c| {
            if labels[r] == c {
                strata.direction[r]
            } else {
                0.0
            }
        });
        let outside = |raw: DMatrix<f64>| &raw - &columns * (columns.transpose() * &raw);
        let mut lever = outside(DMatrix::from_fn(12, 2, |r, c| {
            ((r * 7 + c * 13) % 11) as f64
        }))
        .qr()
        .q();
        lever.column_mut(0).scale_mut(0.8);
        let right = DMatrix::from_fn(12, 2, |r, c| (r as f64 * 0.3).cos() - c as f64);
        let diagonal = Diagonal {
            scale: &scale,
            strata: &strata,
            lever: &lever,
        };
        let got = diagonal.inverse_root_times(&right).expect("solvable");
        let want = dense(&scale, &beside(&lever, &columns), &right);
        assert!(
            (&got - &want).amax() < 1e-10 * want.amax(),
            "{}",
            (got - want).amax()
        );
    }
}
