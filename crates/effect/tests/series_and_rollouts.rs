//! What must hold of the series and the roll-out for any data: order and units do not
//! matter, and whatever the data, the answer is finite or a named refusal.

use kith_effect::stats::etwfe::RolloutCell;
use kith_effect::stats::rollout::rollout;
use kith_effect::stats::series::{MonthTotal, SeriesPlan, interrupted_series};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

/// Every number of a result; JSON has no NaN or infinity, it says null.
fn numbers(value: &Value, found: &mut Vec<f64>) {
    match value {
        Value::Number(number) => found.extend(number.as_f64()),
        Value::Array(list) => list.iter().for_each(|inner| numbers(inner, found)),
        Value::Object(map) => map.values().for_each(|inner| numbers(inner, found)),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn totals() -> impl Strategy<Value = Vec<MonthTotal>> {
    let month = (
        0_i64..90,
        prop_oneof![8 => 200_u64..1_500, 1 => 0_u64..3],
        500_u32..5_000,
    );
    vec(month, 0..110).prop_map(|months| {
        months
            .into_iter()
            .map(|(month, count, population)| MonthTotal {
                month,
                count,
                population: f64::from(population),
            })
            .collect()
    })
}

/// A whole series, so that a model is fitted.
fn whole() -> impl Strategy<Value = Vec<MonthTotal>> {
    vec(300_u64..1_500, 60..72).prop_map(|counts| {
        (0..)
            .zip(counts)
            .map(|(month, count)| MonthTotal {
                month,
                count,
                population: 4_000.0,
            })
            .collect()
    })
}

const PLAN: SeriesPlan<'static> = SeriesPlan {
    start: 30,
    other_changes: &[],
    horizon: 12,
};

/// Six practices of two arms and any starts, ten people each over twelve months.
fn cells(counts: &[u64], starts: &[Option<i64>]) -> Vec<RolloutCell> {
    counts
        .iter()
        .enumerate()
        .map(|(place, &sum)| {
            let (practice, month) = (place / 12, place % 12);
            RolloutCell {
                cluster: practice as i64,
                start: starts[practice],
                month: month as i64,
                n: 10,
                sum,
                sum_squares: sum * sum,
                exposure: 1.0,
            }
        })
        .collect()
}

fn starts() -> impl Strategy<Value = Vec<Option<i64>>> {
    vec(prop_oneof![Just(None), (-1_i64..14).prop_map(Some)], 7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_series_ends_in_finite_numbers_or_a_named_refusal(totals in totals(), start in -5_i64..95) {
        match interrupted_series(&totals, None, SeriesPlan { start, ..PLAN }) {
            Ok(finding) => {
                prop_assert!(finding.result.model.is_some() == finding.concludes());
                for month in &finding.result.months {
                    prop_assert!(month.rate.is_finite() && month.fitted.is_none_or(f64::is_finite));
                }
                if let Some(model) = finding.result.model {
                    prop_assert!(model.rho.abs() < 1.0 && model.sigma.is_finite());
                    prop_assert!(model.coefficients.iter().all(|(_, one)| one.value.is_finite()));
                    prop_assert!(model.level.interval.is_some_and(|i| i.low.is_finite() && i.high.is_finite()));
                }
            }
            Err(refusal) => prop_assert!(["R6", "R7", "A8"].contains(&refusal.code()), "{refusal:?}"),
        }
    }

    #[test]
    fn a_larger_population_moves_the_constant_alone(totals in whole()) {
        let larger: Vec<MonthTotal> =
            totals.iter().map(|total| MonthTotal { population: total.population * 7.0, ..*total }).collect();
        let model = |totals: &[MonthTotal]| {
            interrupted_series(totals, None, PLAN).expect("a series").result.model.expect("a model")
        };
        let (small, large) = (model(&totals), model(&larger));
        prop_assert!((small.level.value - large.level.value).abs() < 1e-5);
        prop_assert!((small.slope.value - large.slope.value).abs() < 1e-6);
        prop_assert!((small.coefficients[0].1.value - large.coefficients[0].1.value - 7.0_f64.ln()).abs() < 1e-4);
    }

    #[test]
    fn the_order_of_months_and_splitting_one_do_not_matter(totals in whole()) {
        let mut split: Vec<MonthTotal> = totals
            .iter()
            .flat_map(|total| {
                let half = MonthTotal { count: total.count / 2, population: total.population / 2.0, ..*total };
                [half, MonthTotal { count: total.count - half.count, ..half }]
            })
            .collect();
        split.reverse();
        let level = |totals: &[MonthTotal]| {
            interrupted_series(totals, None, PLAN).expect("a series").result.model.expect("a model").level.value
        };
        prop_assert!((level(&totals) - level(&split)).abs() < 1e-9);
    }

    #[test]
    fn any_roll_out_ends_in_finite_numbers_or_a_named_refusal(
        counts in vec(prop_oneof![4 => 0_u64..40, 1 => Just(0)], 84),
        starts in starts(),
    ) {
        match rollout(&cells(&counts, &starts), 70) {
            Ok(finding) => {
                let overall = finding.result.model.overall;
                prop_assert!(overall.log_ratio.value.is_finite() && overall.per_month.value.is_finite());
                prop_assert!(overall.log_ratio.standard_error.is_some_and(f64::is_finite));
                let mut all = Vec::new();
                numbers(&serde_json::to_value(&finding).expect("it is JSON"), &mut all);
                prop_assert!(all.len() > 20);
            }
            Err(refusal) => prop_assert!(["R1", "R3", "R7"].contains(&refusal.code()), "{refusal:?}"),
        }
    }
}
