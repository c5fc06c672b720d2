//! The roll-out as a finding (A3): the extended two-way model, the linear check beside
//! it, and the test that practices moved alike before they started. The test fits the
//! months before any start alone, with a term for each of the last months before a start
//! (Borusyak, Jaravel and Spiess 2024), so that the effect itself cannot hide a drift.

use serde::Serialize;

use super::estimate::Finding;
use super::etwfe::{Etwfe, RolloutCell, counts, two_way};
use super::group_time::GroupTime;
use super::leads::{Leads, lead_of};
use super::limits::{CLUSTERS_MIN, LEADS};
use super::poisson::Poisson;
use super::ratio_reading::{Reading, read_log_ratio};
use super::refusal::Refusal;
use super::sandwich::Clusters;

/// All that the roll-out shows.
#[derive(Debug, Clone, Serialize)]
pub struct Rollout {
    /// The model.
    pub model: Etwfe,
    /// The linear check; none when people come and go, so that it cannot be made.
    pub check: Option<GroupTime>,
    /// Months before the start; none when there are too few of them to test.
    pub leads: Option<Leads>,
    /// What may be said of the overall ratio; none when it is refused.
    pub reading: Option<Reading>,
}

/// Fits and judges a roll-out. `people` is how many people the person-months are of.
///
/// # Errors
/// As [`Etwfe::fit`].
pub fn rollout(cells: &[RolloutCell], people: u64) -> Result<Finding<Rollout>, Refusal> {
    let mut model = Etwfe::fit(cells)?;
    let leads = leads(cells).ok();
    let mut refusals = Vec::new();
    if model.clusters < CLUSTERS_MIN {
        refusals.push(Refusal::TooFewClusters {
            clusters: model.clusters,
        });
        model.withhold_intervals();
    }
    let effect = model.overall.log_ratio;
    let mut reading = None;
    if let Some(interval) = effect.interval {
        match read_log_ratio(interval, people) {
            Ok(said) => reading = Some(said),
            Err(refusal) => refusals.push(refusal),
        }
    }
    refusals.extend(
        leads
            .as_ref()
            .and_then(|leads| leads.refuse(effect.value, reading)),
    );
    let total: u64 = cells.iter().map(|cell| cell.n).sum();
    Ok(Finding {
        n: model.n,
        missing: total - model.n,
        method: "person-months; Poisson, extended two-way fixed effects (cohort + month + \
                 cohort-month from the start on), CR1 by practice, t with clusters - 1 df; missing \
                 counts person-months without a control left"
            .to_owned(),
        assumptions: vec![
            "without the service, practices would have changed by the same ratio",
            "nobody changed in expectation of the start",
        ],
        result: Rollout {
            model,
            check: GroupTime::fit(cells).ok(),
            leads,
            reading: reading.filter(|_| refusals.is_empty()),
        },
        refusals,
    })
}

/// Tests the last months before each start on person-months without the service.
///
/// # Errors
/// R7 when the months before are too few to tell them apart; R3 with one cluster.
pub fn leads(cells: &[RolloutCell]) -> Result<Leads, Refusal> {
    let before: Vec<RolloutCell> = cells
        .iter()
        .copied()
        .filter(|cell| cell.start.is_none_or(|start| cell.month < start))
        .collect();
    let mut design = two_way(&before);
    let first = design.names().len();
    let lead = |cell: &RolloutCell| cell.start.and_then(|start| lead_of(start - cell.month, 1));
    for quarter in 0..LEADS as usize {
        let mark = before
            .iter()
            .map(|cell| f64::from(u8::from(lead(cell) == Some(quarter))));
        design = design.with(&format!("quarter {} before", quarter + 1), mark);
    }
    let fit = Poisson::fit(&counts(&before, &design)?)?;
    let keys: Vec<i64> = before.iter().map(|cell| cell.cluster).collect();
    let clustered = fit.working.clustered(&Clusters::by_key(&keys))?;
    let size = design.names().len() - first;
    let covariance = clustered
        .cr1()
        .view((first, first), (size, size))
        .into_owned();
    Leads::new(
        &fit.coefficients.rows(first, size).into_owned(),
        &covariance,
        clustered.clusters,
        1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Practices that start in a month or never, 20 people each, with a wobble.
    fn cells(starts: &[Option<i64>], effect: f64) -> Vec<RolloutCell> {
        let mut cells = Vec::new();
        for (practice, &start) in (0_i64..).zip(starts) {
            for month in 1..=20 {
                let treated = start.is_some_and(|start| month >= start);
                let wobble = ((practice * 31 + month * 17) % 13) as f64 - 6.0;
                let mean = 40.0 + wobble + 2.0 * (month % 3) as f64;
                let sum = (mean * if treated { effect } else { 1.0 }).round() as u64;
                let n = 20;
                cells.push(RolloutCell {
                    cluster: practice,
                    start,
                    month,
                    n,
                    sum,
                    sum_squares: sum * sum / n + n,
                    exposure: 1.0,
                });
            }
        }
        cells
    }

    fn three_cohorts(each: usize) -> Vec<Option<i64>> {
        [Some(9), Some(13), None]
            .into_iter()
            .flat_map(|start| std::iter::repeat_n(start, each))
            .collect()
    }

    #[test]
    fn a_large_effect_is_seen() {
        let finding = rollout(&cells(&three_cohorts(6), 0.6), 360).expect("a roll-out");
        let ratio = finding.result.model.overall.log_ratio.value.exp();
        assert!((ratio - 0.6).abs() < 0.03, "{ratio}");
        assert!(finding.result.check.is_some() && finding.result.leads.is_some());
    }

    #[test]
    fn one_start_month_and_nobody_untreated_is_left_to_the_series() {
        let all = cells(&[Some(9); 8], 0.8);
        assert_eq!(rollout(&all, 160).err(), Some(Refusal::OneStartMonth));
        assert_eq!(
            rollout(&cells(&[None; 8], 0.8), 160).err(),
            Some(Refusal::NoComparator)
        );
        assert_eq!(
            rollout(&cells(&[Some(9)], 0.8), 20).err(),
            Some(Refusal::OneStartMonth)
        );
    }

    #[test]
    fn few_practices_get_no_interval_and_no_conclusion() {
        let finding = rollout(&cells(&[Some(9), Some(12), None], 0.8), 60).expect("a roll-out");
        assert_eq!(
            finding.refused_by("R3"),
            Some(&Refusal::TooFewClusters { clusters: 3 })
        );
        let model = &finding.result.model;
        assert!(
            model.overall.log_ratio.interval.is_none()
                && model.overall.per_month.interval.is_none()
        );
        assert!(
            model
                .cohort_months
                .iter()
                .all(|one| one.log_ratio.interval.is_none())
        );
        assert!(finding.result.reading.is_none());
    }

    #[test]
    fn without_never_started_the_months_after_the_last_start_are_dropped() {
        let starts: Vec<_> = [Some(9), Some(13)]
            .into_iter()
            .flat_map(|s| [s; 5])
            .collect();
        let finding = rollout(&cells(&starts, 0.8), 200).expect("a roll-out");
        assert_eq!(
            finding.result.model.controls,
            super::super::etwfe::Controls::NotYetOnly
        );
        assert_eq!(finding.missing, 10 * 20 * 8);
        assert!(
            finding
                .result
                .model
                .cohort_months
                .iter()
                .all(|one| one.month < 13)
        );
    }

    #[test]
    fn a_drift_before_the_start_refuses() {
        let mut drifting = cells(&three_cohorts(6), 0.9);
        for cell in &mut drifting {
            if cell
                .start
                .is_some_and(|start| (start - 3..start).contains(&cell.month))
            {
                cell.sum = cell.sum * 3 / 2;
                cell.sum_squares = cell.sum * cell.sum / cell.n + cell.n;
            }
        }
        let finding = rollout(&drifting, 360).expect("a roll-out");
        assert!(finding.refused_by("R2").is_some());
    }

    #[test]
    fn a_cohort_without_a_contact_is_named() {
        let mut silent = cells(&three_cohorts(6), 0.9);
        for cell in silent.iter_mut().filter(|cell| cell.start == Some(9)) {
            (cell.sum, cell.sum_squares) = (0, 0);
        }
        assert!(matches!(
            rollout(&silent, 360),
            Err(Refusal::Separated { .. })
        ));
    }
}
