//! Contacts of the people referred against people like them who were not (A2).
//! Only a comparison without a refusal, whose interval says something, is said to differ;
//! everything else is "we cannot tell", with what would be needed.

use super::{Sentences, codes, number, people, percent, with_interval};
use crate::stats::estimate::Estimate;
use crate::stats::ratio_reading::{Reading, people_needed, read_log_ratio};
use crate::stats::refusal::Refusal;

/// A comparison as it is to be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison<'a> {
    /// Log ratio of contacts, referred over not referred, with its interval.
    pub log_ratio: Estimate,
    /// The difference in contacts a person-year, with its interval.
    pub per_person_year: Estimate,
    /// Contacts after over before of those not referred: what the peak alone does.
    pub own_change_of_others: f64,
    /// People referred who are compared.
    pub people: u64,
    /// Share of the people referred who have somebody like them, 0 to 1.
    pub matched: f64,
    /// Largest standardised difference left after matching.
    pub largest_difference: f64,
    /// Why no conclusion may be drawn.
    pub refusals: &'a [Refusal],
}

/// Refusals that are said beside a conclusion and do not forbid it.
const NOTES: [&str; 2] = ["R11", "R12"];

impl Comparison<'_> {
    /// What stands against a conclusion, the reading of the interval included.
    fn verdict(&self) -> Result<Reading, Option<Refusal>> {
        if let Some(refusal) = self.refusals.iter().find(|r| !NOTES.contains(&r.code())) {
            return Err(Some(refusal.clone()));
        }
        let interval = self.log_ratio.interval.ok_or(None)?;
        read_log_ratio(interval, self.people).map_err(Some)
    }

    /// The sentences of the comparison.
    #[must_use]
    pub fn sentences(&self) -> Sentences {
        match self.verdict() {
            Ok(Reading::Differs) => self.differs(),
            Ok(Reading::NoRealDifference) => self.no_real_difference(),
            Err(Some(
                refusal @ (Refusal::TooUncertain { .. } | Refusal::DifferenceNotRuledOut { .. }),
            )) => self.uncertain(&refusal),
            Err(refusal) => self.refused(refusal.as_ref()),
        }
    }

    fn differs(&self) -> Sentences {
        let difference = self.per_person_year.value;
        let more = if difference < 0.0 { "fewer" } else { "more" };
        Sentences {
            link_worker: format!(
                "People we saw had about {} {more} GP contacts a year than similar people not referred. \
                 That is neither good nor bad by itself.",
                number(difference.abs(), 1)
            ),
            gp: format!(
                "{} contacts per person-year against similar patients at the same peak, who themselves \
                 changed by {}.",
                with_interval(&self.per_person_year, 1),
                self.others()
            ),
            researcher: self.for_researchers(),
        }
    }

    fn no_real_difference(&self) -> Sentences {
        Sentences {
            link_worker:
                "People we saw and similar people not referred had about as many GP contacts. \
                          That is neither good nor bad by itself."
                    .to_owned(),
            gp: format!(
                "No real difference in contacts: {} per person-year against similar patients at the same \
                 peak, who themselves changed by {}.",
                with_interval(&self.per_person_year, 1),
                self.others()
            ),
            researcher: format!(
                "{} The whole interval is inside the margin fixed beforehand.",
                self.for_researchers()
            ),
        }
    }

    fn uncertain(&self, refusal: &Refusal) -> Sentences {
        let interval = self.log_ratio.interval;
        let needed = interval
            .map_or(self.people, |i| people_needed(i, self.people))
            .max(self.people);
        let range = interval.map_or_else(String::new, |i| {
            format!(
                "Anything from {} to {} fits.",
                change(i.low.exp()),
                change(i.high.exp())
            )
        });
        Sentences {
            link_worker: format!("We cannot tell yet. We would need about {needed} people."),
            gp: range,
            researcher: format!(
                "{} {}: {refusal} N for half-width log 1.1 = {needed}.",
                self.for_researchers(),
                refusal.code()
            ),
        }
    }

    fn refused(&self, refusal: Option<&Refusal>) -> Sentences {
        let why = refusal.map_or_else(|| "There is no interval.".to_owned(), Refusal::to_string);
        Sentences {
            link_worker: format!(
                "We cannot tell what our work did to GP contacts. {}",
                plainly(refusal)
            ),
            gp: format!("No effect is claimed. {why}"),
            researcher: format!("Effect withheld.{}", codes(self.refusals)),
        }
    }

    fn others(&self) -> String {
        let signed = percent(self.own_change_of_others - 1.0, 0);
        if self.own_change_of_others > 1.0 {
            format!("+{signed}")
        } else {
            signed
        }
    }

    fn for_researchers(&self) -> String {
        let ratio = Estimate {
            interval: self.log_ratio.interval.map(|i| i.on_scale(f64::exp)),
            ..Estimate::bare(self.log_ratio.value.exp())
        };
        let df = self
            .log_ratio
            .df
            .map_or_else(String::new, |df| format!(", CR2, df {}", number(df, 1)));
        let notes: Vec<Refusal> = self
            .refusals
            .iter()
            .filter(|r| NOTES.contains(&r.code()))
            .cloned()
            .collect();
        format!(
            "RR {}{df}; n {}; matched {}; SMD max {}.{}",
            with_interval(&ratio, 3),
            people(self.people),
            percent(self.matched, 0),
            number(self.largest_difference, 2),
            codes(&notes)
        )
    }
}

/// "a 12% fall", "a 3% rise" or "no change".
fn change(ratio: f64) -> String {
    let size = percent((ratio - 1.0).abs(), 0);
    match size.as_str() {
        "0%" => "no change".to_owned(),
        _ if ratio < 1.0 => format!("a {size} fall"),
        _ => format!("a {size} rise"),
    }
}

/// Why, for somebody who does not read methods.
fn plainly(refusal: Option<&Refusal>) -> &'static str {
    match refusal.map_or("", Refusal::code) {
        "R1" => "There is nobody to compare with.",
        "R2" => "The people we compared with were not like ours.",
        "R3" => "There are too few practices, or they are too unlike each other in size.",
        "R4" => "There are too few people, or too few of them have somebody like them.",
        "R6" => "There are too few months, or something else changed at the same time.",
        "R13" => "What is counted as a contact changed on the way.",
        _ => "The figures do not allow an answer.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::estimate::Interval;

    fn comparison<'a>(low: f64, high: f64, refusals: &'a [Refusal]) -> Comparison<'a> {
        let middle = (low * high).sqrt();
        let log = Interval {
            low: low.ln(),
            high: high.ln(),
            level: 0.95,
        };
        let years = Interval {
            low: 8.0 * (low - 1.0),
            high: 8.0 * (high - 1.0),
            level: 0.95,
        };
        Comparison {
            log_ratio: Estimate {
                interval: Some(log),
                df: Some(9.9),
                ..Estimate::bare(middle.ln())
            },
            per_person_year: Estimate {
                interval: Some(years),
                ..Estimate::bare(8.0 * (middle - 1.0))
            },
            own_change_of_others: 0.85,
            people: 400,
            matched: 0.93,
            largest_difference: 0.04,
            refusals,
        }
    }

    #[test]
    fn a_clear_difference_is_said_without_praise() {
        let said = comparison(0.78, 0.92, &[Refusal::NoGoodDirection]).sentences();
        assert!(
            said.link_worker
                .starts_with("People we saw had about 1.2 fewer GP contacts a year")
        );
        assert!(said.gp.contains("changed by \u{2212}15%"), "{}", said.gp);
        assert!(said.researcher.contains("CR2, df 9.9") && said.researcher.contains("matched 93%"));
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
        let said = comparison(0.80, 1.25, &[]).sentences();
        assert_eq!(
            said.link_worker,
            "We cannot tell yet. We would need about 2193 people."
        );
        assert_eq!(said.gp, "Anything from a 20% fall to a 25% rise fits.");
    }

    #[test]
    fn an_interval_that_holds_1_is_never_a_difference() {
        let said = comparison(0.84, 1.05, &[]).sentences();
        assert!(said.link_worker.starts_with("We cannot tell yet"));
        assert!(said.researcher.contains("R9"));
    }

    #[test]
    fn an_interval_inside_the_margin_is_no_real_difference() {
        let said = comparison(0.95, 1.05, &[]).sentences();
        assert!(said.gp.starts_with("No real difference"));
    }

    #[test]
    fn a_refusal_outweighs_the_clearest_interval() {
        let refusals = [Refusal::TooFewClusters { clusters: 3 }];
        let said = comparison(0.5, 0.6, &refusals).sentences();
        for sentence in said.with_readers().map(|r| r.1) {
            assert!(
                !sentence.contains("fewer GP") && !sentence.contains("0.5"),
                "{sentence}"
            );
        }
        assert!(said.link_worker.contains("too few practices"));
        assert!(said.researcher.contains("R3"));
        let mut silent = comparison(0.5, 0.6, &[]);
        silent.log_ratio.interval = None;
        assert!(silent.sentences().gp.starts_with("No effect is claimed"));
    }
}
