//! Change in wellbeing (A5), one questionnaire after the other: change, never
//! effect. Those without a second score are always mentioned.

use kith_base::Word;
use kith_effect::{
    picture::bounds,
    sentence,
    stats::{
        disclosure::{Shown as Given, list_shown, shown},
        imputation::Plan,
        noise::{Reliable, reliable},
        refusal::Refusal,
        scores::Scores,
        wellbeing::wellbeing,
    },
};

use super::question::{AnsweredBy, Question};
use crate::{
    cells::scores::Asked,
    score::Measure,
    shown::{Drawn, Part, Shown, people},
};

const COUNTED: [&str; 3] = [
    "Of each person referred: the first score at the start, and the last one at follow-up after it.",
    "People referred at least six months before the newest score. Those who came later have had no time for a second one, and are left out whether they have one or not.",
    "There is no comparison: scores rise after a bad time by themselves.",
];

/// Each questionnaire of which there is a score.
#[must_use]
pub fn changes(
    question: &Question,
    scores: &[(Measure, Option<Asked>)],
    fixed_in_time: bool,
) -> Vec<Part> {
    let mut all = Vec::new();
    let mut lately = false;
    for (measure, asked) in scores {
        let Some(asked) = asked else { continue };
        lately |= asked.too_lately > 0;
        let Ok(scores) = &asked.scores else { continue };
        let exploratory = !(fixed_in_time && question.asks_for(AnsweredBy::Score(*measure)));
        all.push(change(
            *measure,
            scores,
            asked.too_lately,
            question,
            exploratory,
        ));
    }
    if all.is_empty() {
        all.push(nothing(lately).into());
    }
    all
}

fn nothing(lately: bool) -> Shown {
    let (why, needed) = if lately {
        (
            "Nobody of these people has a first score and was referred at least six months before the newest score.",
            "Time: people are asked again after three to six months.",
        )
    } else {
        (
            "No wellbeing scores of these people have been brought in.",
            "A file of scores at the start and at follow-up.",
        )
    };
    Shown::nothing("Wellbeing", why, needed)
}

fn change(
    measure: Measure,
    scores: &Scores,
    too_lately: u64,
    question: &Question,
    exploratory: bool,
) -> Part {
    let title = measure.label();
    let plan = Plan {
        imputations: question.imputations,
        seed: question.seed,
    };
    let mut finding = match wellbeing(scores, plan) {
        Err(refusal) => return Shown::refused(title, &refusal).counting(&COUNTED).into(),
        Ok(finding) if shown(finding.n) == Given::Hidden => {
            return Shown::refused(title, &Refusal::SmallNumber)
                .counting(&COUNTED)
                .into();
        }
        Ok(finding) => finding,
    };
    let noise = noise_of(measure, scores);
    let said = sentence::wellbeing::sentences(&finding, noise.as_ref());
    let answers = finding.result.answers.as_ref();
    let p = answers
        .filter(|_| exploratory && finding.refusals.is_empty())
        .and_then(|answers| answers.completers.mean.p());
    if exploratory {
        finding.refusals.push(Refusal::Exploratory);
    }
    let rows = bounds::beliefs(&finding.result);
    let tipping = bounds::tipping(&finding.result);
    let mut shown = Shown::found(
        title,
        &finding,
        said,
        format!("{} with two scores", people(finding.n)),
    )
    .counting(&COUNTED)
    .missing(format!(
        "Without a first or a second score: {}. Referred too lately for a second one: {}.",
        people(finding.missing),
        people(too_lately)
    ))
    .with(Drawn::new(
        measure.code(),
        "Change, and what the missing could make of it",
        |frame| bounds::draw(frame, "points", &rows, tipping),
    ));
    shown.made.counted.extend(noise.map(|noise| {
        format!(
            "More than the noise of the score: a change of at least {:.1} points, which takes the score to be as reliable here ({:.2}) as in its own literature.",
            noise.needed, noise.reliability
        )
    }));
    Part { shown, p }
}

/// Who changed by more than the noise of the score, where its reliability is
/// known; a handful who improved, or who did not, is not told.
fn noise_of(measure: Measure, scores: &Scores) -> Option<Reliable> {
    let noise = reliable(scores, measure.reliability()?).ok()?.result;
    let others = noise.worsened + noise.same;
    let given = list_shown(&[noise.improved, others]);
    (!given.contains(&Given::Hidden)).then_some(noise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{shown::Reader, subject::Subject};
    use kith_effect::stats::scores::{Better, Person, Scale};

    fn scores(people: usize, followed: usize) -> Scores {
        let scale = Scale::new("SWEMWBS", 7.0, 35.0, Better::Higher).unwrap();
        let person = |place: usize| {
            #[expect(clippy::cast_precision_loss, reason = "few people")]
            let before = 15.0 + (place % 7) as f64;
            Person {
                cluster: None,
                before,
                after: (place < followed)
                    .then_some(before + 3.0 + f64::from(u8::from(place.is_multiple_of(3)))),
                traits: vec![],
            }
        };
        Scores::new(scale, vec![], (0..people).map(person).collect(), 0).unwrap()
    }

    fn shown_of(people: usize, followed: usize) -> Shown {
        let question = Question::new(Subject::Scheme, None);
        let asked = Asked {
            scores: Ok(scores(people, followed)),
            too_lately: 40,
        };
        let all = [(Measure::Swemwbs, Some(asked))];
        changes(&question, &all, false).remove(0).shown
    }

    #[test]
    fn too_few_followed_up_gives_bounds_and_what_it_takes() {
        let shown = shown_of(100, 40);
        assert!(
            shown
                .said
                .to(Reader::Worker)
                .contains("too few to say how people changed")
        );
        assert_eq!(shown.why[0].code, "R5");
        assert_eq!(
            shown.why[0].needed.as_deref(),
            Some("A second score of at least 60 of every 100 people who have a first.")
        );
        assert_eq!(shown.pictures.len(), 1);
    }

    #[test]
    fn a_change_is_said_and_is_exploratory_unless_it_was_asked_for() {
        let shown = shown_of(100, 95);
        assert!(
            shown
                .said
                .to(Reader::Worker)
                .contains("improved by more than the noise of the score"),
            "{:?}",
            shown.said
        );
        assert_eq!(shown.why.last().unwrap().code, "R11");
    }

    #[test]
    fn those_who_had_no_time_for_a_second_score_are_counted_apart() {
        let missing = shown_of(100, 95).made.missing.unwrap();
        assert!(
            missing.contains("Referred too lately for a second one: about 40 people."),
            "{missing}"
        );
        let asked = Asked {
            scores: Err(Refusal::NoEvents),
            too_lately: 12,
        };
        let question = Question::new(Subject::Scheme, None);
        let shown = changes(&question, &[(Measure::Who5, Some(asked))], true).remove(0);
        assert!(
            shown.shown.why[0]
                .why
                .contains("at least six months before")
        );
    }

    #[test]
    fn a_handful_is_not_shown() {
        assert_eq!(shown_of(9, 7).why[0].code, "R10");
    }
}
