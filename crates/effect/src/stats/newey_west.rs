//! Newey-West errors (Bartlett weights) for a series of months. They are here to be
//! compared with: over 60 months they cover 68 to 88% where they claim 95%, so the
//! headline of A4 uses `ar1`. Lags are calendar months; a missing month counts as a zero
//! score, so that two months with a gap between are not taken for neighbours.

use nalgebra::DMatrix;

use super::linear::scaled_rows;
use super::sandwich::WorkingModel;

/// The covariance of a model with one cell per month. `months` is the calendar month of
/// each cell, in any order, each at most once; `lags` how many months reach.
#[must_use]
pub fn newey_west(working: &WorkingModel, months: &[i64], lags: usize) -> DMatrix<f64> {
    let scores = scaled_rows(&working.x, &working.weight.component_mul(&working.residual));
    let first = months.iter().copied().min().unwrap_or(0);
    let last = months.iter().copied().max().unwrap_or(-1);
    let span = usize::try_from(last - first + 1).unwrap_or(0);
    let mut calendar = DMatrix::zeros(span, scores.ncols());
    for (cell, month) in months.iter().enumerate() {
        let place = usize::try_from(month - first).unwrap_or(0);
        calendar.row_mut(place).copy_from(&scores.row(cell));
    }
    let mut meat = calendar.transpose() * &calendar;
    for lag in 1..=lags.min(span.saturating_sub(1)) {
        let early = calendar.rows(0, span - lag);
        let late = calendar.rows(lag, span - lag);
        let both = late.transpose() * early;
        let fade = 1.0 - lag as f64 / (lags as f64 + 1.0);
        meat += (&both + both.transpose()) * fade;
    }
    &working.bread * meat * &working.bread
}
