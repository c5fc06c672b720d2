//! Change of the people with both scores (A5): the mean with its interval, its size in
//! standard deviations, and what a rank test says. It is change, not effect.
//!
//! The interval is Student's; with six or more practices it is CR2 with Satterthwaite
//! degrees of freedom (Bell and McCaffrey 2002), which for a mean has a closed form.

use std::collections::BTreeMap;

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use super::estimate::{Estimate, Finding};
use super::limits::{CLUSTERS_MIN, SATTERTHWAITE_DF_MIN};
use super::refusal::Refusal;
use super::scores::{Person, Scores, deviation, mean};

/// Change of those with both scores, in points of the scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The mean change with the interval to report.
    pub mean: Estimate,
    /// The same with Student's interval, people taken as independent.
    pub independent: Estimate,
    /// Student's t of no change.
    pub t: f64,
    /// Its two-sided p.
    pub p: f64,
    /// The mean with errors by practice; none when practices are not known or only one.
    pub clustered: Option<Clustered>,
    /// Standard deviation of the change.
    pub deviation: f64,
    /// Mean change over the deviation of the change (d_z).
    pub d_z: f64,
    /// d_z with Hedges' correction for few people.
    pub hedges_g: f64,
    /// Mean change over the deviation of the first score; none when it never varies.
    pub in_baseline_deviations: Option<f64>,
    /// Correlation of the two scores; none when one of them never varies.
    pub correlation: Option<f64>,
    /// Wilcoxon's signed ranks.
    pub signed_rank: SignedRank,
}

/// A mean with errors by practice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Clustered {
    /// Practices.
    pub clusters: usize,
    /// CR1 error, G/(G − 1).
    pub cr1_error: f64,
    /// CR2 error with Satterthwaite degrees of freedom.
    pub cr2: Estimate,
}

/// Wilcoxon's signed-rank test with ties, normal approximation, continuity corrected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SignedRank {
    /// Sum of the ranks of the rises.
    pub rises: f64,
    /// Two-sided p.
    pub p: f64,
}

/// The change of those with both scores.
///
/// # Errors
/// R7: `TooFewObservations` for fewer than two pairs, `Constant` when everybody changed
/// by the same amount.
pub fn change(scores: &Scores) -> Result<Finding<Change>, Refusal> {
    let pairs: Vec<&Person> = scores.completers().collect();
    let changes: Vec<f64> = pairs.iter().filter_map(|p| p.change()).collect();
    if changes.len() < 2 {
        return Err(Refusal::TooFewObservations {
            have: changes.len(),
            coefficients: 1,
        });
    }
    if changes.iter().all(|c| *c == changes[0]) {
        return Err(Refusal::Constant);
    }
    let n = changes.len() as f64;
    let headline = mean_of(&changes, &clusters_of(&pairs));
    let independent = headline.independent;
    let t = independent.value / independent.standard_error.unwrap_or(f64::NAN);
    let spread = deviation(&changes);
    let (before, after): (Vec<f64>, Vec<f64>) = pairs
        .iter()
        .filter_map(|p| Some((p.before, p.after?)))
        .unzip();
    let d_z = independent.value / spread;
    Ok(Finding {
        n: changes.len() as u64,
        missing: scores.missing(),
        method: headline.method.to_owned(),
        assumptions: vec![
            "those with both scores are like those without: look at the answers beside this one",
            "change is not effect: nobody shows what would have happened anyway",
        ],
        refusals: headline.refusals,
        result: Change {
            mean: headline.estimate,
            independent,
            t,
            p: StudentsT::new(0.0, 1.0, n - 1.0).map_or(f64::NAN, |d| 2.0 * d.sf(t.abs())),
            clustered: headline.clustered,
            deviation: spread,
            d_z,
            hedges_g: d_z * (1.0 - 3.0 / (4.0 * (n - 1.0) - 1.0)),
            in_baseline_deviations: Some(independent.value / deviation(&before))
                .filter(|size| size.is_finite()),
            correlation: correlation(&before, &after),
            signed_rank: signed_rank(&changes),
        },
    })
}

/// A mean, the interval to report for it, and why there is none.
pub(super) struct Headline {
    pub estimate: Estimate,
    pub independent: Estimate,
    pub clustered: Option<Clustered>,
    pub method: &'static str,
    pub refusals: Vec<Refusal>,
}

/// The mean of figures that vary, by practice when there are enough practices.
pub(super) fn mean_of(values: &[f64], clusters: &Option<Vec<i64>>) -> Headline {
    let n = values.len() as f64;
    let independent = Estimate::student(mean(values), deviation(values) / n.sqrt(), n - 1.0);
    let clustered = clusters.as_ref().and_then(|keys| by_cluster(values, keys));
    let mut headline = Headline {
        estimate: independent,
        independent,
        clustered,
        method: "paired mean change, Student's t interval",
        refusals: vec![],
    };
    if let Some(clustered) = clustered.filter(|c| c.clusters >= CLUSTERS_MIN) {
        headline.method =
            "paired mean change, CR2 interval by practice with Satterthwaite degrees of freedom";
        headline.estimate = clustered.cr2;
        if let Some(df) = clustered.cr2.df.filter(|df| *df < SATTERTHWAITE_DF_MIN) {
            headline.estimate.interval = None;
            headline
                .refusals
                .push(Refusal::TooFewDegreesOfFreedom { df });
        }
    }
    headline
}

/// The practice of each, when it is known of all.
pub(super) fn clusters_of(people: &[&Person]) -> Option<Vec<i64>> {
    people.iter().map(|p| p.cluster).collect()
}

/// CR1 and CR2 of a mean. With share s of the figures in a cluster, CR2 divides its sum of
/// residuals by √(1 − s); the degrees of freedom compare the moments of that estimator
/// under independence.
fn by_cluster(values: &[f64], keys: &[i64]) -> Option<Clustered> {
    let (n, middle) = (values.len() as f64, mean(values));
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (value, key) in values.iter().zip(keys) {
        let sum = sums.entry(*key).or_default();
        sum.0 += 1.0;
        sum.1 += value - middle;
    }
    let count = sums.len();
    if count < 2 {
        return None;
    }
    let g = count as f64;
    let squares: f64 = sums.values().map(|(_, e)| e * e).sum();
    let adjusted: f64 = sums
        .values()
        .map(|(size, e)| e * e / (1.0 - size / n))
        .sum();
    let sizes: Vec<f64> = sums.values().map(|(size, _)| *size).collect();
    // Traces of the quadratic form, times n²: a diagonal entry is the cluster's size.
    let off = |a: f64, b: f64| a * b / n / ((1.0 - a / n) * (1.0 - b / n)).sqrt();
    let all: f64 = sizes
        .iter()
        .flat_map(|a| sizes.iter().map(move |b| off(*a, *b).powi(2)))
        .sum();
    let diagonal: f64 = sizes.iter().map(|a| a * a - off(*a, *a).powi(2)).sum();
    let df = n * n / (all + diagonal);
    Some(Clustered {
        clusters: count,
        cr1_error: (squares * g / (g - 1.0)).sqrt() / n,
        cr2: Estimate::student(middle, adjusted.sqrt() / n, df),
    })
}

fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let joint: f64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - mean_a) * (b - mean_b))
        .sum();
    let value = joint / ((a.len() as f64 - 1.0) * deviation(a) * deviation(b));
    value.is_finite().then_some(value)
}

fn signed_rank(changes: &[f64]) -> SignedRank {
    let mut moved: Vec<f64> = changes.iter().copied().filter(|c| *c != 0.0).collect();
    moved.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let n = moved.len() as f64;
    let (mut rises, mut ties, mut start) = (0.0, 0.0, 0);
    while start < moved.len() {
        let same = moved[start..]
            .iter()
            .take_while(|c| c.abs() == moved[start].abs())
            .count();
        // Equal sizes share the mean of the ranks start + 1 ..= start + same.
        let rank = start as f64 + (same as f64 + 1.0) / 2.0;
        rises += rank
            * moved[start..start + same]
                .iter()
                .filter(|c| **c > 0.0)
                .count() as f64;
        ties += (same as f64).powi(3) - same as f64;
        start += same;
    }
    let away = rises - n * (n + 1.0) / 4.0;
    let sigma = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0).sqrt();
    let z = (away.abs() - 0.5).max(0.0) / sigma;
    SignedRank {
        rises,
        p: (2.0 * Normal::standard().sf(z)).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::scores::{Better, Scale};
    use proptest::prelude::*;

    fn people(pairs: &[(f64, Option<f64>, i64)]) -> Scores {
        let person = |(before, after, cluster): &(f64, Option<f64>, i64)| Person {
            cluster: Some(*cluster),
            before: *before,
            after: *after,
            traits: vec![],
        };
        let scale = Scale::new("score", 0.0, 100.0, Better::Higher).expect("a scale");
        Scores::new(scale, vec![], pairs.iter().map(person).collect(), 0).expect("on the scale")
    }

    #[test]
    fn one_pair_and_equal_changes_are_refused() {
        let one = people(&[(5.0, Some(7.0), 1), (5.0, None, 1)]);
        assert!(matches!(
            change(&one),
            Err(Refusal::TooFewObservations { have: 1, .. })
        ));
        let same = people(&[(5.0, Some(7.0), 1), (6.0, Some(8.0), 2)]);
        assert_eq!(change(&same), Err(Refusal::Constant));
    }

    #[test]
    fn first_scores_that_are_all_the_same_leave_no_size_to_measure_by() {
        let flat = people(&[
            (5.0, Some(7.0), 1),
            (5.0, Some(8.0), 1),
            (5.0, Some(2.0), 2),
        ]);
        let finding = change(&flat).expect("pairs").result;
        assert_eq!(
            (finding.in_baseline_deviations, finding.correlation),
            (None, None)
        );
        assert!(finding.t.is_finite() && finding.signed_rank.p <= 1.0);
    }

    #[test]
    fn five_practices_keep_students_interval() {
        let pairs: Vec<_> = (0..20)
            .map(|i| (10.0, Some(10.0 + f64::from(i % 7)), i64::from(i % 5)))
            .collect();
        let finding = change(&people(&pairs)).expect("pairs").result;
        assert_eq!(finding.mean, finding.independent);
        assert!(finding.clustered.is_some_and(|c| c.clusters == 5));
    }

    #[test]
    fn one_practice_that_holds_almost_everybody_gets_no_interval() {
        let mut pairs: Vec<_> = (0..60)
            .map(|i| (10.0, Some(10.0 + f64::from(i % 7)), 0))
            .collect();
        pairs.extend((1..7).map(|i| (10.0, Some(12.0 + (i % 3) as f64), i)));
        let finding = change(&people(&pairs)).expect("pairs");
        assert!(finding.refused_by("R3").is_some());
        assert_eq!(finding.result.mean.interval, None);
    }

    #[test]
    fn balanced_practices_have_one_degree_of_freedom_less_than_practices() {
        let pairs: Vec<_> = (0..40)
            .map(|i| (10.0, Some(10.0 + f64::from(i * 7 % 11)), i64::from(i % 8)))
            .collect();
        let finding = change(&people(&pairs)).expect("pairs").result;
        let cr2 = finding.clustered.expect("8 practices").cr2;
        assert!((cr2.df.expect("has df") - 7.0).abs() < 1e-9);
        assert_eq!(finding.mean, cr2);
    }

    proptest! {
        #[test]
        fn order_and_a_shift_of_both_scores_change_nothing(
            pairs in prop::collection::vec((0_u32..40, 0_u32..40, 0_i64..9), 3..60)
        ) {
            let of = |by: u32, turn: bool| {
                let mut rows: Vec<_> = pairs.iter()
                    .map(|(a, b, g)| (f64::from(a + by), Some(f64::from(b + by)), *g)).collect();
                if turn { rows.reverse(); }
                change(&people(&rows))
            };
            match (of(0, false), of(7, true)) {
                (Ok(a), Ok(b)) => {
                    prop_assert!((a.result.mean.value - b.result.mean.value).abs() < 1e-9);
                    prop_assert!((a.result.d_z - b.result.d_z).abs() < 1e-9);
                    prop_assert!((a.result.signed_rank.p - b.result.signed_rank.p).abs() < 1e-9);
                    prop_assert!(a.result.p.is_finite() && (0.0..=1.0).contains(&a.result.signed_rank.p));
                    if let (Some(a), Some(b)) = (a.result.clustered, b.result.clustered) {
                        prop_assert!((a.cr1_error - b.cr1_error).abs() < 1e-9);
                        prop_assert!(a.cr2.df.is_some_and(|df| df > 0.0 && df <= a.clusters as f64 - 1.0 + 1e-9));
                    }
                }
                (a, b) => prop_assert_eq!(a.is_err(), b.is_err()),
            }
        }
    }
}
