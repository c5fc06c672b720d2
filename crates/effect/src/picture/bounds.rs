//! The same change under every belief about the people with no second score.
//!
//! Completers alone, weighted, imputed, "no change for the missing", and the
//! worst and best the scale allows; the tipping value is said in words, since
//! it is the missing people's change and not a value of the average.

use super::forest::{self, Measure, Row};
use super::{Frame, Picture, shown};
use crate::stats::estimate::Estimate;
use crate::stats::wellbeing::Wellbeing;

/// The beliefs about a change, those with both scores first; only the bounds when too few
/// were followed up for anything else.
#[must_use]
pub fn beliefs(result: &Wellbeing) -> Vec<Row> {
    let line = |label: &str, estimate: Option<Estimate>| Row {
        label: label.to_owned(),
        estimate: estimate.map(|e| e.value),
        range: estimate.and_then(|e| e.interval).map(|i| (i.low, i.high)),
        headline: false,
    };
    let mut lines = vec![];
    if let Some(answers) = &result.answers {
        lines.push(Row {
            headline: true,
            ..line("Those with both scores", Some(answers.completers.mean))
        });
        lines.push(line(
            "Weighted for the missing",
            answers.weighted.as_ref().map(|w| w.mean),
        ));
        lines.push(line("Imputed", answers.imputed.map(|i| i.mean)));
        lines.push(line("No change for the missing", Some(answers.no_change)));
    }
    lines.push(Row {
        range: Some((result.bounds.lowest, result.bounds.highest)),
        ..line("Worst and best the scale allows", None)
    });
    lines
}

/// The missing people's mean change that would bring the whole to zero, in points.
#[must_use]
pub fn tipping(result: &Wellbeing) -> Option<f64> {
    let answers = result.answers.as_ref()?;
    answers.tipping.map(|tipping| tipping.change)
}

/// Draws the beliefs as rows; `tipping` is the mean change the missing people
/// must have had for the average to be zero, in `unit` (points of the score).
pub fn draw(frame: &Frame, unit: &str, rows: &[Row], tipping: Option<f64>) -> Picture {
    let note = match tipping {
        Some(value) => format!(
            "The average is zero if those with no second score changed by {} {unit}.",
            shown(value)
        ),
        None if rows.iter().any(|row| row.headline) => {
            "Everybody has a second score, so there is no tipping value.".to_owned()
        }
        None => "Too few have a second score for anything but these ends.".to_owned(),
    };
    let axis = format!("Mean change, {unit}");
    let mut picture = forest::draw_with_note(frame, Measure::Change, &axis, rows, &note);
    let value = tipping.map_or_else(|| "none".to_owned(), shown);
    let row = ["Tipping value", &value, "", ""].map(str::to_owned);
    picture.table.rows.push(row.to_vec());
    picture
}
