//! Months around the referral: the profile, the comparison at the same peak, and the two
//! analyses that mislead (before against after, with and without the run-up), which are
//! reproduced to show that the models agree about them too.

use std::collections::BTreeMap;

use kith_effect::stats::counts::{CountCells, Tallies};
use kith_effect::stats::cr2::Cr2;
use kith_effect::stats::design::Design;
use kith_effect::stats::event_time::{EventCell, profile};
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::sandwich::Clusters;
use nalgebra::DVector;

use crate::count_models::keys;
use crate::ledger::{COEFFICIENT, ERROR_R, Ledger};
use crate::table::Table;

/// The person-months of a file, and each person's counts before the referral.
struct Events {
    patient: Vec<i64>,
    practice: Vec<i64>,
    referred: Vec<bool>,
    month: Vec<i64>,
    month_of_year: Vec<i64>,
    days: Vec<f64>,
    y: Vec<u64>,
    /// Bins by patient: run-up and baseline.
    bins: BTreeMap<i64, (i64, i64)>,
}

impl Events {
    fn read(name: &str) -> Self {
        let table = Table::read(name);
        let mut events = Self {
            patient: keys(&table, "patient"),
            practice: keys(&table, "practice"),
            referred: table.column("referred").iter().map(|&r| r > 0.0).collect(),
            month: keys(&table, "k"),
            month_of_year: keys(&table, "moy"),
            days: table.column("days").to_vec(),
            y: table.column("y").iter().map(|&y| y as u64).collect(),
            bins: BTreeMap::new(),
        };
        let mut before: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for row in 0..events.y.len() {
            let sums = before.entry(events.patient[row]).or_default();
            match events.month[row] {
                -3..=-1 => sums.0 += events.y[row],
                ..=-4 => sums.1 += events.y[row],
                _ => {}
            }
        }
        let bin = |value: u64, tops: &[u64]| tops.iter().filter(|&&top| value > top).count() as i64;
        events.bins = before
            .into_iter()
            .map(|(patient, (run_up, baseline))| {
                (
                    patient,
                    (bin(run_up, &[5, 6, 8]), bin(baseline, &[1, 3, 6, 10])),
                )
            })
            .collect();
        events
    }

    fn rows(&self, keep: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.y.len()).filter(|&row| keep(row)).collect()
    }

    /// A Poisson model of some rows, with what the errors need.
    fn fit(&self, rows: &[usize], design: &Design) -> Fit {
        let counts: Vec<u64> = rows.iter().map(|&row| self.y[row]).collect();
        let exposure: Vec<f64> = rows.iter().map(|&row| self.days[row] / 30.0).collect();
        let cells =
            CountCells::new(design, &Tallies::from_rows(&counts, &exposure)).expect("whole rows");
        let of =
            |keys: &[i64]| Clusters::by_key(&rows.iter().map(|&row| keys[row]).collect::<Vec<_>>());
        let fit = Poisson::fit(&cells).expect("the rows can be fitted");
        Fit {
            cells,
            fit,
            patient: of(&self.patient),
            practice: of(&self.practice),
        }
    }

    fn marks(&self, rows: &[usize], is: impl Fn(usize) -> bool) -> Vec<f64> {
        rows.iter()
            .map(|&row| f64::from(u8::from(is(row))))
            .collect()
    }

    fn levels(rows: &[usize], level: impl Fn(usize) -> i64) -> Vec<i64> {
        rows.iter().map(|&row| level(row)).collect()
    }

    /// 0 baseline, 1 to 3 after, 9 run-up and the referral's own month.
    fn window(&self, row: usize) -> i64 {
        match self.month[row] {
            ..=-4 => 0,
            -3..=0 => 9,
            1..=3 => 1,
            4..=6 => 2,
            _ => 3,
        }
    }
}

struct Fit {
    cells: CountCells,
    fit: Poisson,
    patient: Clusters,
    practice: Clusters,
}

impl Fit {
    fn contrast(&self, name: &str) -> DVector<f64> {
        let place = self.cells.place(name).expect("the term is in the model");
        DVector::from_fn(self.cells.names().len(), |term, _| {
            f64::from(u8::from(term == place))
        })
    }

    fn log_ratio(&self, name: &str) -> f64 {
        self.contrast(name).dot(&self.fit.coefficients)
    }

    fn error(&self, name: &str, clusters: &Clusters) -> f64 {
        self.fit
            .working
            .clustered(clusters)
            .expect("many clusters")
            .error_of(&self.contrast(name))
    }

    fn close(&self, ledger: &mut Ledger, path: &str, name: &str) {
        ledger.close(&format!("{path}/log_rr"), self.log_ratio(name), COEFFICIENT);
        ledger.close(
            &format!("{path}/se_CR1_patient"),
            self.error(name, &self.patient),
            ERROR_R,
        );
    }
}

pub fn check(ledger: &mut Ledger) {
    for name in ["event_null", "event_effect"] {
        let (events, path) = (Events::read(name), format!("r/{name}"));
        described(ledger, &events, &path);
        misleading(ledger, &events, &path);
        windows(ledger, &events, &path);
        peak_matched(ledger, &events, &path);
    }
}

fn described(ledger: &mut Ledger, events: &Events, path: &str) {
    let cells: Vec<EventCell> = (0..events.y.len())
        .map(|row| EventCell {
            referred: events.referred[row],
            month: events.month[row] as i32,
            exposure: events.days[row] / 30.0,
            n: 1,
            sum: events.y[row],
            sum_squares: events.y[row] * events.y[row],
        })
        .collect();
    let finding = profile(&cells, 1).expect("a profile");
    for (place, month) in finding.result.referred.iter().enumerate() {
        ledger.close(
            &format!("{path}/profile/k/{place}"),
            f64::from(month.month),
            COEFFICIENT,
        );
        ledger.close(
            &format!("{path}/profile/y/{place}"),
            month.contacts as f64,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{path}/profile/person_months/{place}"),
            month.person_months,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{path}/profile/rate/{place}"),
            month.rate.value,
            COEFFICIENT,
        );
        // The interval's error is that of a Poisson model of the month alone.
        let rows =
            events.rows(|row| events.referred[row] && events.month[row] == i64::from(month.month));
        let alone = events.fit(&rows, &Design::constant(rows.len()));
        let error = month.rate.standard_error.expect("an error") / month.rate.value;
        let expected = alone.error("constant", &alone.patient);
        assert!(
            (error / expected - 1.0).abs() < 1e-9,
            "{path} month {}",
            month.month
        );
    }
    let people = |referred: bool| {
        let mut patients: Vec<i64> = events
            .rows(|row| events.referred[row] == referred)
            .into_iter()
            .map(|row| events.patient[row])
            .collect();
        patients.dedup();
        patients.len() as f64
    };
    ledger.close(&format!("{path}/patients"), people(true), COEFFICIENT);
    ledger.close(
        &format!("{path}/peak_matched/n_referred"),
        people(true),
        COEFFICIENT,
    );
    ledger.close(
        &format!("{path}/peak_matched/n_control"),
        people(false),
        COEFFICIENT,
    );
}

fn misleading(ledger: &mut Ledger, events: &Events, path: &str) {
    let after = |rows: &[usize]| {
        Design::constant(rows.len()).with("after", events.marks(rows, |row| events.month[row] > 0))
    };
    let all = events.rows(|row| events.referred[row] && events.month[row] != 0);
    events.fit(&all, &after(&all)).close(
        ledger,
        &format!("{path}/naive_all_before_after"),
        "after",
    );
    let without = events.rows(|row| events.referred[row] && events.window(row) != 9);
    let fit = events.fit(&without, &after(&without));
    fit.close(
        ledger,
        &format!("{path}/runup_excluded_before_after"),
        "after",
    );
    let controls = events.rows(|row| !events.referred[row] && events.month[row] != 0);
    let fit = events.fit(&controls, &after(&controls));
    fit.close(
        ledger,
        &format!("{path}/peak_matched/controls_own_before_after"),
        "after",
    );
}

fn windows(ledger: &mut Ledger, events: &Events, path: &str) {
    let rows = events.rows(|row| events.referred[row] && events.window(row) != 9);
    let design = Design::constant(rows.len())
        .with_levels("window", &Events::levels(&rows, |row| events.window(row)))
        .with_levels(
            "month of year",
            &Events::levels(&rows, |row| events.month_of_year[row]),
        );
    let fit = events.fit(&rows, &design);
    let path = format!("{path}/windows_runup_excluded");
    for (term, name) in [
        ("window 1", "w1post1_3"),
        ("window 2", "w2post4_6"),
        ("window 3", "w3post7_12"),
    ] {
        ledger.close(
            &format!("{path}/coef/{name}"),
            fit.log_ratio(term),
            COEFFICIENT,
        );
        ledger.close(
            &format!("{path}/se_CR1_patient/{name}"),
            fit.error(term, &fit.patient),
            ERROR_R,
        );
        ledger.close(
            &format!("{path}/se_CR1_practice/{name}"),
            fit.error(term, &fit.practice),
            ERROR_R,
        );
    }
}

fn peak_matched(ledger: &mut Ledger, events: &Events, path: &str) {
    let rows = events.rows(|row| events.month[row] >= 1);
    let bin = |row: usize| events.bins[&events.patient[row]];
    let design = Design::constant(rows.len())
        .with("referred", events.marks(&rows, |row| events.referred[row]))
        .with_levels("run-up", &Events::levels(&rows, |row| bin(row).0))
        .with_levels("baseline", &Events::levels(&rows, |row| bin(row).1))
        .with_levels(
            "practice",
            &Events::levels(&rows, |row| events.practice[row]),
        )
        .with_levels(
            "month of year",
            &Events::levels(&rows, |row| events.month_of_year[row]),
        )
        .with_levels("window", &Events::levels(&rows, |row| events.window(row)));
    let fit = events.fit(&rows, &design);
    let path = format!("{path}/peak_matched");
    fit.close(ledger, &path, "referred");
    ledger.close(
        &format!("{path}/se_CR1_practice"),
        fit.error("referred", &fit.practice),
        ERROR_R,
    );
    let cr2 = Cr2::new(&fit.fit.working, &fit.practice).expect("twelve practices");
    let contrast = fit.contrast("referred");
    ledger.close(
        &format!("{path}/CR2_practice/se"),
        cr2.error_of(&contrast),
        ERROR_R,
    );
    ledger.close(
        &format!("{path}/CR2_practice/df"),
        cr2.df_of(&contrast),
        ERROR_R,
    );
}
