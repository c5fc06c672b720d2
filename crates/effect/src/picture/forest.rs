//! Estimates under one another with their intervals: a ratio around 1, or a
//! change around 0.
//!
//! A row without an estimate draws its range only (a bound is not an estimate).

use super::canvas::{Anchor, Canvas, LINE, Mark, Stroke, width_of, wrapped};
use super::scale::Scale;
use super::{Frame, Picture, Table, shown};
use crate::stats::comparison::Comparison;
use crate::stats::estimate::Estimate;

/// What the estimates are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A ratio; no difference is 1; log scale.
    Ratio,
    /// A change or difference; none is 0.
    Change,
}

/// One line of the forest.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What was estimated.
    pub label: String,
    /// The estimate; none draws the range alone.
    pub estimate: Option<f64>,
    /// The interval or range; none when it is withheld.
    pub range: Option<(f64, f64)>,
    /// The row the reader should look at first.
    pub headline: bool,
}

impl Row {
    /// A ratio from its logarithm.
    fn of_log_ratio(label: &str, log_ratio: &Estimate, headline: bool) -> Self {
        Self {
            label: label.to_owned(),
            estimate: Some(log_ratio.value.exp()),
            range: log_ratio
                .interval
                .map(|interval| (interval.low.exp(), interval.high.exp())),
            headline,
        }
    }

    /// The rows of a comparison: the ratio, with both errors, what the others did, and
    /// the quarters before the referral.
    #[must_use]
    pub fn of_comparison(result: &Comparison) -> Vec<Self> {
        let mut rows = vec![
            Self::of_log_ratio(
                "Referred against others at the same peak",
                &result.log_ratio,
                true,
            ),
            Self::of_log_ratio("The same, errors by practice", &result.by_practice, false),
            Self::of_log_ratio("The same, errors by person", &result.by_person, false),
            Self::of_log_ratio(
                "The others themselves, after against before",
                &result.controls_change,
                false,
            ),
        ];
        for lead in result
            .leads
            .iter()
            .flat_map(|leads| leads.quarters.iter().rev())
        {
            let label = format!("{} to {} months before", lead.to, lead.from);
            rows.push(Self::of_log_ratio(&label, &lead.log_ratio, false));
        }
        rows
    }
}

/// Draws the rows; `axis` names the measure with its unit.
pub fn draw(frame: &Frame, measure: Measure, axis: &str, rows: &[Row]) -> Picture {
    draw_with_note(frame, measure, axis, rows, "")
}

/// The same with a note under the axis.
pub(super) fn draw_with_note(
    frame: &Frame,
    measure: Measure,
    axis: &str,
    rows: &[Row],
    note: &str,
) -> Picture {
    let labels = label_room(frame, rows);
    let heights: Vec<f64> = rows
        .iter()
        .map(|row| row_height(frame, row, labels))
        .collect();
    let plot: f64 = heights.iter().sum();
    let notes = wrapped(note, frame.size.width() - 16.0).len() as f64;
    let mut canvas = Canvas::new(frame, plot + (3.0 + notes) * LINE + 12.0);
    let (top, foot) = (canvas.top, canvas.top + plot);
    let left = if frame.size.is_narrow() {
        22.0
    } else {
        labels + 34.0
    };
    let right = canvas.width() - 22.0;
    let values = rows.iter().flat_map(|r| {
        r.range
            .into_iter()
            .flat_map(|(a, b)| [a, b])
            .chain(r.estimate)
    });
    let scale = match measure {
        Measure::Ratio => Scale::ratio(values, left, right),
        Measure::Change => {
            let ticks = if frame.size.is_narrow() { 4 } else { 6 };
            Scale::straight(values.chain([0.0]), left, right, ticks)
        }
    };
    scale.draw_foot(&mut canvas, top, foot, axis);
    let none = scale.at(if measure == Measure::Ratio { 1.0 } else { 0.0 });
    canvas.line((none, top), (none, foot), Stroke::Dashed);
    let mut y = top;
    for (row, height) in rows.iter().zip(&heights) {
        one_row(&mut canvas, frame, row, &scale, (y, *height), labels);
        y += height;
    }
    canvas.paragraph(
        (8.0, foot + 3.0 * LINE + 10.0),
        frame.size.width() - 16.0,
        note,
    );
    let svg = canvas.finish(format!("{} {note}", described(measure, rows)).trim());
    Picture {
        svg,
        table: table(frame, rows),
    }
}

fn label_room(frame: &Frame, rows: &[Row]) -> f64 {
    if frame.size.is_narrow() {
        return frame.size.width() - 20.0;
    }
    let widest = rows
        .iter()
        .map(|r| width_of(&r.label) + 1.0)
        .fold(80.0, f64::max);
    widest.min(frame.size.width() * 0.4)
}

fn row_height(frame: &Frame, row: &Row, room: f64) -> f64 {
    let lines = wrapped(&row.label, room).len().max(1) as f64;
    if frame.size.is_narrow() {
        (lines + 1.0) * LINE + 4.0
    } else {
        (lines * LINE + 8.0).max(28.0)
    }
}

fn one_row(
    canvas: &mut Canvas,
    frame: &Frame,
    row: &Row,
    scale: &Scale,
    place: (f64, f64),
    room: f64,
) {
    let (y, height) = place;
    let after = canvas.paragraph((8.0, y + LINE), room, &row.label);
    let middle = if frame.size.is_narrow() {
        after - 5.0
    } else {
        y + height / 2.0 - 1.0
    };
    if let Some((low, high)) = row.range {
        let (low, high) = (scale.at(low), scale.at(high));
        let stroke = if row.headline {
            Stroke::Solid
        } else {
            Stroke::Axis
        };
        canvas.line((low, middle), (high, middle), stroke);
        for end in [low, high] {
            canvas.line((end, middle - 5.0), (end, middle + 5.0), stroke);
        }
    }
    match row.estimate {
        Some(v) => canvas.mark(
            (scale.at(v), middle),
            if row.headline {
                Mark::Square
            } else {
                Mark::Ring
            },
        ),
        None if row.range.is_none() => {
            canvas.text(
                (scale.start(), middle + 5.0),
                Anchor::Start,
                "not estimated",
            );
        }
        None => {}
    }
}

fn described(measure: Measure, rows: &[Row]) -> String {
    let none = if measure == Measure::Ratio { "1" } else { "0" };
    let rows: Vec<String> = rows.iter().map(said).collect();
    format!(
        "The dashed line at {none} means no difference. {}",
        rows.join(" ")
    )
}

fn said(row: &Row) -> String {
    match (row.estimate, row.range) {
        (Some(v), Some((a, b))) => format!(
            "{}: {} ({} to {}).",
            row.label,
            shown(v),
            shown(a),
            shown(b)
        ),
        (Some(v), None) => format!("{}: {}, no interval.", row.label, shown(v)),
        (None, Some((a, b))) => format!("{}: between {} and {}.", row.label, shown(a), shown(b)),
        (None, None) => format!("{}: not estimated.", row.label),
    }
}

fn table(frame: &Frame, rows: &[Row]) -> Table {
    let mut table = Table::new(&frame.title, &["Row", "Estimate", "Low", "High"]);
    let cell = |v: Option<f64>| v.map_or_else(|| "not estimated".to_owned(), shown);
    for row in rows {
        let (low, high) = (row.range.map(|r| r.0), row.range.map(|r| r.1));
        table.rows.push(vec![
            row.label.clone(),
            cell(row.estimate),
            cell(low),
            cell(high),
        ]);
    }
    table
}
