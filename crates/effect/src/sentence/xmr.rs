//! A series with the limits of its own movement (A7): what to ask about, and when. A
//! signal is neither good nor bad, and a single high or low point within the limits is
//! nothing to explain.

use super::{Sentences, codes, number};
use crate::stats::estimate::Finding;
use crate::stats::xmr::Chart;

/// The sentences of a chart whose points have these names.
#[must_use]
pub fn sentences(finding: &Finding<Chart>, labels: &[String]) -> Sentences {
    let chart = &finding.result;
    let Some(limits) = chart.limits else {
        let why = finding
            .refusals
            .first()
            .map_or_else(String::new, ToString::to_string);
        return Sentences {
            link_worker: format!(
                "It is too early to tell a change from ordinary ups and downs. {why}"
            ),
            gp: format!("No limits are drawn. {why}"),
            researcher: format!(
                "Mean {}, n {}.{}",
                number(chart.mean, 2),
                finding.n,
                codes(&finding.refusals)
            ),
        };
    };
    let asked = signals(chart, labels);
    let plain = if asked.is_empty() {
        "Ups and downs are as usual: nothing here needs an explanation.".to_owned()
    } else {
        format!(
            "Something changed; ask what happened: {}.",
            asked.join("; ")
        )
    };
    Sentences {
        link_worker: plain.clone(),
        gp: format!(
            "Mean {}; its usual movement is {} to {}. {plain}",
            number(chart.mean, 1),
            number(limits.low, 1),
            number(limits.high, 1)
        ),
        researcher: format!(
            "XmR: mean {}, mean moving range {}, limits {} to {}; {} outside, {} in runs of 7, {} in trends of 7, \
             {} of 2-in-3 beyond 2 sigma; n {}, missing {}.{}",
            number(chart.mean, 3),
            number(chart.moving_range, 3),
            number(limits.low, 3),
            number(limits.high, 3),
            chart.outside.len(),
            chart.shift.len(),
            chart.trend.len(),
            chart.two_of_three.len(),
            finding.n,
            finding.missing,
            codes(&finding.refusals)
        ),
    }
}

fn signals(chart: &Chart, labels: &[String]) -> Vec<String> {
    let name = |place: usize| {
        labels
            .get(place)
            .cloned()
            .unwrap_or_else(|| format!("point {}", place + 1))
    };
    let mut said = vec![];
    if !chart.outside.is_empty() {
        let names: Vec<String> = chart.outside.iter().map(|p| name(*p)).collect();
        said.push(format!("outside its limits in {}", names.join(", ")));
    }
    for (places, what) in [
        (&chart.shift, "on one side of the mean"),
        (&chart.trend, "rising or falling all the way"),
        (&chart.two_of_three, "two of three far from the mean"),
    ] {
        for (first, last) in stretches(places) {
            said.push(format!("{what} from {} to {}", name(first), name(last)));
        }
    }
    said
}

/// Places next to each other, as first and last.
fn stretches(places: &[usize]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = vec![];
    for &place in places {
        match found.last_mut() {
            // Two of three may have one point between.
            Some(last) if place <= last.1 + 2 => last.1 = place,
            _ => found.push((place, place)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::xmr::chart;

    fn said(values: &[f64]) -> Sentences {
        let labels: Vec<String> = (1..=values.len()).map(|i| format!("month {i}")).collect();
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        sentences(&chart(&values).expect("values"), &labels)
    }

    #[test]
    fn a_quiet_series_asks_nothing() {
        let quiet: Vec<f64> = (0..24).map(|i| 50.0 + f64::from(i * 7 % 5)).collect();
        assert!(
            said(&quiet)
                .link_worker
                .starts_with("Ups and downs are as usual")
        );
    }

    #[test]
    fn a_shift_is_dated() {
        let mut series: Vec<f64> = (0..14).map(|i| 50.0 + f64::from(i % 3)).collect();
        series.extend((0..10).map(|i| 60.0 + f64::from(i % 3)));
        let said = said(&series);
        assert!(
            said.link_worker
                .contains("on one side of the mean from month 1 to month 24"),
            "{}",
            said.link_worker
        );
    }

    #[test]
    fn too_few_points_are_too_early() {
        let said = said(&[1.0, 5.0, 2.0, 9.0]);
        assert!(said.link_worker.starts_with("It is too early"));
        assert!(said.researcher.contains("A7"));
    }
}
