//! A control leaves the comparison at their own referral, and that comes at a peak: those
//! who stay have had fewer contacts, so the comparison would show too many for the people
//! referred. Each month of a control therefore counts for those like them who have left
//! by then: its weight is one over the chance of not having been referred up to it. The
//! chance is learnt from the controls themselves, by contacts in the quarter before and
//! by practice. Where no control leaves, every weight is 1.

use std::collections::BTreeMap;

use super::limits::STAYING_MIN;
use super::matching::{Entry, Matched, PersonHistory, RUN_UPS, run_up_bin};

/// How likely a control is to be referred in a month.
#[derive(Debug, Clone)]
pub struct Staying {
    /// By bin of contacts in the quarter before.
    by_bin: [f64; RUN_UPS],
    /// By practice: times as many as the bins alone would have.
    by_practice: BTreeMap<i64, f64>,
    /// Last month in which each practice referred anybody.
    last: BTreeMap<i64, i64>,
}

impl Staying {
    /// Learns it from the controls of a comparison.
    #[must_use]
    pub fn of(people: &[PersonHistory], matched: &Matched) -> Self {
        let mut staying = Self {
            by_bin: [0.0; RUN_UPS],
            by_practice: BTreeMap::new(),
            last: BTreeMap::new(),
        };
        for person in people {
            if let Some(month) = person.referred {
                let last = staying.last.entry(person.practice).or_insert(month);
                *last = month.max(*last);
            }
        }
        let mut left = [0.0; RUN_UPS];
        let mut months = [0.0_f64; RUN_UPS];
        staying.each(people, matched, |_, bin, leaves| {
            months[bin] += 1.0;
            left[bin] += leaves;
        });
        for bin in 0..RUN_UPS {
            staying.by_bin[bin] = left[bin] / months[bin].max(1.0);
        }
        let mut by_practice: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let chances = staying.by_bin;
        staying.each(people, matched, |practice, bin, leaves| {
            let (seen, expected) = by_practice.entry(practice).or_default();
            *seen += leaves;
            *expected += chances[bin];
        });
        // One more of each, so that a practice with hardly any is like the others.
        let times = |(seen, expected): (f64, f64)| (seen + 1.0) / (expected + 1.0);
        staying.by_practice = by_practice
            .into_iter()
            .map(|(practice, both)| (practice, times(both)))
            .collect();
        staying
    }

    /// Goes over the months in which a control could be referred and was or was not (1 or
    /// 0). Nobody is a control who was referred in the first month, so the second is the
    /// first to learn from.
    fn each(
        &self,
        people: &[PersonHistory],
        matched: &Matched,
        mut each: impl FnMut(i64, usize, f64),
    ) {
        for entry in matched.entries.iter().filter(|entry| !entry.referred) {
            let person = &people[entry.place];
            let own = person.referred.unwrap_or(i64::MAX);
            for month in entry.index + 2..=entry.until().min(own) {
                if let Some(bin) = self.at_risk(person, month) {
                    each(person.practice, bin, f64::from(u8::from(month == own)));
                }
            }
        }
    }

    /// The bin of somebody who could be referred in a month.
    fn at_risk(&self, person: &PersonHistory, month: i64) -> Option<usize> {
        let open = self
            .last
            .get(&person.practice)
            .is_some_and(|last| month <= *last);
        person.seen(month).filter(|_| open)?;
        run_up_bin(person, month)
    }

    /// The weight of each month of an entry, from the one after its index to its last.
    pub fn weights<'a>(
        &'a self,
        people: &'a [PersonHistory],
        entry: &Entry,
    ) -> impl Iterator<Item = f64> + 'a {
        let (person, referred) = (&people[entry.place], entry.referred);
        let mut weight = 1.0;
        (entry.index + 1..=entry.last).map(move |month| {
            if let Some(bin) = self.at_risk(person, month).filter(|_| !referred) {
                let times = self
                    .by_practice
                    .get(&person.practice)
                    .copied()
                    .unwrap_or(1.0);
                weight /= (1.0 - self.by_bin[bin] * times).max(STAYING_MIN);
            }
            weight
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{MadeUp, made_up};
    use super::super::matching::matched;
    use super::*;

    fn some(chance: f64) -> Vec<PersonHistory> {
        made_up(MadeUp {
            people: 3_000,
            practices: 3,
            chance,
            ..MadeUp::default()
        })
    }

    #[test]
    fn where_nobody_leaves_every_month_counts_once() {
        let mut people = some(0.05);
        let matched = matched(&people, 1);
        let mut controls = vec![];
        for entry in &matched.entries {
            if !entry.referred {
                people[entry.place].referred = None;
                controls.push(*entry);
            }
        }
        let staying = Staying::of(&people, &matched);
        assert!(controls.len() > 100);
        for entry in &controls {
            assert!(staying.weights(&people, entry).all(|weight| weight == 1.0));
        }
    }

    #[test]
    fn those_who_stay_count_for_those_who_left_and_the_referred_once() {
        let people = some(0.2);
        let matched = matched(&people, 1);
        let staying = Staying::of(&people, &matched);
        let (mut left, mut stood_for) = (0.0, 0.0);
        for entry in &matched.entries {
            let weights: Vec<f64> = staying.weights(&people, entry).collect();
            assert!(
                weights.windows(2).all(|pair| pair[0] <= pair[1]),
                "{weights:?}"
            );
            if entry.referred {
                assert!(weights.iter().all(|weight| *weight == 1.0));
            } else {
                left += (entry.until() - entry.last) as f64;
                // Who was referred in the first month was never a control, and is stood for too.
                stood_for += weights
                    .iter()
                    .map(|weight| weight / weights[0] - 1.0)
                    .sum::<f64>();
            }
        }
        // Everybody who left is stood for, about.
        assert!(
            (0.8..1.25).contains(&(stood_for / left)),
            "{stood_for} of {left}"
        );
    }
}
