//! What each analysis says when the truth is known: the three that can be made of people
//! referred at a peak, run again and again on made-up people. Shows why a service cannot
//! be judged before against after, and how many people a comparison needs.
//! An analysis that does not refuse answers whenever it has an interval; the headline
//! answers only when none of its refusals holds, and both are counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::before_after::{Side, before_after};
use super::comparison::compare;
use super::estimate::{Estimate, Interval};
use super::limits::{BASELINE_FIRST, FOLLOW_UP_MONTHS, MARGIN_HIGH, MARGIN_LOW, RUN_UP_FIRST};
use super::made_up::{MadeUp, made_up};
use super::matching::PersonHistory;
use super::ratio_reading::{Reading, read_log_ratio};
use super::refusal::Refusal;

/// A share of so many, with the Monte Carlo error of it.
#[derive(Debug, Clone, Copy, Serialize, PartialEq)]
pub struct Frequency {
    /// How often it was so.
    pub times: u32,
    /// Of how many.
    pub of: u32,
}

impl Frequency {
    /// The share, 0 to 1; 0 of none.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.times) / f64::from(self.of.max(1))
    }

    /// Standard error of the share, because only so many lots were made up.
    #[must_use]
    pub fn error(self) -> f64 {
        let share = self.share();
        (share * (1.0 - share) / f64::from(self.of.max(1))).sqrt()
    }
}

/// How one analysis behaved.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Behaviour {
    /// The analysis.
    pub analysis: &'static str,
    /// Times it gave an interval, of the lots made up.
    pub intervals: Frequency,
    /// Mean ratio of contacts it showed (of mean log ratios).
    pub mean_ratio: f64,
    /// Standard deviation of the log ratios it showed.
    pub deviation: f64,
    /// Mean of the standard errors it claimed for them.
    pub claimed_error: f64,
    /// Intervals that leave out 1: "contacts changed".
    pub says_changed: Frequency,
    /// Intervals that hold the true ratio; 0.95 is what they claim.
    pub covers: Frequency,
    /// Lots of which it drew a conclusion, of all.
    pub answers: Frequency,
    /// Its conclusions that there is a difference, of all lots.
    pub concludes_difference: Frequency,
    /// Its conclusions that are wrong: a difference where there is none or the other way
    /// round, or no real difference where the truth is outside the margin; of all lots.
    pub concludes_wrongly: Frequency,
    /// How often each rule refused, by its code.
    pub refused: BTreeMap<&'static str, u32>,
}

/// Runs every analysis on `repetitions` lots of made-up people; each lot has its own seed.
#[must_use]
pub fn behaviour(plan: MadeUp, repetitions: u32) -> Vec<Behaviour> {
    let mut counts = [
        Count::new("12 months before against 12 after", plan.ratio),
        Count::new("the same, the run-up left out", plan.ratio),
        Count::new("others at the same peak", plan.ratio),
    ];
    for repetition in 0..repetitions {
        let seed = plan.seed.wrapping_add(u64::from(repetition));
        let people = made_up(MadeUp { seed, ..plan });
        let answers = [
            unguarded(referred_before_after(&people, -1)),
            unguarded(referred_before_after(&people, RUN_UP_FIRST - 1)),
            guarded(&people, seed),
        ];
        for (count, answer) in counts.iter_mut().zip(answers) {
            count.add(answer);
        }
    }
    counts
        .into_iter()
        .map(|count| count.behaviour(repetitions))
        .collect()
}

/// What an analysis said of one lot.
struct Said {
    estimate: Option<Estimate>,
    reading: Option<Reading>,
    refused: Vec<&'static str>,
}

/// An analysis that knows no refusal: whatever its interval leaves out is a difference.
fn unguarded(estimate: Result<Estimate, Refusal>) -> Said {
    match estimate {
        Ok(estimate) => Said {
            reading: estimate
                .interval
                .and_then(|interval| match interval.holds(0.0) {
                    true => read_log_ratio(interval, 0).ok(),
                    false => Some(Reading::Differs),
                }),
            estimate: Some(estimate),
            refused: vec![],
        },
        Err(refusal) => Said {
            estimate: None,
            reading: None,
            refused: vec![refusal.code()],
        },
    }
}

/// The headline, which speaks only when none of its refusals holds.
fn guarded(people: &[PersonHistory], seed: u64) -> Said {
    match compare(people, seed) {
        Ok(finding) => {
            let refused: BTreeSet<&str> = finding.refusals.iter().map(Refusal::code).collect();
            Said {
                estimate: Some(finding.result.log_ratio),
                reading: finding.result.reading,
                refused: refused.into_iter().collect(),
            }
        }
        Err(refusal) => Said {
            estimate: None,
            reading: None,
            refused: vec![refusal.code()],
        },
    }
}

/// People referred: the months from −12 to `last` against +1 to +12.
fn referred_before_after(people: &[PersonHistory], last: i32) -> Result<Estimate, Refusal> {
    let sides = people
        .iter()
        .filter_map(|person| Some((person, person.referred?)))
        .flat_map(|(person, referred)| {
            let before = i64::from(BASELINE_FIRST)..=i64::from(last);
            before.chain(1..=FOLLOW_UP_MONTHS).filter_map(move |since| {
                let seen = person.seen(referred + since)?;
                Some(Side {
                    person: person.person,
                    after: since > 0,
                    count: seen.count,
                    exposure: seen.days / 30.0,
                })
            })
        });
    before_after(sides)
}

struct Count {
    analysis: &'static str,
    truth: f64,
    shown: Vec<Estimate>,
    changed: u32,
    covered: u32,
    answered: u32,
    differs: u32,
    wrong: u32,
    refused: BTreeMap<&'static str, u32>,
}

impl Count {
    fn new(analysis: &'static str, ratio: f64) -> Self {
        Self {
            analysis,
            truth: ratio.ln(),
            shown: vec![],
            changed: 0,
            covered: 0,
            answered: 0,
            differs: 0,
            wrong: 0,
            refused: BTreeMap::new(),
        }
    }

    fn add(&mut self, said: Said) {
        for code in said.refused {
            *self.refused.entry(code).or_default() += 1;
        }
        if let Some((estimate, interval)) = said.estimate.and_then(|e| Some((e, e.interval?))) {
            self.shown.push(estimate);
            self.changed += u32::from(!interval.holds(0.0));
            self.covered += u32::from(interval.holds(self.truth));
            self.conclusion(said.reading, estimate.value);
        }
    }

    fn conclusion(&mut self, reading: Option<Reading>, shown: f64) {
        let inside = Interval {
            low: MARGIN_LOW.ln(),
            high: MARGIN_HIGH.ln(),
            level: 1.0,
        }
        .holds(self.truth);
        let wrong = match reading {
            Some(Reading::Differs) => self.truth == 0.0 || shown * self.truth < 0.0,
            Some(Reading::NoRealDifference) => !inside,
            None => false,
        };
        self.answered += u32::from(reading.is_some());
        self.differs += u32::from(reading == Some(Reading::Differs));
        self.wrong += u32::from(wrong);
    }

    fn behaviour(self, lots: u32) -> Behaviour {
        let intervals = self.shown.len() as u32;
        // Nothing shown gives 0 and not 0/0.
        let times = f64::from(intervals.max(1));
        let mean = self.shown.iter().map(|e| e.value).sum::<f64>() / times;
        let squares: f64 = self.shown.iter().map(|e| (e.value - mean).powi(2)).sum();
        let errors: f64 = self.shown.iter().filter_map(|e| e.standard_error).sum();
        let of_lots = |times| Frequency { times, of: lots };
        let of_intervals = |times| Frequency {
            times,
            of: intervals,
        };
        Behaviour {
            analysis: self.analysis,
            intervals: of_lots(intervals),
            mean_ratio: mean.exp(),
            deviation: (squares / (times - 1.0).max(1.0)).sqrt(),
            claimed_error: errors / times,
            says_changed: of_intervals(self.changed),
            covers: of_intervals(self.covered),
            answers: of_lots(self.answered),
            concludes_difference: of_lots(self.differs),
            concludes_wrongly: of_lots(self.wrong),
            refused: self.refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_after_shows_an_effect_that_is_not_there_and_leaving_the_run_up_out_moves_it_far() {
        let plan = MadeUp {
            people: 2_500,
            practices: 8,
            seed: 5,
            ..MadeUp::default()
        };
        let all = behaviour(plan, 2);
        let [naive, mended, compared] = &all[..] else {
            panic!("three analyses")
        };
        assert!(
            naive.mean_ratio < 0.9 && mended.mean_ratio > naive.mean_ratio + 0.1,
            "{naive:?} {mended:?}"
        );
        assert!((compared.mean_ratio - 1.0).abs() < 0.1, "{compared:?}");
        assert_eq!((naive.intervals.times, compared.intervals.times), (2, 2));
        assert_eq!((naive.concludes_wrongly.times, naive.answers.times), (2, 2));
    }

    #[test]
    fn nothing_repeated_is_nothing_said() {
        let plan = MadeUp {
            people: 10,
            practices: 1,
            ..MadeUp::default()
        };
        assert!(
            behaviour(plan, 0)
                .iter()
                .all(|one| one.intervals.times == 0 && one.says_changed.share() == 0.0)
        );
    }

    #[test]
    fn a_refused_comparison_is_counted_under_its_rule_and_concludes_nothing() {
        let plan = MadeUp {
            people: 300,
            practices: 3,
            ..MadeUp::default()
        };
        let compared = behaviour(plan, 1).remove(2);
        assert_eq!(compared.answers.times, 0);
        assert!(compared.refused.contains_key("R3"), "{compared:?}");
    }

    #[test]
    fn the_error_of_a_share_shrinks_with_the_root_of_the_lots() {
        let few = Frequency { times: 95, of: 100 };
        let many = Frequency {
            times: 9_500,
            of: 10_000,
        };
        assert!((few.error() - 0.0218).abs() < 1e-4 && (many.error() - 0.002_18).abs() < 1e-5);
        assert_eq!(Frequency { times: 0, of: 0 }.share(), 0.0);
    }
}
