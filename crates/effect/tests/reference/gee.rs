//! GEE with exchangeable correlation, by patient (from rows) and by practice (from rows
//! and from cells).

use kith_effect::stats::gee::{Division, Gee};
use kith_effect::stats::sandwich::Clusters;

use crate::count_models::{Panel, vector};
use crate::ledger::{COEFFICIENT, ERROR_PY, Ledger, OTHER_OPTIMISER};

pub fn check(ledger: &mut Ledger) {
    let rows = Panel::from_rows();
    let patient = Clusters::by_key(rows.patient.as_ref().expect("rows know their patient"));
    statsmodels(
        ledger,
        &rows,
        &patient,
        "py/count_panel/gee_exch_patient_statsmodels",
    );
    statsmodels(
        ledger,
        &rows,
        &rows.practice,
        "py/count_panel/gee_exch_practice_statsmodels",
    );
    let cells = Panel::from_cells();
    statsmodels(
        ledger,
        &cells,
        &cells.practice,
        "py/count_panel/gee_exch_practice_statsmodels",
    );

    let path = "r/count_panel/gee_exch_patient_geepack";
    let fit = Gee::fit(&rows.cells, &patient, Division::Plain).expect("the panel can be fitted");
    vector(
        ledger,
        &rows,
        &format!("{path}/coef"),
        &fit.coefficients,
        OTHER_OPTIMISER,
    );
    vector(
        ledger,
        &rows,
        &format!("{path}/se_san"),
        &fit.robust_errors(),
        OTHER_OPTIMISER,
    );
    ledger.close(&format!("{path}/alpha"), fit.alpha, OTHER_OPTIMISER);
    ledger.close(&format!("{path}/scale"), fit.dispersion, OTHER_OPTIMISER);
}

fn statsmodels(ledger: &mut Ledger, panel: &Panel, clusters: &Clusters, path: &str) {
    let fit = Gee::fit(&panel.cells, clusters, Division::LessCoefficients)
        .expect("the panel can be fitted");
    vector(
        ledger,
        panel,
        &format!("{path}/coef"),
        &fit.coefficients,
        COEFFICIENT,
    );
    vector(
        ledger,
        panel,
        &format!("{path}/se_robust"),
        &fit.robust_errors(),
        ERROR_PY,
    );
    vector(
        ledger,
        panel,
        &format!("{path}/se_mancl_derouen"),
        &fit.bias_reduced_errors(),
        ERROR_PY,
    );
    ledger.close(&format!("{path}/alpha"), fit.alpha, COEFFICIENT);
    // Poisson variance is fixed at scale 1; what the correlation is standardised by is
    // `dispersion`.
    ledger.close(&format!("{path}/scale"), Gee::SCALE, COEFFICIENT);
}
