//! The XmR chart (A7): a series of single values and the limits of its own
//! point-to-point movement, mean ± 2.66 × mean moving range, with four rules.
//! A gap in the series breaks runs and moving ranges: nothing is joined over it.
//!
//! Rules: a point outside the limits; 7 in a row on one side of the mean; 7 points in
//! a row rising or falling; 2 of 3 in a row beyond two sigma on the same side.

use serde::Serialize;

use super::estimate::Finding;
use super::limits::XMR_POINTS_MIN;
use super::refusal::Refusal;

/// 3 / d2 for ranges of two.
const LIMIT_FACTOR: f64 = 2.66;
/// D4 for ranges of two.
const RANGE_FACTOR: f64 = 3.267;
/// d2 for ranges of two: a mean moving range over this is a sigma.
const RANGE_TO_SIGMA: f64 = 1.128;
/// Points in a row that make a shift or a trend.
const RUN: usize = 7;

/// The chart: lines, and the places (from 0) of the points that carry a signal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// Mean of the values.
    pub mean: f64,
    /// Mean moving range.
    pub moving_range: f64,
    /// The limits; none when there are too few points.
    pub limits: Option<Limits>,
    /// Points outside the limits.
    pub outside: Vec<usize>,
    /// Points of a run of 7 on one side of the mean.
    pub shift: Vec<usize>,
    /// Points of a run of 7 rising or falling.
    pub trend: Vec<usize>,
    /// Points beyond two sigma, 2 of 3 in a row on the same side.
    pub two_of_three: Vec<usize>,
}

/// The natural process limits, in the units of the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Mean − 2.66 × mean moving range.
    pub low: f64,
    /// Mean + 2.66 × mean moving range.
    pub high: f64,
    /// Upper limit of a moving range, 3.267 × mean moving range.
    pub range_high: f64,
}

/// Draws the chart's numbers from values in order; `None` is a missing point.
///
/// Refuses inside the finding: A7 for fewer than 12 points (no limits, no signals), R7
/// when the values never change (limits equal the mean, no signals).
///
/// # Errors
/// `TooFewObservations` for fewer than two values next to each other; `Impossible` for a
/// value that is no number.
pub fn chart(values: &[Option<f64>]) -> Result<Finding<Chart>, Refusal> {
    if !values.iter().flatten().all(|v| v.abs() < 1e150) {
        let what = "a value that is no number or too large".to_owned();
        return Err(Refusal::Impossible { what });
    }
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let ranges: Vec<f64> = values
        .windows(2)
        .filter_map(|pair| Some((pair[1]? - pair[0]?).abs()))
        .collect();
    if ranges.is_empty() {
        return Err(Refusal::TooFewObservations {
            have: known.len(),
            coefficients: 1,
        });
    }
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let moving_range = ranges.iter().sum::<f64>() / ranges.len() as f64;
    let mut chart = Chart {
        mean,
        moving_range,
        limits: None,
        outside: vec![],
        shift: vec![],
        trend: vec![],
        two_of_three: vec![],
    };
    let mut refusals = vec![];
    if known.len() < XMR_POINTS_MIN {
        refusals.push(Refusal::TooFewPoints {
            points: known.len(),
        });
    } else {
        let low = mean - LIMIT_FACTOR * moving_range;
        let high = mean + LIMIT_FACTOR * moving_range;
        let range_high = RANGE_FACTOR * moving_range;
        chart.limits = Some(Limits {
            low,
            high,
            range_high,
        });
        if moving_range > 0.0 {
            signals(&mut chart, values, (low, high));
        } else {
            refusals.push(Refusal::Constant);
        }
    }
    Ok(Finding {
        n: known.len() as u64,
        missing: (values.len() - known.len()) as u64,
        method: format!("XmR chart: mean ± {LIMIT_FACTOR} × mean moving range; four rules"),
        assumptions: vec!["the same thing was counted in the same way throughout"],
        refusals,
        result: chart,
    })
}

fn signals(chart: &mut Chart, values: &[Option<f64>], limits: (f64, f64)) {
    let (mean, sigma) = (chart.mean, chart.moving_range / RANGE_TO_SIGMA);
    let is_outside = |v: f64| v < limits.0 || v > limits.1;
    chart.outside = (0..values.len())
        .filter(|i| values[*i].is_some_and(is_outside))
        .collect();
    let side = |v: &Option<f64>| match v {
        Some(v) if *v > mean => 1,
        Some(v) if *v < mean => -1,
        _ => 0,
    };
    let sides: Vec<i32> = values.iter().map(side).collect();
    chart.shift = runs(&sides, RUN);
    // A run of 7 points has 6 steps; the step at i leads from point i to point i + 1.
    let step = |pair: &[Option<f64>]| match (pair[0], pair[1]) {
        (Some(a), Some(b)) if b > a => 1,
        (Some(a), Some(b)) if b < a => -1,
        _ => 0,
    };
    let steps: Vec<i32> = values.windows(2).map(step).collect();
    let mut trend: Vec<usize> = runs(&steps, RUN - 1)
        .into_iter()
        .flat_map(|i| [i, i + 1])
        .collect();
    trend.dedup();
    chart.trend = trend;
    chart.two_of_three = two_of_three(values, mean, sigma);
}

/// Places in runs of at least `length` equal signs that are not zero.
fn runs(signs: &[i32], length: usize) -> Vec<usize> {
    let mut found = vec![];
    let mut start = 0;
    for end in 1..=signs.len() {
        if end == signs.len() || signs[end] != signs[start] {
            if signs[start] != 0 && end - start >= length {
                found.extend(start..end);
            }
            start = end;
        }
    }
    found
}

fn two_of_three(values: &[Option<f64>], mean: f64, sigma: f64) -> Vec<usize> {
    let mut found = vec![];
    for side in [1.0, -1.0] {
        let beyond = |i: usize| values[i].is_some_and(|v| side * (v - mean) > 2.0 * sigma);
        for end in 2..values.len() {
            let near: Vec<usize> = (end - 2..=end).filter(|i| beyond(*i)).collect();
            if near.len() >= 2 {
                found.extend(near);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn fewer_than_12_points_have_no_limits_and_no_signals() {
        let finding = chart(&some(&[1.0, 9.0, 1.0, 9.0, 100.0])).expect("there are ranges");
        assert_eq!(finding.result.limits, None);
        assert!(finding.result.outside.is_empty());
        assert_eq!(
            finding.refused_by("A7"),
            Some(&Refusal::TooFewPoints { points: 5 })
        );
    }

    #[test]
    fn a_series_that_never_changes_has_no_signals() {
        let finding = chart(&some(&[4.0; 20])).expect("there are ranges");
        let limits = finding.result.limits.expect("20 points have limits");
        assert_eq!((limits.low, limits.high), (4.0, 4.0));
        assert_eq!(finding.refusals, [Refusal::Constant]);
        assert!(finding.result.shift.is_empty() && finding.result.outside.is_empty());
    }

    #[test]
    fn nothing_one_point_and_no_number_are_refused() {
        assert!(matches!(
            chart(&[]),
            Err(Refusal::TooFewObservations { .. })
        ));
        assert!(matches!(
            chart(&[Some(1.0), None, Some(2.0)]),
            Err(Refusal::TooFewObservations { .. })
        ));
        assert!(matches!(
            chart(&some(&[1.0, f64::NAN])),
            Err(Refusal::Impossible { .. })
        ));
        assert!(matches!(
            chart(&some(&[1.0, f64::INFINITY])),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn seven_rising_points_are_a_trend_and_six_are_not() {
        let mut values = vec![5.0, 3.0, 5.0, 3.0, 5.0, 3.0, 5.0];
        values.extend([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let six = chart(&some(&values)).expect("there are ranges");
        assert!(six.result.trend.is_empty());
        values.push(7.0);
        let seven = chart(&some(&values)).expect("there are ranges");
        assert_eq!(seven.result.trend, (7..14).collect::<Vec<_>>());
    }

    #[test]
    fn a_gap_breaks_a_run() {
        let mut values = some(&[1.0, 9.0, 1.0, 9.0, 1.0, 2.0, 1.0, 2.0]);
        values.extend(some(&[8.0, 9.0, 8.0, 9.0]));
        values.push(None);
        values.extend(some(&[9.0, 8.0, 9.0]));
        let finding = chart(&values).expect("there are ranges");
        assert!(finding.result.shift.is_empty());
        assert_eq!((finding.n, finding.missing), (15, 1));
        values.remove(12);
        assert_eq!(
            chart(&values).expect("there are ranges").result.shift,
            (8..15).collect::<Vec<_>>()
        );
    }

    proptest! {
        #[test]
        fn moving_and_stretching_the_values_keeps_the_signals(
            values in prop::collection::vec(0_i32..40, 12..60), shift in -100_i32..100
        ) {
            let plain: Vec<_> = values.iter().map(|v| Some(f64::from(*v))).collect();
            // A power of two keeps every comparison exact.
            let moved: Vec<_> = values.iter().map(|v| Some(4.0 * f64::from(*v))).collect();
            let (a, b) = (chart(&plain).expect("ranges"), chart(&moved).expect("ranges"));
            prop_assert_eq!(&a.result.shift, &b.result.shift);
            prop_assert_eq!(&a.result.outside, &b.result.outside);
            prop_assert_eq!(&a.result.two_of_three, &b.result.two_of_three);
            let raised: Vec<_> = values.iter().map(|v| Some(f64::from(*v + shift))).collect();
            let c = chart(&raised).expect("ranges");
            prop_assert_eq!(&a.result.trend, &c.result.trend);
            prop_assert!((a.result.moving_range - c.result.moving_range).abs() < 1e-9);
        }
    }
}
