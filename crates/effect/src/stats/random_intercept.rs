//! Negative binomial with an intercept of its own for every practice, normal around the
//! common one (A9, sensitivity). The intercepts are integrated out by adaptive
//! Gauss-Hermite quadrature around each practice's mode; one node is Laplace's method.
//! Exact from cells when the practice is part of their key.

use std::f64::consts::{PI, SQRT_2};

use nalgebra::{Cholesky, DMatrix, DVector, SymmetricEigen};
use statrs::function::factorial::ln_factorial;

use super::counts::{CountCells, Histogram};
use super::limits::{CLUSTER_SPREAD_MIN, NEWTON_STEPS_MAX, THETA_MAX};
use super::linear::{errors, inverse};
use super::negative_binomial::NegativeBinomial;
use super::refusal::Refusal;
use super::rising::Rising;
use super::sandwich::Clusters;

const NOT_CONVERGED: Refusal = Refusal::NotConverged {
    model: "practice intercept",
};

/// Nodes at which the answer no longer changes in its first six digits.
pub const NODES: usize = 11;

/// A fitted model.
#[derive(Debug, Clone)]
pub struct RandomIntercept {
    /// Log ratios within a practice, in the order of the terms.
    pub coefficients: DVector<f64>,
    /// Their errors, from the observed information of all parameters together.
    pub errors: DVector<f64>,
    /// The shape θ within practices.
    pub theta: f64,
    /// Standard deviation of the practices' intercepts, on the log scale.
    pub spread: f64,
    /// Log-likelihood, constants included.
    pub log_likelihood: f64,
}

impl RandomIntercept {
    /// Fits the model; `nodes` of the quadrature, [`NODES`] unless compared with Laplace.
    ///
    /// # Errors
    /// R3 with one practice; R7 as the negative binomial model, or when the practices
    /// differ no more than chance.
    pub fn fit(
        cells: &CountCells,
        histogram: &Histogram,
        clusters: &Clusters,
        nodes: usize,
    ) -> Result<Self, Refusal> {
        clusters.more_than_one()?;
        let simple = NegativeBinomial::fit(cells, histogram)?;
        let likelihood = Likelihood {
            histogram,
            practices: practices(cells, clusters),
            rule: gauss_hermite(nodes.max(1)),
        };
        // A third on the log scale is a usual spread of practices.
        let start = simple
            .coefficients
            .push(0.3_f64.ln())
            .push(simple.theta.ln());
        let best = likelihood.climb(start)?;
        let terms = best.len() - 2;
        let covariance = inverse(&-likelihood.curvature(&best)).ok_or(NOT_CONVERGED)?;
        Ok(Self {
            coefficients: best.rows(0, terms).into_owned(),
            errors: errors(&covariance).rows(0, terms).into_owned(),
            spread: best[terms].exp(),
            theta: best[terms + 1].exp(),
            log_likelihood: likelihood.slope(&best).0,
        })
    }
}

/// Nodes z and weights w of ∫ e^(−z²) f(z) dz, from the eigenvalues of the recurrence
/// (Golub and Welsch 1969).
fn gauss_hermite(nodes: usize) -> Vec<(f64, f64)> {
    let recurrence = DMatrix::from_fn(nodes, nodes, |row, column| {
        if row.abs_diff(column) == 1 {
            (row.max(column) as f64 / 2.0).sqrt()
        } else {
            0.0
        }
    });
    let eigen = SymmetricEigen::new(recurrence);
    (0..nodes)
        .map(|i| {
            (
                eigen.eigenvalues[i],
                PI.sqrt() * eigen.eigenvectors[(0, i)].powi(2),
            )
        })
        .collect()
}

/// The cells of one practice, copied together so that sums over them are one product.
struct Practice {
    /// Terms × cells.
    x: DMatrix<f64>,
    n: DVector<f64>,
    sum: DVector<f64>,
    offset: DVector<f64>,
}

fn practices(cells: &CountCells, clusters: &Clusters) -> Vec<Practice> {
    let own = |members: Vec<usize>| Practice {
        x: cells.x.select_rows(&members).transpose(),
        n: cells.n.select_rows(&members),
        sum: cells.sum.select_rows(&members),
        offset: cells.offset.select_rows(&members),
    };
    clusters.members().into_iter().map(own).collect()
}

/// The log-likelihood of (coefficients, ln spread, ln θ).
struct Likelihood<'a> {
    histogram: &'a Histogram,
    practices: Vec<Practice>,
    rule: Vec<(f64, f64)>,
}

/// One practice at one set of parameters.
struct At<'a> {
    practice: &'a Practice,
    log_mean: DVector<f64>,
    spread: f64,
    theta: f64,
}

/// One practice's log density of its standard intercept u (mean 0, spread 1), with its
/// derivatives by u and by the parameters, and those of its first two derivatives by u.
struct Density {
    height: f64,
    by_u: f64,
    by_uu: f64,
    by_uuu: f64,
    by_parameters: DVector<f64>,
    u_by_parameters: DVector<f64>,
    uu_by_parameters: DVector<f64>,
}

impl Likelihood<'_> {
    /// Newton with halving; where the surface is not a dome, along a blunted step.
    fn climb(&self, mut parameters: DVector<f64>) -> Result<DVector<f64>, Refusal> {
        let (mut height, mut slope) = self.slope(&parameters);
        for _ in 0..NEWTON_STEPS_MAX {
            let step = uphill(&-self.curvature(&parameters), &slope).ok_or(NOT_CONVERGED)?;
            let mut length = (1.0 / step.amax()).min(1.0);
            let mut next = &parameters + &step * length;
            let mut there = self.slope(&next);
            while !(there.0 - height).is_finite() || there.0 < height - 1e-9 {
                length /= 2.0;
                if length < 1e-6 {
                    return Err(NOT_CONVERGED);
                }
                next = &parameters + &step * length;
                there = self.slope(&next);
            }
            (parameters, height, slope) = (next, there.0, there.1);
            let terms = parameters.len() - 2;
            if parameters[terms].exp() < CLUSTER_SPREAD_MIN {
                return Err(Refusal::NoClusterSpread);
            }
            if parameters[terms + 1].exp() > THETA_MAX {
                return Err(Refusal::PoissonLimit);
            }
            if (step * length).amax() < 1e-8 {
                return Ok(parameters);
            }
        }
        Err(NOT_CONVERGED)
    }

    /// Second derivatives, from differences of the first.
    fn curvature(&self, parameters: &DVector<f64>) -> DMatrix<f64> {
        const STEP: f64 = 1e-4;
        let size = parameters.len();
        let mut curvature = DMatrix::zeros(size, size);
        for place in 0..size {
            let mut moved = parameters.clone();
            moved[place] += STEP;
            let ahead = self.slope(&moved).1;
            moved[place] -= 2.0 * STEP;
            let behind = self.slope(&moved).1;
            curvature.set_column(place, &((ahead - behind) / (2.0 * STEP)));
        }
        (&curvature + curvature.transpose()) / 2.0
    }

    /// Log-likelihood and its derivatives.
    fn slope(&self, parameters: &DVector<f64>) -> (f64, DVector<f64>) {
        let terms = parameters.len() - 2;
        let (spread, theta) = (parameters[terms].exp(), parameters[terms + 1].exp());
        let (mut height, mut by_log_theta) = (0.0, 0.0);
        for (y, n) in self.histogram.iter() {
            let sums = Rising::new(theta, y);
            height += n as f64 * (sums.logs - ln_factorial(y));
            by_log_theta += n as f64 * sums.inverses * theta;
        }
        let mut slope = DVector::zeros(parameters.len());
        slope[parameters.len() - 1] = by_log_theta;
        for practice in &self.practices {
            let log_mean = practice.x.tr_mul(&parameters.rows(0, terms)) + &practice.offset;
            let at = At {
                practice,
                log_mean,
                spread,
                theta,
            };
            let (own, by_parameters) = at.integral(&self.rule);
            height += own;
            slope += by_parameters;
        }
        (height, slope)
    }
}

impl At<'_> {
    /// The log of one practice's integral, and its derivatives. The nodes move with the
    /// parameters, and so does the mode they are centred on.
    fn integral(&self, rule: &[(f64, f64)]) -> (f64, DVector<f64>) {
        let mode = self.mode();
        let centre = self.density(mode);
        let curvature = -centre.by_uu;
        let width = curvature.sqrt().recip();
        let mode_moves = &centre.u_by_parameters / curvature;
        let bends = -(&centre.uu_by_parameters + &mode_moves * centre.by_uuu);
        let width_moves = &bends * (-0.5 * width / curvature);
        let nodes: Vec<(f64, Density, f64)> = rule
            .iter()
            .map(|&(z, weight)| {
                let density = self.density(mode + SQRT_2 * width * z);
                let height = density.height + z * z + weight.ln() - 0.5 * PI.ln();
                (z, density, height)
            })
            .collect();
        let top = nodes
            .iter()
            .map(|node| node.2)
            .fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = nodes.iter().map(|node| (node.2 - top).exp()).sum();
        let mut slope = &width_moves / width;
        for (z, density, height) in &nodes {
            let share = (height - top).exp() / sum;
            slope += (&density.by_parameters
                + (&mode_moves + &width_moves * (SQRT_2 * z)) * density.by_u)
                * share;
        }
        (width.ln() + top + sum.ln(), slope)
    }

    /// Where the density of u is highest: it is a dome, so Newton finds it.
    fn mode(&self) -> f64 {
        let mut u = 0.0_f64;
        for _ in 0..NEWTON_STEPS_MAX {
            let (mut by_u, mut by_uu) = (-u, -1.0);
            for (cell, log_mean) in self.log_mean.iter().enumerate() {
                let mean = (log_mean + self.spread * u).exp();
                let share = mean / (self.theta + mean);
                let sum = self.practice.sum[cell];
                let whole = sum + self.practice.n[cell] * self.theta;
                by_u += self.spread * (sum - whole * share);
                by_uu -= self.spread * self.spread * whole * share * (1.0 - share);
            }
            let step = (-by_u / by_uu).clamp(-2.0, 2.0);
            u += step;
            if step.abs() < 1e-9 {
                break;
            }
        }
        u
    }

    fn density(&self, u: f64) -> Density {
        let (spread, theta) = (self.spread, self.theta);
        let mut height = -u * u / 2.0;
        let mut by_theta = [0.0; 3];
        // Derivatives by the log mean, first to third, per cell.
        let mut by_mean = DMatrix::zeros(self.log_mean.len(), 3);
        for (cell, log_mean) in self.log_mean.iter().enumerate() {
            let (n, sum) = (self.practice.n[cell], self.practice.sum[cell]);
            let log_mean = log_mean + spread * u;
            let mean = log_mean.exp();
            let (wide, whole) = (theta + mean, sum + n * theta);
            let share = mean / wide;
            let bend = share * (1.0 - share);
            let tilt = 1.0 - 2.0 * share;
            let less = (mean / theta).ln_1p();
            height += sum * (log_mean - wide.ln()) - n * theta * less;
            by_mean[(cell, 0)] = sum - whole * share;
            by_mean[(cell, 1)] = -whole * bend;
            by_mean[(cell, 2)] = -whole * bend * tilt;
            by_theta[0] += n - whole / wide - n * less;
            by_theta[1] += whole * bend / theta - n * share;
            by_theta[2] += whole * bend * tilt / theta - n * bend;
        }
        let by_terms = &self.practice.x * &by_mean;
        let sums = by_mean.row_sum();
        let parameters = |order: usize, power: f64, by_spread: f64| {
            (by_terms.column(order) * power)
                .push(by_spread)
                .push(by_theta[order] * theta * power)
        };
        let square = spread * spread;
        Density {
            height,
            by_u: spread * sums[0] - u,
            by_uu: square * sums[1] - 1.0,
            by_uuu: square * spread * sums[2],
            by_parameters: parameters(0, 1.0, spread * u * sums[0]),
            u_by_parameters: parameters(1, spread, spread * sums[0] + square * u * sums[1]),
            uu_by_parameters: parameters(
                2,
                square,
                2.0 * square * sums[1] + square * spread * u * sums[2],
            ),
        }
    }
}

/// The Newton step, with the diagonal raised until the surface is a dome.
fn uphill(information: &DMatrix<f64>, slope: &DVector<f64>) -> Option<DVector<f64>> {
    let size = information.diagonal().amax();
    (0..16).find_map(|attempt| {
        let raise = if attempt == 0 {
            0.0
        } else {
            size * 1e-6 * 10_f64.powi(attempt)
        };
        let raised = information + DMatrix::from_diagonal_element(slope.len(), slope.len(), raise);
        Cholesky::new(raised).map(|cholesky| cholesky.solve(slope))
    })
}

#[cfg(test)]
mod tests {
    use super::super::counts::Tallies;
    use super::super::design::Design;
    use super::*;

    #[test]
    fn the_rule_integrates_polynomials_exactly() {
        for nodes in [1, 2, 5, 11] {
            let rule = gauss_hermite(nodes);
            let mass: f64 = rule.iter().map(|(_, weight)| weight).sum();
            assert!((mass - PI.sqrt()).abs() < 1e-12);
            if nodes > 1 {
                let second: f64 = rule.iter().map(|(z, weight)| z * z * weight).sum();
                assert!((second - PI.sqrt() / 2.0).abs() < 1e-12);
            }
        }
    }

    /// Ten practices of twelve rows each; `apart` spreads the practices.
    fn rows(apart: f64) -> (CountCells, Histogram, Clusters) {
        let counts: Vec<u64> = (0_u64..120)
            .map(|row| {
                let own = (apart * ((row / 12) as f64 - 4.5)).exp();
                ([0.0, 6.0, 1.0, 14.0, 2.0, 3.0, 0.0, 9.0, 4.0, 1.0, 2.0, 18.0]
                    [(row * 5 % 12) as usize]
                    * own)
                    .round() as u64
            })
            .collect();
        let half = (0..120).map(|row| f64::from(row % 2));
        let design = Design::constant(120).with("half", half);
        let cells = CountCells::new(&design, &Tallies::from_rows(&counts, &[1.0; 120]))
            .expect("whole rows");
        let practices: Vec<i64> = (0..120).map(|row| row / 12).collect();
        (
            cells,
            counts.into_iter().map(|y| (y, 1)).collect(),
            Clusters::by_key(&practices),
        )
    }

    #[test]
    fn more_nodes_settle_and_laplace_is_near() {
        let (cells, histogram, clusters) = rows(0.15);
        let fit =
            |nodes| RandomIntercept::fit(&cells, &histogram, &clusters, nodes).expect("a fit");
        let (laplace, usual, many) = (fit(1), fit(NODES), fit(25));
        assert!((&usual.coefficients - &many.coefficients).amax() < 1e-7);
        assert!((usual.spread - many.spread).abs() < 1e-7);
        assert!((laplace.spread - many.spread).abs() < 1e-2);
        // The slopes are those of the heights.
        assert!(usual.spread > 0.2 && usual.spread < 0.8, "{}", usual.spread);
    }

    #[test]
    fn the_slope_is_the_derivative_of_the_height() {
        let (cells, histogram, clusters) = rows(0.15);
        for nodes in [1, 4] {
            let likelihood = Likelihood {
                histogram: &histogram,
                practices: practices(&cells, &clusters),
                rule: gauss_hermite(nodes),
            };
            let at = DVector::from_vec(vec![1.0, -0.2, -0.9, 0.3]);
            let slope = likelihood.slope(&at).1;
            for place in 0..4 {
                let height = |moved: f64| {
                    let mut there = at.clone();
                    there[place] += moved;
                    likelihood.slope(&there).0
                };
                let difference = (height(1e-5) - height(-1e-5)) / 2e-5;
                assert!((difference - slope[place]).abs() < 1e-5, "{nodes} {place}");
            }
        }
    }

    #[test]
    fn practices_that_do_not_differ_and_one_practice_are_named() {
        let (cells, histogram, clusters) = rows(0.0);
        let fit = RandomIntercept::fit(&cells, &histogram, &clusters, NODES);
        assert_eq!(fit.err(), Some(Refusal::NoClusterSpread));
        let one = Clusters::by_key(&[1; 120]);
        let fit = RandomIntercept::fit(&cells, &histogram, &one, NODES);
        assert_eq!(fit.err(), Some(Refusal::OneCluster));
    }
}
