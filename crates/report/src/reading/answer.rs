//! The answer to a question: every analysis of a page, in its order, with the
//! files it was made from and the thresholds that were in force.

use kith_base::{Id, Word};
use kith_effect::stats::{
    disclosure::{Shown as Given, shown, slice_of_link_worker},
    limits::{
        CLUSTERS_MIN, COUNT_ROUNDING, EVENTS_PER_ARM_MIN, FOLLOW_UP_MIN, LINK_WORKER_SLICE_MIN,
        MARGIN_HIGH, MARGIN_LOW, MATCHED_SHARE_MIN, PEOPLE_PER_ARM_MIN, SMALL_COUNT_MAX,
        STANDARDISED_DIFFERENCE_MAX, TIPPING_MIN_SD,
    },
    matching::PersonHistory,
    multiplicity::benjamini_hochberg,
    refusal::Refusal,
};
use serde::{Deserialize, Serialize};

use super::{
    contacts,
    question::{AnsweredBy, Question},
    wellbeing,
};
use crate::{
    cells::{
        around::{Around, OfKind, WithWorkers},
        scores::{Asked, TIME_FOR_A_SECOND_MONTHS},
    },
    gathered::{GatheredFile, store::File},
    month::Month,
    score::Measure,
    shown::{Numbers, Part, Shown},
    subject::Subject,
};

/// Below this a p is taken for more than chance.
const BY_CHANCE: f64 = 0.05;

/// What was gathered for a question.
pub struct Gathered {
    /// The months around the referrals.
    pub around: Around,
    /// Contacts by kind.
    pub kinds: Vec<OfKind>,
    /// Contacts with link workers.
    pub with_workers: WithWorkers,
    /// The month the reading is made in.
    pub read_in: Month,
    /// Whether a definition changed.
    pub changed: Option<Refusal>,
    /// Everybody on the lists, month by month.
    pub histories: Vec<PersonHistory>,
    /// The scores of each questionnaire.
    pub scores: Vec<(Measure, Option<Asked>)>,
}

/// A file an answer was made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The file.
    pub id: Id<GatheredFile>,
    /// What it holds, of whom, and of when.
    pub words: String,
}

impl From<&File> for Source {
    fn from(file: &File) -> Self {
        let mut words = file.kind.label().to_owned();
        let mut add = |more: String| words = format!("{words}; {more}");
        if let Some(practice) = &file.practice_name {
            add(practice.to_string());
        }
        if let Some((from, until)) = file.covers() {
            add(format!("{} to {}", Month::label(from), Month::label(until)));
        }
        if let Some(day) = file.as_of {
            add(format!("of {}", day.as_uk_date()));
        }
        if let Some(definition) = &file.definition {
            add(format!("a contact is: {definition}"));
        }
        if let Some(codes) = &file.code_set {
            add(format!("codes: {codes}"));
        }
        if let Some(system) = &file.supplier_version {
            add(format!("system: {system}"));
        }
        if let Some(at) = file.done_at {
            add(format!("brought in on {}", at.day().as_uk_date()));
        }
        Self { id: file.id, words }
    }
}

/// An answer, as it is shown and kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The files it was made from.
    pub made_from: Vec<Source>,
    /// Whether the question was fixed before any of these files was read.
    pub fixed_in_time: bool,
    /// The analyses, in the order of the page.
    pub parts: Vec<Shown>,
    /// The thresholds in force.
    pub thresholds: Numbers,
}

/// Answers a question from what was gathered. The same question and the same
/// data give the same answer.
#[must_use]
pub fn answer(
    question: &Question,
    gathered: &Gathered,
    made_from: Vec<Source>,
    fixed_in_time: bool,
) -> Answer {
    let parts = too_few(question.subject, gathered.around.referred).map_or_else(
        || parts(question, gathered, fixed_in_time),
        |refusal| vec![Shown::refused("What changed", &refusal)],
    );
    Answer {
        made_from,
        fixed_in_time,
        parts,
        thresholds: thresholds(),
    }
}

/// Whether a subject's people are too few to be shown at all (R10).
#[must_use]
pub fn too_few(subject: Subject, people: u64) -> Option<Refusal> {
    match subject {
        Subject::Worker(_) => slice_of_link_worker(people).err(),
        Subject::Scheme | Subject::Practice(_) => {
            (shown(people) == Given::Hidden).then_some(Refusal::SmallNumber)
        }
    }
}

fn parts(question: &Question, gathered: &Gathered, fixed_in_time: bool) -> Vec<Shown> {
    let changed = gathered.changed.as_ref();
    let seed = question.seed;
    let exploratory = !(fixed_in_time && question.asks_for(AnsweredBy::Contacts));
    let mut parts: Vec<Part> =
        vec![contacts::around(&gathered.around, &gathered.histories, seed, changed).into()];
    if !gathered.around.cells.is_empty() {
        parts.push(contacts::compared(
            &gathered.histories,
            seed,
            changed,
            exploratory,
        ));
        if changed.is_none() {
            let kinds = contacts::kinds(&gathered.around, &gathered.kinds);
            parts.extend(kinds.map(Part::from));
        }
    }
    parts.extend(wellbeing::changes(
        question,
        &gathered.scores,
        fixed_in_time,
    ));
    parts.push(contacts::link_workers(&gathered.with_workers, gathered.read_in).into());
    judged_together(&mut parts);
    parts.into_iter().map(|part| part.shown).collect()
}

/// Many exploratory looks find something by chance: what is left of each when
/// they are judged together (R11, Benjamini and Hochberg).
fn judged_together(parts: &mut [Part]) {
    let all: Vec<f64> = parts.iter().filter_map(|part| part.p).collect();
    let Ok(adjusted) = benjamini_hochberg(&all) else {
        return;
    };
    if all.len() < 2 {
        return;
    }
    let exploratory = parts.iter_mut().filter(|part| part.p.is_some());
    for (part, (p, left)) in exploratory.zip(all.iter().zip(adjusted)) {
        part.shown.made.together = Some(format!(
            "Judged with the {} other exploratory figures of this reading: p {p:.3}, after Benjamini and Hochberg {left:.3}.",
            all.len() - 1
        ));
        if *p < BY_CHANCE && left >= BY_CHANCE {
            part.shown
                .said
                .add("Judged with the other exploratory figures here, it could be chance.");
        }
    }
}

/// The thresholds by which conclusions are refused, each with its reason.
fn thresholds() -> Numbers {
    let mut table = Numbers::new(
        "When no conclusion is drawn: our own thresholds, and why",
        &["Rule", "Threshold", "Reason"],
    );
    let mut add = |rule: &str, threshold: String, reason: &str| {
        table
            .rows
            .push(vec![rule.to_owned(), threshold, reason.to_owned()]);
    };
    add(
        "R2",
        format!("groups differ by more than {STANDARDISED_DIFFERENCE_MAX} standard deviations"),
        "the usual limit of a negligible imbalance",
    );
    add(
        "R3",
        format!("fewer than {CLUSTERS_MIN} practices"),
        "differences between practices cannot be measured on a few",
    );
    add(
        "R4",
        format!(
            "fewer than {:.0}% matched, {PEOPLE_PER_ARM_MIN} people or {EVENTS_PER_ARM_MIN} contacts",
            MATCHED_SHARE_MIN * 100.0
        ),
        "those compared would not be the people referred, or one person could carry the result",
    );
    add(
        "R5",
        format!(
            "fewer than {:.0}% of those with a first score having a second, or a tipping value nearer than {TIPPING_MIN_SD} standard deviations",
            FOLLOW_UP_MIN * 100.0
        ),
        "the people not seen could overturn any average",
    );
    add(
        "R8, R9",
        format!("an interval over {MARGIN_LOW:.2} and {MARGIN_HIGH:.2}, or not inside them"),
        "a tenth of the contacts is about one a year for somebody who comes often",
    );
    add(
        "R10",
        format!(
            "counts of 1 to {SMALL_COUNT_MAX} hidden, others to the nearest {COUNT_ROUNDING}; no link worker with fewer than {LINK_WORKER_SLICE_MIN} people"
        ),
        "a small number can name somebody",
    );
    add(
        "A5",
        format!(
            "people referred less than {TIME_FOR_A_SECOND_MONTHS} months before the newest score are left out"
        ),
        "services ask again after three to six months; who came later is not missing yet",
    );
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shown::{Reader, Said};

    fn part(p: Option<f64>) -> Part {
        let said = Said::everybody("People changed.");
        Part {
            shown: Shown::described("One", said, String::new()),
            p,
        }
    }

    #[test]
    fn a_find_among_many_looks_could_be_chance_and_says_so() {
        let mut parts = [
            part(Some(0.04)),
            part(None),
            part(Some(0.6)),
            part(Some(0.9)),
        ];
        judged_together(&mut parts);
        assert!(
            parts[0]
                .shown
                .said
                .to(Reader::Gp)
                .ends_with("it could be chance.")
        );
        assert!(
            parts[0]
                .shown
                .made
                .together
                .as_ref()
                .unwrap()
                .contains("p 0.040, after Benjamini and Hochberg 0.120")
        );
        assert_eq!(parts[2].shown.said.to(Reader::Gp), "People changed.");
        assert_eq!(parts[1].shown.made.together, None);
        let mut alone = [part(Some(0.04))];
        judged_together(&mut alone);
        assert_eq!(alone[0].shown.made.together, None);
    }
}
