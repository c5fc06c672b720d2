//! Poisson, quasi-Poisson and negative binomial with every error, from the rows of
//! `count_panel` and again from its cells.

use kith_effect::stats::counts::{CountCells, Histogram, Tallies};
use kith_effect::stats::cr2::Cr2;
use kith_effect::stats::design::{CONSTANT, Design};
use kith_effect::stats::linear::errors;
use kith_effect::stats::negative_binomial::NegativeBinomial;
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::sandwich::Clusters;
use kith_effect::stats::second_pass::SecondPass;
use nalgebra::DVector;

use crate::ledger::{COEFFICIENT, ERROR_PY, ERROR_R, Ledger, Tolerance};
use crate::table::Table;

/// The panel as the models see it.
pub struct Panel {
    pub cells: CountCells,
    pub histogram: Histogram,
    pub practice: Clusters,
    pub patient: Option<Vec<i64>>,
    pub counts: Vec<f64>,
}

impl Panel {
    pub fn from_rows() -> Self {
        let table = Table::read("count_panel");
        let y: Vec<u64> = table.column("y").iter().map(|&y| y as u64).collect();
        let tallies = Tallies::from_rows(&y, &exposure(&table));
        Self {
            cells: CountCells::new(&design(&table), &tallies).expect("the panel is whole"),
            histogram: y.iter().map(|&y| (y, 1)).collect(),
            practice: Clusters::by_key(&keys(&table, "practice")),
            patient: Some(keys(&table, "patient")),
            counts: table.column("y").to_vec(),
        }
    }

    pub fn from_cells() -> Self {
        let table = Table::read("count_cells");
        let tallies = Tallies {
            n: table.column("n").to_vec(),
            sum: table.column("sum_y").to_vec(),
            sum_squares: table.column("sum_y2").to_vec(),
            exposure: exposure(&table),
        };
        let histogram = Table::read("count_hist");
        let pairs = histogram.column("y").iter().zip(histogram.column("n"));
        Self {
            cells: CountCells::new(&design(&table), &tallies).expect("the cells are whole"),
            histogram: pairs.map(|(&y, &n)| (y as u64, n as u64)).collect(),
            practice: Clusters::by_key(&keys(&table, "practice")),
            patient: None,
            counts: Vec::new(),
        }
    }

    /// Values by the names the reference gives the terms.
    pub fn named(&self, values: &DVector<f64>) -> Vec<(String, f64)> {
        let names = self
            .cells
            .names()
            .iter()
            .map(|name| match name.split_once(' ') {
                Some((factor, level)) => format!("factor({factor}){level}"),
                None if name == CONSTANT => "(Intercept)".to_owned(),
                None => name.clone(),
            });
        names.zip(values.iter().copied()).collect()
    }
}

pub fn keys(table: &Table, column: &str) -> Vec<i64> {
    table.column(column).iter().map(|&key| key as i64).collect()
}

fn exposure(table: &Table) -> Vec<f64> {
    table
        .column("days")
        .iter()
        .map(|days| days / 30.0)
        .collect()
}

fn design(table: &Table) -> Design {
    let column = |name: &str| table.column(name).to_vec();
    Design::constant(column("days").len())
        .with("post", column("post"))
        .with("t", column("t"))
        .with_levels("age", &keys(table, "age"))
        .with("sex", column("sex"))
        .with_levels("imd", &keys(table, "imd"))
}

/// Compares a vector with the named numbers under a path.
pub fn vector(
    ledger: &mut Ledger,
    panel: &Panel,
    path: &str,
    values: &DVector<f64>,
    tolerance: Tolerance,
) {
    let named = panel.named(values);
    ledger.close_named(
        path,
        named.iter().map(|(name, value)| (name.as_str(), *value)),
        tolerance,
    );
}

pub fn check(ledger: &mut Ledger) {
    let rows = Panel::from_rows();
    poisson(ledger, &rows);
    poisson_by_patient(ledger, &rows);
    negative_binomial(ledger, &rows);
    let cells = Panel::from_cells();
    poisson(ledger, &cells);
    negative_binomial(ledger, &cells);
    from_cells(ledger, &cells);
}

fn poisson(ledger: &mut Ledger, panel: &Panel) {
    let fit = Poisson::fit(&panel.cells).expect("the panel can be fitted");
    let r = "r/count_panel/poisson";
    let py = "py/count_panel/poisson";
    vector(
        ledger,
        panel,
        &format!("{py}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    let model = errors(fit.working.model_covariance());
    vector(ledger, panel, &format!("{py}/se_model"), &model, ERROR_PY);
    vector(ledger, panel, &format!("{r}/se_model"), &model, ERROR_R);
    vector(
        ledger,
        panel,
        &format!("{r}/se_quasi"),
        &(&model * fit.dispersion.sqrt()),
        ERROR_R,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/se_HC0"),
        &errors(&fit.working.hc0()),
        ERROR_R,
    );
    ledger.close(
        &format!("{r}/loglik"),
        fit.log_likelihood(&panel.histogram),
        COEFFICIENT,
    );
    ledger.close(
        &format!("{r}/deviance"),
        fit.deviance(&panel.histogram),
        COEFFICIENT,
    );
    ledger.close(
        &format!("{r}/pearson_dispersion"),
        fit.dispersion,
        COEFFICIENT,
    );
    ledger.close("r/count_panel/n", panel.cells.observations(), COEFFICIENT);

    let clustered = fit
        .working
        .clustered(&panel.practice)
        .expect("there are 24 practices");
    ledger.close(
        "r/count_panel/clusters",
        clustered.clusters as f64,
        COEFFICIENT,
    );
    vector(
        ledger,
        panel,
        &format!("{py}/se_CR0"),
        &errors(&clustered.cr0),
        ERROR_PY,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/se_CR0"),
        &errors(&clustered.cr0),
        ERROR_R,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/se_CR1_G"),
        &errors(&clustered.cr1()),
        ERROR_R,
    );
    vector(
        ledger,
        panel,
        &format!("{py}/se_CR1S"),
        &errors(&clustered.stata()),
        ERROR_PY,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/se_CR1S"),
        &errors(&clustered.stata()),
        ERROR_R,
    );

    let cr2 = Cr2::new(&fit.working, &panel.practice).expect("there are 24 practices");
    vector(
        ledger,
        panel,
        &format!("{r}/CR2/se"),
        &errors(&cr2.covariance),
        ERROR_R,
    );
    let df = each_term(panel, |contrast| cr2.df_of(contrast));
    vector(
        ledger,
        panel,
        &format!("{r}/CR2/df_satterthwaite"),
        &df,
        ERROR_R,
    );
}

/// A number for each coefficient, by its unit contrast.
fn each_term(panel: &Panel, number: impl Fn(&DVector<f64>) -> f64) -> DVector<f64> {
    let terms = panel.cells.names().len();
    DVector::from_fn(terms, |term, _| {
        number(&DVector::from_fn(terms, |other, _| {
            f64::from(u8::from(other == term))
        }))
    })
}

/// Patients are outside the key of the cells, so their errors come from a second pass.
fn poisson_by_patient(ledger: &mut Ledger, rows: &Panel) {
    let fit = Poisson::fit(&rows.cells).expect("the panel can be fitted");
    let patients = rows.patient.as_ref().expect("rows know their patient");
    let passed = each_term(rows, |contrast| {
        let mut pass = SecondPass::new(&fit.working, &fit.mean, contrast);
        for (cell, (&patient, &y)) in patients.iter().zip(&rows.counts).enumerate() {
            pass.add(cell, patient, y);
        }
        pass.cr1_error().expect("there are many patients").0
    });
    vector(
        ledger,
        rows,
        "r/count_panel/poisson/se_CR1_G_patient",
        &passed,
        ERROR_R,
    );
}

fn negative_binomial(ledger: &mut Ledger, panel: &Panel) {
    let fit =
        NegativeBinomial::fit(&panel.cells, &panel.histogram).expect("the panel can be fitted");
    let (r, py) = ("r/count_panel/nb2", "py/count_panel/nb2");
    vector(
        ledger,
        panel,
        &format!("{py}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    vector(
        ledger,
        panel,
        &format!("{r}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    ledger.close(&format!("{py}/theta"), fit.theta, COEFFICIENT);
    ledger.close(&format!("{r}/theta"), fit.theta, COEFFICIENT);
    ledger.close(&format!("{py}/loglik"), fit.log_likelihood, COEFFICIENT);
    ledger.close(
        &format!("{r}/twologlik"),
        2.0 * fit.log_likelihood,
        COEFFICIENT,
    );
    ledger.close(&format!("{r}/deviance"), fit.deviance, COEFFICIENT);
    ledger.close(&format!("{r}/se_theta"), fit.theta_error, ERROR_R);
    ledger.close(
        &format!("{py}/se_log_theta_observed_joint"),
        fit.log_theta_error,
        ERROR_PY,
    );
    let expected = errors(fit.working.model_covariance());
    vector(
        ledger,
        panel,
        &format!("{py}/se_expected_info"),
        &expected,
        ERROR_PY,
    );
    vector(ledger, panel, &format!("{r}/se_glm.nb"), &expected, ERROR_R);
    vector(
        ledger,
        panel,
        &format!("{py}/se_observed_joint"),
        &fit.joint_errors,
        ERROR_PY,
    );
    let clustered = fit
        .working
        .clustered(&panel.practice)
        .expect("there are 24 practices");
    vector(
        ledger,
        panel,
        &format!("{r}/se_CR1_G"),
        &errors(&clustered.cr1()),
        ERROR_R,
    );
    let poisson = Poisson::fit(&panel.cells).expect("the panel can be fitted");
    let ratio = 2.0 * (fit.log_likelihood - poisson.log_likelihood(&panel.histogram));
    ledger.close(&format!("{r}/LR_vs_poisson"), ratio, COEFFICIENT);
    // How far the reference's own search was from its top; ours must be as near.
    ledger.close(
        &format!("{py}/max_abs_score"),
        fit.slope_left,
        Tolerance::Absolute(1e-9),
    );
}

fn from_cells(ledger: &mut Ledger, cells: &Panel) {
    let fit = Poisson::fit(&cells.cells).expect("the cells can be fitted");
    let path = "r/count_cells/poisson_from_cells";
    vector(
        ledger,
        cells,
        &format!("{path}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    vector(
        ledger,
        cells,
        &format!("{path}/se_model"),
        &errors(fit.working.model_covariance()),
        ERROR_R,
    );
    let clustered = fit
        .working
        .clustered(&cells.practice)
        .expect("there are 24 practices");
    vector(
        ledger,
        cells,
        &format!("{path}/se_CR1_G"),
        &errors(&clustered.cr1()),
        ERROR_R,
    );
    let nb =
        NegativeBinomial::fit(&cells.cells, &cells.histogram).expect("the cells can be fitted");
    vector(
        ledger,
        cells,
        "r/count_cells/nb2_from_cells/coef",
        &nb.coefficients,
        COEFFICIENT,
    );
    ledger.close("r/count_cells/nb2_from_cells/theta", nb.theta, COEFFICIENT);
    ledger.close(
        "r/count_cells/cells",
        cells.cells.cells() as f64,
        COEFFICIENT,
    );

    let rows = Panel::from_rows();
    let by_row = Poisson::fit(&rows.cells).expect("the panel can be fitted");
    let nb_by_row =
        NegativeBinomial::fit(&rows.cells, &rows.histogram).expect("the panel can be fitted");
    let apart = (&fit.coefficients - by_row.coefficients)
        .amax()
        .max((&nb.coefficients - nb_by_row.coefficients).amax());
    ledger.close(
        "r/count_cells/max_abs_diff_vs_rows",
        apart,
        Tolerance::Absolute(1e-12),
    );
}
