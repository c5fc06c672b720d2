//! Contacts before and after referral, month by month (A1): the picture describes and
//! nothing is claimed, because referral happens at a peak. No percentage, no cause.

use super::{Sentences, number, people};
use crate::stats::estimate::Finding;
use crate::stats::event_time::{Profile, ProfileMonth};

/// The sentences of a profile.
#[must_use]
pub fn sentences(finding: &Finding<Profile>) -> Sentences {
    let (peak, after) = run_up_and_after(&finding.result.referred);
    let beside = match run_up_and_after(&finding.result.controls) {
        (Some(peak), Some(after)) => format!(
            " Similar patients not referred went from {} to {}.",
            number(peak, 2),
            number(after, 2)
        ),
        _ => String::new(),
    };
    let moved = match (peak, after) {
        (Some(peak), Some(after)) => format!(
            "Contacts went from {} to {} a month after a peak. That happens without any service.",
            number(peak, 2),
            number(after, 2)
        ),
        _ => "Contacts are not seen both before and after referral.".to_owned(),
    };
    let researcher = if finding.result.controls.is_empty() {
        "Single arm; regression to the mean not identifiable; effect withheld (R1).".to_owned()
    } else {
        "Two arms described side by side; no effect is estimated here.".to_owned()
    };
    Sentences {
        link_worker: "People came to us at a busy time with their GP. Contacts usually settle after a peak, so \
                      this chart cannot show what you did."
            .to_owned(),
        gp: format!("{moved}{beside} No effect is claimed."),
        researcher: format!("{researcher} n {} people.", people(finding.n)),
    }
}

/// Contacts a person-month in the run-up before the month of referral, and after it.
fn run_up_and_after(months: &[ProfileMonth]) -> (Option<f64>, Option<f64>) {
    let rate = |of: &dyn Fn(&&ProfileMonth) -> bool| {
        let (contacts, exposure) = months.iter().filter(of).fold((0, 0.0), |sum, m| {
            (sum.0 + m.contacts, sum.1 + m.person_months)
        });
        (exposure > 0.0).then(|| contacts as f64 / exposure)
    };
    (rate(&|m| m.run_up && m.month < 0), rate(&|m| m.month > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::event_time::{EventCell, profile};

    fn cell(referred: bool, month: i32, sum: u64) -> EventCell {
        EventCell {
            referred,
            month,
            exposure: 1.0,
            n: 100,
            sum,
            sum_squares: 3 * sum,
        }
    }

    #[test]
    fn a_fall_without_a_comparison_is_given_no_cause_and_no_percentage() {
        let cells = [
            cell(true, -1, 214),
            cell(true, 0, 90),
            cell(true, 1, 80),
            cell(true, 2, 60),
        ];
        let said = sentences(&profile(&cells, 100).expect("a profile"));
        assert!(said.gp.contains("from 2.14 to 0.70 a month"), "{}", said.gp);
        for sentence in said.with_readers().map(|r| r.1) {
            assert!(
                !sentence.contains('%') && !sentence.contains("because of"),
                "{sentence}"
            );
        }
        assert!(said.researcher.contains("R1"));
    }

    #[test]
    fn people_not_referred_stand_beside_and_still_nothing_is_claimed() {
        let cells = [
            cell(true, -1, 214),
            cell(true, 1, 70),
            cell(false, -1, 210),
            cell(false, 1, 90),
        ];
        let said = sentences(&profile(&cells, 100).expect("a profile"));
        assert!(
            said.gp
                .contains("not referred went from 2.10 to 0.90. No effect is claimed."),
            "{}",
            said.gp
        );
    }

    #[test]
    fn a_profile_that_ends_at_referral_has_no_after() {
        let said = sentences(&profile(&[cell(true, -1, 214)], 100).expect("a profile"));
        assert!(
            said.gp
                .starts_with("Contacts are not seen both before and after")
        );
    }
}
