//! People around their referral, described and compared.

use kith_effect::stats::comparison::compare;
use kith_effect::stats::event_time::{EventCell, profile};
use kith_effect::stats::made_up::{MadeUp, made_up};
use kith_effect::stats::matching::PersonHistory;

use crate::{Seen, same};

/// A comparison of made-up people after something was done to them.
fn compared(data: &str, change: impl Fn(&mut PersonHistory)) -> Seen {
    let plan = MadeUp {
        people: 7_000,
        ratio: 0.6,
        chance: 0.05,
        seed: 21,
        ..MadeUp::default()
    };
    let mut people = made_up(plan);
    people.iter_mut().for_each(change);
    let mut seen = Seen::of(data);
    seen.finding("comparison", compare(&people, 1));
    seen
}

#[test]
fn people_compared() {
    let every = |person: &mut PersonHistory, count: &dyn Fn(usize, u32) -> u32| {
        for (place, month) in person.months.iter_mut().enumerate() {
            month.count = count(place, month.count);
        }
    };
    let seen = [
        compared("ordinary", |_| {}),
        compared("a practice without a contact", |person| {
            let empty = person.practice == 0;
            every(person, &|_, count| if empty { 0 } else { count });
        }),
        compared("nobody referred", |person| person.referred = None),
        compared("everybody referred in one month", |person| {
            person.referred = Some(20)
        }),
        compared("one practice", |person| person.practice = 0),
        compared("two practices", |person| person.practice %= 2),
        compared("no contact at all", |person| every(person, &|_, _| 0)),
        compared("always the same", |person| every(person, &|_, _| 2)),
        compared("those referred without a contact afterwards", |person| {
            let from = person
                .referred
                .map_or(i64::MAX, |month| month - person.first_month);
            every(person, &|place, count| {
                if place as i64 > from { 0 } else { count }
            });
        }),
        compared("no follow-up", |person| {
            if let Some(referred) = person.referred {
                person
                    .months
                    .truncate((referred - person.first_month + 1) as usize);
            }
        }),
        compared("every third month missing", |person| {
            person
                .months
                .iter_mut()
                .step_by(3)
                .for_each(|month| month.days = 0.0);
        }),
        compared("millions of contacts", |person| {
            every(person, &|_, count| count * 1_000_000)
        }),
        compared("one in ten of those referred", |person| {
            person.referred = person.referred.filter(|_| person.person % 10 == 0);
        }),
        compared("hardly a contact", |person| {
            let often = person.person % 40 == 0;
            every(person, &|_, count| if often { count.min(1) } else { 0 });
        }),
        compared("half of those referred like nobody else", |person| {
            if person.referred.is_some() && person.person % 2 == 0 {
                person.age_band = 1_000 + person.person;
            }
        }),
        compared("nearly everybody at one practice", |person| {
            person.practice = if person.person % 60 < 6 {
                person.person % 60
            } else {
                6
            };
        }),
        compared("no months", |person| person.months.clear()),
    ];
    same(&seen, PEOPLE_COMPARED);
}

const PEOPLE_COMPARED: &str = "
ordinary
  comparison: estimated
a practice without a contact
  comparison: estimated
nobody referred
  comparison: no_comparator
everybody referred in one month
  comparison: aliased
one practice
  comparison: one_cluster
two practices
  comparison: too_few_clusters
no contact at all
  comparison: no_events
always the same
  comparison: constant
those referred without a contact afterwards
  comparison: separated
no follow-up
  comparison: no_comparator
every third month missing
  comparison: no_comparator
millions of contacts
  comparison: unbalanced, difference_not_ruled_out, leads_differ
one in ten of those referred
  comparison: too_few_degrees_of_freedom, too_few_people
hardly a contact
  comparison: too_few_clusters, too_few_events
half of those referred like nobody else
  comparison: too_few_degrees_of_freedom, too_few_matched
nearly everybody at one practice
  comparison: too_few_degrees_of_freedom, leads_differ
no months
  comparison: no_comparator
";

fn around(data: &str, count: impl Fn(i32, bool) -> u64, months: &[i32], controls: bool) -> Seen {
    let cell = |month: &i32, referred: bool| {
        let sum = count(*month, referred);
        EventCell {
            referred,
            month: *month,
            exposure: 1.0,
            n: 50,
            sum,
            sum_squares: sum.saturating_mul(sum),
        }
    };
    let mut cells: Vec<EventCell> = months.iter().map(|month| cell(month, true)).collect();
    if controls {
        cells.extend(months.iter().map(|month| cell(month, false)));
    }
    let mut seen = Seen::of(data);
    seen.finding("profile", profile(&cells, 50));
    seen
}

#[test]
fn months_around_the_referral() {
    let all: Vec<i32> = (-12..=12).collect();
    let some: Vec<i32> = all.iter().copied().filter(|month| month % 3 == 0).collect();
    let lively = |month: i32, _: bool| 20 + (month * month) as u64 % 13;
    let seen = [
        around("ordinary", lively, &all, true),
        around("without controls", lively, &all, false),
        around("gaps in months", lively, &some, true),
        around("no contact at all", |_, _| 0, &all, true),
        around(
            "an arm without a contact",
            |_, referred| 30 * u64::from(!referred),
            &all,
            true,
        ),
        around("a billion contacts", |_, _| 1_000_000_000, &all, true),
        around("nobody", lively, &[], true),
    ];
    same(&seen, AROUND);
}

const AROUND: &str = "
ordinary
  profile: estimated
without controls
  profile: no_comparator
gaps in months
  profile: estimated
no contact at all
  profile: no_events
an arm without a contact
  profile: no_events
a billion contacts
  profile: estimated
nobody
  profile: no_events
";
