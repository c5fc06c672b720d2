//! Counts of people in practices, and every count model.

use kith_effect::stats::counts::{CountCells, Histogram, Tallies};
use kith_effect::stats::cr2::Cr2;
use kith_effect::stats::design::Design;
use kith_effect::stats::gee::{Division, Gee};
use kith_effect::stats::linear::errors;
use kith_effect::stats::negative_binomial::NegativeBinomial;
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::random_intercept::RandomIntercept;
use kith_effect::stats::sandwich::Clusters;
use kith_effect::stats::sensitivity::sensitivity;
use nalgebra::DVector;

use crate::{Seen, finite, same};

/// One person-month: practice, referred, count.
type Row = (i64, bool, u64);

/// 240 rows of eight practices, by a rule.
fn rows(count: impl Fn(usize, i64, bool) -> u64) -> Vec<Row> {
    (0..240)
        .map(|row| {
            let (practice, referred) = ((row % 8) as i64, row % 16 < 8);
            (practice, referred, count(row, practice, referred))
        })
        .collect()
}

fn counts(data: &str, rows: &[Row], repeated: bool) -> Seen {
    let mut seen = Seen::of(data);
    let referred: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.1))).collect();
    let mut design = Design::constant(rows.len()).with("referred", referred.clone());
    if repeated {
        design = design.with("not referred", referred.iter().map(|yes| 1.0 - yes));
    }
    let counts: Vec<u64> = rows.iter().map(|row| row.2).collect();
    let tallies = Tallies::from_rows(&counts, &vec![1.0; rows.len()]);
    let cells = CountCells::new(&design, &tallies).expect("whole rows");
    let histogram: Histogram = counts.iter().map(|count| (*count, 1)).collect();
    let practices = Clusters::by_key(&rows.iter().map(|row| row.0).collect::<Vec<_>>());
    let fit = || Poisson::fit(&cells);
    seen.model(
        "Poisson",
        fit().map(|fit| {
            (
                fit.coefficients.clone(),
                fit.dispersion,
                errors(&fit.working.hc0()),
            )
        }),
    );
    seen.model(
        "Poisson, CR1",
        fit().and_then(|fit| Ok(errors(&fit.working.clustered(&practices)?.cr1()))),
    );
    let by_cr2 = || {
        let fit = fit()?;
        let cr2 = Cr2::new(&fit.working, &practices)?;
        let contrast = DVector::from_fn(fit.coefficients.len(), |term, _| {
            f64::from(u8::from(term == 1))
        });
        let (estimate, refusal) = cr2.estimate(&fit.coefficients, &contrast);
        finite("CR2", &estimate);
        refusal.map_or(Ok(()), Err)
    };
    seen.model("Poisson, CR2", by_cr2());
    let nb = NegativeBinomial::fit(&cells, &histogram);
    seen.model(
        "negative binomial",
        nb.map(|fit| (fit.coefficients, fit.joint_errors, fit.theta)),
    );
    let gee = Gee::fit(&cells, &practices, Division::LessCoefficients);
    seen.model(
        "GEE",
        gee.map(|fit| {
            (
                fit.coefficients.clone(),
                fit.robust_errors(),
                fit.bias_reduced_errors(),
            )
        }),
    );
    let intercept = RandomIntercept::fit(&cells, &histogram, &practices, 9);
    seen.model(
        "practice intercept",
        intercept.map(|fit| (fit.coefficients, fit.errors, fit.theta, fit.spread)),
    );
    seen.finding(
        "sensitivity",
        sensitivity(&cells, &histogram, &practices, "referred"),
    );
    seen
}

#[test]
fn count_models() {
    let lively = |row: usize| ((row * row * 7 + row * 3) % 23 % 9) as u64;
    let ordinary = rows(|row, practice, _| lively(row) * (1 + practice as u64 % 3));
    let in_practices = |number: i64| -> Vec<Row> {
        ordinary
            .iter()
            .map(|row| (row.0 % number, row.1, row.2))
            .collect()
    };
    let seen = [
        counts("ordinary", &ordinary, false),
        counts(
            "a practice without a contact",
            &rows(|row, practice, _| {
                u64::from(practice > 0) * lively(row) * (1 + practice as u64 % 3)
            }),
            false,
        ),
        counts(
            "an arm without a contact",
            &rows(|row, _, referred| u64::from(!referred) * lively(row)),
            false,
        ),
        counts("one practice", &in_practices(1), false),
        counts("two practices", &in_practices(2), false),
        counts("a repeated column", &ordinary, true),
        counts("no contact at all", &rows(|_, _, _| 0), false),
        counts("always the same", &rows(|_, _, _| 4), false),
        counts(
            "less spread than chance",
            &rows(|row, _, _| 3 + row as u64 % 2),
            false,
        ),
        counts(
            "a billion contacts",
            &rows(|row, _, _| 1_000_000_000 * lively(row)),
            false,
        ),
        counts("nobody", &[], false),
    ];
    same(&seen, COUNT_MODELS);
}

const COUNT_MODELS: &str = "
ordinary
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: estimated
  sensitivity: estimated
a practice without a contact
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: estimated
  sensitivity: estimated
an arm without a contact
  Poisson: separated
  Poisson, CR1: separated
  Poisson, CR2: separated
  negative binomial: separated
  GEE: separated
  practice intercept: separated
  sensitivity: separated
one practice
  Poisson: estimated
  Poisson, CR1: one_cluster
  Poisson, CR2: one_cluster
  negative binomial: estimated
  GEE: one_cluster
  practice intercept: one_cluster
  sensitivity: one_cluster
two practices
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: too_few_clusters
  negative binomial: estimated
  GEE: estimated
  practice intercept: no_cluster_spread
  sensitivity: too_few_clusters
a repeated column
  Poisson: aliased
  Poisson, CR1: aliased
  Poisson, CR2: aliased
  negative binomial: aliased
  GEE: aliased
  practice intercept: aliased
  sensitivity: aliased
no contact at all
  Poisson: no_events
  Poisson, CR1: no_events
  Poisson, CR2: no_events
  negative binomial: no_events
  GEE: no_events
  practice intercept: no_events
  sensitivity: no_events
always the same
  Poisson: estimated
  Poisson, CR1: constant
  Poisson, CR2: constant
  negative binomial: poisson_limit
  GEE: constant
  practice intercept: poisson_limit
  sensitivity: constant
less spread than chance
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: poisson_limit
  GEE: estimated
  practice intercept: poisson_limit
  sensitivity: estimated
a billion contacts
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: not_converged
  sensitivity: estimated
nobody
  Poisson: no_events
  Poisson, CR1: no_events
  Poisson, CR2: no_events
  negative binomial: no_events
  GEE: one_cluster
  practice intercept: one_cluster
  sensitivity: no_events
";
