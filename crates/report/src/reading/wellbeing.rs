//! Change in wellbeing (A5), one questionnaire after the other: change, never
//! effect. Those without a second score are always mentioned.

use kith_base::Word;
use kith_effect::{
    picture::bounds,
    sentence,
    stats::{
        disclosure::{Shown as Given, shown},
        imputation::Plan,
        refusal::Refusal,
        scores::Scores,
        wellbeing::wellbeing,
    },
};

use super::question::{AnsweredBy, Question};
use crate::{
    score::Measure,
    shown::{Drawn, Shown, people},
};

const COUNTED: [&str; 2] = [
    "Of each person referred: the first score at the start, and the last one at follow-up after it.",
    "There is no comparison: scores rise after a bad time by themselves.",
];

/// Each questionnaire of which there is a score.
#[must_use]
pub fn changes(
    question: &Question,
    scores: &[(Measure, Result<Scores, Refusal>)],
    fixed_in_time: bool,
) -> Vec<Shown> {
    let mut all = Vec::new();
    for (measure, scores) in scores {
        let Ok(scores) = scores else { continue };
        let exploratory = !(fixed_in_time && question.asks_for(AnsweredBy::Score(*measure)));
        all.push(change(*measure, scores, question, exploratory));
    }
    if all.is_empty() {
        all.push(Shown::nothing(
            "Wellbeing",
            "No wellbeing scores of these people have been brought in.",
            "A file of scores at the start and at follow-up.",
        ));
    }
    all
}

fn change(measure: Measure, scores: &Scores, question: &Question, exploratory: bool) -> Shown {
    let title = measure.label();
    let plan = Plan {
        imputations: question.imputations,
        seed: question.seed,
    };
    let mut finding = match wellbeing(scores, plan) {
        Err(refusal) => return Shown::refused(title, &refusal).counting(&COUNTED),
        Ok(finding) if shown(finding.n) == Given::Hidden => {
            return Shown::refused(title, &Refusal::SmallNumber).counting(&COUNTED);
        }
        Ok(finding) => finding,
    };
    let said = sentence::wellbeing::sentences(&finding, None);
    if exploratory {
        finding.refusals.push(Refusal::Exploratory);
    }
    let rows = bounds::beliefs(&finding.result);
    let tipping = bounds::tipping(&finding.result);
    let picture = format!("Change in {title}, whatever is supposed about the missing");
    Shown::found(
        title,
        &finding,
        said,
        format!("{} with two scores", people(finding.n)),
    )
    .counting(&COUNTED)
    .missing(format!(
        "Without a first or a second score: {}",
        people(finding.missing)
    ))
    .with(Drawn::new(measure.code(), &picture, |frame| {
        bounds::draw(frame, "points", &rows, tipping)
    }))
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
        let all = [(Measure::Swemwbs, Ok(scores(people, followed)))];
        changes(&question, &all, false).remove(0)
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
            shown.said.to(Reader::Worker).contains("rose by"),
            "{:?}",
            shown.said
        );
        assert_eq!(shown.why.last().unwrap().code, "R11");
    }

    #[test]
    fn a_handful_is_not_shown() {
        assert_eq!(shown_of(9, 7).why[0].code, "R10");
    }
}
