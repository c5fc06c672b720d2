//! What must hold of the models for any data: cells say the same as rows, order and units
//! do not matter, and whatever the data, the answer is finite or a named refusal.

use kith_effect::stats::counts::{CountCells, Histogram, Tallies};
use kith_effect::stats::cr2::Cr2;
use kith_effect::stats::design::Design;
use kith_effect::stats::gee::{Division, Gee};
use kith_effect::stats::linear::errors;
use kith_effect::stats::negative_binomial::NegativeBinomial;
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::random_intercept::RandomIntercept;
use kith_effect::stats::refusal::Refusal;
use kith_effect::stats::sandwich::Clusters;
use nalgebra::DVector;
use proptest::collection::vec;
use proptest::prelude::*;

/// One person-month.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Row {
    practice: i64,
    referred: u8,
    age: i64,
    half_month: bool,
    y: u64,
}

prop_compose! {
    fn row(counts: impl Strategy<Value = u64> + Clone)(
        practice in 0_i64..5, referred in 0_u8..2, age in 0_i64..3, half_month: bool, y in counts,
    ) -> Row {
        Row { practice, referred, age, half_month, y }
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    vec(row(prop_oneof![3 => 0_u64..3, 1 => 0_u64..12]), 60..120)
}

/// Rows as data of a model, `merge` puts rows alike in one cell.
struct Data {
    cells: CountCells,
    histogram: Histogram,
    practices: Clusters,
}

fn data(rows: &[Row], merge: bool, unit: f64) -> Data {
    let mut groups: Vec<(Row, [f64; 3])> = Vec::new();
    for row in rows {
        let key = Row { y: 0, ..*row };
        let y = row.y as f64;
        match groups.iter_mut().find(|(here, _)| merge && *here == key) {
            Some((_, sums)) => *sums = [sums[0] + 1.0, sums[1] + y, sums[2] + y * y],
            None => groups.push((key, [1.0, y, y * y])),
        }
    }
    let ages: Vec<i64> = groups.iter().map(|(row, _)| row.age).collect();
    let design = Design::constant(groups.len())
        .with(
            "referred",
            groups.iter().map(|(row, _)| f64::from(row.referred)),
        )
        .with_levels("age", &ages);
    let column = |place: usize| groups.iter().map(|(_, sums)| sums[place]).collect();
    let tallies = Tallies {
        n: column(0),
        sum: column(1),
        sum_squares: column(2),
        exposure: groups
            .iter()
            .map(|(row, _)| unit * if row.half_month { 0.5 } else { 1.0 })
            .collect(),
    };
    let practices: Vec<i64> = groups.iter().map(|(row, _)| row.practice).collect();
    Data {
        cells: CountCells::new(&design, &tallies).expect("whole cells"),
        histogram: rows.iter().map(|row| (row.y, 1)).collect(),
        practices: Clusters::by_key(&practices),
    }
}

/// Every number of every model, or why there is none.
fn everything(data: &Data) -> Vec<(&'static str, Result<Vec<f64>, Refusal>)> {
    let list = |vectors: &[&DVector<f64>]| {
        vectors
            .iter()
            .flat_map(|v| v.iter().copied())
            .collect::<Vec<f64>>()
    };
    let poisson = Poisson::fit(&data.cells).and_then(|fit| {
        let working = &fit.working;
        let clustered = working.clustered(&data.practices)?;
        Ok(list(&[
            &fit.coefficients,
            &errors(working.model_covariance()),
            &errors(&working.hc0()),
            &errors(&clustered.cr1()),
        ]))
    });
    let cr2 = Poisson::fit(&data.cells).and_then(|fit| {
        let cr2 = Cr2::new(&fit.working, &data.practices)?;
        let contrast = DVector::from_fn(fit.coefficients.len(), |term, _| {
            f64::from(u8::from(term == 1))
        });
        Ok(vec![cr2.error_of(&contrast), cr2.df_of(&contrast)])
    });
    let nb = NegativeBinomial::fit(&data.cells, &data.histogram).map(|fit| {
        list(&[
            &fit.coefficients,
            &fit.joint_errors,
            &DVector::from_element(1, fit.theta.ln()),
        ])
    });
    let gee = Gee::fit(&data.cells, &data.practices, Division::LessCoefficients).map(|fit| {
        list(&[
            &fit.coefficients,
            &fit.robust_errors(),
            &fit.bias_reduced_errors(),
        ])
    });
    vec![
        ("Poisson", poisson),
        ("CR2", cr2),
        ("negative binomial", nb),
        ("GEE", gee),
    ]
}

/// The same numbers, or a refusal by the same rule.
fn same(left: &Data, right: &Data, tolerance: f64) -> Result<(), TestCaseError> {
    for ((name, left), (_, right)) in everything(left).into_iter().zip(everything(right)) {
        match (left, right) {
            (Ok(left), Ok(right)) => {
                for (left, right) in left.iter().zip(&right) {
                    let near = (left - right).abs() <= tolerance * (1.0 + left.abs());
                    prop_assert!(near, "{name}: {left} and {right}");
                }
            }
            (Err(left), Err(right)) => prop_assert_eq!(left.code(), right.code(), "{}", name),
            (left, right) => prop_assert!(false, "{name}: {left:?} and {right:?}"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn cells_say_the_same_as_rows(rows in rows()) {
        same(&data(&rows, false, 1.0), &data(&rows, true, 1.0), 1e-7)?;
    }

    #[test]
    fn the_order_of_rows_does_not_matter(rows in rows(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        let size = shuffled.len();
        for place in 1..size {
            shuffled.swap(place, (seed as usize).wrapping_mul(place * 2 + 1) % (place + 1));
        }
        same(&data(&rows, true, 1.0), &data(&shuffled, true, 1.0), 1e-7)?;
    }

    #[test]
    fn another_unit_of_exposure_moves_the_constant_alone(rows in rows()) {
        let (months, days) = (data(&rows, true, 1.0), data(&rows, true, 30.0));
        for ((name, months), (_, days)) in everything(&months).into_iter().zip(everything(&days)) {
            match (months, days) {
                (Ok(months), Ok(mut days)) => {
                    // The constant comes first, except that CR2 is asked for one ratio alone.
                    if name != "CR2" {
                        days[0] += 30.0_f64.ln();
                    }
                    for (months, days) in months.iter().zip(&days) {
                        prop_assert!((months - days).abs() <= 1e-6 * (1.0 + months.abs()), "{name}: {months} and {days}");
                    }
                }
                (Err(months), Err(days)) => prop_assert_eq!(months.code(), days.code(), "{}", name),
                (months, days) => prop_assert!(false, "{name}: {months:?} and {days:?}"),
            }
        }
    }

    #[test]
    fn any_counts_end_in_finite_numbers_or_a_named_refusal(
        rows in vec(row(prop_oneof![4 => Just(0), 2 => 0_u64..3, 1 => Just(1_000_000_000), 1 => 0_u64..50]), 1..40),
    ) {
        let data = data(&rows, true, 1.0);
        for (name, result) in everything(&data) {
            match result {
                Ok(numbers) => prop_assert!(numbers.iter().all(|number| number.is_finite()), "{name}: {numbers:?}"),
                Err(refusal) => prop_assert!(["R3", "R7", "A8"].contains(&refusal.code()), "{name}: {refusal:?}"),
            }
        }
    }
}

/// Sixty rows, two arms, six practices, from a rule.
fn by_rule(count: impl Fn(usize) -> u64) -> Vec<Row> {
    (0..60)
        .map(|row| Row {
            practice: (row % 6) as i64,
            referred: u8::from(row % 4 < 2),
            age: (row % 3) as i64,
            half_month: false,
            y: count(row),
        })
        .collect()
}

fn refusal(rows: &[Row]) -> Vec<Option<Refusal>> {
    everything(&data(rows, true, 1.0))
        .into_iter()
        .map(|(_, result)| result.err())
        .collect()
}

#[test]
fn nothing_counted_for_anybody_is_named() {
    assert!(
        refusal(&by_rule(|_| 0))
            .iter()
            .all(|refusal| *refusal == Some(Refusal::NoEvents))
    );
}

#[test]
fn an_arm_in_which_nothing_happened_is_named() {
    let named = Some(Refusal::Separated {
        term: "referred".to_owned(),
    });
    assert!(
        refusal(&by_rule(|row| if row % 4 < 2 {
            0
        } else {
            2 + row as u64 % 5
        }))
        .iter()
        .all(|r| *r == named)
    );
}

#[test]
fn the_other_arm_without_an_event_is_named_too() {
    let found = refusal(&by_rule(
        |row| if row % 4 < 2 { 2 + row as u64 % 5 } else { 0 },
    ));
    assert!(
        found
            .iter()
            .all(|r| matches!(r, Some(Refusal::Separated { .. }))),
        "{found:?}"
    );
}

#[test]
fn a_practice_in_which_nothing_happened_is_no_obstacle() {
    let found = refusal(&by_rule(|row| {
        if row % 6 == 0 {
            0
        } else {
            (row as u64 * 7) % 9
        }
    }));
    assert!(found.iter().all(Option::is_none), "{found:?}");
}

#[test]
fn counts_that_spread_less_than_chance_are_left_to_poisson() {
    let found = refusal(&by_rule(|row| 3 + row as u64 % 2));
    assert_eq!(found[2], Some(Refusal::PoissonLimit));
    assert_eq!(found[0], None);
}

#[test]
fn one_practice_has_no_clustered_error() {
    let mut rows = by_rule(|row| (row as u64 * 7) % 9);
    rows.iter_mut().for_each(|row| row.practice = 4);
    let data = data(&rows, true, 1.0);
    let found = everything(&data);
    for place in [0, 1, 3] {
        assert_eq!(
            found[place].1,
            Err(Refusal::OneCluster),
            "{}",
            found[place].0
        );
    }
    let intercept = RandomIntercept::fit(&data.cells, &data.histogram, &data.practices, 5);
    assert_eq!(intercept.err(), Some(Refusal::OneCluster));
}

#[test]
fn two_practices_have_an_error_and_no_interval() {
    let mut rows = by_rule(|row| (row as u64 * 7) % 9);
    rows.iter_mut().for_each(|row| row.practice %= 2);
    let data = data(&rows, true, 1.0);
    let fit = Poisson::fit(&data.cells).expect("a fit");
    let cr2 = Cr2::new(&fit.working, &data.practices).expect("two practices");
    let contrast = DVector::from_vec(vec![0.0, 1.0, 0.0, 0.0]);
    let (estimate, refusal) = cr2.estimate(&fit.coefficients, &contrast);
    assert_eq!(refusal, Some(Refusal::TooFewClusters { clusters: 2 }));
    assert!(estimate.interval.is_none() && estimate.value.is_finite());
}

#[test]
fn a_term_that_repeats_another_is_named() {
    let rows = by_rule(|row| (row as u64 * 7) % 9);
    let counts: Vec<u64> = rows.iter().map(|row| row.y).collect();
    let referred: Vec<f64> = rows.iter().map(|row| f64::from(row.referred)).collect();
    let design = Design::constant(60)
        .with("referred", referred.clone())
        .with(
            "not referred",
            referred.iter().map(|referred| 1.0 - referred),
        );
    let cells =
        CountCells::new(&design, &Tallies::from_rows(&counts, &[1.0; 60])).expect("whole rows");
    let named = Refusal::Aliased {
        term: "not referred".to_owned(),
    };
    assert_eq!(Poisson::fit(&cells).err(), Some(named));
}

#[test]
fn impossible_cells_are_pointed_at() {
    let design = Design::constant(2);
    let good = Tallies {
        n: vec![1.0, 2.0],
        sum: vec![1.0, 3.0],
        sum_squares: vec![1.0, 5.0],
        exposure: vec![1.0, 1.0],
    };
    assert!(CountCells::new(&design, &good).is_ok());
    let bad = [
        Tallies {
            n: vec![1.0, 0.0],
            ..good.clone()
        },
        Tallies {
            sum: vec![1.0, -3.0],
            ..good.clone()
        },
        Tallies {
            sum_squares: vec![1.0, 4.0],
            ..good.clone()
        },
        Tallies {
            exposure: vec![1.0, 0.0],
            ..good.clone()
        },
        Tallies {
            sum: vec![1.0, f64::NAN],
            ..good.clone()
        },
    ];
    for tallies in bad {
        assert_eq!(
            CountCells::new(&design, &tallies).expect_err("bad").cell,
            Some(1),
            "{tallies:?}"
        );
    }
    let short = Tallies {
        n: vec![1.0],
        ..good
    };
    assert_eq!(
        CountCells::new(&design, &short).expect_err("bad").cell,
        None
    );
}
