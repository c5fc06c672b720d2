//! What must hold of every analysis whatever the figures: the order of rows does not matter,
//! a cell may be split, and another unit, name or calendar changes what it is a unit of and
//! nothing else. The count models are in `cells_and_rows`, the series in
//! `series_and_rollouts`.

use kith_effect::stats::agreement::{Level, Ratings, Weights, alpha, kappa};
use kith_effect::stats::comparison::compare;
use kith_effect::stats::counts::{CountCells, Histogram, Tallies};
use kith_effect::stats::design::Design;
use kith_effect::stats::equity::{Group, Stratum, reach, standardised};
use kith_effect::stats::etwfe::RolloutCell;
use kith_effect::stats::event_time::{EventCell, profile};
use kith_effect::stats::funnel::{Place, funnel};
use kith_effect::stats::imputation::Plan;
use kith_effect::stats::inequality::gradient;
use kith_effect::stats::made_up::{MadeUp, made_up};
use kith_effect::stats::noise::{reliable, threshold};
use kith_effect::stats::proportion::Share;
use kith_effect::stats::random_intercept::RandomIntercept;
use kith_effect::stats::rollout::{Rollout, rollout};
use kith_effect::stats::sandwich::Clusters;
use kith_effect::stats::scores::{Better, Person, Scale, Scores};
use kith_effect::stats::sensitivity::sensitivity;
use kith_effect::stats::wellbeing::{Answers, wellbeing};
use kith_effect::stats::xmr::chart;
use proptest::collection::vec;
use proptest::prelude::*;

fn near(left: f64, right: f64, tolerance: f64) -> bool {
    (left - right).abs() <= tolerance * (1.0 + left.abs())
}

/// The same things in another order.
fn shuffled<T: Clone>(things: &[T], seed: u64) -> Vec<T> {
    let mut things = things.to_vec();
    for place in 1..things.len() {
        let other = (seed.wrapping_mul(2 * place as u64 + 1) >> 7) as usize % (place + 1);
        things.swap(place, other);
    }
    things
}

/// Person-months of eight practices that do differ: practice, referred, count.
fn rows() -> impl Strategy<Value = Vec<(i64, bool, u64)>> {
    vec(0_u64..4, 160).prop_map(|noise| {
        let row = |(place, noise): (usize, u64)| {
            let practice = place as i64 % 8;
            (
                practice,
                place % 16 < 8,
                noise * (1 + practice as u64) + noise % 2,
            )
        };
        noise.into_iter().enumerate().map(row).collect()
    })
}

/// The practice intercept and the five models side by side; one row a cell, or alike together.
fn models(rows: &[(i64, bool, u64)], merged: bool, unit: f64) -> Vec<f64> {
    let mut groups: Vec<((i64, bool), [f64; 3])> = vec![];
    for (practice, referred, count) in rows {
        let (key, y) = ((*practice, *referred), *count as f64);
        match groups.iter_mut().find(|(here, _)| merged && *here == key) {
            Some((_, sums)) => *sums = [sums[0] + 1.0, sums[1] + y, sums[2] + y * y],
            None => groups.push((key, [1.0, y, y * y])),
        }
    }
    let referred = groups.iter().map(|group| f64::from(u8::from(group.0.1)));
    let design = Design::constant(groups.len()).with("referred", referred);
    let column = |place: usize| groups.iter().map(|group| group.1[place]).collect();
    let tallies = Tallies {
        n: column(0),
        sum: column(1),
        sum_squares: column(2),
        exposure: vec![unit; groups.len()],
    };
    let cells = CountCells::new(&design, &tallies).expect("whole cells");
    let histogram: Histogram = rows.iter().map(|row| (row.2, 1)).collect();
    let keys: Vec<i64> = groups.iter().map(|group| group.0.0).collect();
    let practices = Clusters::by_key(&keys);
    let mut numbers = vec![];
    if let Ok(fit) = RandomIntercept::fit(&cells, &histogram, &practices, 9) {
        numbers.extend([
            fit.coefficients[1],
            fit.errors[1],
            fit.theta.ln(),
            fit.spread,
        ]);
    }
    let finding = sensitivity(&cells, &histogram, &practices, "referred").expect("a finding");
    for answer in finding.result.answers {
        if let Some(log_ratio) = answer.log_ratio {
            numbers.extend([log_ratio.value, log_ratio.standard_error.unwrap_or(0.0)]);
        }
    }
    numbers
}

fn cells() -> impl Strategy<Value = Vec<RolloutCell>> {
    vec(20_u64..60, 12 * 14).prop_map(|sums| {
        let cell = |(place, sum): (usize, u64)| {
            let cluster = place as i64 / 14;
            RolloutCell {
                cluster,
                start: [None, Some(7), Some(10)][cluster as usize % 3],
                month: place as i64 % 14,
                n: 30,
                sum,
                sum_squares: sum * 3,
                exposure: 1.0,
            }
        };
        sums.into_iter().enumerate().map(cell).collect()
    })
}

fn rolled(cells: &[RolloutCell]) -> Vec<f64> {
    let Rollout {
        model,
        check,
        leads,
        ..
    } = rollout(cells, 360).expect("a roll-out").result;
    let check = check.expect("the linear check");
    let quarters = leads.expect("leads").quarters;
    let estimates = [model.overall.log_ratio, check.overall]
        .into_iter()
        .chain(quarters.iter().map(|quarter| quarter.log_ratio));
    estimates
        .flat_map(|one| [one.value, one.standard_error.expect("an error")])
        .collect()
}

fn all_near(left: &[f64], right: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(right) {
        prop_assert!(near(*left, *right, tolerance), "{left} and {right}");
    }
    Ok(())
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    vec(
        (0_u8..12, prop::option::weighted(0.85, 0_u8..14), 0_u8..5),
        60..90,
    )
    .prop_map(|people| {
        let person = |(place, (before, rise, age)): (usize, (u8, Option<u8>, u8))| Person {
            cluster: Some(place as i64 % 8),
            before: 10.0 + f64::from(before),
            after: rise.map(|rise| 8.0 + f64::from(before.max(2)) + f64::from(rise) - 1.0),
            traits: vec![f64::from(age)],
        };
        people.into_iter().enumerate().map(person).collect()
    })
}

fn scores(people: &[Person], times: f64, more: f64) -> Scores {
    let scale = Scale::new(
        "a score",
        7.0 * times + more,
        35.0 * times + more,
        Better::Higher,
    );
    let people = people
        .iter()
        .map(|person| Person {
            before: person.before * times + more,
            after: person.after.map(|after| after * times + more),
            ..person.clone()
        })
        .collect();
    Scores::new(scale.expect("a scale"), vec!["age".to_owned()], people, 0).expect("on the scale")
}

fn answers(scores: &Scores) -> Option<Answers> {
    let plan = Plan {
        imputations: 20,
        seed: 1,
    };
    wellbeing(scores, plan).ok()?.result.answers
}

/// The numbers that are in points of the score, and those that are in none.
fn in_points(answers: &Answers) -> (Vec<f64>, Vec<f64>) {
    let change = &answers.completers;
    let mut points = vec![
        change.mean.value,
        change.mean.standard_error.expect("an error"),
        change.deviation,
    ];
    points.push(answers.no_change.value);
    points.extend(answers.weighted.iter().map(|weighted| weighted.mean.value));
    points.extend(answers.tipping.iter().map(|tipping| tipping.change));
    let mut bare = vec![change.t, change.p, change.d_z, change.hedges_g];
    bare.extend(answers.tipping.iter().map(|tipping| tipping.distance));
    (points, bare)
}

fn shares() -> impl Strategy<Value = Vec<Share>> {
    vec((8_u64..300, 400_u64..20_000), 4..20).prop_map(|groups| {
        groups
            .iter()
            .map(|(e, n)| Share::new(*e, *n).expect("a part"))
            .collect()
    })
}

/// Of each group by its name: rate, ratio, and the limits of the funnel.
fn reached(shares: &[(usize, Share)]) -> Vec<(usize, Vec<f64>)> {
    let groups: Vec<Group> = shares
        .iter()
        .map(|(name, share)| Group {
            label: Some(name.to_string()),
            share: *share,
        })
        .collect();
    let places: Vec<Place> = shares
        .iter()
        .map(|(name, share)| Place {
            label: name.to_string(),
            share: *share,
        })
        .collect();
    let rates = reach(&groups).expect("events").result.groups;
    let funnel = funnel(&places).expect("events").result;
    let mut all: Vec<(usize, Vec<f64>)> = vec![];
    for ((name, share), rate) in shares.iter().zip(&rates) {
        let mut numbers = vec![rate.rate.expect("people").value];
        numbers.extend(rate.log_ratio_to_rest.map(|ratio| ratio.value));
        numbers.extend(
            funnel
                .limits_at(share.people())
                .map(|limits| limits.outer.1),
        );
        numbers.push(funnel.over_dispersion.phi);
        all.push((*name, numbers));
    }
    all.sort_by_key(|(name, _)| *name);
    all
}

fn codes() -> impl Strategy<Value = Vec<Vec<Option<usize>>>> {
    vec(vec(prop::option::weighted(0.9, 0_usize..4), 3), 30..50)
}

/// Alpha on every level and kappa of the first two coders, or why there is none.
fn agreement(values: &[f64], units: &[Vec<Option<usize>>]) -> Vec<f64> {
    let ratings = Ratings::new(values.to_vec(), units.to_vec()).expect("codes 0 to 3");
    let alphas =
        [Level::Nominal, Level::Ordinal, Level::Interval].map(|level| alpha(&ratings, level, 1));
    let kappas = [Weights::None, Weights::Linear, Weights::Quadratic]
        .map(|weights| kappa(&ratings, (0, 1), weights));
    let alphas = alphas
        .into_iter()
        .map(|found| found.map_or(2.0, |found| found.result.value));
    let kappas = kappas
        .into_iter()
        .map(|found| found.map_or(2.0, |found| found.result.kappa.value));
    alphas.chain(kappas).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_count_model_says_the_same_of_rows_cells_any_order_and_any_unit(rows in rows(), seed: u64) {
        let once = models(&rows, true, 1.0);
        prop_assert!(once.len() >= 8, "{once:?}");
        all_near(&once, &models(&rows, false, 1.0), 1e-4)?;
        all_near(&once, &models(&shuffled(&rows, seed), true, 1.0), 1e-4)?;
        all_near(&once, &models(&rows, true, 30.0), 1e-4)?;
    }

    #[test]
    fn a_roll_out_knows_no_order_no_names_and_no_calendar(cells in cells(), seed: u64) {
        let once = rolled(&cells);
        all_near(&once, &rolled(&shuffled(&cells, seed)), 1e-8)?;
        let renamed: Vec<RolloutCell> = cells
            .iter()
            .map(|cell| RolloutCell {
                cluster: 1_000 - cell.cluster * 7,
                start: cell.start.map(|start| start + 24_000),
                month: cell.month + 24_000,
                ..*cell
            })
            .collect();
        all_near(&once, &rolled(&renamed), 1e-8)?;
    }

    #[test]
    fn a_cell_of_a_roll_out_may_be_split(cells in cells()) {
        let split: Vec<RolloutCell> = cells
            .iter()
            .flat_map(|cell| {
                let half = RolloutCell { n: cell.n / 3, sum: cell.sum / 4, sum_squares: cell.sum_squares / 4, ..*cell };
                [half, RolloutCell {
                    n: cell.n - half.n,
                    sum: cell.sum - half.sum,
                    sum_squares: cell.sum_squares - half.sum_squares,
                    ..*cell
                }]
            })
            .collect();
        all_near(&rolled(&cells), &rolled(&split), 1e-8)?;
    }

    #[test]
    fn a_profile_knows_no_order_and_its_rates_are_per_unit(sums in vec(1_u64..90, 50), seed: u64) {
        let cells: Vec<EventCell> = sums
            .iter()
            .enumerate()
            .map(|(place, sum)| EventCell {
                referred: place < 25,
                month: place as i32 % 25 - 12,
                exposure: 1.0,
                n: 20,
                sum: *sum,
                sum_squares: sum * sum,
            })
            .collect();
        let rates = |cells: &[EventCell]| -> Vec<f64> {
            let found = profile(cells, 20).expect("contacts").result;
            let both = found.referred.iter().chain(&found.controls);
            both.flat_map(|month| [month.rate.value, month.rate.standard_error.expect("an error")]).collect()
        };
        let once = rates(&cells);
        all_near(&once, &rates(&shuffled(&cells, seed)), 1e-12)?;
        let days: Vec<EventCell> = cells.iter().map(|cell| EventCell { exposure: 30.0, ..*cell }).collect();
        let daily: Vec<f64> = rates(&days).iter().map(|rate| rate * 30.0).collect();
        all_near(&once, &daily, 1e-12)?;
    }

    #[test]
    fn scores_know_no_order_and_another_scale_changes_points_alone(people in people(), seed: u64) {
        let once = scores(&people, 1.0, 0.0);
        let (Some(first), Some(mixed), Some(doubled)) = (
            answers(&once),
            answers(&scores(&shuffled(&people, seed), 1.0, 0.0)),
            answers(&scores(&people, 2.0, 3.0)),
        ) else {
            return Ok(());
        };
        let (points, bare) = in_points(&first);
        let (same_points, same_bare) = in_points(&mixed);
        all_near(&points, &same_points, 1e-8)?;
        all_near(&bare, &same_bare, 1e-8)?;
        let (twice, as_before) = in_points(&doubled);
        let halved: Vec<f64> = twice.iter().map(|points| points / 2.0).collect();
        all_near(&points, &halved, 1e-8)?;
        all_near(&bare, &as_before, 1e-8)?;
        if let (Ok(one), Ok(two)) = (reliable(&once, 0.84), reliable(&scores(&people, 2.0, 3.0), 0.84)) {
            prop_assert_eq!(one.result.improved, two.result.improved);
            prop_assert!(near(one.result.needed * 2.0, two.result.needed, 1e-10));
        }
        if let (Ok(one), Ok(two)) = (threshold(&once, 20.0), threshold(&scores(&people, 2.0, 3.0), 43.0)) {
            prop_assert_eq!((one.result.up, one.result.down), (two.result.up, two.result.down));
        }
    }

    #[test]
    fn groups_know_no_order_and_a_stratum_may_be_split(shares in shares(), seed: u64) {
        let named: Vec<(usize, Share)> = shares.iter().copied().enumerate().collect();
        for ((_, left), (_, right)) in reached(&named).iter().zip(reached(&shuffled(&named, seed))) {
            all_near(left, &right, 1e-8)?;
        }
        let strata = |shares: &[Share]| -> Vec<Stratum> {
            let reference = Share::new(300, 9_000).expect("a part");
            shares.iter().map(|here| Stratum { here: *here, reference }).collect()
        };
        let ratio = |shares: &[Share]| standardised(&strata(shares)).expect("people").result.ratio;
        let split: Vec<Share> = shares
            .iter()
            .flat_map(|share| {
                let (events, people) = (share.events() / 3, share.people() / 3);
                [(events, people), (share.events() - events, share.people() - people)]
            })
            .map(|(events, people)| Share::new(events, people).expect("a part"))
            .collect();
        prop_assert!(near(ratio(&shares).value, ratio(&split).value, 1e-12));
    }

    #[test]
    fn ten_times_the_people_keep_the_gradient_and_narrow_it(shares in shares()) {
        let more: Vec<Share> =
            shares.iter().map(|share| Share::new(share.events() * 10, share.people() * 10).expect("a part")).collect();
        if let (Ok(once), Ok(ten)) = (gradient(&shares), gradient(&more)) {
            prop_assert!(near(once.result.slope.value, ten.result.slope.value, 1e-9));
            prop_assert!(near(once.result.log_relative.value, ten.result.log_relative.value, 1e-6));
            let error = |found: kith_effect::stats::estimate::Estimate| found.standard_error.expect("an error");
            let narrower = error(once.result.log_relative) / error(ten.result.log_relative);
            prop_assert!(near(narrower, 10.0_f64.sqrt(), 1e-6), "{narrower}");
        }
    }

    #[test]
    fn a_chart_moves_and_stretches_with_its_values(values in vec(prop::option::weighted(0.95, 0_i32..500), 16..40)) {
        let values: Vec<Option<f64>> = values.into_iter().map(|value| value.map(f64::from)).collect();
        let moved: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| value * 4.0 + 100.0)).collect();
        if let (Ok(once), Ok(moved)) = (chart(&values), chart(&moved)) {
            prop_assert!(near(once.result.mean * 4.0 + 100.0, moved.result.mean, 1e-12));
            prop_assert!(near(once.result.moving_range * 4.0, moved.result.moving_range, 1e-12));
            prop_assert_eq!(once.result.shift, moved.result.shift);
            prop_assert_eq!(once.result.trend, moved.result.trend);
        }
    }

    #[test]
    fn agreement_knows_no_order_of_units_or_coders_and_no_unit_of_measure(units in codes(), seed: u64) {
        let values = [1.0, 2.0, 3.0, 4.0];
        let once = agreement(&values, &units);
        all_near(&once, &agreement(&values, &shuffled(&units, seed)), 1e-10)?;
        let swapped: Vec<Vec<Option<usize>>> = units.iter().map(|unit| vec![unit[1], unit[0], unit[2]]).collect();
        all_near(&once, &agreement(&values, &swapped), 1e-10)?;
        all_near(&once, &agreement(&[15.0, 25.0, 35.0, 45.0], &units), 1e-10)?;
    }
}

#[test]
fn a_comparison_knows_no_names_and_no_year() {
    let people = made_up(MadeUp {
        people: 2_500,
        practices: 8,
        ratio: 0.9,
        seed: 5,
        ..MadeUp::default()
    });
    let mut moved = people.clone();
    for person in &mut moved {
        // The order of the numbers decides the draw of controls, so it stays.
        person.person = person.person * 3 + 50_000;
        person.practice = 900 - person.practice;
        person.age_band += 7;
        person.first_month += 24;
        person.referred = person.referred.map(|month| month + 24);
    }
    let (once, moved) = (
        compare(&people, 7).expect("it"),
        compare(&moved, 7).expect("it"),
    );
    let (left, right) = (&once.result.log_ratio, &moved.result.log_ratio);
    assert!(near(left.value, right.value, 1e-9), "{left:?} {right:?}");
    assert_eq!(once.result.controls, moved.result.controls);
    assert!(near(
        left.standard_error.unwrap_or(0.0),
        right.standard_error.unwrap_or(1.0),
        1e-8
    ));
}
