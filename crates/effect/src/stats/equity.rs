//! Whom the service reaches (A6): rates by group, each against everybody else, with
//! "not recorded" always a row of its own and never part of a comparison.
//! Standardised ratio: events seen over those the reference rates would give people of
//! the same make-up (indirect), with Byar's interval.

use serde::Serialize;

use super::estimate::{Estimate, Finding, Interval};
use super::proportion::{Share, byar};
use super::refusal::Refusal;

/// A group of people by one characteristic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The characteristic, such as "Asian"; `None` is "not recorded".
    pub label: Option<String>,
    /// Events among its people.
    pub share: Share,
}

/// The rate of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupRate {
    /// The characteristic.
    pub label: String,
    /// Events and people.
    pub share: Share,
    /// Rate with Wilson's interval; none without people.
    pub rate: Option<Estimate>,
    /// Byar's interval of the number of events.
    pub count_interval: Interval,
    /// Log of the rate over the rate of all other recorded groups; none when either
    /// side has no event.
    pub log_ratio_to_rest: Option<Estimate>,
}

impl GroupRate {
    /// The rate ratio to the rest with its interval.
    #[must_use]
    pub fn ratio_to_rest(&self) -> Option<Estimate> {
        self.log_ratio_to_rest.map(|log| Estimate {
            interval: log.interval.map(|i| i.on_scale(f64::exp)),
            ..Estimate::bare(log.value.exp())
        })
    }
}

/// Reach by group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reach {
    /// Rate of all recorded groups together.
    pub overall: f64,
    /// The recorded groups, in the order given.
    pub groups: Vec<GroupRate>,
    /// Those whose characteristic is not recorded; shown even when there are none.
    pub not_recorded: Share,
}

/// Rates by group.
///
/// # Errors
/// `Undefined` when no recorded group has people; `NoEvents` when nothing happened to
/// any of them.
pub fn reach(groups: &[Group]) -> Result<Finding<Reach>, Refusal> {
    let recorded: Vec<(&String, Share)> = groups
        .iter()
        .filter_map(|g| Some((g.label.as_ref()?, g.share)))
        .collect();
    let all = together(recorded.iter().map(|(_, share)| *share))?;
    let not_recorded = together(groups.iter().filter(|g| g.label.is_none()).map(|g| g.share))?;
    let overall = all.rate().ok_or(Refusal::Undefined {
        what: "rate",
        why: "no group with a recorded characteristic has people",
    })?;
    if all.events() == 0 {
        return Err(Refusal::NoEvents);
    }
    let rate = |(label, share): &(&String, Share)| -> Result<GroupRate, Refusal> {
        let rest = Share::new(all.events() - share.events(), all.people() - share.people())?;
        Ok(GroupRate {
            label: (*label).clone(),
            share: *share,
            rate: share.wilson().ok(),
            count_interval: byar(share.events()),
            log_ratio_to_rest: share.log_ratio_to(rest),
        })
    };
    Ok(Finding {
        n: all.people(),
        missing: not_recorded.people(),
        method:
            "rates with Wilson intervals; log rate ratio to all other recorded groups, delta method"
                .to_owned(),
        assumptions: vec!["people are counted in the same way in every group"],
        refusals: vec![],
        result: Reach {
            overall,
            groups: recorded.iter().map(rate).collect::<Result<_, _>>()?,
            not_recorded,
        },
    })
}

fn together(shares: impl Iterator<Item = Share>) -> Result<Share, Refusal> {
    let (events, people) = shares.fold((0_u64, 0_u64), |(e, n), s| {
        (e.saturating_add(s.events()), n.saturating_add(s.people()))
    });
    Share::new(events, people)
}

/// One stratum (such as an age band) of a place: what happened, and the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// Events and people here.
    pub here: Share,
    /// Events and people in the reference population.
    pub reference: Share,
}

/// Events seen over events expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standardised {
    /// Events seen.
    pub observed: u64,
    /// Events the reference rates would give.
    pub expected: f64,
    /// Observed over expected, with Byar's interval over expected.
    pub ratio: Estimate,
}

/// The indirectly standardised ratio over the strata.
///
/// # Errors
/// `Undefined` when a stratum with people has nobody in the reference, or when no event
/// is expected.
pub fn standardised(strata: &[Stratum]) -> Result<Finding<Standardised>, Refusal> {
    let mut expected = 0.0;
    for stratum in strata.iter().filter(|s| s.here.people() > 0) {
        let rate = stratum.reference.rate().ok_or(Refusal::Undefined {
            what: "standardised ratio",
            why: "a stratum has nobody in the reference population",
        })?;
        expected += rate * stratum.here.people() as f64;
    }
    if expected <= 0.0 {
        return Err(Refusal::Undefined {
            what: "standardised ratio",
            why: "no event is expected",
        });
    }
    let here = together(strata.iter().map(|s| s.here))?;
    let interval = byar(here.events()).on_scale(|count| count / expected);
    let ratio = Estimate {
        interval: Some(interval),
        ..Estimate::bare(here.events() as f64 / expected)
    };
    Ok(Finding {
        n: here.people(),
        missing: 0,
        method: "indirect standardisation, Byar's interval".to_owned(),
        assumptions: vec![
            "the reference rates are known without error",
            "events are independent",
        ],
        refusals: vec![],
        result: Standardised {
            observed: here.events(),
            expected,
            ratio,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(events: u64, people: u64) -> Share {
        Share::new(events, people).expect("fits")
    }

    fn group(label: &str, events: u64, people: u64) -> Group {
        let label = (label != "Not recorded").then(|| label.to_owned());
        Group {
            label,
            share: share(events, people),
        }
    }

    #[test]
    fn not_recorded_is_a_row_even_when_there_is_none() {
        let finding = reach(&[group("Asian", 3, 100), group("Black", 5, 100)]).expect("events");
        assert_eq!(finding.result.not_recorded, share(0, 0));
        let finding =
            reach(&[group("Asian", 3, 100), group("Not recorded", 5, 50)]).expect("events");
        assert_eq!((finding.n, finding.missing), (100, 50));
        assert!((finding.result.overall - 0.03).abs() < 1e-12);
        // The only recorded group has no rest.
        assert_eq!(finding.result.groups[0].log_ratio_to_rest, None);
    }

    #[test]
    fn nobody_recorded_and_nothing_happening_are_refused() {
        assert!(matches!(
            reach(&[group("Not recorded", 5, 50)]),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(reach(&[]), Err(Refusal::Undefined { .. })));
        assert_eq!(reach(&[group("Asian", 0, 50)]), Err(Refusal::NoEvents));
    }

    #[test]
    fn a_place_like_its_reference_has_a_ratio_of_1() {
        let like = Stratum {
            here: share(10, 100),
            reference: share(100, 1000),
        };
        let older = Stratum {
            here: share(40, 200),
            reference: share(20, 100),
        };
        let finding = standardised(&[like, older]).expect("events").result;
        assert!(
            (finding.expected - 50.0).abs() < 1e-9 && (finding.ratio.value - 1.0).abs() < 1e-12
        );
        assert!(finding.ratio.interval.is_some_and(|i| i.holds(1.0)));
    }

    #[test]
    fn a_stratum_without_reference_is_refused() {
        let alone = Stratum {
            here: share(1, 10),
            reference: share(0, 0),
        };
        assert!(matches!(
            standardised(&[alone]),
            Err(Refusal::Undefined { .. })
        ));
        let never = Stratum {
            here: share(1, 10),
            reference: share(0, 10),
        };
        assert!(matches!(
            standardised(&[never]),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(standardised(&[]), Err(Refusal::Undefined { .. })));
    }

    proptest! {
        #[test]
        fn rates_stay_inside_and_shares_add_up(counts in prop::collection::vec((0_u64..50, 0_u64..500), 1..8)) {
            let groups: Vec<Group> = counts.iter().map(|(e, n)| group("A", *e.min(n), *n)).collect();
            if let Ok(finding) = reach(&groups) {
                prop_assert_eq!(finding.n, counts.iter().map(|(_, n)| n).sum::<u64>());
                for row in finding.result.groups {
                    prop_assert!(row.rate.is_none_or(|r| (0.0..=1.0).contains(&r.value)));
                    prop_assert!(row.ratio_to_rest().is_none_or(|r| r.value.is_finite() && r.value > 0.0));
                }
            }
        }
    }
}
