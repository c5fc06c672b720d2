//! Change in wellbeing (A5): change, never effect; those with no second score are always
//! mentioned, and a conclusion that hangs on them is not drawn.

use super::verdict::against;
use super::{Sentences, codes, in_ten, number, p_value, people, percent, with_interval};
use crate::stats::disclosure::{Shown, list_shown, table_shown};
use crate::stats::estimate::{Estimate, Finding};
use crate::stats::noise::{Reliable, Threshold};
use crate::stats::scores::{Better, Scale};
use crate::stats::wellbeing::{Answers, Wellbeing};

/// The sentences of a change in wellbeing; `reliable` when the reliability of the score
/// is known.
#[must_use]
pub fn sentences(finding: &Finding<Wellbeing>, reliable: Option<&Reliable>) -> Sentences {
    match &finding.result.answers {
        None => bounds_only(finding),
        Some(answers) if against(&finding.refusals).is_none() => {
            concludes(finding, answers, reliable)
        }
        Some(answers) => cannot_tell(finding, answers),
    }
}

fn bounds_only(finding: &Finding<Wellbeing>) -> Sentences {
    let followed = finding.result.follow_up.rate().unwrap_or(0.0);
    let bounds = finding.result.bounds;
    let range = format!(
        "{} to {}",
        number(bounds.lowest, 2),
        number(bounds.highest, 2)
    );
    Sentences {
        link_worker: format!(
            "{} people had a second score. That is too few to say how people changed. Asking more \
             people again is what would help.",
            capital(&in_ten(followed))
        ),
        gp: format!(
            "{} were followed up, so no average is given: it lies somewhere from {range}.",
            percent(followed, 0)
        ),
        researcher: format!(
            "Follow-up {}; bounds {range} only.{}",
            percent(followed, 1),
            codes(&finding.refusals)
        ),
    }
}

fn concludes(
    finding: &Finding<Wellbeing>,
    answers: &Answers,
    reliable: Option<&Reliable>,
) -> Sentences {
    let mean = answers.completers.mean;
    let seen = match reliable {
        Some(reliable) => more_than_noise(reliable),
        None => on_average(&mean),
    };
    Sentences {
        link_worker: format!("{seen} {}", unseen(finding)),
        gp: format!(
            "Mean change in {} {}; if nobody without a second score had changed: {}.",
            measure(&finding.result.scale),
            with_interval(&mean, 2),
            number(answers.no_change.value, 2)
        ),
        researcher: for_researchers(finding, answers),
    }
}

fn on_average(mean: &Estimate) -> String {
    let size = number(mean.value.abs(), 1);
    match mean.interval {
        Some(interval) if interval.low > 0.0 => {
            format!("People with two scores rose by {size} points on average.")
        }
        Some(interval) if interval.high < 0.0 => {
            format!("People with two scores fell by {size} points on average.")
        }
        _ => "On average, people with two scores changed by no more than chance.".to_owned(),
    }
}

fn cannot_tell(finding: &Finding<Wellbeing>, answers: &Answers) -> Sentences {
    let why = against(&finding.refusals).map_or_else(String::new, ToString::to_string);
    Sentences {
        link_worker: format!(
            "We cannot tell how people changed. {why} {}",
            unseen(finding)
        ),
        gp: format!(
            "No conclusion: {why} Those with two scores changed by {} on average.",
            with_interval(&answers.completers.mean, 2)
        ),
        researcher: for_researchers(finding, answers),
    }
}

/// "SWEMWBS (higher is better)".
fn measure(scale: &Scale) -> String {
    let way = match scale.better() {
        Better::Higher => "higher",
        Better::Lower => "lower",
    };
    format!("{} ({way} is better)", scale.name())
}

fn more_than_noise(reliable: &Reliable) -> String {
    let pairs = reliable.improved + reliable.worsened + reliable.same;
    let shown = list_shown(&[reliable.improved, pairs - reliable.improved]);
    if shown.contains(&Shown::Hidden) {
        return "The number who improved by more than the noise of the score is too small (or too near to \
                everybody) to give."
            .to_owned();
    }
    let improved = in_ten(reliable.improved as f64 / pairs.max(1) as f64);
    format!(
        "Of every 10 with two scores, {} improved by more than the noise of the score.",
        improved.trim_end_matches(" in 10")
    )
}

/// The same with who was at or above a threshold before and after, among those with both
/// scores. Where follow-up is too low for an average it is too low for this.
#[must_use]
pub fn with_threshold(said: Sentences, finding: &Finding<Threshold>) -> Sentences {
    let crossed = &finding.result;
    let below = |at_or_above: u64| finding.n - at_or_above;
    let counts = [
        vec![crossed.before, below(crossed.before)],
        vec![crossed.after, below(crossed.after)],
    ];
    let shown = table_shown(&counts).unwrap_or_default();
    if !finding.concludes() || shown.iter().flatten().any(|cell| *cell == Shown::Hidden) {
        return said;
    }
    let at = number(crossed.at, 0);
    let share = |estimate: &Estimate| {
        let range = estimate.interval.map_or_else(String::new, |i| {
            format!(" (95% CI {} to {})", percent(i.low, 0), percent(i.high, 0))
        });
        format!("{}{range}", percent(estimate.value, 0))
    };
    let tenths = |estimate: &Estimate| in_ten(estimate.value).replace(" in 10", " of 10");
    let counted = format!(
        "At {at} or above: {} at the start, {} at follow-up",
        share(&crossed.before_share),
        share(&crossed.after_share)
    );
    Sentences {
        link_worker: format!(
            "{} At {at} or above: {} at the start, {} later.",
            said.link_worker,
            tenths(&crossed.before_share),
            tenths(&crossed.after_share)
        ),
        gp: format!("{} {counted}.", said.gp),
        researcher: format!(
            "{} {counted} (Wilson); exact McNemar p {}.",
            said.researcher,
            p_value(crossed.p)
        ),
    }
}

/// Whether some of the missing have no first score.
fn without_start(finding: &Finding<Wellbeing>) -> bool {
    let followed = finding.result.follow_up;
    finding.missing > followed.people() - followed.events()
}

fn unseen(finding: &Finding<Wellbeing>) -> String {
    let all = finding.n + finding.missing;
    match finding.missing {
        0 => "Everybody had a second score.".to_owned(),
        missing => {
            let lacking = match without_start(finding) {
                true => "did not have both a first and a second score",
                false => "had no second score",
            };
            format!(
                "{} {lacking}: we do not know about them.",
                capital(&in_ten(missing as f64 / all as f64))
            )
        }
    }
}

fn for_researchers(finding: &Finding<Wellbeing>, answers: &Answers) -> String {
    let or_none =
        |e: Option<Estimate>| e.map_or_else(|| "none".to_owned(), |e| with_interval(&e, 2));
    let bounds = finding.result.bounds;
    let followed = match finding.result.follow_up.rate() {
        Some(rate) if without_start(finding) => {
            format!(", followed up {} of those with a first", percent(rate, 0))
        }
        _ => String::new(),
    };
    let tipping = answers.tipping.map_or_else(
        || "none (nobody missing)".to_owned(),
        |t| {
            format!(
                "{} ({} SD from those seen)",
                number(t.change, 2),
                number(t.distance, 2)
            )
        },
    );
    format!(
        "Completers {} / IPW {} / MI {} / no change for the missing {} / bounds {} to {}; tipping {tipping}; \
         d_z {}; n {} of {}{followed}; no control group: change, not effect.{}",
        with_interval(&answers.completers.mean, 2),
        or_none(answers.weighted.as_ref().map(|w| w.mean)),
        or_none(answers.imputed.map(|i| i.mean)),
        with_interval(&answers.no_change, 2),
        number(bounds.lowest, 2),
        number(bounds.highest, 2),
        number(answers.completers.d_z, 2),
        people(finding.n),
        people(finding.n + finding.missing),
        codes(&finding.refusals)
    )
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::imputation::Plan;
    use crate::stats::noise::{reliable, threshold};
    use crate::stats::scores::{Person, Scores};
    use crate::stats::wellbeing::wellbeing;

    /// 100 people, `seen` of them with a second score about `rise` points up.
    fn scores(seen: i32, rise: i32) -> Scores {
        let person = |i: i32| {
            let before = f64::from(12 + i * 7 % 13);
            let after = before + f64::from(rise + i * 5 % 9 - 4);
            Person {
                cluster: None,
                before,
                after: (i < seen).then_some(after),
                traits: vec![],
            }
        };
        let scale = Scale::new("score", 0.0, 40.0, Better::Higher).expect("a scale");
        Scores::new(scale, vec![], (0..100).map(person).collect(), 0).expect("on the scale")
    }

    fn said(scores: &Scores, reliability: f64) -> Sentences {
        let finding = wellbeing(
            scores,
            Plan {
                imputations: 20,
                seed: 1,
            },
        )
        .expect("people");
        let reliable = reliable(scores, reliability).expect("pairs").result;
        sentences(&finding, Some(&reliable))
    }

    #[test]
    fn a_conclusion_counts_in_tenths_and_mentions_the_unseen() {
        let said = said(&scores(80, 5), 0.9);
        let link_worker = said.link_worker.as_str();
        assert!(
            link_worker.starts_with("Of every 10 with two scores, "),
            "{link_worker}"
        );
        assert!(
            link_worker.ends_with("2 in 10 had no second score: we do not know about them."),
            "{link_worker}"
        );
        assert!(
            said.gp
                .starts_with("Mean change in score (higher is better) 5.00 (95% CI 4.42 to 5.58)"),
            "{}",
            said.gp
        );
        assert!(
            said.researcher.contains("change, not effect") && said.researcher.contains("/ IPW ")
        );
    }

    #[test]
    fn who_has_no_first_score_is_not_said_to_lack_a_second() {
        let with_first = scores(80, 5);
        let people = with_first.people().to_vec();
        let scores = Scores::new(with_first.scale().clone(), vec![], people, 60);
        let said = said(&scores.expect("on the scale"), 0.9);
        let unseen =
            "5 in 10 did not have both a first and a second score: we do not know about them.";
        assert!(said.link_worker.ends_with(unseen), "{}", said.link_worker);
        let followed = "n 80 of 160, followed up 80% of those with a first;";
        assert!(said.researcher.contains(followed), "{}", said.researcher);
    }

    #[test]
    fn few_followed_up_are_given_bounds_and_no_average() {
        let said = said(&scores(40, 5), 0.9);
        assert!(
            said.link_worker
                .starts_with("4 in 10 people had a second score.")
        );
        assert!(said.gp.contains("somewhere from"));
        assert!(said.researcher.contains("R5"));
    }

    #[test]
    fn a_change_that_hangs_on_the_unseen_is_no_conclusion() {
        let said = said(&scores(65, 0), 0.9);
        assert!(
            said.link_worker
                .starts_with("We cannot tell how people changed.")
        );
        assert!(said.gp.starts_with("No conclusion"));
    }

    #[test]
    fn without_a_reliability_an_average_is_said_only_when_it_is_clear_of_none() {
        let plain = |rise: i32| {
            let finding = wellbeing(
                &scores(100, rise),
                Plan {
                    imputations: 20,
                    seed: 1,
                },
            );
            sentences(&finding.expect("people"), None).link_worker
        };
        assert!(
            plain(5).starts_with("People with two scores rose by 5.0 points"),
            "{}",
            plain(5)
        );
        assert!(
            plain(-5).starts_with("People with two scores fell by 5.0 points"),
            "{}",
            plain(-5)
        );
        assert!(plain(0).contains("no more than chance"), "{}", plain(0));
    }

    #[test]
    fn a_threshold_is_said_beside_the_change_unless_a_handful_would_be_told() {
        let people = scores(80, 5);
        let at = |score: f64| {
            let crossed = threshold(&people, score).expect("pairs");
            with_threshold(said(&people, 0.9), &crossed)
        };
        let plain = at(20.0);
        assert!(
            plain.link_worker.contains("At 20 or above: "),
            "{}",
            plain.link_worker
        );
        assert!(
            plain.gp.contains(") at the start, ") && plain.gp.contains("95% CI"),
            "{}",
            plain.gp
        );
        assert!(
            plain.researcher.contains("exact McNemar p "),
            "{}",
            plain.researcher
        );
        // One in thirteen starts at 24: six or seven people.
        assert!(!at(24.0).gp.contains("At 24"), "{}", at(24.0).gp);
    }

    #[test]
    fn an_exploratory_change_is_still_said() {
        let mut finding = wellbeing(
            &scores(80, 5),
            Plan {
                imputations: 20,
                seed: 1,
            },
        )
        .expect("people");
        finding
            .refusals
            .push(crate::stats::refusal::Refusal::Exploratory);
        let said = sentences(&finding, None);
        assert!(said.gp.starts_with("Mean change"), "{}", said.gp);
        assert!(said.researcher.contains("R11"), "{}", said.researcher);
    }

    #[test]
    fn a_handful_who_improved_is_not_counted_out() {
        let mut few = reliable(&scores(80, 5), 0.9).expect("pairs").result;
        (few.improved, few.worsened, few.same) = (3, 0, 77);
        assert!(more_than_noise(&few).contains("too small"));
        (few.improved, few.same) = (78, 2);
        assert!(more_than_noise(&few).contains("too small"));
    }
}
