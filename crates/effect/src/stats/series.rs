//! Interrupted series (A4): the monthly rate of a whole practice or area before and
//! after a start. log rate ~ trend + level + slope + two yearly harmonics, errors AR(1)
//! by REML. With a control series the outcome is the log of the ratio of the two rates.
//! Too few months, gaps, or another change nearby: the series is described, not modelled.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::ar1::Ar1;
use super::design::Design;
use super::estimate::{Estimate, Finding};
use super::limits::{
    SERIES_MISSING_MAX, SERIES_MONTHS_AFTER_MIN, SERIES_MONTHS_BEFORE_MIN, SYSTEM_CHANGE_MONTHS,
};
use super::linear::quadratic;
use super::refusal::Refusal;

/// One practice's month. Months are counted without gaps (year × 12 + month); several
/// entries for a month are added up.
#[derive(Debug, Clone, Copy)]
pub struct MonthTotal {
    /// Calendar month as a running number.
    pub month: i64,
    /// Contacts.
    pub count: u64,
    /// People (or person-months) they came from; above zero.
    pub population: f64,
}

/// What was fixed before the data were read.
#[derive(Debug, Clone, Copy)]
pub struct SeriesPlan<'a> {
    /// First month of the service.
    pub start: i64,
    /// Other changes of the system, by month.
    pub other_changes: &'a [i64],
    /// Months after the start at which the effect is read, for example 12.
    pub horizon: u32,
}

/// What the series shows.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesResult {
    /// Every month there is.
    pub months: Vec<SeriesMonth>,
    /// The model; none when a refusal leaves only the description.
    pub model: Option<SeriesModel>,
}

/// One month as observed and as modelled. Rates are contacts per unit of population, or
/// ratios of such rates when there is a control series.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SeriesMonth {
    /// Calendar month as a running number.
    pub month: i64,
    /// Observed.
    pub rate: f64,
    /// Fitted; none when only described.
    pub fitted: Option<f64>,
    /// What the model says would have been without the start; none before it.
    pub counterfactual: Option<f64>,
}

/// The fitted interruption; estimates are log rate ratios.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesModel {
    /// Change at the start.
    pub level: Estimate,
    /// Change of trend, per month.
    pub slope: Estimate,
    /// Level and slope together at the horizon.
    pub at_horizon: Estimate,
    /// All coefficients by name, in the order of the design.
    pub coefficients: Vec<(String, Estimate)>,
    /// Correlation of two months in a row.
    pub rho: f64,
    /// Standard deviation of the errors of the log rate.
    pub sigma: f64,
    /// Restricted log-likelihood.
    pub log_likelihood: f64,
}

/// Fits and judges the series. `control` is another series of the same months.
///
/// # Errors
/// R7 when the model cannot be fitted; a named refusal when a month has no contacts or
/// no population, so that its log does not exist, or when there is no month at all.
pub fn interrupted_series(
    totals: &[MonthTotal],
    control: Option<&[MonthTotal]>,
    plan: SeriesPlan<'_>,
) -> Result<Finding<SeriesResult>, Refusal> {
    let rates = log_rates(totals, control)?;
    let months: Vec<i64> = rates.iter().map(|(month, _)| *month).collect();
    let span = months
        .last()
        .zip(months.first())
        .map_or(0, |(last, first)| last - first + 1);
    let missing = usize::try_from(span).unwrap_or(usize::MAX) - months.len();
    let refusals = refusals(&months, missing, plan);
    let model = if refusals.is_empty() {
        Some(Fitted::new(&rates, &months, plan)?)
    } else {
        None
    };
    let shown = rates
        .iter()
        .enumerate()
        .map(|(row, &(month, log_rate))| SeriesMonth {
            month,
            rate: log_rate.exp(),
            fitted: model.as_ref().map(|model| model.fitted[row].exp()),
            counterfactual: model
                .as_ref()
                .filter(|_| month >= plan.start)
                .map(|model| model.without_start(row).exp()),
        });
    Ok(Finding {
        n: months.len() as u64,
        missing: missing as u64,
        method: "months; log rate ~ month + level + slope + two harmonics, GLS by REML with AR(1) \
                 errors on the calendar month, t interval with n - k df"
            .to_owned(),
        assumptions: vec![
            "nothing else changed at the start",
            "without the start, trend and season would have gone on",
        ],
        refusals,
        result: SeriesResult {
            months: shown.collect(),
            model: model.as_ref().map(|model| model.read_at(plan.horizon)),
        },
    })
}

/// The terms of the model for the given months.
#[must_use]
pub fn series_design(months: &[i64], start: i64) -> Design {
    let since = |month: i64| (month - start).max(0) as f64;
    let wave = |month: i64, per_year: f64| TAU * per_year * month as f64 / 12.0;
    let each = |f: &dyn Fn(i64) -> f64| months.iter().map(|&month| f(month)).collect::<Vec<f64>>();
    Design::constant(months.len())
        .with("month", each(&|month| month as f64))
        .with("level", each(&|month| f64::from(u8::from(month >= start))))
        .with("slope", each(&since))
        .with("sine 1", each(&|month| wave(month, 1.0).sin()))
        .with("cosine 1", each(&|month| wave(month, 1.0).cos()))
        .with("sine 2", each(&|month| wave(month, 2.0).sin()))
        .with("cosine 2", each(&|month| wave(month, 2.0).cos()))
}

fn refusals(months: &[i64], missing: usize, plan: SeriesPlan<'_>) -> Vec<Refusal> {
    let before = months.iter().filter(|&&month| month < plan.start).count();
    let after = months.len() - before;
    let mut refusals = Vec::new();
    if before < SERIES_MONTHS_BEFORE_MIN || after < SERIES_MONTHS_AFTER_MIN {
        refusals.push(Refusal::SeriesTooShort { before, after });
    }
    let share = missing as f64 / (missing + months.len()) as f64;
    if share > SERIES_MISSING_MAX {
        refusals.push(Refusal::SeriesHasGaps { share });
    }
    let nearest = plan
        .other_changes
        .iter()
        .map(|change| change.abs_diff(plan.start))
        .min();
    if let Some(distance) = nearest.and_then(|distance| u32::try_from(distance).ok())
        && distance <= SYSTEM_CHANGE_MONTHS
    {
        refusals.push(Refusal::SystemChanged { months: distance });
    }
    refusals
}

/// Log rate (or log ratio of rates) by month, months rising.
fn log_rates(
    totals: &[MonthTotal],
    control: Option<&[MonthTotal]>,
) -> Result<Vec<(i64, f64)>, Refusal> {
    let own = by_month(totals)?;
    let Some(control) = control else {
        return not_empty(own.into_iter().collect());
    };
    let other = by_month(control)?;
    not_empty(
        own.into_iter()
            .filter_map(|(month, log)| Some((month, log - other.get(&month)?)))
            .collect(),
    )
}

fn not_empty(rates: Vec<(i64, f64)>) -> Result<Vec<(i64, f64)>, Refusal> {
    if rates.is_empty() {
        Err(Refusal::SeriesTooShort {
            before: 0,
            after: 0,
        })
    } else {
        Ok(rates)
    }
}

fn by_month(totals: &[MonthTotal]) -> Result<BTreeMap<i64, f64>, Refusal> {
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for total in totals {
        let sum = sums.entry(total.month).or_default();
        *sum = (sum.0 + total.count as f64, sum.1 + total.population);
    }
    sums.into_iter()
        .map(|(month, (count, population))| {
            let log_rate = (count / population).ln();
            if log_rate.is_finite() {
                Ok((month, log_rate))
            } else {
                Err(Refusal::Undefined {
                    what: "log of the monthly rate",
                    why: "a month has no contacts or no population",
                })
            }
        })
        .collect()
}

/// The model with what is needed to draw it.
struct Fitted {
    names: Vec<String>,
    model: Ar1,
    fitted: DVector<f64>,
    x: DMatrix<f64>,
}

const LEVEL: usize = 2;
const SLOPE: usize = 3;

impl Fitted {
    fn new(rates: &[(i64, f64)], months: &[i64], plan: SeriesPlan<'_>) -> Result<Self, Refusal> {
        let design = series_design(months, plan.start);
        let x = design.matrix();
        let outcome =
            DVector::from_iterator(rates.len(), rates.iter().map(|(_, log_rate)| *log_rate));
        let model = Ar1::fit(&x, design.names(), &outcome, months)?;
        let fitted = &x * &model.coefficients;
        Ok(Self {
            names: design.names().to_vec(),
            model,
            fitted,
            x,
        })
    }

    fn without_start(&self, row: usize) -> f64 {
        let coefficients = &self.model.coefficients;
        self.fitted[row]
            - self.x[(row, LEVEL)] * coefficients[LEVEL]
            - self.x[(row, SLOPE)] * coefficients[SLOPE]
    }

    fn contrast(&self, weights: &[(usize, f64)]) -> Estimate {
        let mut contrast = DVector::zeros(self.names.len());
        for &(place, weight) in weights {
            contrast[place] = weight;
        }
        let error = quadratic(&self.model.covariance, &contrast).max(0.0).sqrt();
        Estimate::student(contrast.dot(&self.model.coefficients), error, self.model.df)
    }

    fn read_at(&self, horizon: u32) -> SeriesModel {
        let coefficients = self
            .names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.clone(), self.contrast(&[(place, 1.0)])));
        SeriesModel {
            level: self.contrast(&[(LEVEL, 1.0)]),
            slope: self.contrast(&[(SLOPE, 1.0)]),
            at_horizon: self.contrast(&[(LEVEL, 1.0), (SLOPE, f64::from(horizon))]),
            coefficients: coefficients.collect(),
            rho: self.model.rho,
            sigma: self.model.sigma,
            log_likelihood: self.model.log_likelihood,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::design::CONSTANT;
    use super::*;

    fn series(months: impl IntoIterator<Item = i64>) -> Vec<MonthTotal> {
        // A season, a trend, and a wobble that no term of the model can follow.
        let count = |month: i64| 900 + 3 * month + (month % 12) * 10 + (month * month * 7) % 23;
        months
            .into_iter()
            .map(|month| MonthTotal {
                month,
                count: count(month).unsigned_abs(),
                population: 4_000.0,
            })
            .collect()
    }

    fn plan(start: i64) -> SeriesPlan<'static> {
        SeriesPlan {
            start,
            other_changes: &[],
            horizon: 12,
        }
    }

    #[test]
    fn under_two_years_before_or_one_after_is_only_described() {
        for start in [23, 49] {
            let finding = interrupted_series(&series(0..60), None, plan(start)).expect("a series");
            assert!(finding.refused_by("R6").is_some(), "{start}");
            assert!(finding.result.model.is_none() && finding.result.months.len() == 60);
        }
        assert!(
            interrupted_series(&series(0..60), None, plan(24))
                .expect("a series")
                .concludes()
        );
    }

    #[test]
    fn too_many_missing_months_are_only_described_and_a_few_are_modelled() {
        let gaps = |every: i64| series((0..80).filter(move |month| month % every != 3));
        let finding = interrupted_series(&gaps(7), None, plan(40)).expect("a series");
        assert!(matches!(
            finding.refused_by("R6"),
            Some(Refusal::SeriesHasGaps { .. })
        ));
        let finding = interrupted_series(&gaps(20), None, plan(40)).expect("a series");
        assert_eq!(
            (finding.n, finding.missing, finding.concludes()),
            (76, 4, true)
        );
    }

    #[test]
    fn another_change_within_six_months_refuses() {
        let near = SeriesPlan {
            other_changes: &[10, 44],
            ..plan(40)
        };
        let finding = interrupted_series(&series(0..80), None, near).expect("a series");
        assert_eq!(
            finding.refused_by("R6"),
            Some(&Refusal::SystemChanged { months: 4 })
        );
        let far = SeriesPlan {
            other_changes: &[10, 47],
            ..plan(40)
        };
        assert!(
            interrupted_series(&series(0..80), None, far)
                .expect("a series")
                .concludes()
        );
    }

    #[test]
    fn a_constant_series_an_empty_month_and_no_months_are_named() {
        let flat: Vec<MonthTotal> = (0..60)
            .map(|month| MonthTotal {
                month,
                count: 50,
                population: 100.0,
            })
            .collect();
        assert_eq!(
            interrupted_series(&flat, None, plan(30)).err(),
            Some(Refusal::Constant)
        );
        let mut hole = series(0..60);
        hole[5].count = 0;
        assert!(matches!(
            interrupted_series(&hole, None, plan(30)),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(
            interrupted_series(&[], None, plan(30)),
            Err(Refusal::SeriesTooShort { .. })
        ));
    }

    #[test]
    fn a_control_series_with_the_same_season_takes_the_season_away() {
        let control = series(0..60);
        let changed: Vec<MonthTotal> = control
            .iter()
            .map(|total| MonthTotal {
                count: if total.month >= 30 {
                    total.count * 8 / 10
                } else {
                    total.count
                },
                ..*total
            })
            .collect();
        let finding = interrupted_series(&changed, Some(&control), plan(30)).expect("a series");
        let level = finding.result.model.expect("a model").level;
        assert!((level.value - 0.8_f64.ln()).abs() < 2e-3, "{level:?}");
    }

    #[test]
    fn the_counterfactual_starts_with_the_service_and_is_off_by_level_and_slope() {
        let finding = interrupted_series(&series(0..60), None, plan(30)).expect("a series");
        let model = finding.result.model.expect("a model");
        let month = |at: usize| finding.result.months[at];
        assert!(month(29).counterfactual.is_none());
        let (fitted, without) = (
            month(42).fitted.expect("fitted"),
            month(42).counterfactual.expect("after the start"),
        );
        assert!(((fitted / without).ln() - model.at_horizon.value).abs() < 1e-12);
    }

    #[test]
    fn the_constant_comes_first() {
        assert_eq!(series_design(&[0, 1], 1).names()[0], CONSTANT);
        assert_eq!(series_design(&[0, 1], 1).place("level"), Some(LEVEL));
        assert_eq!(series_design(&[0, 1], 1).place("slope"), Some(SLOPE));
    }
}
