//! Rates by size inside the funnel chance alone would make.
//!
//! Inner dashes are 95% limits, outer dots 99.8%. A point outside is a place to
//! ask, not a league: nothing is ranked and no side is good.

use super::canvas::{Mark, Stroke};
use super::plot::{Key, Plot};
use super::scale::Scale;
use super::{Frame, Picture, Table, shown};
use crate::stats::disclosure::share_shown;
use crate::stats::funnel::Funnel;

/// One place in the funnel.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its name.
    pub label: String,
    /// People it could have reached.
    pub people: f64,
    /// Rate, as a share of them.
    pub rate: f64,
    /// Outside the outer limits.
    pub outside: bool,
}

/// The limits at one size, as shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// People.
    pub people: f64,
    /// 95% limits.
    pub inner: (f64, f64),
    /// 99.8% limits.
    pub outer: (f64, f64),
}

/// Points along each limit of the funnel.
const STEPS: u64 = 100;

/// Draws a funnel from the counts as they may be shown; which places are outside was judged
/// by the counts themselves. Places with 1 to 7 reached are left out.
#[must_use]
pub fn of(frame: &Frame, axis: &str, funnel: &Funnel) -> Picture {
    let points: Vec<Point> = funnel
        .places
        .iter()
        .filter_map(|p| {
            let share = share_shown(p.share)?;
            Some(Point {
                label: p.label.clone(),
                people: share.people() as f64,
                rate: share.rate()?,
                outside: p.outside == Some(true),
            })
        })
        .collect();
    let sizes = funnel.places.iter().map(|p| p.share.people());
    let largest = sizes.max().unwrap_or(0);
    let limits: Vec<Limit> = (1..=STEPS)
        .map(|step| (largest * step).div_ceil(STEPS))
        .filter_map(|people| {
            let limit = funnel.limits_at(people)?;
            Some(Limit {
                people: people as f64,
                inner: limit.inner,
                outer: limit.outer,
            })
        })
        .collect();
    draw(frame, axis, funnel.overall, &points, &limits)
}

/// Draws the points, the limits in order of size, and the overall rate.
pub fn draw(
    frame: &Frame,
    axis: &str,
    overall: f64,
    points: &[Point],
    limits: &[Limit],
) -> Picture {
    let rates = points
        .iter()
        .map(|p| p.rate)
        .chain(limits.iter().flat_map(|l| [l.inner.0, l.inner.1]));
    let percent = rates.chain([overall]).map(|r| 100.0 * r);
    let mut plot = Plot::new(frame, axis, percent, 8);
    let sizes = || points.iter().map(|p| p.people).chain([0.0]);
    let ticks = if frame.size.is_narrow() { 3 } else { 5 };
    let across = plot.along(
        |a, b| Scale::straight(sizes(), a, b, ticks),
        "People who could be reached",
    );
    plot.level(100.0 * overall, Stroke::Axis);
    curves(&mut plot, limits, &across);
    for p in points {
        let mark = if p.outside { Mark::Diamond } else { Mark::Ring };
        let at = (across.at(p.people), plot.side.at(100.0 * p.rate));
        plot.canvas.mark(at, mark);
    }
    plot.key(
        3,
        &[
            Key::Mark(Mark::Ring, "inside what chance can do"),
            Key::Mark(Mark::Diamond, "outside the 99.8% limits"),
            Key::Line(Stroke::Dashed, "95% limits"),
            Key::Line(Stroke::Dotted, "99.8% limits"),
            Key::Line(Stroke::Axis, "overall rate"),
        ],
    );
    let svg = plot.canvas.finish(&described(overall, points));
    Picture {
        svg,
        table: table(frame, points),
    }
}

fn curves(plot: &mut Plot, limits: &[Limit], across: &Scale) {
    let side = plot.side.clone();
    let mut curve = |value: fn(&Limit) -> f64, stroke| {
        // A limit beyond the scale is left out rather than drawn along its edge.
        let seen = limits.iter().filter(|l| side.holds(100.0 * value(l)));
        let at = |l: &Limit| (across.at(l.people), side.at(100.0 * value(l)));
        plot.canvas.path(&seen.map(at).collect::<Vec<_>>(), stroke);
    };
    curve(|l| l.inner.0, Stroke::Dashed);
    curve(|l| l.inner.1, Stroke::Dashed);
    curve(|l| l.outer.0, Stroke::Dotted);
    curve(|l| l.outer.1, Stroke::Dotted);
}

fn described(overall: f64, points: &[Point]) -> String {
    let outside: Vec<&str> = points
        .iter()
        .filter(|p| p.outside)
        .map(|p| p.label.as_str())
        .collect();
    let named = match outside.as_slice() {
        [] => "None is outside the 99.8% limits.".to_owned(),
        many => format!("Outside the 99.8% limits: {}.", many.join(", ")),
    };
    format!(
        "Rates of {} places by how many people each could reach, with the limits chance alone \
         would give around the overall rate of {}%. {named}",
        points.len(),
        shown(100.0 * overall)
    )
}

fn table(frame: &Frame, points: &[Point]) -> Table {
    let mut table = Table::new(
        &frame.title,
        &["Place", "People", "Rate (%)", "Outside 99.8% limits"],
    );
    for p in points {
        let outside = if p.outside { "yes" } else { "no" };
        table.rows.push(vec![
            p.label.clone(),
            format!("{:.0}", p.people),
            shown(100.0 * p.rate),
            outside.to_owned(),
        ]);
    }
    table
}
