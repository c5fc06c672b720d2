//! What a statistic gives back. An [`Estimate`] is one number with its error and
//! interval; a [`Finding`] is the frame around it: how many, how many missing, by what
//! method, under which assumptions, and which refusals hold.
//! `Err(Refusal)` means that nothing could be computed; refusals inside a finding mean
//! that the numbers stand for a researcher, but no conclusion may be drawn from them.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::limits::INTERVAL_LEVEL;
use super::refusal::Refusal;

/// A range, in the units of the estimate, with the coverage it claims (0 to 1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Claimed coverage, for example 0.95.
    pub level: f64,
}

impl Interval {
    /// The same range after a rising change of scale, such as `f64::exp`.
    #[must_use]
    pub fn on_scale(self, scale: impl Fn(f64) -> f64) -> Self {
        Self {
            low: scale(self.low),
            high: scale(self.high),
            level: self.level,
        }
    }

    /// Whether the value lies inside, ends included.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// One number, its standard error and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The number itself, in the units its place says.
    pub value: f64,
    /// Standard error in the same units; none where the method gives none.
    pub standard_error: Option<f64>,
    /// Degrees of freedom of the t interval; none means a normal interval.
    pub df: Option<f64>,
    /// The interval; none where it would mislead (see the refusals).
    pub interval: Option<Interval>,
}

impl Estimate {
    /// A number that no interval belongs to.
    #[must_use]
    pub fn bare(value: f64) -> Self {
        Self {
            value,
            standard_error: None,
            df: None,
            interval: None,
        }
    }

    /// Value ± normal quantile × error, at [`INTERVAL_LEVEL`].
    #[must_use]
    pub fn normal(value: f64, standard_error: f64) -> Self {
        let reach = normal_quantile(0.5 + INTERVAL_LEVEL / 2.0) * standard_error;
        Self {
            df: None,
            ..Self::within(value, standard_error, reach)
        }
    }

    /// Value ± t quantile × error, at [`INTERVAL_LEVEL`]. Without usable degrees of
    /// freedom (not above zero) there is no interval.
    #[must_use]
    pub fn student(value: f64, standard_error: f64, df: f64) -> Self {
        match t_quantile(0.5 + INTERVAL_LEVEL / 2.0, df) {
            Some(t) => Self {
                df: Some(df),
                ..Self::within(value, standard_error, t * standard_error)
            },
            None => Self {
                interval: None,
                ..Self::within(value, standard_error, 0.0)
            },
        }
    }

    /// Two-sided p of "it is 0", by the normal; none without an error above 0.
    #[must_use]
    pub fn normal_p(&self) -> Option<f64> {
        let error = self.standard_error.filter(|error| *error > 0.0)?;
        Some((2.0 * Normal::standard().sf((self.value / error).abs())).min(1.0))
    }

    /// Two-sided p of "it is 0", by the t of its interval, or the normal where it has none.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        let Some(df) = self.df else {
            return self.normal_p();
        };
        let error = self.standard_error.filter(|error| *error > 0.0)?;
        let t = StudentsT::new(0.0, 1.0, df).ok()?;
        Some((2.0 * t.sf((self.value / error).abs())).min(1.0))
    }

    fn within(value: f64, standard_error: f64, reach: f64) -> Self {
        let interval = Interval {
            low: value - reach,
            high: value + reach,
            level: INTERVAL_LEVEL,
        };
        Self {
            value,
            standard_error: Some(standard_error),
            df: None,
            interval: Some(interval),
        }
    }
}

/// The point below which a standard normal falls with the given probability.
#[must_use]
pub fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

/// The same for Student's t; none when `df` is not a number above zero.
#[must_use]
pub fn t_quantile(probability: f64, df: f64) -> Option<f64> {
    StudentsT::new(0.0, 1.0, df)
        .ok()
        .map(|t| t.inverse_cdf(probability))
}

/// A result in its frame. `T` holds the estimates of the particular method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding<T> {
    /// Units analysed (the method says of what: people, pairs, person-months, months).
    pub n: u64,
    /// Units that should have been there and were not.
    pub missing: u64,
    /// The estimator, exactly, as a researcher would write it.
    pub method: String,
    /// What must be true for the result to mean what it seems to.
    pub assumptions: Vec<&'static str>,
    /// Why no conclusion may be drawn; empty when one may.
    pub refusals: Vec<Refusal>,
    /// The numbers.
    pub result: T,
}

impl<T> Finding<T> {
    /// Whether nothing stands against drawing a conclusion.
    #[must_use]
    pub fn concludes(&self) -> bool {
        self.refusals.is_empty()
    }

    /// The refusal with this code ("R3"), if it holds.
    #[must_use]
    pub fn refused_by(&self, code: &str) -> Option<&Refusal> {
        self.refusals.iter().find(|refusal| refusal.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_interval_reaches_1_96_errors_each_way() {
        let interval = Estimate::normal(1.0, 2.0)
            .interval
            .expect("a normal interval exists");
        assert!((interval.high - (1.0 + 2.0 * 1.959_963_984_540_054)).abs() < 1e-9);
        assert!((interval.low - (1.0 - 2.0 * 1.959_963_984_540_054)).abs() < 1e-9);
    }

    #[test]
    fn p_is_that_of_the_interval() {
        // R: 2 * pt(-2.228138851964939, 10) and 2 * pnorm(-1.959963984540054).
        let t = Estimate::student(2.228_138_851_964_939, 1.0, 10.0);
        let normal = Estimate::normal(-1.959_963_984_540_054, 1.0);
        for estimate in [t, normal] {
            assert!(
                (estimate.p().expect("a p") - 0.05).abs() < 1e-9,
                "{estimate:?}"
            );
        }
        assert_eq!(Estimate::bare(1.0).p(), None);
    }

    #[test]
    fn a_t_interval_is_wider_and_needs_degrees_of_freedom() {
        let interval = Estimate::student(0.0, 1.0, 10.0)
            .interval
            .expect("10 df give an interval");
        assert!((interval.high - 2.228_138_851_964_939).abs() < 1e-8);
        assert_eq!(Estimate::student(0.0, 1.0, 0.0).interval, None);
        assert_eq!(Estimate::student(0.0, 1.0, f64::NAN).interval, None);
    }
}
