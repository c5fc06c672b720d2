//! Contacts as the service reached one practice after another (A3).

use super::verdict::{
    NEITHER, Verdict, lower_or_higher, notes, ratio, refused, uncertain, verdict,
};
use super::{Sentences, people, with_interval};
use crate::stats::estimate::{Estimate, Finding};
use crate::stats::rollout::Rollout;

/// Months in a year.
const YEAR: f64 = 12.0;

/// The sentences of a roll-out over so many people.
#[must_use]
pub fn sentences(finding: &Finding<Rollout>, of_people: u64) -> Sentences {
    let overall = &finding.result.model.overall;
    let researcher = format!(
        "{}; {} practices, n {} person-months; ETWFE Poisson, parallel trends on the ratio scale.{}",
        ratio(&overall.log_ratio, "CR1 by practice"),
        finding.result.model.clusters,
        people(finding.n),
        notes(&finding.refusals)
    );
    let against = format!(
        "{} contacts per person-year against practices not yet started.",
        with_interval(&a_year(&overall.per_month), 1)
    );
    match verdict(&overall.log_ratio, of_people, &finding.refusals) {
        Verdict::Differs => Sentences {
            link_worker: format!(
                "After the service began, GP contacts were {} than in practices it had not reached yet. {NEITHER}",
                lower_or_higher(overall.log_ratio.value.exp())
            ),
            gp: against,
            researcher,
        },
        Verdict::NoRealDifference => Sentences {
            link_worker: format!(
                "After the service began, there were about as many GP contacts as in practices it had not \
                 reached yet. {NEITHER}"
            ),
            gp: format!("No real difference: {against}"),
            researcher: format!(
                "{researcher} The whole interval is inside the margin fixed beforehand."
            ),
        },
        Verdict::Uncertain(refusal) => {
            uncertain(&refusal, &overall.log_ratio, Some(of_people), &researcher)
        }
        Verdict::Refused(refusal) => refused(refusal.as_ref(), &finding.refusals),
    }
}

fn a_year(month: &Estimate) -> Estimate {
    Estimate {
        interval: month.interval.map(|i| i.on_scale(|v| v * YEAR)),
        ..Estimate::bare(month.value * YEAR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::etwfe::RolloutCell;
    use crate::stats::rollout::rollout;

    /// 24 practices of 20 people over 20 months, a third of them never starting.
    fn said(effect: f64, practices: i64) -> Sentences {
        let cell = |practice: i64, month: i64| {
            let start = [Some(9), Some(13), None][practice as usize % 3];
            let on = start.is_some_and(|start| month >= start);
            let wobble = ((practice * 31 + month * 17) % 13) as f64 - 6.0;
            let sum = ((400.0 + wobble) * if on { effect } else { 1.0 }).round() as u64;
            RolloutCell {
                cluster: practice,
                start,
                month,
                n: 20,
                sum,
                sum_squares: sum * sum / 20 + 20,
                exposure: 1.0,
            }
        };
        let cells: Vec<_> = (0..practices)
            .flat_map(|p| (1..=20).map(move |m| cell(p, m)))
            .collect();
        sentences(&rollout(&cells, 480).expect("a fit"), 480)
    }

    #[test]
    fn a_fall_after_the_start_is_said_against_practices_not_reached() {
        let said = said(0.7, 24);
        assert!(
            said.link_worker
                .contains("30% lower than in practices it had not reached yet"),
            "{}",
            said.link_worker
        );
        assert!(
            said.link_worker.ends_with(NEITHER)
                && said.gp.contains("against practices not yet started")
        );
    }

    #[test]
    fn no_change_is_no_real_difference_and_few_practices_are_not_concluded_from() {
        assert!(said(1.0, 24).gp.starts_with("No real difference"));
        let few = said(0.7, 4);
        assert!(
            few.link_worker
                .starts_with("We cannot tell what our work did"),
            "{}",
            few.link_worker
        );
    }
}
