//! The interrupted series: REML AR(1), and beside it quasi-Poisson with Newey-West
//! errors and the panel with practice effects.

use kith_effect::stats::counts::{CountCells, Tallies};
use kith_effect::stats::design::{CONSTANT, Design};
use kith_effect::stats::linear::{errors, quadratic};
use kith_effect::stats::newey_west::newey_west;
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::sandwich::Clusters;
use kith_effect::stats::series::{MonthTotal, SeriesPlan, interrupted_series, series_design};
use nalgebra::{DMatrix, DVector};

use crate::count_models::keys;
use crate::ledger::{COEFFICIENT, ERROR_R, Ledger, Tolerance};
use crate::table::Table;

const START: i64 = 30;
const LAGS: usize = 3;

pub fn check(ledger: &mut Ledger) {
    let table = Table::read("its_panel");
    ledger.close("r/its_panel/t0", START as f64, COEFFICIENT);
    quasi_poisson(ledger, &table);
    without_three_months(ledger, &table);
    reml(ledger, &table);
    practices(ledger, &table);
}

/// The name the reference gives a term.
fn reference_name(name: &str) -> &str {
    match name {
        CONSTANT => "(Intercept)",
        "level" => "lvl",
        "slope" => "slp",
        "sine 1" => "s1",
        "cosine 1" => "c1",
        "sine 2" => "s2",
        "cosine 2" => "c2",
        other => other,
    }
}

fn named(
    ledger: &mut Ledger,
    path: &str,
    names: &[String],
    values: &DVector<f64>,
    tolerance: Tolerance,
) {
    ledger.close_named(
        path,
        names
            .iter()
            .map(|n| reference_name(n))
            .zip(values.iter().copied()),
        tolerance,
    );
}

/// The months added up over practices, some left out.
struct Months {
    months: Vec<i64>,
    cells: CountCells,
    fit: Poisson,
}

fn months(table: &Table, keep: impl Fn(i64) -> bool) -> Months {
    let mut sums = std::collections::BTreeMap::<i64, (u64, f64)>::new();
    for ((&month, &y), &pop) in keys(table, "month")
        .iter()
        .zip(table.column("y"))
        .zip(table.column("pop"))
    {
        let sum = sums.entry(month).or_default();
        *sum = (sum.0 + y as u64, sum.1 + pop);
    }
    sums.retain(|month, _| keep(*month));
    let months: Vec<i64> = sums.keys().copied().collect();
    let counts: Vec<u64> = sums.values().map(|sum| sum.0).collect();
    let people: Vec<f64> = sums.values().map(|sum| sum.1).collect();
    let cells = CountCells::new(
        &series_design(&months, START),
        &Tallies::from_rows(&counts, &people),
    )
    .expect("the months are whole");
    let fit = Poisson::fit(&cells).expect("the months can be fitted");
    Months { months, cells, fit }
}

impl Months {
    fn quasi(&self) -> DVector<f64> {
        errors(self.fit.working.model_covariance()) * self.fit.dispersion.sqrt()
    }

    fn newey_west(&self) -> DMatrix<f64> {
        newey_west(&self.fit.working, &self.months, LAGS)
    }
}

fn quasi_poisson(ledger: &mut Ledger, table: &Table) {
    let all = months(table, |_| true);
    let names = all.cells.names();
    ledger.close("r/its_panel/months", all.months.len() as f64, COEFFICIENT);
    named(
        ledger,
        "r/its_panel/coef",
        names,
        &all.fit.coefficients,
        COEFFICIENT,
    );
    named(ledger, "r/its_panel/se_quasi", names, &all.quasi(), ERROR_R);
    ledger.close("r/its_panel/dispersion", all.fit.dispersion, COEFFICIENT);
    // No month is missing, so rows in a row are months in a row.
    let covariance = all.newey_west();
    named(
        ledger,
        "r/its_panel/se_NW3",
        names,
        &errors(&covariance),
        ERROR_R,
    );
    named(
        ledger,
        "r/its_panel/se_NW3_calendar_lags",
        names,
        &errors(&covariance),
        ERROR_R,
    );
    let (n, k) = (all.months.len() as f64, names.len() as f64);
    let adjusted = covariance * (n / (n - k));
    named(
        ledger,
        "r/its_panel/se_NW3_n_over_nk",
        names,
        &errors(&adjusted),
        ERROR_R,
    );
    let mut year = DVector::zeros(names.len());
    (year[2], year[3]) = (1.0, 12.0);
    let path = "r/its_panel/effect_12m_after_NW3_adj";
    ledger.close(
        &format!("{path}/log_rr"),
        year.dot(&all.fit.coefficients),
        COEFFICIENT,
    );
    ledger.close(
        &format!("{path}/se"),
        quadratic(&adjusted, &year).sqrt(),
        ERROR_R,
    );
    let residuals = all.fit.pearson_residuals(&all.cells);
    let neighbours: f64 = (1..residuals.len())
        .map(|row| residuals[row] * residuals[row - 1])
        .sum();
    let autocorrelation = neighbours / residuals.norm_squared();
    ledger.close(
        "r/its_panel/pearson_resid_lag1_autocorr",
        autocorrelation,
        ERROR_R,
    );
}

fn without_three_months(ledger: &mut Ledger, table: &Table) {
    let kept = months(table, |month| !(START - 2..=START).contains(&month));
    let path = "r/its_panel/excluding_t0_minus2_to_t0";
    let names = kept.cells.names();
    named(
        ledger,
        &format!("{path}/coef"),
        names,
        &kept.fit.coefficients,
        COEFFICIENT,
    );
    named(
        ledger,
        &format!("{path}/se_quasi"),
        names,
        &kept.quasi(),
        ERROR_R,
    );
    named(
        ledger,
        &format!("{path}/se_NW3_calendar_lags"),
        names,
        &errors(&kept.newey_west()),
        ERROR_R,
    );
}

/// What the reference asks of its own `gls` numbers.
const GLS: Tolerance = Tolerance::Relative(1e-5);

fn reml(ledger: &mut Ledger, table: &Table) {
    let totals: Vec<MonthTotal> = keys(table, "month")
        .into_iter()
        .zip(table.column("y"))
        .zip(table.column("pop"))
        .map(|((month, &y), &population)| MonthTotal {
            month,
            count: y as u64,
            population,
        })
        .collect();
    let plan = SeriesPlan {
        start: START,
        other_changes: &[],
        horizon: 12,
    };
    let finding = interrupted_series(&totals, None, plan).expect("the months can be fitted");
    let model = finding.result.model.expect("nothing refuses this series");
    let path = "r/its_panel/gls_reml_ar1";
    for (name, estimate) in &model.coefficients {
        let name = reference_name(name);
        ledger.close(&format!("{path}/coef/{name}"), estimate.value, GLS);
        let error = estimate
            .standard_error
            .expect("every coefficient has an error");
        ledger.close(&format!("{path}/se/{name}"), error, GLS);
    }
    ledger.close(&format!("{path}/rho"), model.rho, GLS);
    ledger.close(&format!("{path}/sigma"), model.sigma, GLS);
    ledger.close(&format!("{path}/loglik_reml"), model.log_likelihood, GLS);
    ledger.close(
        &format!("{path}/df"),
        model.level.df.expect("a t interval"),
        COEFFICIENT,
    );
    ledger.close(
        &format!("{path}/effect_12m/log_rr"),
        model.at_horizon.value,
        GLS,
    );
    let error = model
        .at_horizon
        .standard_error
        .expect("the effect has an error");
    ledger.close(&format!("{path}/effect_12m/se"), error, GLS);
}

fn practices(ledger: &mut Ledger, table: &Table) {
    let (month, practice) = (keys(table, "month"), keys(table, "practice"));
    let counts: Vec<u64> = table.column("y").iter().map(|&y| y as u64).collect();
    let series = series_design(&month, START);
    let shared = series.matrix();
    let mut design = Design::constant(month.len()).with_levels("practice", &practice);
    for (place, name) in series.names().iter().enumerate().skip(1) {
        design = design.with(name, shared.column(place).iter().copied());
    }
    let cells = CountCells::new(&design, &Tallies::from_rows(&counts, table.column("pop")))
        .expect("a whole panel");
    let fit = Poisson::fit(&cells).expect("the panel can be fitted");
    let clustered = fit
        .working
        .clustered(&Clusters::by_key(&practice))
        .expect("many practices");
    let path = "r/its_panel/panel_practice_fe";
    let from = cells.place("month").expect("the month is a term");
    let tail = |values: DVector<f64>| values.rows(from, values.len() - from).into_owned();
    let names = &cells.names()[from..];
    named(
        ledger,
        &format!("{path}/coef"),
        names,
        &tail(fit.coefficients.clone()),
        COEFFICIENT,
    );
    named(
        ledger,
        &format!("{path}/se_CR1_G"),
        names,
        &tail(errors(&clustered.cr1())),
        ERROR_R,
    );
    named(
        ledger,
        &format!("{path}/se_CR1S"),
        names,
        &tail(errors(&clustered.stata())),
        ERROR_R,
    );
}
