//! What each analysis says when the truth is known: the three that can be made of people
//! referred at a peak, run again and again on made-up people. Shows why a service cannot
//! be judged before against after, and how many people a comparison needs.

use serde::Serialize;

use super::before_after::{Side, before_after};
use super::comparison::compare;
use super::estimate::Estimate;
use super::limits::{BASELINE_FIRST, FOLLOW_UP_MONTHS, RUN_UP_FIRST};
use super::made_up::{MadeUp, made_up};
use super::matching::PersonHistory;
use super::refusal::Refusal;

/// How one analysis behaved.
#[derive(Debug, Clone, Copy, Serialize, PartialEq)]
pub struct Behaviour {
    /// The analysis.
    pub analysis: &'static str,
    /// Times it gave an interval.
    pub intervals: u32,
    /// Mean ratio of contacts it showed (of mean log ratios).
    pub mean_ratio: f64,
    /// Share of its intervals that leave out 1: "contacts changed".
    pub says_changed: f64,
    /// Share of its intervals that hold the true ratio; 0.95 is what they claim.
    pub covers: f64,
}

/// Runs every analysis on `repetitions` lots of made-up people; each lot has its own seed.
#[must_use]
pub fn behaviour(plan: MadeUp, repetitions: u32) -> Vec<Behaviour> {
    let mut counts = [
        Count::new("12 months before against 12 after"),
        Count::new("the same, the run-up left out"),
        Count::new("others at the same peak"),
    ];
    for repetition in 0..repetitions {
        let seed = plan.seed.wrapping_add(u64::from(repetition));
        let people = made_up(MadeUp { seed, ..plan });
        let estimates = [
            referred_before_after(&people, -1),
            referred_before_after(&people, RUN_UP_FIRST - 1),
            compare(&people, seed).map(|finding| finding.result.log_ratio),
        ];
        for (count, estimate) in counts.iter_mut().zip(estimates) {
            count.add(estimate, plan.ratio.ln());
        }
    }
    counts.into_iter().map(Count::behaviour).collect()
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
    intervals: u32,
    sum: f64,
    changed: u32,
    covered: u32,
}

impl Count {
    fn new(analysis: &'static str) -> Self {
        Self {
            analysis,
            intervals: 0,
            sum: 0.0,
            changed: 0,
            covered: 0,
        }
    }

    fn add(&mut self, estimate: Result<Estimate, Refusal>, truth: f64) {
        if let Ok(Estimate {
            value,
            interval: Some(interval),
            ..
        }) = estimate
        {
            self.intervals += 1;
            self.sum += value;
            self.changed += u32::from(!interval.holds(0.0));
            self.covered += u32::from(interval.holds(truth));
        }
    }

    fn behaviour(self) -> Behaviour {
        // Nothing counted gives 0 and not 0/0.
        let times = f64::from(self.intervals.max(1));
        Behaviour {
            analysis: self.analysis,
            intervals: self.intervals,
            mean_ratio: (self.sum / times).exp(),
            says_changed: f64::from(self.changed) / times,
            covers: f64::from(self.covered) / times,
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
            ratio: 1.0,
            chance: 0.06,
            seed: 5,
        };
        let [naive, mended, compared] = behaviour(plan, 2)[..] else {
            panic!("three analyses")
        };
        assert!(
            naive.mean_ratio < 0.9 && mended.mean_ratio > naive.mean_ratio + 0.1,
            "{naive:?} {mended:?}"
        );
        assert!((compared.mean_ratio - 1.0).abs() < 0.1, "{compared:?}");
        assert_eq!((naive.intervals, compared.intervals), (2, 2));
    }

    #[test]
    fn nothing_repeated_is_nothing_said() {
        let plan = MadeUp {
            people: 10,
            practices: 1,
            ratio: 1.0,
            chance: 0.06,
            seed: 5,
        };
        assert!(
            behaviour(plan, 0)
                .iter()
                .all(|one| one.intervals == 0 && one.says_changed == 0.0)
        );
    }
}
