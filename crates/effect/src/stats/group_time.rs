//! The check beside the roll-out model: linear effects by cohort and month (Callaway and
//! Sant'Anna 2021), never- and not-yet-started controls, base month the one before the
//! start (before it: the month before). Differences of means of contacts per
//! person-month; parallel trends are assumed on the difference scale.
//! Needs the same people in every month. Errors from influence functions added up by
//! cluster, without a small-sample factor. Fitted on cells cluster × cohort × month.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::estimate::Estimate;
use super::etwfe::RolloutCell;
use super::limits::ERROR_MIN;
use super::refusal::Refusal;
use super::sandwich::no_error;

/// The effect in one cohort and month, contacts per person-month.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Effect {
    /// Month the cohort started.
    pub start: i64,
    /// Calendar month; before the start it is a lead.
    pub month: i64,
    /// Difference of differences.
    pub difference: Estimate,
}

/// All effects and their averages, weighted by people in the cohort.
#[derive(Debug, Clone, Serialize)]
pub struct GroupTime {
    /// Every cohort and month that has controls.
    pub effects: Vec<Effect>,
    /// Cohort-months from the start on.
    pub overall: Estimate,
    /// By months since the start; below 0 are leads.
    pub by_months_since: Vec<(i64, Estimate)>,
}

impl GroupTime {
    /// Estimates every effect there are controls for.
    ///
    /// # Errors
    /// R3 when there is one cluster; R1 when no month after a start has controls; R7 when
    /// nothing happened or the counts never vary; a named refusal when people come and go.
    pub fn fit(cells: &[RolloutCell]) -> Result<Self, Refusal> {
        let panel = Panel::new(cells)?;
        if cells.iter().all(|cell| cell.sum == 0) {
            return Err(Refusal::NoEvents);
        }
        let mut found = Vec::new();
        for (cohort, start) in panel.cohorts.iter().enumerate() {
            let Some(start) = *start else { continue };
            for place in 1..panel.months.len() {
                found.extend(panel.effect(cohort, start, place));
            }
        }
        let after: Vec<&Found> = found.iter().filter(|one| one.month >= one.start).collect();
        if after.is_empty() {
            return Err(Refusal::NoComparator);
        }
        let overall = panel.average(&after);
        if overall.standard_error.is_none_or(|error| error < ERROR_MIN) {
            return Err(no_error(panel.clusters));
        }
        let since: BTreeSet<i64> = found.iter().map(|one| one.month - one.start).collect();
        let by_months_since = since.into_iter().map(|months| {
            let these: Vec<&Found> = found
                .iter()
                .filter(|one| one.month - one.start == months)
                .collect();
            (months, panel.average(&these))
        });
        Ok(Self {
            overall,
            by_months_since: by_months_since.collect(),
            effects: found
                .iter()
                .map(|one| Effect {
                    start: one.start,
                    month: one.month,
                    difference: panel.estimate(one.value, &one.influence),
                })
                .collect(),
        })
    }
}

/// An effect and its influence summed by cluster.
struct Found {
    cohort: usize,
    start: i64,
    month: i64,
    value: f64,
    influence: Vec<f64>,
}

/// Sums by cluster, cohort and month. Never-started is the cohort `None`.
struct Panel {
    clusters: usize,
    cohorts: Vec<Option<i64>>,
    months: Vec<i64>,
    people: f64,
    /// People by cohort, then cluster.
    members: Vec<Vec<f64>>,
    /// Contacts by cohort, then month, then cluster.
    sums: Vec<Vec<Vec<f64>>>,
}

impl Panel {
    fn new(cells: &[RolloutCell]) -> Result<Self, Refusal> {
        let keys: BTreeMap<i64, usize> = places(cells.iter().map(|cell| cell.cluster));
        let starts = places(cells.iter().map(|cell| cell.start));
        let calendar = places(cells.iter().map(|cell| cell.month));
        if keys.len() < 2 {
            return Err(Refusal::OneCluster);
        }
        let zeros = || vec![vec![vec![0.0; keys.len()]; calendar.len()]; starts.len()];
        let (mut people, mut sums) = (zeros(), zeros());
        for cell in cells {
            let (cohort, month) = (starts[&cell.start], calendar[&cell.month]);
            let cluster = keys[&cell.cluster];
            people[cohort][month][cluster] += cell.n as f64;
            sums[cohort][month][cluster] += cell.sum as f64;
        }
        if people
            .iter()
            .any(|months| months.iter().any(|here| here != &months[0]))
        {
            return Err(Refusal::Impossible {
                what: "the roll-out check needs the same people in every month".to_owned(),
            });
        }
        let members: Vec<Vec<f64>> = people
            .into_iter()
            .map(|mut months| months.swap_remove(0))
            .collect();
        Ok(Self {
            clusters: keys.len(),
            people: members.iter().flatten().sum(),
            cohorts: starts.into_keys().collect(),
            months: calendar.into_keys().collect(),
            members,
            sums,
        })
    }

    /// The effect of one cohort in the month at `place`; none without controls or base.
    fn effect(&self, cohort: usize, start: i64, place: usize) -> Option<Found> {
        let month = self.months[place];
        let base_month = if month >= start { start - 1 } else { month - 1 };
        let base = self.months.binary_search(&base_month).ok()?;
        let untouched = month.max(base_month);
        let controls: Vec<usize> = (0..self.cohorts.len())
            .filter(|&other| other != cohort && self.cohorts[other].is_none_or(|s| s > untouched))
            .collect();
        if controls.is_empty() {
            return None;
        }
        let own = self.change(&[cohort], place, base);
        let other = self.change(&controls, place, base);
        let influence = own
            .influence
            .iter()
            .zip(&other.influence)
            .map(|(own, other)| own - other);
        Some(Found {
            cohort,
            start,
            month,
            value: own.mean - other.mean,
            influence: influence.collect(),
        })
    }

    /// Mean change of some cohorts together, and its influence by cluster.
    fn change(&self, cohorts: &[usize], place: usize, base: usize) -> Change {
        let group: f64 = cohorts
            .iter()
            .flat_map(|&cohort| &self.members[cohort])
            .sum();
        let by_cluster = |cluster: usize| -> (f64, f64) {
            cohorts
                .iter()
                .fold((0.0, 0.0), |(change, people), &cohort| {
                    let sums = &self.sums[cohort];
                    let here = sums[place][cluster] - sums[base][cluster];
                    (change + here, people + self.members[cohort][cluster])
                })
        };
        let changes: Vec<(f64, f64)> = (0..self.clusters).map(by_cluster).collect();
        let mean = changes.iter().map(|(change, _)| change).sum::<f64>() / group;
        let influence = changes
            .iter()
            .map(|(change, people)| self.people / group * (change - people * mean));
        Change {
            mean,
            influence: influence.collect(),
        }
    }

    /// Weighted by the share of people in the cohort; that share is estimated too.
    fn average(&self, these: &[&Found]) -> Estimate {
        let share = |cohort: usize| self.members[cohort].iter().sum::<f64>() / self.people;
        let total: f64 = these.iter().map(|one| share(one.cohort)).sum();
        let mut influence = vec![0.0; self.clusters];
        let mut value = 0.0;
        // How much a cluster has more of a cohort than its size says.
        let surplus = |cohort: usize, cluster: usize| {
            let here: f64 = self.members.iter().map(|members| members[cluster]).sum();
            self.members[cohort][cluster] - here * share(cohort)
        };
        let surpluses: Vec<f64> = (0..self.clusters)
            .map(|cluster| these.iter().map(|one| surplus(one.cohort, cluster)).sum())
            .collect();
        for one in these {
            let weight = share(one.cohort) / total;
            value += weight * one.value;
            for (cluster, sum) in influence.iter_mut().enumerate() {
                let shift = (surplus(one.cohort, cluster) - weight * surpluses[cluster]) / total;
                *sum += weight * one.influence[cluster] + shift * one.value;
            }
        }
        self.estimate(value, &influence)
    }

    fn estimate(&self, value: f64, influence: &[f64]) -> Estimate {
        let error = influence.iter().map(|sum| sum * sum).sum::<f64>().sqrt() / self.people;
        Estimate::student(value, error, self.clusters as f64 - 1.0)
    }
}

struct Change {
    mean: f64,
    influence: Vec<f64>,
}

/// Each distinct key and its place in order.
fn places<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let distinct: BTreeSet<K> = keys.collect();
    distinct
        .into_iter()
        .enumerate()
        .map(|(place, key)| (key, place))
        .collect()
}
