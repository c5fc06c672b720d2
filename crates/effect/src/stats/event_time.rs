//! The event-time profile (A1): contacts per person-month in each month from −12 to +12
//! around the referral, the run-up (months −3 to 0) marked, the controls' profile beside
//! it. It describes and never concludes: people are referred when contacts are high, and
//! contacts then fall without any service.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, Finding, Interval, normal_quantile};
use super::limits::{INTERVAL_LEVEL, RUN_UP_FIRST, RUN_UP_LAST};
use super::refusal::Refusal;

/// Person-months alike in arm, month and exposure; a person has one row in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventCell {
    /// Whether these are people who were referred; the others are controls.
    pub referred: bool,
    /// Months since the referral (controls: since their index month).
    pub month: i32,
    /// Exposure of one person-month in months, for example days / 30.
    pub exposure: f64,
    /// Person-months.
    pub n: u64,
    /// Contacts.
    pub sum: u64,
    /// Σ of squared contacts.
    pub sum_squares: u64,
}

/// One month of a profile.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ProfileMonth {
    /// Months since the referral.
    pub month: i32,
    /// People seen in it.
    pub n: u64,
    /// Contacts.
    pub contacts: u64,
    /// Exposure, in months.
    pub person_months: f64,
    /// Contacts per person-month; the interval is the person-clustered one on the log
    /// scale, and for a month without a contact the exact one of a Poisson count.
    pub rate: Estimate,
    /// Whether the month is part of the run-up, shaded in the picture.
    pub run_up: bool,
}

/// The profiles.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// People referred.
    pub referred: Vec<ProfileMonth>,
    /// Controls; empty when there are none.
    pub controls: Vec<ProfileMonth>,
}

/// Describes the months around the referral. `people` is how many were referred.
///
/// # Errors
/// R7 when nobody referred had a contact; a named refusal for an exposure that is not
/// above zero.
pub fn profile(cells: &[EventCell], people: u64) -> Result<Finding<Profile>, Refusal> {
    if cells
        .iter()
        .any(|cell| !cell.exposure.is_finite() || cell.exposure <= 0.0 || cell.n == 0)
    {
        let what = "a month without people or exposure".to_owned();
        return Err(Refusal::Impossible { what });
    }
    let result = Profile {
        referred: months(cells, true),
        controls: months(cells, false),
    };
    if result.referred.iter().all(|month| month.contacts == 0) {
        return Err(Refusal::NoEvents);
    }
    let fullest = result
        .referred
        .iter()
        .map(|month| month.n)
        .max()
        .unwrap_or(0)
        .max(people);
    Ok(Finding {
        n: people,
        missing: result.referred.iter().map(|month| fullest - month.n).sum(),
        method:
            "people; contacts / person-months by month since referral, person-clustered Poisson \
                 interval on the log scale; missing counts person-months not seen"
                .to_owned(),
        assumptions: vec!["none: it only describes"],
        refusals: if result.controls.is_empty() {
            vec![Refusal::NoComparator]
        } else {
            Vec::new()
        },
        result,
    })
}

#[derive(Default)]
struct Sums {
    n: u64,
    contacts: u64,
    squares: f64,
    exposure: f64,
    exposure_squares: f64,
    products: f64,
}

fn months(cells: &[EventCell], referred: bool) -> Vec<ProfileMonth> {
    let mut sums: BTreeMap<i32, Sums> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| cell.referred == referred) {
        let sum = sums.entry(cell.month).or_default();
        let n = cell.n as f64;
        sum.n += cell.n;
        sum.contacts += cell.sum;
        sum.squares += cell.sum_squares as f64;
        sum.exposure += n * cell.exposure;
        sum.exposure_squares += n * cell.exposure * cell.exposure;
        sum.products += cell.sum as f64 * cell.exposure;
    }
    sums.into_iter()
        .map(|(month, sum)| ProfileMonth {
            month,
            n: sum.n,
            contacts: sum.contacts,
            person_months: sum.exposure,
            rate: sum.rate(),
            run_up: (RUN_UP_FIRST..=RUN_UP_LAST).contains(&month),
        })
        .collect()
}

impl Sums {
    fn rate(&self) -> Estimate {
        let (contacts, n) = (self.contacts as f64, self.n as f64);
        let rate = contacts / self.exposure;
        if self.contacts == 0 {
            // No count at all: what a Poisson count of zero leaves open.
            let high = -((1.0 - INTERVAL_LEVEL) / 2.0).ln() / self.exposure;
            let interval = Interval {
                low: 0.0,
                high,
                level: INTERVAL_LEVEL,
            };
            return Estimate {
                interval: Some(interval),
                ..Estimate::bare(rate)
            };
        }
        if self.n < 2 {
            return Estimate::bare(rate);
        }
        // Σ(y − rate × exposure)², one row to a person.
        let spread =
            self.squares - 2.0 * rate * self.products + rate * rate * self.exposure_squares;
        let log_error = (spread.max(0.0) * n / (n - 1.0)).sqrt() / contacts;
        let reach = normal_quantile(0.5 + INTERVAL_LEVEL / 2.0) * log_error;
        let interval = Interval {
            low: rate * (-reach).exp(),
            high: rate * reach.exp(),
            level: INTERVAL_LEVEL,
        };
        Estimate {
            standard_error: Some(rate * log_error),
            interval: Some(interval),
            ..Estimate::bare(rate)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(referred: bool, month: i32, n: u64, sum: u64, sum_squares: u64) -> EventCell {
        EventCell {
            referred,
            month,
            exposure: 1.0,
            n,
            sum,
            sum_squares,
        }
    }

    #[test]
    fn without_controls_it_describes_and_refuses_an_effect() {
        let finding =
            profile(&[cell(true, -1, 10, 20, 60), cell(true, 1, 10, 5, 9)], 10).expect("a profile");
        assert_eq!(finding.refusals, [Refusal::NoComparator]);
        assert!(finding.result.referred[0].run_up && !finding.result.referred[1].run_up);
        let with = [cell(true, 1, 10, 5, 9), cell(false, 1, 10, 5, 9)];
        assert!(profile(&with, 10).expect("a profile").concludes());
    }

    #[test]
    fn a_month_without_contacts_has_an_upper_end_and_no_lower_one() {
        let cells = [cell(true, 1, 100, 0, 0), cell(true, 2, 100, 3, 3)];
        let finding = profile(&cells, 100).expect("a profile");
        let interval = finding.result.referred[0]
            .rate
            .interval
            .expect("an interval");
        assert!(interval.low == 0.0 && (interval.high - 0.036_888).abs() < 1e-5);
    }

    #[test]
    fn splitting_a_cell_changes_nothing() {
        let whole = profile(&[cell(true, 1, 10, 12, 30)], 10).expect("a profile");
        let split =
            profile(&[cell(true, 1, 4, 5, 11), cell(true, 1, 6, 7, 19)], 10).expect("a profile");
        assert_eq!(whole.result.referred[0].rate, split.result.referred[0].rate);
    }

    #[test]
    fn no_contacts_at_all_and_no_exposure_are_named() {
        assert_eq!(
            profile(&[cell(true, 1, 10, 0, 0)], 10).err(),
            Some(Refusal::NoEvents)
        );
        let none = EventCell {
            exposure: 0.0,
            ..cell(true, 1, 10, 1, 1)
        };
        assert!(matches!(
            profile(&[none], 10),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn months_not_seen_are_counted_as_missing() {
        let cells = [cell(true, 1, 10, 12, 30), cell(true, 2, 7, 3, 3)];
        assert_eq!(profile(&cells, 10).expect("a profile").missing, 3);
    }
}
