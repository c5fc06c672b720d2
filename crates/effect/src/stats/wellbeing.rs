//! Wellbeing before and after (A5), with every belief about the people who have no second
//! score side by side: those with both scores, weighted, imputed, "no change for the
//! missing", the worst and the best the scale allows, and the tipping value.
//!
//! Under 60% followed up only the bounds are given (R5). Above it a conclusion needs the
//! three answers to agree and a tipping value far enough off.

use serde::Serialize;

use super::design::Design;
use super::estimate::{Estimate, Finding};
use super::imputation::{Imputed, Plan, imputed};
use super::least_squares::LeastSquares;
use super::limits::{FOLLOW_UP_MIN, TIPPING_MIN_SD};
use super::paired::{Change, change, clusters_of, mean_of};
use super::proportion::Share;
use super::refusal::Refusal;
use super::scores::{Person, Scale, Scores, deviation, mean};
use super::weighting::{Weighted, weighted};

/// Everything about the change of a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wellbeing {
    /// The measure.
    pub scale: Scale,
    /// People with a second score among those with a first.
    pub follow_up: Share,
    /// The lowest and highest mean change the scale allows for the missing.
    pub bounds: Bounds,
    /// The answers; none when follow-up is too low for any but the bounds.
    pub answers: Option<Answers>,
}

/// Mean change if every missing second score were as bad, or as good, as it can be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bounds {
    /// Every missing person at the low end of the scale.
    pub lowest: f64,
    /// Every missing person at the high end.
    pub highest: f64,
}

/// The mean change under each belief.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answers {
    /// Those with both scores.
    pub completers: Change,
    /// Second score on the centred first score and the traits, HC3 errors; none when refused.
    pub adjusted: Option<Vec<(String, Estimate)>>,
    /// Weighted for the missing; none when refused.
    pub weighted: Option<Weighted>,
    /// Multiply imputed; none when refused.
    pub imputed: Option<Imputed>,
    /// As if nobody missing had changed.
    pub no_change: Estimate,
    /// The missing people's mean change that would bring the whole to zero; none when
    /// nobody is missing.
    pub tipping: Option<Tipping>,
}

/// Where the answer tips over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tipping {
    /// Mean change of the missing, in points.
    pub change: f64,
    /// How far that is from the change of those seen, in deviations of the first score.
    pub distance: f64,
}

/// Change with everything that may be said of the missing.
///
/// # Errors
/// R7 when those with both scores are fewer than two or all changed alike (with enough
/// follow-up to look at them at all).
pub fn wellbeing(scores: &Scores, plan: Plan) -> Result<Finding<Wellbeing>, Refusal> {
    let people = scores.people().len() as u64;
    let follow_up = Share::new(people - scores.missing(), people)?;
    let share = follow_up.rate().unwrap_or(0.0);
    let mut finding = Finding {
        n: follow_up.events(),
        missing: scores.missing() + scores.without_start(),
        method: format!(
            "paired change beside weighting, {} imputations (seed {}), no change for the missing, bounds",
            plan.imputations, plan.seed
        ),
        assumptions: vec![
            "a second score is missing for reasons seen in the first score and the characteristics, or \
             the tipping value is out of reach",
            "weights and imputations take people as independent",
            "change is not effect: nobody shows what would have happened anyway",
        ],
        refusals: vec![],
        result: Wellbeing {
            scale: scores.scale().clone(),
            follow_up,
            bounds: bounds(scores),
            answers: None,
        },
    };
    if share < FOLLOW_UP_MIN {
        finding.refusals.push(Refusal::FollowUpTooLow { share });
        finding.method = "bounds: every missing second score at either end of the scale".to_owned();
        return Ok(finding);
    }
    finding.result.answers = Some(answers(scores, plan, &mut finding.refusals)?);
    Ok(finding)
}

fn bounds(scores: &Scores) -> Bounds {
    let scale = scores.scale();
    let all = scores.people();
    let at = |end: f64| {
        let sum: f64 = all.iter().map(|p| p.after.unwrap_or(end) - p.before).sum();
        sum / all.len() as f64
    };
    Bounds {
        lowest: at(scale.low()),
        highest: at(scale.high()),
    }
}

fn answers(scores: &Scores, plan: Plan, refusals: &mut Vec<Refusal>) -> Result<Answers, Refusal> {
    let completers = change(scores)?;
    refusals.extend(completers.refusals);
    let everybody: Vec<&Person> = scores.people().iter().collect();
    let unchanged: Vec<f64> = everybody
        .iter()
        .map(|p| p.change().unwrap_or(0.0))
        .collect();
    let no_change = mean_of(&unchanged, &clusters_of(&everybody));
    let nobody_missing = scores.missing() == 0;
    let mut keep = |refusal: Refusal| {
        if !refusals.contains(&refusal) {
            refusals.push(refusal);
        }
    };
    let weighted = if nobody_missing {
        None
    } else {
        weighted(scores).map_err(&mut keep).ok()
    };
    let imputed = imputed(scores, plan).map_err(&mut keep).ok();
    let adjusted = adjusted(scores).map_err(&mut keep).ok();
    let answers = Answers {
        tipping: tipping(scores, completers.result.independent.value),
        completers: completers.result,
        adjusted,
        weighted,
        imputed,
        no_change: no_change.estimate,
    };
    if !nobody_missing {
        refusals.extend(missing_decides(&answers));
    }
    Ok(answers)
}

/// The second score given the centred first one and the traits.
fn adjusted(scores: &Scores) -> Result<Vec<(String, Estimate)>, Refusal> {
    let pairs: Vec<&Person> = scores.completers().collect();
    let before: Vec<f64> = pairs.iter().map(|p| p.before).collect();
    let after: Vec<f64> = pairs.iter().filter_map(|p| p.after).collect();
    let middle = mean(&before);
    let mut design =
        Design::constant(pairs.len()).with("first score", before.iter().map(|b| b - middle));
    for (place, name) in scores.trait_names().iter().enumerate() {
        design = design.with(name, Scores::trait_of(&pairs, place));
    }
    let line = LeastSquares::fit(&design, &after)?;
    Ok(line.names.iter().cloned().zip(line.robust()).collect())
}

fn tipping(scores: &Scores, seen: f64) -> Option<Tipping> {
    let missing = scores.missing() as f64;
    if missing == 0.0 {
        return None;
    }
    let pairs = scores.people().len() as f64 - missing;
    let change = -seen * pairs / missing;
    let before: Vec<f64> = scores.people().iter().map(|p| p.before).collect();
    let distance = (seen - change).abs() / deviation(&before);
    // First scores that never vary leave no deviation to measure the distance in.
    distance.is_finite().then_some(Tipping { change, distance })
}

/// R5: the three answers must agree in sign and exclude no change, and the tipping value
/// must be far enough from what was seen.
fn missing_decides(answers: &Answers) -> Vec<Refusal> {
    let weighted = answers.weighted.as_ref().map(|w| w.mean);
    let three = [
        weighted,
        answers.imputed.map(|i| i.mean),
        Some(answers.no_change),
    ];
    let sign = |e: &Option<Estimate>| {
        let interval = e.as_ref()?.interval?;
        (!interval.holds(0.0)).then_some(interval.low > 0.0)
    };
    let signs: Vec<Option<bool>> = three.iter().map(sign).collect();
    let agree = signs[0].is_some() && signs.iter().all(|s| *s == signs[0]);
    let mut refusals = vec![];
    if !agree {
        refusals.push(Refusal::MissingDecides);
    }
    if let Some(tipping) = answers.tipping.filter(|t| t.distance < TIPPING_MIN_SD) {
        refusals.push(Refusal::TipsTooEasily {
            distance: tipping.distance,
        });
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::scores::Better;
    use proptest::prelude::*;

    const PLAN: Plan = Plan {
        imputations: 20,
        seed: 3,
    };

    fn scores(rows: &[(i32, Option<i32>, i32)]) -> Scores {
        let person = |(before, after, age): &(i32, Option<i32>, i32)| Person {
            cluster: None,
            before: f64::from(*before),
            after: after.map(f64::from),
            traits: vec![f64::from(*age)],
        };
        let scale = Scale::new("score", 0.0, 40.0, Better::Higher).expect("a scale");
        Scores::new(
            scale,
            vec!["age".to_owned()],
            rows.iter().map(person).collect(),
            2,
        )
        .expect("on the scale")
    }

    /// 100 people, `seen` of them with a second score about `rise` points up.
    fn group(seen: i32, rise: i32) -> Scores {
        let row = |i: i32| {
            let before = 15 + i * 7 % 11;
            (
                (before),
                (i < seen).then_some(before + rise + i * 5 % 7 - 3),
                i * 3 % 8,
            )
        };
        scores(&(0..100).map(row).collect::<Vec<_>>())
    }

    #[test]
    fn under_60_percent_only_bounds_are_given() {
        let finding = wellbeing(&group(59, 5), PLAN).expect("people");
        assert!(matches!(
            finding.refusals.as_slice(),
            [Refusal::FollowUpTooLow { .. }]
        ));
        assert_eq!(finding.result.answers, None);
        assert!(finding.result.bounds.lowest < finding.result.bounds.highest);
        assert_eq!((finding.n, finding.missing), (59, 43));
    }

    #[test]
    fn a_clear_rise_with_few_missing_concludes() {
        let finding = wellbeing(&group(90, 6), PLAN).expect("people");
        assert!(finding.concludes(), "{:?}", finding.refusals);
    }

    #[test]
    fn a_rise_that_hangs_on_the_missing_does_not() {
        let finding = wellbeing(&group(65, 0), PLAN).expect("people");
        assert!(finding.refusals.contains(&Refusal::MissingDecides));
    }

    #[test]
    fn a_small_rise_that_half_a_deviation_would_overturn_tips_too_easily() {
        // 4,000 people with widely spread first scores: a rise of a point is clear of 0.
        let row = |i: i32| {
            let before = 1 + i * 7 % 39;
            (
                before,
                (i % 10 < 7).then_some((before + 1 + i * 5 % 3 - 1).min(40)),
                i * 3 % 8,
            )
        };
        let finding = wellbeing(&scores(&(0..4000).map(row).collect::<Vec<_>>()), PLAN);
        let finding = finding.expect("people");
        assert!(
            matches!(finding.refusals.as_slice(), [Refusal::TipsTooEasily { .. }]),
            "{:?}",
            finding.refusals
        );
    }

    #[test]
    fn with_nobody_missing_there_is_no_tipping_value_and_bounds_meet() {
        let finding = wellbeing(&group(100, 4), PLAN).expect("people");
        let answers = finding.result.answers.as_ref().expect("all followed up");
        assert_eq!((answers.tipping, answers.weighted.is_none()), (None, true));
        let mean = answers.completers.independent;
        let pooled = answers.imputed.expect("a line").mean;
        assert!((pooled.value - mean.value).abs() < 1e-12);
        assert!((finding.result.bounds.lowest - finding.result.bounds.highest).abs() < 1e-12);
        assert!(finding.concludes());
    }

    #[test]
    fn a_trait_that_tells_exactly_who_answered_is_named() {
        let rows: Vec<_> = (0..50)
            .map(|i| {
                (
                    10 + i % 9,
                    (i < 40).then_some(12 + i % 7),
                    i32::from(i < 40),
                )
            })
            .collect();
        let finding = wellbeing(&scores(&rows), PLAN).expect("people");
        assert!(finding.refused_by("R7").is_some(), "{:?}", finding.refusals);
        assert!(!finding.concludes());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_answer_lies_between_the_bounds_or_is_refused_by_name(
            rows in prop::collection::vec((0_i32..=40, prop::option::weighted(0.8, 0_i32..=40), 0_i32..4), 1..40)
        ) {
            match wellbeing(&scores(&rows), PLAN) {
                Err(refusal) => prop_assert_eq!(refusal.code(), "R7"),
                Ok(finding) => {
                    let bounds = finding.result.bounds;
                    prop_assert!(bounds.lowest <= bounds.highest);
                    if let Some(answers) = finding.result.answers {
                        let value = answers.no_change.value;
                        prop_assert!(answers.no_change.standard_error.is_none_or(|e| e > 0.0));
                        prop_assert!(value.is_finite() && answers.completers.p.is_finite());
                        if let Some(w) = answers.weighted {
                            prop_assert!(w.largest_weight >= 1.0 && w.mean.value.is_finite());
                        }
                    }
                }
            }
        }
    }
}
