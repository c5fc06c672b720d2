//! Whether the answer hangs on the model (A9). It says how far several models agree and
//! never which of them is right; an effect is claimed by the planned analysis alone.

use super::verdict::{change, standing};
use super::{Sentences, codes, number};
use crate::stats::estimate::Finding;
use crate::stats::sensitivity::Sensitivity;

/// The sentences of models asked the same question.
#[must_use]
pub fn sentences(finding: &Finding<Sensitivity>) -> Sentences {
    let result = &finding.result;
    let ratios: Vec<f64> = result
        .answers
        .iter()
        .filter_map(|answer| Some(answer.log_ratio?.value.exp()))
        .collect();
    let (low, high) = ratios
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), ratio| {
            (low.min(*ratio), high.max(*ratio))
        });
    let refused = result.answers.len() - ratios.len();
    let researcher = format!("{}{}", of_models(result), codes(&finding.refusals));
    if let Some(refusal) = standing(&finding.refusals) {
        return Sentences {
            link_worker: "We cannot tell whether the answer hangs on the way it is worked out."
                .to_owned(),
            gp: format!("No conclusion: {refusal}"),
            researcher,
        };
    }
    let (plain, verdict) = match result.agree {
        true => (
            "The answer does not change with the way it is worked out.",
            "They say the same",
        ),
        false => (
            "The answer changes with the way it is worked out, so it cannot be rested on.",
            "They do not say the same",
        ),
    };
    let without = match refused {
        0 => String::new(),
        some => format!(" {some} could not be fitted."),
    };
    Sentences {
        link_worker: plain.to_owned(),
        gp: format!(
            "{} ways of working it out give from {} to {}. {verdict}.{without}",
            ratios.len(),
            change(low),
            change(high)
        ),
        researcher,
    }
}

/// Each model with its ratio, or why it has none.
fn of_models(result: &Sensitivity) -> String {
    let models: Vec<String> = result
        .answers
        .iter()
        .map(|answer| match (&answer.log_ratio, &answer.refusal) {
            (Some(log), _) => {
                let range = log.interval.map_or_else(
                    || "no interval".to_owned(),
                    |i| {
                        format!(
                            "95% CI {} to {}",
                            number(i.low.exp(), 3),
                            number(i.high.exp(), 3)
                        )
                    },
                );
                format!(
                    "{}: RR {} ({range})",
                    answer.model,
                    number(log.value.exp(), 3)
                )
            }
            (None, Some(refusal)) => {
                format!("{}: not estimated ({})", answer.model, refusal.code())
            }
            (None, None) => format!("{}: not estimated", answer.model),
        })
        .collect();
    let changes = if result.agree { "no" } else { "yes" };
    format!(
        "{}. Does the answer change: {changes}; none is chosen by its p.",
        models.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::estimate::Estimate;
    use crate::stats::refusal::Refusal;
    use crate::stats::sensitivity::Answer;

    fn said(second: Option<f64>, refusals: Vec<Refusal>) -> Sentences {
        let answer = |model, log_ratio: Option<f64>| Answer {
            model,
            log_ratio: log_ratio.map(|value| Estimate::normal(value, 0.02)),
            refusal: log_ratio.is_none().then_some(Refusal::PoissonLimit),
        };
        sentences(&Finding {
            n: 500,
            missing: 0,
            method: String::new(),
            assumptions: vec![],
            refusals,
            result: Sensitivity {
                agree: second.is_none_or(|value| value < -0.1),
                answers: vec![answer("Poisson", Some(-0.2)), answer("another", second)],
            },
        })
    }

    #[test]
    fn agreement_and_its_absence_are_said_without_choosing() {
        let same = said(Some(-0.15), vec![]);
        assert!(same.link_worker.contains("does not change"));
        assert_eq!(
            same.gp,
            "2 ways of working it out give from a 18% fall to a 14% fall. They say the same."
        );
        let apart = said(Some(0.1), vec![]);
        assert!(apart.link_worker.contains("cannot be rested on"));
        assert!(
            apart.researcher.contains("Does the answer change: yes"),
            "{}",
            apart.researcher
        );
    }

    #[test]
    fn a_model_that_refuses_is_named_and_too_few_practices_conclude_nothing() {
        let one = said(None, vec![]);
        assert!(
            one.researcher.contains("another: not estimated (R7)"),
            "{}",
            one.researcher
        );
        assert!(one.gp.contains("1 could not be fitted"));
        let few = said(Some(-0.2), vec![Refusal::TooFewClusters { clusters: 3 }]);
        assert!(few.link_worker.starts_with("We cannot tell") && few.researcher.contains("R3"));
    }
}
