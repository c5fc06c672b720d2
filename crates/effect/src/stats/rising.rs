//! Sums along θ, θ + 1, …, θ + y − 1, which the negative binomial needs in place of
//! differences of lnΓ, digamma and trigamma. The first terms are added one by one, the
//! rest by the difference of two asymptotic series (Abramowitz and Stegun 6.1.40, 6.3.18,
//! 6.4.12), so that a count of a million costs no more than one of a hundred.

/// Terms added one by one; beyond, θ + k ≥ 40 and the series are exact to 1e-16.
const DIRECT: u64 = 40;

/// The three sums for one y.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rising {
    /// Σ ln(θ + k) = lnΓ(θ + y) − lnΓ(θ).
    pub logs: f64,
    /// Σ 1/(θ + k).
    pub inverses: f64,
    /// Σ 1/(θ + k)².
    pub inverse_squares: f64,
}

impl Rising {
    /// For θ > 0 and a count y.
    #[must_use]
    pub fn new(theta: f64, y: u64) -> Self {
        let mut sums = Self::default();
        for k in 0..y.min(DIRECT) {
            let term = theta + k as f64;
            sums.logs += term.ln();
            sums.inverses += term.recip();
            sums.inverse_squares += (term * term).recip();
        }
        if y > DIRECT {
            let (from, to) = (theta + DIRECT as f64, theta + y as f64);
            sums.logs += ln_gamma_series(to) - ln_gamma_series(from);
            sums.inverses += (to / from).ln() + digamma_series(to) - digamma_series(from);
            sums.inverse_squares += trigamma_series(from) - trigamma_series(to);
        }
        sums
    }
}

/// lnΓ(x) without its constant ½ ln 2π.
fn ln_gamma_series(x: f64) -> f64 {
    let square = (x * x).recip();
    (x - 0.5) * x.ln() - x
        + (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x
}

/// Digamma without its leading logarithm.
fn digamma_series(x: f64) -> f64 {
    let square = (x * x).recip();
    -0.5 / x
        - square * (1.0 / 12.0 - square * (1.0 / 120.0 - square * (1.0 / 252.0 - square / 240.0)))
}

fn trigamma_series(x: f64) -> f64 {
    let square = (x * x).recip();
    (1.0 + 0.5 / x
        + square * (1.0 / 6.0 - square * (1.0 / 30.0 - square * (1.0 / 42.0 - square / 30.0))))
        / x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_agree_with_adding_every_term() {
        for (theta, y) in [(0.3, 41), (0.9, 200), (15.0, 5_000), (1e6, 300)] {
            let (mut logs, mut inverses, mut squares) = (0.0, 0.0, 0.0);
            for k in 0..y {
                let term = theta + k as f64;
                logs += term.ln();
                inverses += 1.0 / term;
                squares += 1.0 / (term * term);
            }
            let sums = Rising::new(theta, y);
            assert!((sums.logs / logs - 1.0).abs() < 1e-12, "{theta} {y}");
            assert!(
                (sums.inverses / inverses - 1.0).abs() < 1e-12,
                "{theta} {y}"
            );
            assert!(
                (sums.inverse_squares / squares - 1.0).abs() < 1e-10,
                "{theta} {y}"
            );
        }
    }
}
