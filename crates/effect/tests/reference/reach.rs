//! Agreement, funnel, equity, XmR, disclosure, multiplicity and the peak formulas.

use kith_effect::stats::agreement::{Level, Ratings, Weights, alpha, kappa};
use kith_effect::stats::disclosure::{Shown, list_shown, midpoint_of_six, shown};
use kith_effect::stats::equity::{Group, reach};
use kith_effect::stats::estimate::{Estimate, Interval};
use kith_effect::stats::funnel::{Place, funnel};
use kith_effect::stats::inequality::gradient;
use kith_effect::stats::limits::SMALL_COUNT_MAX;
use kith_effect::stats::multiplicity::{benjamini_hochberg, bonferroni, holm};
use kith_effect::stats::peak::{expected_fall, expected_next};
use kith_effect::stats::proportion::{Share, byar};
use kith_effect::stats::xmr::chart;

use crate::ledger::{COEFFICIENT, ERROR_PY, ERROR_R, Ledger, NOTHING, Tolerance};
use crate::table::Table;

/// Whole numbers and places must be the same.
const SAME: Tolerance = Tolerance::Absolute(0.0);

pub fn check(ledger: &mut Ledger) {
    codes(ledger);
    the_funnel(ledger);
    ethnicity(ledger);
    deprivation(ledger);
    xmr(ledger);
    disclosure(ledger);
    peaks(ledger);
    multiplicity(ledger);
}

fn ends(interval: Option<Interval>) -> [f64; 2] {
    let interval = interval.expect("it has an interval");
    [interval.low, interval.high]
}

fn error(estimate: &Estimate) -> f64 {
    estimate.standard_error.expect("it has an error")
}

fn shares(events: &[f64], people: &[f64]) -> Vec<Share> {
    let both = events.iter().zip(people);
    both.map(|(e, n)| Share::new(*e as u64, *n as u64).expect("a part of the people"))
        .collect()
}

fn codes(ledger: &mut Ledger) {
    let table = Table::read("codes");
    let columns = ["coder1", "coder2", "coder3"].map(|name| table.column(name));
    let code = |value: f64| (!value.is_nan()).then(|| value as usize - 1);
    let units = (0..columns[0].len())
        .map(|i| columns.iter().map(|c| code(c[i])).collect())
        .collect();
    let ratings = Ratings::new(vec![1.0, 2.0, 3.0, 4.0], units).expect("codes 1 to 4");
    for (name, weights) in [
        ("none", Weights::None),
        ("linear", Weights::Linear),
        ("quadratic", Weights::Quadratic),
    ] {
        let finding = kappa(&ratings, (0, 1), weights).expect("both coders used several codes");
        let folder = format!("py/codes/kappa_coder1_coder2/{name}");
        ledger.close(&format!("{folder}/n"), finding.n as f64, SAME);
        ledger.close(
            &format!("{folder}/po"),
            finding.result.observed,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{folder}/pe"),
            finding.result.expected,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{folder}/kappa"),
            finding.result.kappa.value,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{folder}/se_FCE1969"),
            error(&finding.result.kappa),
            ERROR_PY,
        );
        ledger.close(
            &format!("{folder}/se_null"),
            finding.result.null_error,
            ERROR_PY,
        );
    }
    for (name, level) in [
        ("nominal", Level::Nominal),
        ("ordinal", Level::Ordinal),
        ("interval", Level::Interval),
    ] {
        let finding = alpha(&ratings, level, 1).expect("several codes");
        ledger.close(
            &format!("py/codes/alpha_{name}"),
            finding.result.value,
            COEFFICIENT,
        );
        let interval = finding.result.interval.expect("an interval from draws");
        assert!(interval.holds(finding.result.value) && interval.low > 0.3 && interval.high < 0.9);
    }
}

fn the_funnel(ledger: &mut Ledger) {
    let table = Table::read("funnel");
    let places: Vec<Place> = shares(table.column("referred"), table.column("pop"))
        .into_iter()
        .zip(table.column("practice"))
        .map(|(share, practice)| Place {
            label: practice.to_string(),
            share,
        })
        .collect();
    let finding = funnel(&places).expect("there are events").result;
    ledger.close("py/funnel/p0", finding.overall, COEFFICIENT);
    for (i, place) in finding.places.iter().enumerate() {
        let folder = format!("py/funnel/rows/{i}");
        let limits = place.limits.expect("more than 5 expected everywhere");
        let rate = place.rate.expect("there are people everywhere");
        ledger.close(
            &format!("{folder}/practice"),
            place.label.parse().expect("a number"),
            SAME,
        );
        ledger.close(&format!("{folder}/n"), place.share.people() as f64, SAME);
        ledger.close(&format!("{folder}/x"), place.share.events() as f64, SAME);
        ledger.close(&format!("{folder}/rate"), rate.value, COEFFICIENT);
        ledger.close_list(
            &format!("{folder}/wilson95"),
            &ends(rate.interval),
            COEFFICIENT,
        );
        for (name, value) in [
            ("lo95", limits.inner.0),
            ("hi95", limits.inner.1),
            ("lo998", limits.outer.0),
            ("hi998", limits.outer.1),
        ] {
            ledger.close(&format!("{folder}/{name}"), value, COEFFICIENT);
        }
    }
    let spread = finding.over_dispersion;
    ledger.close("py/funnel/overdispersion/phi", spread.phi, COEFFICIENT);
    ledger.close("py/funnel/overdispersion/tau2", spread.between, COEFFICIENT);
    ledger.close(
        "py/funnel/overdispersion/chi2_95",
        spread.critical,
        COEFFICIENT,
    );
    assert!(spread.applies, "46 practices with phi 7 are over-dispersed");
}

/// The names of the groups are words, so this file is read as words.
fn ethnicity(ledger: &mut Ledger) {
    let text = include_str!("../cases/equity_ethnicity.csv");
    let groups: Vec<Group> = text
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |at: usize| fields[at].trim().parse().expect("a count");
            let label = (fields[0] != "Not recorded").then(|| fields[0].to_owned());
            Group {
                label,
                share: Share::new(number(2), number(1)).expect("a part of the people"),
            }
        })
        .collect();
    let finding = reach(&groups).expect("there are events").result;
    ledger.close("py/equity_ethnicity/overall", finding.overall, COEFFICIENT);
    let not_recorded = finding.not_recorded;
    ledger.close(
        "py/equity_ethnicity/not_recorded/pop",
        not_recorded.people() as f64,
        SAME,
    );
    ledger.close(
        "py/equity_ethnicity/not_recorded/referred",
        not_recorded.events() as f64,
        SAME,
    );
    for (i, row) in finding.groups.iter().enumerate() {
        let folder = format!("py/equity_ethnicity/rows/{i}");
        let rate = row.rate.expect("there are people");
        ledger.said(&format!("{folder}/group"), &row.label);
        ledger.close(&format!("{folder}/rate"), rate.value, COEFFICIENT);
        ledger.close_list(
            &format!("{folder}/wilson95"),
            &ends(rate.interval),
            COEFFICIENT,
        );
        ledger.close_list(
            &format!("{folder}/byar95_count"),
            &ends(Some(row.count_interval)),
            COEFFICIENT,
        );
        let ratio = row.log_ratio_to_rest.expect("events on both sides");
        ledger.close(
            &format!("{folder}/log_rr_vs_rest/est"),
            ratio.value,
            COEFFICIENT,
        );
        ledger.close(
            &format!("{folder}/log_rr_vs_rest/se"),
            error(&ratio),
            ERROR_PY,
        );
    }
}

fn deprivation(ledger: &mut Ledger) {
    let table = Table::read("equity_imd");
    let groups = shares(table.column("referred"), table.column("pop"));
    for (i, (share, fifth)) in groups.iter().zip(table.column("imd")).enumerate() {
        let folder = format!("py/equity_imd_rows/{i}");
        let rate = share.wilson().expect("there are people");
        let people = share.people() as f64;
        ledger.close(&format!("{folder}/imd"), *fifth, SAME);
        ledger.close(&format!("{folder}/rate"), rate.value, COEFFICIENT);
        ledger.close_list(
            &format!("{folder}/wilson95"),
            &ends(rate.interval),
            COEFFICIENT,
        );
        let byar = byar(share.events()).on_scale(|count| count / people);
        ledger.close_list(
            &format!("{folder}/byar_rate95"),
            &ends(Some(byar)),
            COEFFICIENT,
        );
    }
    let finding = gradient(&groups).expect("five groups with events").result;
    ledger.close_list("r/equity_imd/rank", &finding.ranks, COEFFICIENT);
    ledger.close_list("r/equity_imd/rate", &finding.rates, COEFFICIENT);
    ledger.close("r/equity_imd/sii_wls", finding.slope.value, COEFFICIENT);
    ledger.close(
        "r/equity_imd/sii_se_model",
        finding.slope_model_error,
        ERROR_R,
    );
    ledger.close(
        "r/equity_imd/sii_se_binomial",
        error(&finding.slope),
        ERROR_R,
    );
    ledger.close(
        "r/equity_imd/rii_poisson_log",
        finding.log_relative.value,
        COEFFICIENT,
    );
    ledger.close(
        "r/equity_imd/rii_poisson_se",
        error(&finding.log_relative),
        ERROR_R,
    );
    ledger.close(
        "r/equity_imd/logit_slope",
        finding.log_odds.value,
        COEFFICIENT,
    );
    ledger.close(
        "r/equity_imd/logit_slope_se",
        error(&finding.log_odds),
        ERROR_R,
    );
}

fn xmr(ledger: &mut Ledger) {
    let values: Vec<Option<f64>> = Table::read("xmr")
        .column("value")
        .iter()
        .copied()
        .map(Some)
        .collect();
    let finding = chart(&values).expect("36 points");
    let chart = finding.result;
    let limits = chart.limits.expect("36 points have limits");
    ledger.close("py/xmr/n", finding.n as f64, SAME);
    ledger.close("py/xmr/mean", chart.mean, COEFFICIENT);
    ledger.close("py/xmr/mR_bar", chart.moving_range, COEFFICIENT);
    ledger.close("py/xmr/lower", limits.low, COEFFICIENT);
    ledger.close("py/xmr/upper", limits.high, COEFFICIENT);
    ledger.close("py/xmr/mR_upper", limits.range_high, COEFFICIENT);
    for (name, places) in [
        ("outside", &chart.outside),
        ("shift7", &chart.shift),
        ("two_of_three_beyond_2sigma", &chart.two_of_three),
    ] {
        let places: Vec<f64> = places.iter().map(|p| *p as f64).collect();
        ledger.close_list(&format!("py/xmr/{name}"), &places, SAME);
    }
    assert!(chart.trend.is_empty(), "{:?}", chart.trend);
    ledger.said("py/xmr/trend7", NOTHING);
}

fn disclosure(ledger: &mut Ledger) {
    ledger.close("py/disclosure/suppress_le", SMALL_COUNT_MAX as f64, SAME);
    for i in 0..13 {
        let folder = format!("py/disclosure/cases/{i}");
        let count = ledger.expected(&format!("{folder}/count")) as u64;
        ledger.close(&format!("{folder}/count"), count as f64, SAME);
        ledger.close(
            &format!("{folder}/midpoint6"),
            midpoint_of_six(count) as f64,
            SAME,
        );
        match shown(count) {
            Shown::Count(shown) => ledger.close(&format!("{folder}/shown"), shown as f64, SAME),
            Shown::Hidden => ledger.said(&format!("{folder}/shown"), NOTHING),
        }
    }
    let table: Vec<f64> = (0..4)
        .map(|i| ledger.expected(&format!("py/disclosure/secondary/table/{i}")))
        .collect();
    ledger.close_list("py/disclosure/secondary/table", &table, SAME);
    ledger.close("py/disclosure/secondary/total", table.iter().sum(), SAME);
    let counts: Vec<u64> = table.iter().map(|v| *v as u64).collect();
    let hidden: Vec<bool> = list_shown(&counts)
        .iter()
        .map(|s| *s == Shown::Hidden)
        .collect();
    assert_eq!(hidden, [true, true, false, false]);
}

fn peaks(ledger: &mut Ledger) {
    let folder = "py/rtm_formulas/normal";
    let [mean, spread, correlation, cut] = ["mu", "sd", "rho", "cut"].map(|name| {
        let path = format!("{folder}/{name}");
        let value = ledger.expected(&path);
        ledger.close(&path, value, SAME);
        value
    });
    let fall = expected_fall(mean, spread, correlation, cut).expect("a possible cut");
    ledger.close(&format!("{folder}/expected_fall"), fall, COEFFICIENT);
    for i in 0..6 {
        let folder = format!("py/rtm_formulas/gamma_poisson/{i}");
        let [mean, theta, seen] = ["m", "theta", "y1"].map(|name| {
            let path = format!("{folder}/{name}");
            let value = ledger.expected(&path);
            ledger.close(&path, value, SAME);
            value
        });
        let next = expected_next(mean, theta, seen as u64).expect("above 0");
        ledger.close(&format!("{folder}/expected_y2"), next, COEFFICIENT);
    }
}

fn multiplicity(ledger: &mut Ledger) {
    let p: Vec<f64> = (0..10)
        .map(|i| ledger.expected(&format!("r/multiplicity/p/{i}")))
        .collect();
    ledger.close_list("r/multiplicity/p", &p, SAME);
    ledger.close_list(
        "r/multiplicity/holm",
        &holm(&p).expect("they are p values"),
        COEFFICIENT,
    );
    ledger.close_list(
        "r/multiplicity/bh",
        &benjamini_hochberg(&p).expect("they are"),
        COEFFICIENT,
    );
    ledger.close_list(
        "r/multiplicity/bonferroni",
        &bonferroni(&p).expect("they are"),
        COEFFICIENT,
    );
}
