//! Controls at the same peak (A2): for everybody referred, people of the same practice,
//! age band, sex and deprivation fifth who in the same calendar quarter had the same
//! run-up and the same baseline of contacts, and were not referred by then. Up to five
//! each, drawn with replacement between the referred; a control leaves at their own
//! referral. Matching is exact on the bins, so a stratum is a set of comparable people.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::draw::Draws;
use super::limits::{
    BASELINE_BINS, BASELINE_FIRST, CONTROLS_MAX, FOLLOW_UP_MONTHS, RUN_UP_BINS, RUN_UP_FIRST,
};

/// One person's months, in a row without gaps.
#[derive(Debug, Clone)]
pub struct PersonHistory {
    /// The person.
    pub person: i64,
    /// Their practice.
    pub practice: i64,
    /// Age band, by any code.
    pub age_band: i64,
    /// Sex, by any code.
    pub sex: i64,
    /// Deprivation fifth.
    pub deprivation: i64,
    /// Calendar month of the referral (year × 12 + month from 0); none if never.
    pub referred: Option<i64>,
    /// Calendar month of the first entry of `months`.
    pub first_month: i64,
    /// Contacts and days registered in each month.
    pub months: Vec<MonthSeen>,
}

/// One month of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonthSeen {
    /// Contacts.
    pub count: u32,
    /// Days registered; 0 when not.
    pub days: f64,
}

impl PersonHistory {
    /// The month, if the person was registered in it.
    #[must_use]
    pub fn seen(&self, month: i64) -> Option<MonthSeen> {
        let place = usize::try_from(month - self.first_month).ok()?;
        self.months
            .get(place)
            .copied()
            .filter(|seen| seen.days > 0.0)
    }

    /// Contacts from one month to another, both included; none if one was not seen.
    fn contacts(&self, from: i64, to: i64) -> Option<u32> {
        (from..=to)
            .map(|month| self.seen(month).map(|seen| seen.count))
            .sum()
    }

    /// What the person was like at an index month; none without the whole year before
    /// and a month after.
    fn stratum(&self, index: i64) -> Option<Stratum> {
        let run_up = self.contacts(index + i64::from(RUN_UP_FIRST), index - 1)?;
        let baseline = self.contacts(
            index + i64::from(BASELINE_FIRST),
            index + i64::from(RUN_UP_FIRST) - 1,
        )?;
        self.seen(index)?;
        self.seen(index + 1)?;
        Some(Stratum {
            practice: self.practice,
            quarter: index.div_euclid(3),
            run_up: bin(run_up, &RUN_UP_BINS),
            baseline: bin(baseline, &BASELINE_BINS),
            age_band: self.age_band,
            sex: self.sex,
            deprivation: self.deprivation,
        })
    }

    /// Contacts in the run-up and in the baseline before an index month.
    #[must_use]
    pub fn before(&self, index: i64) -> Option<(u32, u32)> {
        let run_up = i64::from(RUN_UP_FIRST);
        let baseline = self.contacts(index + i64::from(BASELINE_FIRST), index + run_up - 1)?;
        Some((self.contacts(index + run_up, index - 1)?, baseline))
    }
}

/// Bins of contacts in a run-up.
pub(super) const RUN_UPS: usize = RUN_UP_BINS.len() + 1;

/// The bin of a person's contacts in the run-up before a month; none if one was not seen.
pub(super) fn run_up_bin(person: &PersonHistory, month: i64) -> Option<usize> {
    let run_up = person.contacts(month + i64::from(RUN_UP_FIRST), month - 1)?;
    Some(bin(run_up, &RUN_UP_BINS))
}

/// The bin of a number of contacts: how many of the tops it exceeds.
fn bin(contacts: u32, tops: &[u32]) -> usize {
    tops.iter().filter(|&&top| contacts > top).count()
}

/// What makes people comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stratum {
    practice: i64,
    quarter: i64,
    run_up: usize,
    baseline: usize,
    age_band: i64,
    sex: i64,
    deprivation: i64,
}

/// Somebody in the comparison, at an index month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Entry {
    /// Place in the list of people.
    pub place: usize,
    /// The referral's month, or the control's month of the same peak.
    pub index: i64,
    /// Whether this is somebody referred.
    pub referred: bool,
    /// Number of the stratum, counted from 0.
    pub stratum: usize,
    /// Last calendar month that counts: a year after the index, before a control's own
    /// referral.
    pub last: i64,
    /// 1 for the referred; 1 / controls of the set for a control.
    pub weight: f64,
}

impl Entry {
    /// A year after the index, whatever happened.
    #[must_use]
    pub fn until(&self) -> i64 {
        self.index + FOLLOW_UP_MONTHS
    }
}

/// Who is compared with whom.
#[derive(Debug, Clone, Serialize)]
pub struct Matched {
    /// The referred who found a control, each followed by their controls.
    pub entries: Vec<Entry>,
    /// Everybody who was referred.
    pub referred: u64,
    /// Those of them who found a control.
    pub matched: u64,
    /// Practice of each stratum.
    pub practices: Vec<i64>,
}

impl Matched {
    /// Share of the referred who found somebody like them; 0 when nobody was referred.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.referred == 0 {
            0.0
        } else {
            self.matched as f64 / self.referred as f64
        }
    }
}

/// Share of the controls' year of follow-up that their own referral cuts off.
#[must_use]
pub fn lost_to_referral(matched: &Matched) -> f64 {
    let controls = || matched.entries.iter().filter(|entry| !entry.referred);
    let lost: i64 = controls().map(|entry| entry.until() - entry.last).sum();
    let whole = FOLLOW_UP_MONTHS * controls().count() as i64;
    if whole == 0 {
        0.0
    } else {
        lost as f64 / whole as f64
    }
}

/// Finds controls. The same people and seed give the same controls, whatever the order
/// of the list.
#[must_use]
pub fn matched(people: &[PersonHistory], seed: u64) -> Matched {
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|&place| people[place].person);
    let referred: Vec<(usize, i64)> = order
        .iter()
        .filter_map(|&place| Some((place, people[place].referred?)))
        .collect();
    let wanted: BTreeSet<Stratum> = referred
        .iter()
        .filter_map(|&(place, index)| people[place].stratum(index))
        .collect();
    let pools = pools(people, &order, &wanted);
    let mut draws = Draws::seeded(seed);
    let mut numbers: BTreeMap<Stratum, usize> = BTreeMap::new();
    let (mut entries, mut found) = (Vec::new(), 0);
    for &(place, index) in &referred {
        let Some(stratum) = people[place].stratum(index) else {
            continue;
        };
        let pool: Vec<(usize, i64)> = pools
            .get(&stratum)
            .into_iter()
            .flatten()
            .copied()
            .filter(|(other, _)| *other != place)
            .collect();
        let chosen = choose(&pool, &mut draws);
        if chosen.is_empty() {
            continue;
        }
        found += 1;
        let next = numbers.len();
        let number = *numbers.entry(stratum).or_insert(next);
        let weight = (chosen.len() as f64).recip();
        let entry = |place: usize, index: i64, referred: bool, weight: f64| Entry {
            place,
            index,
            referred,
            stratum: number,
            last: last_month(&people[place], index, referred),
            weight,
        };
        entries.push(entry(place, index, true, 1.0));
        entries.extend(
            chosen
                .into_iter()
                .map(|(place, index)| entry(place, index, false, weight)),
        );
    }
    let mut practices = vec![0; numbers.len()];
    for (stratum, number) in numbers {
        practices[number] = stratum.practice;
    }
    Matched {
        entries,
        referred: referred.len() as u64,
        matched: found,
        practices,
    }
}

fn last_month(person: &PersonHistory, index: i64, referred: bool) -> i64 {
    let year = index + FOLLOW_UP_MONTHS;
    match person.referred {
        Some(own) if !referred => year.min(own - 1),
        _ => year,
    }
}

/// Everybody's months that could serve as a control's index month, by wanted stratum.
fn pools(
    people: &[PersonHistory],
    order: &[usize],
    wanted: &BTreeSet<Stratum>,
) -> BTreeMap<Stratum, Vec<(usize, i64)>> {
    let mut pools: BTreeMap<Stratum, Vec<(usize, i64)>> = BTreeMap::new();
    for &place in order {
        let person = &people[place];
        let end = person.first_month + person.months.len() as i64;
        // The index and the month after it come before the person's own referral.
        let end = person.referred.map_or(end, |own| end.min(own - 1));
        for index in person.first_month..end {
            if let Some(stratum) = person
                .stratum(index)
                .filter(|stratum| wanted.contains(stratum))
            {
                pools.entry(stratum).or_default().push((place, index));
            }
        }
    }
    pools
}

/// Up to [`CONTROLS_MAX`] different people of the pool, each at one of their months.
fn choose(pool: &[(usize, i64)], draws: &mut Draws) -> Vec<(usize, i64)> {
    let mut left = pool.to_vec();
    let mut chosen: Vec<(usize, i64)> = Vec::new();
    while chosen.len() < CONTROLS_MAX && !left.is_empty() {
        let one = left.swap_remove(draws.below(left.len()));
        left.retain(|(place, _)| *place != one.0);
        chosen.push(one);
    }
    chosen
}

/// Standardised difference of the arms in what they were matched on.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Balance {
    /// The characteristic.
    pub on: &'static str,
    /// Difference of means in standard deviations; the controls of a set share one vote.
    pub difference: f64,
}

/// Balance of run-up and baseline contacts; what else was matched on is the same.
#[must_use]
pub fn balance(people: &[PersonHistory], matched: &Matched) -> Vec<Balance> {
    let before: Vec<(bool, f64, (u32, u32))> = matched
        .entries
        .iter()
        .filter_map(|e| Some((e.referred, e.weight, people[e.place].before(e.index)?)))
        .collect();
    let on = |name, value: &dyn Fn((u32, u32)) -> u32| {
        let arm = |referred: bool| -> Moments {
            let values = before.iter().filter(|(r, _, _)| *r == referred);
            Moments::of(values.map(|(_, weight, counts)| (*weight, f64::from(value(*counts)))))
        };
        let (referred, controls) = (arm(true), arm(false));
        let spread = f64::midpoint(referred.variance, controls.variance).sqrt();
        let apart = referred.mean - controls.mean;
        Balance {
            on: name,
            // Where everybody had as many, what is left is rounding.
            difference: if apart.abs() < ROUNDING {
                0.0
            } else {
                apart / spread
            },
        }
    };
    vec![
        on("contacts in the run-up", &|c| c.0),
        on("contacts in the baseline", &|c| c.1),
    ]
}

/// Counts are whole: a smaller difference of their means is none.
const ROUNDING: f64 = 1e-9;

struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: impl Iterator<Item = (f64, f64)> + Clone) -> Self {
        let total: f64 = values.clone().map(|(weight, _)| weight).sum();
        let mean = values
            .clone()
            .map(|(weight, value)| weight * value)
            .sum::<f64>()
            / total;
        let variance = values
            .map(|(weight, value)| weight * (value - mean).powi(2))
            .sum::<f64>()
            / total;
        Self { mean, variance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(person: i64, referred: Option<i64>, peak: i64, count: u32) -> PersonHistory {
        let months = (0..60)
            .map(|month| MonthSeen {
                count: if (peak - 3..peak).contains(&month) {
                    count
                } else {
                    0
                },
                days: 30.0,
            })
            .collect();
        PersonHistory {
            person,
            practice: 1,
            age_band: 1,
            sex: 0,
            deprivation: 1,
            referred,
            first_month: 0,
            months,
        }
    }

    #[test]
    fn only_people_at_the_same_peak_are_controls() {
        let people = [
            person(1, Some(30), 30, 3),
            person(2, None, 30, 3),
            person(3, None, 30, 1),
            person(4, None, 40, 3),
            PersonHistory {
                practice: 2,
                ..person(5, None, 30, 3)
            },
        ];
        let found = matched(&people, 1);
        assert_eq!((found.referred, found.matched), (1, 1));
        let controls: Vec<_> = found
            .entries
            .iter()
            .filter(|e| !e.referred)
            .map(|e| (e.place, e.index))
            .collect();
        assert_eq!(controls, [(1, 30)]);
    }

    #[test]
    fn a_control_leaves_at_their_own_referral_and_is_not_taken_after_it() {
        let people = [person(1, Some(30), 30, 3), person(2, Some(35), 30, 3)];
        let found = matched(&people, 1);
        let control = found
            .entries
            .iter()
            .find(|e| !e.referred)
            .expect("a control");
        assert_eq!((control.place, control.last), (1, 34));
        assert!((lost_to_referral(&found) - 8.0 / 12.0).abs() < 1e-12);
        let before = [person(1, Some(30), 30, 3), person(2, Some(29), 30, 3)];
        assert!(
            matched(&before, 1)
                .entries
                .iter()
                .all(|e| e.place != 1 || e.referred)
        );
    }

    #[test]
    fn at_most_five_different_people_each_and_the_order_of_the_list_does_not_matter() {
        let mut people: Vec<_> = (0..40)
            .map(|n| person(n, (n < 3).then_some(30), 30, 3))
            .collect();
        let found = matched(&people, 9);
        assert_eq!(found.entries.len(), 3 * 6);
        let ids = |people: &[PersonHistory], found: &Matched| -> Vec<i64> {
            found
                .entries
                .iter()
                .map(|e| people[e.place].person)
                .collect()
        };
        let first = ids(&people, &found);
        people.reverse();
        let again = matched(&people, 9);
        assert_eq!(first, ids(&people, &again));
        for set in first.chunks(6) {
            assert_eq!(set.iter().collect::<BTreeSet<_>>().len(), 6);
        }
        assert_ne!(first, ids(&people, &matched(&people, 10)));
    }

    #[test]
    fn without_the_year_before_nobody_is_matched() {
        let mut late = person(1, Some(30), 30, 3);
        late.months[19].days = 0.0;
        let found = matched(&[late, person(2, None, 30, 3)], 1);
        assert_eq!((found.referred, found.matched, found.share()), (1, 0, 0.0));
        assert_eq!(matched(&[], 1).share(), 0.0);
    }

    #[test]
    fn equal_arms_are_balanced() {
        let people = [person(1, Some(30), 30, 3), person(2, None, 30, 3)];
        let found = matched(&people, 1);
        assert!(balance(&people, &found).iter().all(|b| b.difference == 0.0));
    }
}
