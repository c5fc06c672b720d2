//! Contacts by month before and after referral, with the run-up shaded.
//!
//! The shading is there because referral happens at a busy time: a fall after
//! it needs no service to explain it. The picture describes only; people who
//! were not referred, at the same peak, stand beside when there are any.

use super::canvas::{Anchor, Mark, Stroke};
use super::plot::{Key, Plot};
use super::scale::Scale;
use super::{Frame, Picture, Table, shown};
use crate::stats::event_time::ProfileMonth;
use crate::stats::limits::{RUN_UP_FIRST, RUN_UP_LAST};

/// One month of one group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Month {
    /// Months since referral; 0 is the month of referral.
    pub month: i64,
    /// Contacts per person-month.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl From<&ProfileMonth> for Month {
    fn from(month: &ProfileMonth) -> Self {
        let rate = month.rate.value;
        let (low, high) = month
            .rate
            .interval
            .map_or((rate, rate), |interval| (interval.low, interval.high));
        Self {
            month: i64::from(month.month),
            rate,
            low,
            high,
        }
    }
}

/// First and last month of the run-up, shaded.
const RUN_UP: (i64, i64) = (RUN_UP_FIRST as i64, RUN_UP_LAST as i64);

/// Draws the profile of people referred, and of a comparison when there is one.
pub fn draw(frame: &Frame, referred: &[Month], comparison: &[Month]) -> Picture {
    let both = || referred.iter().chain(comparison);
    let rates = both().flat_map(|m| [m.rate, m.low, m.high]).chain([0.0]);
    let mut plot = Plot::new(frame, "Contacts a person a month", rates, 5);
    let months = || both().map(|m| m.month).chain([RUN_UP.0, RUN_UP.1]);
    let (first, last) = (
        months().min().unwrap_or(0) as f64,
        months().max().unwrap_or(0) as f64,
    );
    let step = if frame.size.is_narrow() { 6.0 } else { 3.0 };
    let whole = |a, b| Scale::exact(first - 0.7, last + 0.7, step, a, b);
    let across = plot.along(whole, "Months from referral");
    run_up(&mut plot, &across);
    group(
        &mut plot,
        comparison,
        &across,
        (Stroke::Dashed, Mark::Ring, 0.15),
    );
    group(
        &mut plot,
        referred,
        &across,
        (Stroke::Solid, Mark::Dot, -0.15),
    );
    let mut key = vec![Key::Both(
        Stroke::Solid,
        Mark::Dot,
        "referred, with 95% interval",
    )];
    if !comparison.is_empty() {
        key.push(Key::Both(
            Stroke::Dashed,
            Mark::Ring,
            "similar people, not referred",
        ));
    }
    plot.key(3, &key);
    let svg = plot
        .canvas
        .finish(&described(referred, !comparison.is_empty()));
    Picture {
        svg,
        table: table(frame, referred, comparison),
    }
}

fn run_up(plot: &mut Plot, across: &Scale) {
    let (start, end) = (
        across.at(RUN_UP.0 as f64 - 0.5),
        across.at(RUN_UP.1 as f64 + 0.5),
    );
    let (top, foot) = (plot.top, plot.foot);
    plot.canvas
        .area(&[(start, top), (end, top), (end, foot), (start, foot)]);
    plot.upright(start, Stroke::Dotted);
    plot.upright(end, Stroke::Dotted);
    plot.canvas.text(
        (f64::midpoint(start, end), foot - 6.0),
        Anchor::Middle,
        "run-up",
    );
}

/// Draws one group by its looks: line, mark, and how far to stand aside (in months), so
/// that neither group hides the other.
fn group(plot: &mut Plot, months: &[Month], across: &Scale, looks: (Stroke, Mark, f64)) {
    let ((stroke, mark, aside), side) = (looks, plot.side.clone());
    let at = |m: &Month, v: f64| (across.at(m.month as f64 + aside), side.at(v));
    for m in months {
        plot.canvas.line(at(m, m.low), at(m, m.high), Stroke::Axis);
    }
    let line: Vec<_> = months.iter().map(|m| at(m, m.rate)).collect();
    plot.canvas.path(&line, stroke);
    for point in line {
        plot.canvas.mark(point, mark);
    }
}

fn described(referred: &[Month], comparison: bool) -> String {
    let peak = referred.iter().max_by(|a, b| a.rate.total_cmp(&b.rate));
    let peak = peak.map_or_else(String::new, |m| {
        format!(
            " The highest month is {}, with {} contacts a person.",
            month_name(m.month),
            shown(m.rate)
        )
    });
    let beside = if comparison {
        " A dashed line shows similar people who were not referred."
    } else {
        ""
    };
    format!(
        "Contacts per person per month, by month from referral. Months \u{2212}3 to 0 are shaded: \
         people are referred at a busy time, and contacts fall after it without any service.{peak}{beside}"
    )
}

fn month_name(month: i64) -> String {
    match month {
        0 => "the month of referral".to_owned(),
        m if m < 0 => format!("month {} before referral", -m),
        m => format!("month {m} after referral"),
    }
}

fn table(frame: &Frame, referred: &[Month], comparison: &[Month]) -> Table {
    let mut table = Table::new(
        &frame.title,
        &[
            "Month from referral",
            "Group",
            "Contacts a person",
            "Low",
            "High",
        ],
    );
    for (name, months) in [("Referred", referred), ("Not referred", comparison)] {
        for m in months {
            let row = [
                m.month.to_string(),
                name.to_owned(),
                shown(m.rate),
                shown(m.low),
                shown(m.high),
            ];
            table.rows.push(row.to_vec());
        }
    }
    table
}
