//! Roll-out by practice (A3): extended two-way fixed effects for counts (Wooldridge
//! 2023). Poisson with a term for every cohort (practices that started in the same
//! month), every month, and every cohort-month from its start on; practices that never
//! or not yet started show what would have happened. Parallel trends are assumed on the
//! ratio scale.
//! Fitted on cells cluster × cohort × month.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::counts::{CountCells, Tallies};
use super::design::Design;
use super::estimate::Estimate;
use super::linear::quadratic;
use super::poisson::Poisson;
use super::refusal::Refusal;
use super::sandwich::Clusters;

/// Person-months of one cluster (practice) and cohort in one month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RolloutCell {
    /// The practice, or the person when clustering by person.
    pub cluster: i64,
    /// First month of the service there; none if it never came.
    pub start: Option<i64>,
    /// Calendar month as a running number.
    pub month: i64,
    /// Person-months.
    pub n: u64,
    /// Contacts.
    pub sum: u64,
    /// Σ of squared contacts.
    pub sum_squares: u64,
    /// Exposure of one person-month (1 for a whole month).
    pub exposure: f64,
}

/// Who shows what would have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Controls {
    /// Practices that never started, and the others before they did.
    NeverAndNotYet,
    /// Only the others before they started; months from the last start on are dropped.
    NotYetOnly,
}

/// The effect in one cohort and month, as a log ratio.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CohortMonth {
    /// Month the cohort started.
    pub start: i64,
    /// Calendar month.
    pub month: i64,
    /// Person-months.
    pub n: u64,
    /// Log ratio.
    pub log_ratio: Estimate,
}

/// An average over cohort-months, weighted by person-months.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Average {
    /// Mean log ratio.
    pub log_ratio: Estimate,
    /// Mean difference, contacts per person-month.
    pub per_month: Estimate,
}

/// A fitted roll-out. Intervals are t with clusters − 1 degrees of freedom on CR1 errors.
#[derive(Debug, Clone, Serialize)]
pub struct Etwfe {
    /// Clusters.
    pub clusters: usize,
    /// Person-months in the model.
    pub n: u64,
    /// Who is compared with.
    pub controls: Controls,
    /// Every cohort-month from its start on.
    pub cohort_months: Vec<CohortMonth>,
    /// All of them together.
    pub overall: Average,
    /// By months since the start: 0, 1, …
    pub by_months_since: Vec<(i64, Average)>,
}

impl Etwfe {
    /// Fits the model.
    ///
    /// # Errors
    /// R3 when all started in one month and nobody is untreated, or there is one cluster;
    /// R1 when nobody started; R7 when the model cannot be fitted.
    pub fn fit(cells: &[RolloutCell]) -> Result<Self, Refusal> {
        let plan = Plan::new(cells)?;
        let fit = Poisson::fit(&plan.counts)?;
        let clusters = Clusters::by_key(
            &plan
                .cells
                .iter()
                .map(|cell| cell.cluster)
                .collect::<Vec<_>>(),
        );
        let clustered = fit.working.clustered(&clusters)?;
        let fitted = Fitted {
            df: clustered.clusters as f64 - 1.0,
            covariance: clustered.cr1(),
            coefficients: fit.coefficients,
            plan: &plan,
        };
        let every: Vec<&Treated> = plan.treated.iter().collect();
        let since: BTreeSet<i64> = every.iter().map(|t| t.month - t.start).collect();
        Ok(Self {
            clusters: clustered.clusters,
            n: plan.cells.iter().map(|cell| cell.n).sum(),
            controls: plan.controls,
            cohort_months: every
                .iter()
                .map(|treated| fitted.cohort_month(treated))
                .collect(),
            overall: fitted.average(&every),
            by_months_since: since
                .into_iter()
                .map(|months| {
                    let these: Vec<&Treated> = every
                        .iter()
                        .copied()
                        .filter(|t| t.month - t.start == months)
                        .collect();
                    (months, fitted.average(&these))
                })
                .collect(),
        })
    }
}

impl Etwfe {
    /// Takes every interval away: there are too few clusters for one (R3).
    pub(super) fn withhold_intervals(&mut self) {
        let estimates = self.cohort_months.iter_mut().map(|one| &mut one.log_ratio);
        let averages = self.by_months_since.iter_mut().map(|(_, average)| average);
        for estimate in estimates.chain(
            averages
                .chain([&mut self.overall])
                .flat_map(|a| [&mut a.log_ratio, &mut a.per_month]),
        ) {
            estimate.interval = None;
        }
    }
}

/// A cohort-month under the service, and its place among the terms.
struct Treated {
    start: i64,
    month: i64,
    n: u64,
    place: usize,
}

/// The cells that take part and the terms they need.
struct Plan {
    cells: Vec<RolloutCell>,
    controls: Controls,
    treated: Vec<Treated>,
    counts: CountCells,
}

fn cohort_name(start: i64) -> String {
    format!("cohort {start}")
}

fn month_name(month: i64) -> String {
    format!("month {month}")
}

/// The cells in which somebody still shows what would have happened, and who that is.
pub(super) fn comparable(cells: &[RolloutCell]) -> Result<(Vec<RolloutCell>, Controls), Refusal> {
    let starts: BTreeSet<i64> = cells.iter().filter_map(|cell| cell.start).collect();
    let Some(&last) = starts.last() else {
        return Err(Refusal::NoComparator);
    };
    if cells.iter().any(|cell| cell.start.is_none()) {
        return Ok((cells.to_vec(), Controls::NeverAndNotYet));
    }
    if starts.len() == 1 {
        return Err(Refusal::OneStartMonth);
    }
    let kept = cells
        .iter()
        .copied()
        .filter(|cell| cell.month < last)
        .collect();
    Ok((kept, Controls::NotYetOnly))
}

/// Counts of the cells, for a design over them.
pub(super) fn counts(cells: &[RolloutCell], design: &Design) -> Result<CountCells, Refusal> {
    let tallies = Tallies {
        n: cells.iter().map(|cell| cell.n as f64).collect(),
        sum: cells.iter().map(|cell| cell.sum as f64).collect(),
        sum_squares: cells.iter().map(|cell| cell.sum_squares as f64).collect(),
        exposure: cells.iter().map(|cell| cell.exposure).collect(),
    };
    CountCells::new(design, &tallies).map_err(|bad| Refusal::Impossible {
        what: bad.to_string(),
    })
}

/// Constant, cohorts and months; the never-started (or first) cohort and the first month
/// are what the others are compared with.
pub(super) fn two_way(cells: &[RolloutCell]) -> Design {
    let cohorts: BTreeSet<Option<i64>> = cells.iter().map(|cell| cell.start).collect();
    let months: BTreeSet<i64> = cells.iter().map(|cell| cell.month).collect();
    let marks = |is: &dyn Fn(&RolloutCell) -> bool| -> Vec<f64> {
        cells
            .iter()
            .map(|cell| f64::from(u8::from(is(cell))))
            .collect()
    };
    let mut design = Design::constant(cells.len());
    for start in cohorts.into_iter().skip(1).flatten() {
        design = design.with(
            &cohort_name(start),
            marks(&|cell| cell.start == Some(start)),
        );
    }
    for month in months.into_iter().skip(1) {
        design = design.with(&month_name(month), marks(&|cell| cell.month == month));
    }
    design
}

impl Plan {
    fn new(cells: &[RolloutCell]) -> Result<Self, Refusal> {
        let (cells, controls) = comparable(cells)?;
        let mut design = two_way(&cells);
        let mut people: BTreeMap<(i64, i64), u64> = BTreeMap::new();
        for cell in &cells {
            if let Some(start) = cell.start.filter(|&start| cell.month >= start) {
                *people.entry((start, cell.month)).or_default() += cell.n;
            }
        }
        let mut treated = Vec::with_capacity(people.len());
        for ((start, month), n) in people {
            treated.push(Treated {
                start,
                month,
                n,
                place: design.names().len(),
            });
            let mark = cells
                .iter()
                .map(|cell| f64::from(u8::from(cell.start == Some(start) && cell.month == month)));
            design = design.with(&format!("started {start}, month {month}"), mark);
        }
        if treated.is_empty() {
            return Err(Refusal::NoComparator);
        }
        let counts = counts(&cells, &design)?;
        Ok(Self {
            cells,
            controls,
            treated,
            counts,
        })
    }

    /// The terms of a cohort-month as it would have been without the service.
    fn untreated_row(&self, treated: &Treated) -> DVector<f64> {
        let mut row = DVector::zeros(self.counts.names().len());
        row[0] = 1.0;
        for name in [cohort_name(treated.start), month_name(treated.month)] {
            if let Some(place) = self.counts.place(&name) {
                row[place] = 1.0;
            }
        }
        row
    }
}

struct Fitted<'a> {
    plan: &'a Plan,
    coefficients: DVector<f64>,
    covariance: DMatrix<f64>,
    df: f64,
}

impl Fitted<'_> {
    fn estimate(&self, value: f64, gradient: &DVector<f64>) -> Estimate {
        let error = quadratic(&self.covariance, gradient).max(0.0).sqrt();
        Estimate::student(value, error, self.df)
    }

    fn cohort_month(&self, treated: &Treated) -> CohortMonth {
        let mut contrast = DVector::zeros(self.coefficients.len());
        contrast[treated.place] = 1.0;
        let log_ratio = self.estimate(self.coefficients[treated.place], &contrast);
        CohortMonth {
            start: treated.start,
            month: treated.month,
            n: treated.n,
            log_ratio,
        }
    }

    /// Weighted by person-months; the difference by the delta method.
    fn average(&self, these: &[&Treated]) -> Average {
        let total: u64 = these.iter().map(|treated| treated.n).sum();
        let terms = self.coefficients.len();
        let (mut contrast, mut gradient) = (DVector::zeros(terms), DVector::zeros(terms));
        let mut difference = 0.0;
        for treated in these {
            let weight = treated.n as f64 / total as f64;
            contrast[treated.place] = weight;
            let row = self.plan.untreated_row(treated);
            let without = row.dot(&self.coefficients).exp();
            let with = without * self.coefficients[treated.place].exp();
            difference += weight * (with - without);
            gradient += row * (weight * (with - without));
            gradient[treated.place] += weight * with;
        }
        Average {
            log_ratio: self.estimate(contrast.dot(&self.coefficients), &contrast),
            per_month: self.estimate(difference, &gradient),
        }
    }
}
