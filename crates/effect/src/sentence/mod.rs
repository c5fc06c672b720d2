//! What a result says, in one sentence each for three readers: the link worker, the GP,
//! and the researcher. Made from typed results and their refusals, never from numbers
//! alone, so that no sentence can claim what the statistics refused.
//!
//! Contacts have no good direction (R12): fewer is never called better. Numbers of
//! people stand in tenths for the link worker, and small ones are not given.

mod verdict;
pub(crate) use verdict::standing;
pub mod profile;
pub mod comparison;
pub mod rollout;
pub mod series;
pub mod sensitivity;
pub mod wellbeing;
pub mod equity;
pub mod xmr;
pub mod agreement;

use serde::Serialize;

use crate::stats::disclosure::shown;
use crate::stats::estimate::Estimate;
use crate::stats::refusal::Refusal;

/// One result for its three readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentences {
    /// For the person who does the work.
    pub link_worker: String,
    /// For the practice that refers.
    pub gp: String,
    /// For somebody who will want the method.
    pub researcher: String,
}

impl Sentences {
    /// With who reads what, for a terminal or a file.
    #[must_use]
    pub fn with_readers(&self) -> [(&'static str, &str); 3] {
        [
            ("For link workers", &self.link_worker),
            ("For the practice", &self.gp),
            ("For researchers", &self.researcher),
        ]
    }
}

/// A number with a sign that is a minus and not a hyphen.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let bare = text.trim_start_matches('-');
    if bare.chars().all(|c| c == '0' || c == '.') {
        return bare.to_owned();
    }
    text.replace('-', "\u{2212}")
}

/// "1.88 (95% CI 1.46 to 2.30)", or the number and that it has no interval.
pub(crate) fn with_interval(estimate: &Estimate, decimals: usize) -> String {
    let value = number(estimate.value, decimals);
    match estimate.interval {
        Some(interval) => {
            let (low, high) = (
                number(interval.low, decimals),
                number(interval.high, decimals),
            );
            let level = number(interval.level * 100.0, 0);
            format!("{value} ({level}% CI {low} to {high})")
        }
        None => format!("{value} (no interval)"),
    }
}

/// A share as "x in 10", with words where that would round to none or all.
pub(crate) fn in_ten(share: f64) -> String {
    let tenths = (share * 10.0).round();
    if share <= 0.0 {
        "none in 10".to_owned()
    } else if share >= 1.0 {
        "all 10 in 10".to_owned()
    } else if tenths < 1.0 {
        "fewer than 1 in 10".to_owned()
    } else if tenths > 9.0 {
        "more than 9 in 10".to_owned()
    } else {
        format!("{tenths:.0} in 10")
    }
}

/// A share as a percentage.
pub(crate) fn percent(share: f64, decimals: usize) -> String {
    format!("{}%", number(100.0 * share, decimals))
}

/// A number of people as it may be shown (R10): to the nearest 5, or "hidden".
pub(crate) fn people(count: u64) -> String {
    shown(count).words()
}

/// The refusals as a researcher reads them: " R3: … R5: …"; empty without any.
pub(crate) fn codes(refusals: &[Refusal]) -> String {
    refusals
        .iter()
        .map(|refusal| format!(" {}: {refusal}", refusal.code()))
        .collect()
}

/// A p, or that it is smaller than anybody needs to know.
pub(crate) fn p_value(p: f64) -> String {
    const SMALLEST: f64 = 1e-4;
    if p < SMALLEST {
        format!("below {SMALLEST}")
    } else {
        number(p, 4)
    }
}

/// Nothing could be computed. What is wrong with a model is told to researchers alone.
#[must_use]
pub fn of_refusal(refusal: &Refusal) -> Sentences {
    let of_the_model = matches!(
        refusal,
        Refusal::Separated { .. }
            | Refusal::Aliased { .. }
            | Refusal::NotConverged { .. }
            | Refusal::PoissonLimit
            | Refusal::NoClusterSpread
    );
    let plain = if of_the_model {
        "It cannot be worked out from these figures; the words for researchers say why.".to_owned()
    } else {
        refusal.to_string()
    };
    Sentences {
        link_worker: format!("We cannot tell. {plain}"),
        gp: format!("No figure can be given. {plain}"),
        researcher: format!("Not estimated ({}). {refusal}", refusal.code()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::estimate::Interval;

    #[test]
    fn zero_has_no_sign_and_minus_is_a_minus() {
        assert_eq!(number(-0.004, 2), "0.00");
        assert_eq!(number(-1.5, 1), "\u{2212}1.5");
    }

    #[test]
    fn tenths_never_say_none_or_all_when_there_are_some() {
        let said = [0.0, 0.01, 0.05, 0.26, 0.949, 0.96, 1.0].map(in_ten);
        let expected = [
            "none in 10",
            "fewer than 1 in 10",
            "1 in 10",
            "3 in 10",
            "9 in 10",
            "more than 9 in 10",
            "all 10 in 10",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_wrong_with_a_model_is_told_to_researchers_alone() {
        let said = of_refusal(&Refusal::Aliased {
            term: "started 8, month 9".to_owned(),
        });
        assert!(said.researcher.contains("started 8, month 9"));
        assert!(!said.link_worker.contains("month 9") && !said.gp.contains("month 9"));
        let few = of_refusal(&Refusal::NoEvents);
        assert!(few.link_worker.contains("Nothing was counted"));
    }

    #[test]
    fn a_p_is_never_nought() {
        assert_eq!([0.0312, 3e-9].map(p_value), ["0.0312", "below 0.0001"]);
    }

    #[test]
    fn an_estimate_without_interval_says_so() {
        assert_eq!(with_interval(&Estimate::bare(2.0), 1), "2.0 (no interval)");
        let interval = Some(Interval {
            low: -0.5,
            high: 4.5,
            level: 0.95,
        });
        let said = with_interval(
            &Estimate {
                interval,
                ..Estimate::bare(2.0)
            },
            1,
        );
        assert_eq!(said, "2.0 (95% CI \u{2212}0.5 to 4.5)");
    }
}
