//! The same people's contacts after a month against before it, as a log ratio with errors
//! by person. For controls at a peak it measures regression to the mean; for people who
//! were referred it misleads, for the same reason, and is here to be shown to do so.

use std::collections::BTreeMap;

use nalgebra::DVector;

use super::counts::{CountCells, Tallies};
use super::design::Design;
use super::estimate::Estimate;
use super::poisson::Poisson;
use super::refusal::Refusal;
use super::sandwich::Clusters;

/// A person's month on one side.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// The person.
    pub person: i64,
    /// Whether it is after.
    pub after: bool,
    /// Contacts.
    pub count: u32,
    /// Exposure, in months.
    pub exposure: f64,
}

/// The log ratio, after over before; normal interval, CR1 by person.
///
/// # Errors
/// R3 for one person; R7 when one side has no contact or there are too few rows.
pub fn before_after(months: impl Iterator<Item = Side>) -> Result<Estimate, Refusal> {
    // A person's months on a side share mean and cluster, so their sums are enough.
    let mut sums: BTreeMap<(i64, bool), (u64, f64)> = BTreeMap::new();
    for month in months {
        let sum = sums.entry((month.person, month.after)).or_default();
        *sum = (sum.0 + u64::from(month.count), sum.1 + month.exposure);
    }
    let design = Design::constant(sums.len())
        .with("after", sums.keys().map(|key| f64::from(u8::from(key.1))));
    let counts: Vec<u64> = sums.values().map(|sum| sum.0).collect();
    let exposure: Vec<f64> = sums.values().map(|sum| sum.1).collect();
    let cells =
        CountCells::new(&design, &Tallies::from_rows(&counts, &exposure)).map_err(|bad| {
            Refusal::Impossible {
                what: bad.to_string(),
            }
        })?;
    let fit = Poisson::fit(&cells)?;
    let people: Vec<i64> = sums.keys().map(|key| key.0).collect();
    let contrast = DVector::from_vec(vec![0.0, 1.0]);
    let error = fit
        .working
        .clustered(&Clusters::by_key(&people))?
        .error_of(&contrast);
    Ok(Estimate::normal(fit.coefficients[1], error))
}
