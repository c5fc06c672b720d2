//! A series of single values with the limits of its own point-to-point movement.
//!
//! Points that carry a signal are marked by shape; a run is not good or bad,
//! it is a question.

use super::canvas::{Mark, Stroke};
use super::plot::{Key, Plot};
use super::{Frame, Picture, Table, shown};
use crate::stats::xmr::Chart;

/// One point of the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// How it is named, such as the month.
    pub label: String,
    /// The value; none when it is missing, which breaks the line.
    pub value: Option<f64>,
    /// Signals it carries, in words; empty for none.
    pub signals: Vec<&'static str>,
}

impl Point {
    /// The points of a chart, each with the signals it carries.
    #[must_use]
    pub fn of(chart: &Chart, labels: &[String], values: &[Option<f64>]) -> Vec<Self> {
        let rules = [
            (&chart.outside, "outside the limits"),
            (&chart.shift, "7 on one side of the mean"),
            (&chart.trend, "7 rising or falling"),
            (&chart.two_of_three, "2 of 3 far from the mean"),
        ];
        let point = |(place, (label, value)): (usize, (&String, &Option<f64>))| Self {
            label: label.clone(),
            value: *value,
            signals: rules
                .into_iter()
                .filter(|(places, _)| places.contains(&place))
                .map(|(_, words)| words)
                .collect(),
        };
        labels.iter().zip(values).enumerate().map(point).collect()
    }
}

/// Mean and natural process limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines {
    /// Mean of the values.
    pub mean: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

impl Lines {
    /// The lines of a chart; none when it has too few points for limits.
    #[must_use]
    pub fn of(chart: &Chart) -> Option<Self> {
        chart.limits.map(|limits| Self {
            mean: chart.mean,
            low: limits.low,
            high: limits.high,
        })
    }
}

/// Draws the values in order; `axis` names what they are; without `lines` there were too
/// few points for limits.
pub fn draw(frame: &Frame, axis: &str, points: &[Point], lines: Option<Lines>) -> Picture {
    let limits = lines.iter().flat_map(|l| [l.low, l.high]);
    let mut plot = Plot::new(
        frame,
        axis,
        points.iter().filter_map(|p| p.value).chain(limits),
        6,
    );
    if let [first, .., last] = points {
        plot.ends(&first.label, &last.label);
    }
    if let Some(lines) = lines {
        plot.level(lines.mean, Stroke::Axis);
        plot.level(lines.low, Stroke::Dashed);
        plot.level(lines.high, Stroke::Dashed);
    }
    values(&mut plot, points);
    let mut key = vec![
        Key::Mark(Mark::Ring, "within its usual movement"),
        Key::Mark(Mark::Diamond, "part of a signal"),
    ];
    if lines.is_some() {
        key.push(Key::Line(Stroke::Axis, "mean"));
        key.push(Key::Line(Stroke::Dashed, "limits of its usual movement"));
    }
    plot.key(2, &key);
    let svg = plot.canvas.finish(&described(points, lines));
    Picture {
        svg,
        table: table(frame, points),
    }
}

fn values(plot: &mut Plot, points: &[Point]) {
    let step = (plot.right - plot.left) / points.len().max(1) as f64;
    let (left, side) = (plot.left, plot.side.clone());
    let at = |i: usize, p: &Point| Some((left + (i as f64 + 0.5) * step, side.at(p.value?)));
    let placed: Vec<_> = points.iter().enumerate().map(|(i, p)| at(i, p)).collect();
    for joined in placed.split(Option::is_none) {
        let line: Vec<_> = joined.iter().copied().flatten().collect();
        plot.canvas.path(&line, Stroke::Thin);
    }
    for (point, place) in points.iter().zip(placed) {
        if let Some(place) = place {
            plot.canvas.mark(
                place,
                if point.signals.is_empty() {
                    Mark::Ring
                } else {
                    Mark::Diamond
                },
            );
        }
    }
}

fn described(points: &[Point], lines: Option<Lines>) -> String {
    let values = points.iter().filter(|p| p.value.is_some()).count();
    let signals = points.iter().filter(|p| !p.signals.is_empty()).count();
    match lines {
        Some(l) => format!(
            "{values} values in order with mean {} and limits {} to {}. {signals} of them are part of a signal.",
            shown(l.mean),
            shown(l.low),
            shown(l.high)
        ),
        None => format!("{values} values in order; too few for limits."),
    }
}

fn table(frame: &Frame, points: &[Point]) -> Table {
    let mut table = Table::new(&frame.title, &["Point", "Value", "Signals"]);
    // Counts are written as counts.
    let whole = points
        .iter()
        .filter_map(|p| p.value)
        .all(|v| v.fract() == 0.0);
    let words = |v: f64| if whole { format!("{v:.0}") } else { shown(v) };
    for p in points {
        let signals = if p.signals.is_empty() {
            "none".to_owned()
        } else {
            p.signals.join("; ")
        };
        let value = p.value.map_or_else(|| "missing".to_owned(), words);
        table.rows.push(vec![p.label.clone(), value, signals]);
    }
    table
}
