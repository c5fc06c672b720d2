//! Shares and counts of people with the intervals that hold for small numbers:
//! Wilson for a share, Byar for a count, exact McNemar for a threshold crossed
//! one way or the other.
//!
//! Sources: Wilson 1927; Byar's approximation as in Breslow and Day 1987; McNemar 1947
//! in its exact binomial form.

use serde::Serialize;
use statrs::distribution::{Binomial, DiscreteCDF};

use super::estimate::{Estimate, Interval, normal_quantile};
use super::limits::INTERVAL_LEVEL;
use super::refusal::Refusal;

/// How many of how many: `events` never exceeds `people`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    events: u64,
    people: u64,
}

impl Share {
    /// # Errors
    /// `Impossible` when there are more events than people.
    pub fn new(events: u64, people: u64) -> Result<Self, Refusal> {
        if events > people {
            let what = format!("{events} events among {people} people");
            return Err(Refusal::Impossible { what });
        }
        Ok(Self { events, people })
    }

    /// People to whom it happened.
    #[must_use]
    pub fn events(self) -> u64 {
        self.events
    }

    /// People to whom it could have happened.
    #[must_use]
    pub fn people(self) -> u64 {
        self.people
    }

    /// Events over people, 0 to 1; none when there are no people.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.people > 0).then(|| self.events as f64 / self.people as f64)
    }

    /// The rate with Wilson's score interval, which stays inside 0 to 1.
    ///
    /// # Errors
    /// `Undefined` when there are no people.
    pub fn wilson(self) -> Result<Estimate, Refusal> {
        let rate = self.rate().ok_or(Refusal::Undefined {
            what: "rate",
            why: "there is nobody to whom it could have happened",
        })?;
        let n = self.people as f64;
        let z = level_quantile();
        let widened = 1.0 + z * z / n;
        let middle = rate + z * z / (2.0 * n);
        let reach = z * (rate * (1.0 - rate) / n + z * z / (4.0 * n * n)).sqrt();
        let interval = Interval {
            // Rounding may leave the end that is exactly 0 or 1 a hair away.
            low: if self.events == 0 {
                0.0
            } else {
                ((middle - reach) / widened).max(0.0)
            },
            high: if self.events == self.people {
                1.0
            } else {
                ((middle + reach) / widened).min(1.0)
            },
            level: INTERVAL_LEVEL,
        };
        Ok(Estimate {
            interval: Some(interval),
            ..Estimate::bare(rate)
        })
    }

    /// Log of this rate over another, by the delta method; none when either has no event.
    #[must_use]
    pub fn log_ratio_to(self, other: Self) -> Option<Estimate> {
        let (a, b) = (self.rate()?, other.rate()?);
        if self.events == 0 || other.events == 0 {
            return None;
        }
        let one_over = |v: u64| 1.0 / v as f64;
        let variance = one_over(self.events) - one_over(self.people) + one_over(other.events)
            - one_over(other.people);
        Some(Estimate::normal((a / b).ln(), variance.max(0.0).sqrt()))
    }
}

/// Byar's interval for a count of rare events.
#[must_use]
pub fn byar(count: u64) -> Interval {
    let z = level_quantile();
    let x = count as f64;
    let low = if count == 0 {
        0.0
    } else {
        x * (1.0 - 1.0 / (9.0 * x) - z / (3.0 * x.sqrt())).powi(3)
    };
    let next = x + 1.0;
    Interval {
        low: low.max(0.0),
        high: next * (1.0 - 1.0 / (9.0 * next) + z / (3.0 * next.sqrt())).powi(3),
        level: INTERVAL_LEVEL,
    }
}

/// Exact two-sided McNemar p: were crossings up as likely as crossings down?
/// 1 when nobody crossed.
#[must_use]
pub fn mcnemar_exact(up: u64, down: u64) -> f64 {
    match Binomial::new(0.5, up + down) {
        Ok(crossings) => (2.0 * crossings.cdf(up.min(down))).min(1.0),
        Err(_) => 1.0,
    }
}

fn level_quantile() -> f64 {
    normal_quantile(0.5 + INTERVAL_LEVEL / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn more_events_than_people_is_refused() {
        assert!(matches!(Share::new(3, 2), Err(Refusal::Impossible { .. })));
    }

    #[test]
    fn nobody_has_no_rate() {
        let nobody = Share::new(0, 0).expect("nothing of nothing can be");
        assert!(matches!(nobody.wilson(), Err(Refusal::Undefined { .. })));
        assert_eq!(nobody.log_ratio_to(nobody), None);
    }

    #[test]
    fn a_rate_ratio_needs_an_event_on_both_sides() {
        let none = Share::new(0, 10).expect("0 of 10");
        let some = Share::new(4, 10).expect("4 of 10");
        assert_eq!(none.log_ratio_to(some), None);
        assert!(some.log_ratio_to(some).is_some_and(|r| r.value == 0.0));
    }

    #[test]
    fn nobody_crossing_or_as_many_each_way_is_no_evidence() {
        assert_eq!(mcnemar_exact(0, 0), 1.0);
        assert_eq!(mcnemar_exact(5, 5), 1.0);
        // 2 × (1 + 10) / 2^10
        assert!((mcnemar_exact(9, 1) - 22.0 / 1024.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn wilson_holds_the_rate_and_mirrors_its_complement(people in 1_u64..1_000_000, part in 0.0_f64..=1.0) {
            let events = (part * people as f64) as u64;
            let there = Share::new(events, people).expect("a part of the whole").wilson().expect("there are people");
            let gone = Share::new(people - events, people).expect("the rest").wilson().expect("there are people");
            let (a, b) = (there.interval.expect("has one"), gone.interval.expect("has one"));
            prop_assert!(a.holds(there.value) && a.low >= 0.0 && a.high <= 1.0);
            prop_assert!((a.low - (1.0 - b.high)).abs() < 1e-9);
        }

        #[test]
        fn byar_holds_the_count(count in 0_u64..10_000_000) {
            let interval = byar(count);
            prop_assert!(interval.holds(count as f64) && interval.low >= 0.0);
        }
    }
}
