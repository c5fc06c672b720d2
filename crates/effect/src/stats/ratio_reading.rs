//! What a ratio with its interval may be said to show (R8 and R9): a difference, no real
//! difference (the whole interval inside the margin fixed beforehand), or neither.

use serde::Serialize;

use super::estimate::Interval;
use super::limits::{MARGIN_HIGH, MARGIN_LOW, UNCERTAIN_HIGH, USEFUL_HALF_WIDTH};
use super::refusal::Refusal;

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The interval leaves out 1.
    Differs,
    /// The whole interval is inside the margin.
    NoRealDifference,
}

/// Reads the interval of a log ratio that rests on so many people.
///
/// # Errors
/// R8 when both a real fall and a real rise fit, with the people needed to bring the
/// half-width to a useful one; R9 when 1 fits but so does more than the margin.
pub fn read_log_ratio(interval: Interval, people: u64) -> Result<Reading, Refusal> {
    let ratio = interval.on_scale(f64::exp);
    if ratio.low <= MARGIN_LOW && ratio.high >= UNCERTAIN_HIGH {
        let needed = people_needed(interval, people);
        return Err(Refusal::TooUncertain {
            low: ratio.low,
            high: ratio.high,
            needed,
        });
    }
    if ratio.low >= MARGIN_LOW && ratio.high <= MARGIN_HIGH {
        return Ok(Reading::NoRealDifference);
    }
    if ratio.holds(1.0) {
        return Err(Refusal::DifferenceNotRuledOut {
            low: ratio.low,
            high: ratio.high,
        });
    }
    Ok(Reading::Differs)
}

/// The width of an interval shrinks with the root of the people.
#[must_use]
pub fn people_needed(interval: Interval, people: u64) -> u64 {
    let half_width = (interval.high - interval.low) / 2.0;
    let times = (half_width / USEFUL_HALF_WIDTH.ln()).powi(2);
    (people as f64 * times).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(low: f64, high: f64) -> Result<Reading, Refusal> {
        read_log_ratio(
            Interval {
                low: low.ln(),
                high: high.ln(),
                level: 0.95,
            },
            400,
        )
    }

    #[test]
    fn the_four_readings() {
        assert_eq!(read(0.70, 0.88), Ok(Reading::Differs));
        assert_eq!(read(1.02, 1.30), Ok(Reading::Differs));
        assert_eq!(read(0.93, 1.06), Ok(Reading::NoRealDifference));
        // Inside the margin and without 1: too small a difference to matter.
        assert_eq!(read(0.92, 0.98), Ok(Reading::NoRealDifference));
        assert!(matches!(
            read(0.85, 1.20),
            Err(Refusal::TooUncertain { .. })
        ));
        assert!(matches!(
            read(0.85, 1.05),
            Err(Refusal::DifferenceNotRuledOut { .. })
        ));
    }

    #[test]
    fn twice_too_wide_needs_four_times_the_people() {
        let wide = 2.0 * USEFUL_HALF_WIDTH.ln();
        let interval = Interval {
            low: -wide,
            high: wide,
            level: 0.95,
        };
        assert_eq!(people_needed(interval, 100), 400);
    }
}
