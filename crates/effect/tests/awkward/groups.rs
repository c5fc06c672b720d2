//! Groups that were reached, and codes that coders gave.

use kith_effect::stats::agreement::{Level, Ratings, Weights, alpha, kappa};
use kith_effect::stats::equity::{Group, Stratum, reach, standardised};
use kith_effect::stats::funnel::{Place, funnel};
use kith_effect::stats::inequality::gradient;
use kith_effect::stats::proportion::Share;

use crate::{Seen, name, same};

fn reached(data: &str, groups: &[(u64, u64)]) -> Seen {
    let mut seen = Seen::of(data);
    let shares: Vec<Share> = groups
        .iter()
        .map(|(events, people)| Share::new(*events, *people).expect("a part"))
        .collect();
    let named: Vec<Group> = shares
        .iter()
        .enumerate()
        .map(|(place, share)| Group {
            label: Some(place.to_string()),
            share: *share,
        })
        .collect();
    let places: Vec<Place> = shares
        .iter()
        .enumerate()
        .map(|(place, share)| Place {
            label: place.to_string(),
            share: *share,
        })
        .collect();
    let reference = Share::new(200, 10_000).expect("a part");
    let strata: Vec<Stratum> = shares
        .iter()
        .map(|here| Stratum {
            here: *here,
            reference,
        })
        .collect();
    seen.finding("rates", reach(&named));
    seen.finding("gradient", gradient(&shares));
    seen.finding("funnel", funnel(&places));
    seen.finding("standardised ratio", standardised(&strata));
    seen
}

#[test]
fn groups_reached() {
    let seen = [
        reached(
            "ordinary",
            &[
                (60, 5_000),
                (55, 4_000),
                (40, 3_000),
                (30, 2_000),
                (25, 1_500),
            ],
        ),
        reached(
            "a group without anybody reached",
            &[(60, 5_000), (0, 4_000), (40, 3_000), (30, 2_000)],
        ),
        reached(
            "a group without people",
            &[(60, 5_000), (0, 0), (40, 3_000), (30, 2_000)],
        ),
        reached(
            "one group reached alone",
            &[(60, 5_000), (0, 4_000), (0, 3_000)],
        ),
        reached("nobody reached", &[(0, 5_000), (0, 4_000), (0, 3_000)]),
        reached("everybody reached", &[(500, 500), (400, 400), (300, 300)]),
        reached("one group", &[(60, 5_000)]),
        reached(
            "the same everywhere",
            &[(50, 5_000), (50, 5_000), (50, 5_000)],
        ),
        reached(
            "a million million people",
            &[
                (1_000_000_000, 1_000_000_000_000),
                (3_000_000_000, 1_000_000_000_000),
                (2_000_000_000, 1_000_000_000_000),
            ],
        ),
        reached("nobody", &[]),
    ];
    same(&seen, GROUPS);
}

const GROUPS: &str = "
ordinary
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a group without anybody reached
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a group without people
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
one group reached alone
  rates: estimated
  gradient: separated
  funnel: estimated
  standardised ratio: estimated
nobody reached
  rates: no_events
  gradient: no_events
  funnel: no_events
  standardised ratio: estimated
everybody reached
  rates: estimated
  gradient: constant
  funnel: constant
  standardised ratio: estimated
one group
  rates: estimated
  gradient: too_few_observations
  funnel: estimated
  standardised ratio: estimated
the same everywhere
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a million million people
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
nobody
  rates: undefined
  gradient: too_few_observations
  funnel: no_events
  standardised ratio: undefined
";

fn coded(data: &str, units: &[[Option<usize>; 3]]) -> Seen {
    let mut seen = Seen::of(data);
    let units = units.iter().map(|unit| unit.to_vec()).collect();
    match Ratings::new(vec![1.0, 2.0, 3.0], units) {
        Err(refusal) => seen.line("ratings", &name(&refusal)),
        Ok(ratings) => {
            for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
                seen.finding(&format!("alpha, {level:?}"), alpha(&ratings, level, 1));
            }
            for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
                seen.finding(
                    &format!("kappa, {weights:?}"),
                    kappa(&ratings, (0, 1), weights),
                );
            }
        }
    }
    seen
}

#[test]
fn coders() {
    let lively = |unit: usize| {
        [
            Some(unit % 3),
            Some(unit * 7 % 5 % 3),
            (!unit.is_multiple_of(4)).then_some(unit % 2),
        ]
    };
    let all: Vec<[Option<usize>; 3]> = (0..40).map(lively).collect();
    let alone: Vec<[Option<usize>; 3]> = (0..40).map(|unit| [Some(unit % 3), None, None]).collect();
    let seen = [
        coded("ordinary", &all),
        coded("one code only", &[[Some(1), Some(1), Some(1)]; 20]),
        coded(
            "full agreement",
            &(0..20).map(|unit| [Some(unit % 3); 3]).collect::<Vec<_>>(),
        ),
        coded("a coder who coded nothing", &alone),
        coded("one unit", &all[..1]),
        coded("no units", &[]),
    ];
    same(&seen, CODERS);
}

const CODERS: &str = "
ordinary
  alpha, Nominal: estimated
  alpha, Ordinal: estimated
  alpha, Interval: estimated
  kappa, None: estimated
  kappa, Linear: estimated
  kappa, Quadratic: estimated
one code only
  alpha, Nominal: undefined
  alpha, Ordinal: undefined
  alpha, Interval: undefined
  kappa, None: undefined
  kappa, Linear: undefined
  kappa, Quadratic: undefined
full agreement
  alpha, Nominal: estimated
  alpha, Ordinal: estimated
  alpha, Interval: estimated
  kappa, None: estimated
  kappa, Linear: estimated
  kappa, Quadratic: estimated
a coder who coded nothing
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: too_few_observations
  kappa, Linear: too_few_observations
  kappa, Quadratic: too_few_observations
one unit
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: too_few_observations
  kappa, Linear: too_few_observations
  kappa, Quadratic: too_few_observations
no units
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: impossible
  kappa, Linear: impossible
  kappa, Quadratic: impossible
";
