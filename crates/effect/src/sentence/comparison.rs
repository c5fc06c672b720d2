//! Contacts of the people referred against people at the same peak who were not (A2).

use super::verdict::{NEITHER, Verdict, notes, ratio, refused, uncertain, verdict};
use super::{Sentences, number, people, percent, with_interval};
use crate::stats::comparison::Comparison;
use crate::stats::estimate::Finding;

/// The sentences of the comparison.
#[must_use]
pub fn sentences(finding: &Finding<Comparison>) -> Sentences {
    let result = &finding.result;
    let difference = result.per_person_year.value;
    let against = format!(
        "{} contacts per person-year against similar patients at the same peak, who themselves changed by {}.",
        with_interval(&result.per_person_year, 1),
        signed_percent(result.controls_change.value.exp() - 1.0)
    );
    let researcher = for_researchers(finding);
    match verdict(&result.log_ratio, result.referred.people, &finding.refusals) {
        Verdict::Differs => Sentences {
            link_worker: format!(
                "People we saw had about {} {} GP contacts a year than similar people not referred. {NEITHER}",
                number(difference.abs(), 1),
                if difference < 0.0 { "fewer" } else { "more" }
            ),
            gp: against,
            researcher,
        },
        Verdict::NoRealDifference => Sentences {
            link_worker: format!(
                "People we saw and similar people not referred had about as many GP contacts. {NEITHER}"
            ),
            gp: format!("No real difference: {against}"),
            researcher: format!(
                "{researcher} The whole interval is inside the margin fixed beforehand."
            ),
        },
        Verdict::Uncertain(refusal) => uncertain(
            &refusal,
            &result.log_ratio,
            Some(result.referred.people),
            &researcher,
        ),
        Verdict::Refused(refusal) => refused(refusal.as_ref(), &finding.refusals),
    }
}

fn for_researchers(finding: &Finding<Comparison>) -> String {
    let result = &finding.result;
    let largest = result
        .balance
        .iter()
        .map(|b| b.difference.abs())
        .fold(0.0, f64::max);
    format!(
        "{}; n {}; matched {}; SMD max {}.{}",
        ratio(
            &result.log_ratio,
            "the wider of CR2 by practice and CR1 by person"
        ),
        people(result.referred.people),
        percent(result.matched, 0),
        number(largest, 2),
        notes(&finding.refusals)
    )
}

fn signed_percent(share: f64) -> String {
    let said = percent(share, 0);
    if share > 0.0 && said != "0%" {
        format!("+{said}")
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::comparison::Arm;
    use crate::stats::estimate::{Estimate, Interval};
    use crate::stats::matching::Balance;
    use crate::stats::refusal::Refusal;

    fn finding(low: f64, high: f64, refusals: &[Refusal]) -> Finding<Comparison> {
        let middle = (low * high).sqrt();
        let within = |value: f64, low: f64, high: f64| Estimate {
            interval: Some(Interval {
                low,
                high,
                level: 0.95,
            }),
            df: Some(9.9),
            ..Estimate::bare(value)
        };
        let log_ratio = within(middle.ln(), low.ln(), high.ln());
        let arm = Arm {
            people: 402,
            contacts: 3000,
            person_years: 380.0,
        };
        let result = Comparison {
            log_ratio,
            by_practice: log_ratio,
            by_person: log_ratio,
            per_person_year: within(8.0 * (middle - 1.0), 8.0 * (low - 1.0), 8.0 * (high - 1.0)),
            controls_change: within(0.85_f64.ln(), -0.3, -0.1),
            matched: 0.93,
            controls_lost: 0.0,
            balance: vec![Balance {
                on: "run-up",
                difference: -0.04,
            }],
            leads: None,
            referred: arm,
            controls: arm,
            reading: None,
        };
        Finding {
            n: 402,
            missing: 30,
            method: String::new(),
            assumptions: vec![],
            refusals: refusals.to_vec(),
            result,
        }
    }

    #[test]
    fn a_clear_difference_is_said_without_praise() {
        let said = sentences(&finding(0.78, 0.92, &[Refusal::NoGoodDirection]));
        assert!(
            said.link_worker
                .starts_with("People we saw had about 1.2 fewer GP contacts a year")
        );
        assert!(said.gp.contains("changed by \u{2212}15%"), "{}", said.gp);
        assert!(
            said.researcher
                .contains("df 9.9; n 400; matched 93%; SMD max 0.04."),
            "{}",
            said.researcher
        );
        assert!(said.researcher.contains("R12"));
        for sentence in said.with_readers().map(|r| r.1) {
            assert!(
                !sentence.contains("better") && !sentence.contains("saved"),
                "{sentence}"
            );
        }
    }

    #[test]
    fn an_interval_over_both_margins_is_not_known_yet() {
        // The finding carries R8 itself; without it the interval says the same.
        let spans = Refusal::TooUncertain {
            low: 0.80,
            high: 1.25,
            needed: 2204,
        };
        for refusals in [vec![], vec![spans]] {
            let said = sentences(&finding(0.80, 1.25, &refusals));
            assert_eq!(
                said.link_worker,
                "We cannot tell yet. We would need about 2204 people."
            );
            assert_eq!(said.gp, "Anything from a 20% fall to a 25% rise fits.");
            assert!(
                said.researcher
                    .ends_with("spans both margins. N for half-width log 1.1 = 2204.")
            );
        }
    }

    #[test]
    fn an_interval_that_holds_1_is_never_a_difference() {
        let said = sentences(&finding(0.84, 1.05, &[]));
        assert!(said.link_worker.starts_with("We cannot tell yet"));
        assert!(said.researcher.contains("R9"));
    }

    #[test]
    fn an_interval_inside_the_margin_is_no_real_difference() {
        let said = sentences(&finding(0.95, 1.05, &[]));
        assert!(said.gp.starts_with("No real difference"));
    }

    #[test]
    fn a_refusal_outweighs_the_clearest_interval_and_what_the_interval_says() {
        let too_few = Refusal::TooFewClusters { clusters: 3 };
        let uncertain = Refusal::TooUncertain {
            low: 0.5,
            high: 1.6,
            needed: 9,
        };
        let said = sentences(&finding(0.5, 0.6, &[uncertain, too_few]));
        for sentence in [&said.link_worker, &said.gp] {
            assert!(
                !sentence.contains("fewer GP") && !sentence.contains("0.5"),
                "{sentence}"
            );
        }
        assert!(said.link_worker.contains("too few practices"));
        assert!(said.researcher.contains("R3") && said.researcher.contains("R8"));
        let mut silent = finding(0.5, 0.6, &[]);
        silent.result.log_ratio.interval = None;
        assert!(sentences(&silent).gp.starts_with("No effect is claimed"));
    }
}
