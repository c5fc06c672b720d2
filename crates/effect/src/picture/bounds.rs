//! The same change under every belief about the people with no second score.
//!
//! Completers alone, weighted, imputed, "no change for the missing", and the
//! worst and best the scale allows; the tipping value is said in words, since
//! it is the missing people's change and not a value of the average.

use super::forest::{self, Measure, Row};
use super::{Frame, Picture, shown};

/// Draws the beliefs as rows; `tipping` is the mean change the missing people
/// must have had for the average to be zero, in `unit` (points of the score).
pub fn draw(frame: &Frame, unit: &str, rows: &[Row], tipping: Option<f64>) -> Picture {
    let note = match tipping {
        Some(value) => format!(
            "The average is zero if those with no second score changed by {} {unit}.",
            shown(value)
        ),
        None => "Everybody has a second score, so there is no tipping value.".to_owned(),
    };
    let axis = format!("Mean change, {unit}");
    let mut picture = forest::draw_with_note(frame, Measure::Change, &axis, rows, &note);
    let value = tipping.map_or_else(|| "none".to_owned(), shown);
    let row = ["Tipping value", &value, "", ""].map(str::to_owned);
    picture.table.rows.push(row.to_vec());
    picture
}
