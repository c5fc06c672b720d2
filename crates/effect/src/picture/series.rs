//! A monthly series with what would have been: observed, fitted, and the
//! counterfactual after the change. Without a model only what was observed.

use super::canvas::{Mark, Stroke};
use super::plot::{Key, Plot};
use super::scale::Scale;
use super::{Frame, Picture, Table, shown};

/// One month of the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Months on the calendar, counted from any start; gaps are missing months.
    pub month: i64,
    /// How the month is named, such as "2026-03".
    pub name: String,
    /// What was observed, in the unit of the axis.
    pub observed: f64,
    /// What the model says happened; none when no model was fitted.
    pub fitted: Option<f64>,
    /// What the model says would have happened without the change; only after it.
    pub without: Option<f64>,
}

/// Draws the series; the change came at the start of month `change`.
pub fn draw(frame: &Frame, axis: &str, change: i64, points: &[Point]) -> Picture {
    let values = points
        .iter()
        .flat_map(|p| [Some(p.observed), p.fitted, p.without])
        .flatten();
    let mut plot = Plot::new(frame, axis, values, 6);
    let months = || points.iter().map(|p| p.month).chain([change]);
    let (first, last) = (
        months().min().unwrap_or(change),
        months().max().unwrap_or(change),
    );
    let across = Scale::exact(
        first as f64 - 0.5,
        last as f64 + 0.5,
        12.0,
        plot.left,
        plot.right,
    );
    if let [first, .., last] = points {
        plot.ends(&first.name, &last.name);
    }
    plot.upright(across.at(change as f64 - 0.5), Stroke::Dotted);
    let side = plot.side.clone();
    let at = |p: &Point, v: f64| (across.at(p.month as f64), side.at(v));
    for point in points {
        plot.canvas.mark(at(point, point.observed), Mark::Ring);
    }
    let without: Vec<_> = points
        .iter()
        .filter_map(|p| Some(at(p, p.without?)))
        .collect();
    plot.canvas.path(&without, Stroke::Dashed);
    for before in [true, false] {
        let part = points.iter().filter(|p| (p.month < change) == before);
        let line: Vec<_> = part.filter_map(|p| Some(at(p, p.fitted?))).collect();
        plot.canvas.path(&line, Stroke::Solid);
    }
    let mut key = vec![
        Key::Mark(Mark::Ring, "observed"),
        Key::Line(Stroke::Dotted, "the change"),
    ];
    if points.iter().any(|p| p.fitted.is_some()) {
        key.push(Key::Line(Stroke::Solid, "fitted"));
        key.push(Key::Line(Stroke::Dashed, "had nothing changed"));
    }
    plot.key(2, &key);
    let svg = plot.canvas.finish(&described(change, points));
    Picture {
        svg,
        table: table(frame, points),
    }
}

fn described(change: i64, points: &[Point]) -> String {
    let before = points.iter().filter(|p| p.month < change).count();
    let after: Vec<(f64, f64)> = points
        .iter()
        .filter_map(|p| Some((p.fitted?, p.without?)))
        .collect();
    let compared = if after.is_empty() {
        " No model was fitted.".to_owned()
    } else {
        let n = after.len() as f64;
        format!(
            " The solid line is fitted; the dashed line goes on as if nothing had changed. After the \
             change the fitted mean is {}; without it, it would have been {}.",
            shown(after.iter().map(|a| a.0).sum::<f64>() / n),
            shown(after.iter().map(|a| a.1).sum::<f64>() / n)
        )
    };
    format!(
        "A monthly series of {} months, {before} of them before the change. Rings are observed.{compared}",
        points.len()
    )
}

fn table(frame: &Frame, points: &[Point]) -> Table {
    let mut table = Table::new(
        &frame.title,
        &["Month", "Observed", "Fitted", "Had nothing changed"],
    );
    let cell = |v: Option<f64>| v.map_or_else(String::new, shown);
    for p in points {
        table.rows.push(vec![
            p.name.clone(),
            shown(p.observed),
            cell(p.fitted),
            cell(p.without),
        ]);
    }
    table
}
