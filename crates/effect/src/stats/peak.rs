//! How far people fall back of themselves after being picked at a peak: regression to
//! the mean, as two models say it. These are for showing what no service explains;
//! nothing is subtracted from a result with them.
//!
//! Normal: (1 − ρ)·σ·φ(z)/(1 − Φ(z)) for those above a cut. Gamma–Poisson: a person with
//! k contacts is expected to have m(k + θ)/(m + θ) the next time.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::refusal::Refusal;

/// Expected fall of the mean of those who scored above `cut`, in units of the score;
/// `correlation` is between the two occasions.
///
/// # Errors
/// `Impossible` for a spread not above 0 or a correlation outside −1 to 1; `Undefined`
/// when the cut is so far out that nobody is above it.
pub fn expected_fall(mean: f64, spread: f64, correlation: f64, cut: f64) -> Result<f64, Refusal> {
    let possible = spread > 0.0 && (-1.0..=1.0).contains(&correlation);
    if !(possible && [mean, spread, cut].iter().all(|v| v.is_finite())) {
        let what = format!("a spread of {spread} with a correlation of {correlation}");
        return Err(Refusal::Impossible { what });
    }
    let normal = Normal::standard();
    let z = (cut - mean) / spread;
    let above = normal.sf(z);
    if above <= 0.0 {
        return Err(Refusal::Undefined {
            what: "expected fall",
            why: "nobody is above the cut",
        });
    }
    Ok((1.0 - correlation) * spread * normal.pdf(z) / above)
}

/// Contacts expected next time of a person who had `seen` this time, when people's
/// rates vary as a gamma with mean `mean` and shape `theta`.
///
/// # Errors
/// `Impossible` for a mean or theta not above 0.
pub fn expected_next(mean: f64, theta: f64, seen: u64) -> Result<f64, Refusal> {
    if !(mean > 0.0 && theta > 0.0 && mean.is_finite() && theta.is_finite()) {
        let what = format!("a mean of {mean} with a theta of {theta}");
        return Err(Refusal::Impossible { what });
    }
    Ok(mean * (seen as f64 + theta) / (mean + theta))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_correlation_has_no_fall_back() {
        assert_eq!(expected_fall(5.0, 3.0, 1.0, 7.0), Ok(0.0));
    }

    #[test]
    fn a_person_at_the_mean_stays_there() {
        let next = expected_next(4.0, 1.3, 4).expect("above 0");
        assert!((next - 4.0).abs() < 1e-12);
    }

    #[test]
    fn impossible_spreads_and_cuts_are_refused() {
        assert!(matches!(
            expected_fall(5.0, 0.0, 0.5, 7.0),
            Err(Refusal::Impossible { .. })
        ));
        assert!(matches!(
            expected_fall(5.0, 3.0, f64::NAN, 7.0),
            Err(Refusal::Impossible { .. })
        ));
        assert!(matches!(
            expected_fall(0.0, 1.0, 0.5, 1e6),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(
            expected_next(0.0, 1.0, 3),
            Err(Refusal::Impossible { .. })
        ));
    }
}
