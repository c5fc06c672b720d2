//! The roll-out by practice: the extended two-way model and the linear check, clustered
//! by practice (from cells) and by patient (from rows).

use std::collections::BTreeMap;

use kith_effect::stats::estimate::Estimate;
use kith_effect::stats::etwfe::{Average, Etwfe, RolloutCell};
use kith_effect::stats::group_time::GroupTime;

use crate::count_models::keys;
use crate::ledger::{COEFFICIENT, ERROR_PY, Ledger};
use crate::table::Table;

/// Cells by the column that is the cluster.
fn cells(table: &Table, cluster: &str) -> Vec<RolloutCell> {
    let (clusters, starts, months) = (
        keys(table, cluster),
        keys(table, "cohort"),
        keys(table, "t"),
    );
    let mut cells = BTreeMap::new();
    for (row, &y) in table.column("y").iter().enumerate() {
        let start = (starts[row] > 0).then_some(starts[row]);
        let cell = cells
            .entry((clusters[row], start, months[row]))
            .or_insert((0, 0, 0));
        let y = y as u64;
        *cell = (cell.0 + 1, cell.1 + y, cell.2 + y * y);
    }
    cells
        .into_iter()
        .map(
            |((cluster, start, month), (n, sum, sum_squares))| RolloutCell {
                cluster,
                start,
                month,
                n,
                sum,
                sum_squares,
                exposure: 1.0,
            },
        )
        .collect()
}

pub fn check(ledger: &mut Ledger) {
    let table = Table::read("did_panel");
    for cluster in ["practice", "patient"] {
        let cells = cells(&table, cluster);
        etwfe(
            ledger,
            &cells,
            &format!("py/did_panel/etwfe_poisson_cluster_{cluster}"),
        );
        group_time(
            ledger,
            &cells,
            &format!("py/did_panel/cs_cluster_{cluster}"),
        );
    }
}

fn error(estimate: Estimate) -> f64 {
    estimate.standard_error.expect("every effect has an error")
}

fn etwfe(ledger: &mut Ledger, cells: &[RolloutCell], path: &str) {
    let fit = Etwfe::fit(cells).expect("the roll-out can be fitted");
    ledger.close(
        &format!("{path}/clusters"),
        fit.clusters as f64,
        COEFFICIENT,
    );
    for one in &fit.cohort_months {
        let path = format!("{path}/log_ratio_gt/{},{}", one.start, one.month);
        ledger.close(&format!("{path}/est"), one.log_ratio.value, COEFFICIENT);
        ledger.close(&format!("{path}/se_CR1_G"), error(one.log_ratio), ERROR_PY);
    }
    average(ledger, &fit.overall, &format!("{path}/overall"));
    for (months, one) in &fit.by_months_since {
        average(ledger, one, &format!("{path}/by_event_time/{months}"));
    }
}

fn average(ledger: &mut Ledger, average: &Average, path: &str) {
    ledger.close(
        &format!("{path}/mean_log_ratio"),
        average.log_ratio.value,
        COEFFICIENT,
    );
    ledger.close(
        &format!("{path}/se_log"),
        error(average.log_ratio),
        ERROR_PY,
    );
    ledger.close(
        &format!("{path}/att_per_month"),
        average.per_month.value,
        COEFFICIENT,
    );
    ledger.close(
        &format!("{path}/se_att"),
        error(average.per_month),
        ERROR_PY,
    );
}

fn group_time(ledger: &mut Ledger, cells: &[RolloutCell], path: &str) {
    let fit = GroupTime::fit(cells).expect("the check can be made");
    let mut close = |path: String, estimate: Estimate| {
        ledger.close(&format!("{path}/att"), estimate.value, COEFFICIENT);
        ledger.close(&format!("{path}/se"), error(estimate), ERROR_PY);
    };
    for one in &fit.effects {
        close(
            format!("{path}/att_gt/{},{}", one.start, one.month),
            one.difference,
        );
    }
    for (months, one) in &fit.by_months_since {
        close(format!("{path}/by_event_time/{months}"), *one);
    }
    close(format!("{path}/overall_simple"), fit.overall);
}
