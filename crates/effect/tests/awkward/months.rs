//! Months in order: practices that start one after the other, a series with a start, a chart.

use kith_effect::stats::etwfe::{Etwfe, RolloutCell};
use kith_effect::stats::group_time::GroupTime;
use kith_effect::stats::rollout::rollout;
use kith_effect::stats::series::{MonthTotal, SeriesPlan, interrupted_series};
use kith_effect::stats::xmr::chart;

use crate::{Seen, same};

fn rolled(
    data: &str,
    practices: i64,
    start: impl Fn(i64) -> Option<i64>,
    months: &[i64],
    count: impl Fn(i64, i64) -> u64,
) -> Seen {
    let pairs =
        (0..practices).flat_map(|practice| months.iter().map(move |month| (practice, *month)));
    let cells: Vec<RolloutCell> = pairs
        .map(|(cluster, month)| {
            let sum = count(cluster, month);
            // Shared out among forty people as evenly as it goes.
            let (each, more) = (sum / 40, sum % 40);
            let sum_squares = (40 - more) * each * each + more * (each + 1) * (each + 1);
            RolloutCell {
                cluster,
                start: start(cluster),
                month,
                n: 40,
                sum,
                sum_squares,
                exposure: 1.0,
            }
        })
        .collect();
    let mut seen = Seen::of(data);
    seen.model("extended two-way model", Etwfe::fit(&cells));
    seen.model("linear check", GroupTime::fit(&cells));
    seen.finding("roll-out", rollout(&cells, 400));
    seen
}

#[test]
fn roll_outs() {
    let all: Vec<i64> = (0..16).collect();
    let gaps: Vec<i64> = all.iter().copied().filter(|month| month % 4 != 1).collect();
    let start = |practice: i64| match practice % 3 {
        0 => None,
        1 => Some(8),
        _ => Some(11),
    };
    let lively = |practice: i64, month: i64| {
        (60 + (practice * 31 + month * 17 + practice * month * 7) % 29) as u64
    };
    let seen = [
        rolled("ordinary", 12, start, &all, lively),
        rolled(
            "a practice without a contact",
            12,
            start,
            &all,
            |practice, month| u64::from(practice > 0) * lively(practice, month),
        ),
        rolled(
            "a cohort without a contact",
            12,
            start,
            &all,
            |practice, month| u64::from(practice % 3 != 1) * lively(practice, month),
        ),
        rolled("one practice", 1, |_| Some(8), &all, lively),
        rolled("two practices", 2, start, &all, lively),
        rolled("all start in one month", 12, |_| Some(8), &all, lively),
        rolled("nobody starts", 12, |_| None, &all, lively),
        rolled("all started before", 12, |_| Some(0), &all, lively),
        rolled("gaps in months", 12, start, &gaps, lively),
        rolled("no contact at all", 12, start, &all, |_, _| 0),
        rolled("always the same", 12, start, &all, |_, _| 80),
        rolled("a billion contacts", 12, start, &all, |practice, month| {
            1_000_000_000 + lively(practice, month)
        }),
        rolled("nobody", 0, start, &all, lively),
    ];
    same(&seen, ROLL_OUTS);
}

const ROLL_OUTS: &str = "
ordinary
  extended two-way model: estimated
  linear check: estimated
  roll-out: estimated
a practice without a contact
  extended two-way model: estimated
  linear check: estimated
  roll-out: difference_not_ruled_out
a cohort without a contact
  extended two-way model: separated
  linear check: estimated
  roll-out: separated
one practice
  extended two-way model: one_start_month
  linear check: one_cluster
  roll-out: one_start_month
two practices
  extended two-way model: estimated
  linear check: too_few_clusters
  roll-out: too_few_clusters, leads_differ
all start in one month
  extended two-way model: one_start_month
  linear check: no_comparator
  roll-out: one_start_month
nobody starts
  extended two-way model: no_comparator
  linear check: no_comparator
  roll-out: no_comparator
all started before
  extended two-way model: one_start_month
  linear check: no_comparator
  roll-out: one_start_month
gaps in months
  extended two-way model: estimated
  linear check: estimated
  roll-out: difference_not_ruled_out
no contact at all
  extended two-way model: no_events
  linear check: no_events
  roll-out: no_events
always the same
  extended two-way model: constant
  linear check: constant
  roll-out: constant
a billion contacts
  extended two-way model: estimated
  linear check: estimated
  roll-out: estimated
nobody
  extended two-way model: no_comparator
  linear check: one_cluster
  roll-out: no_comparator
";

fn serial(
    data: &str,
    months: impl Iterator<Item = i64>,
    count: impl Fn(i64) -> u64,
    start: i64,
) -> Seen {
    let totals: Vec<MonthTotal> = months
        .map(|month| MonthTotal {
            month,
            count: count(month),
            population: 5_000.0,
        })
        .collect();
    let plan = SeriesPlan {
        start,
        other_changes: &[],
        horizon: 12,
    };
    let mut seen = Seen::of(data);
    seen.finding(
        "interrupted series",
        interrupted_series(&totals, None, plan),
    );
    seen
}

#[test]
fn series() {
    let lively = |month: i64| (900 + month * 3 + month * month * 7 % 53) as u64;
    let seen = [
        serial("ordinary", 0..60, lively, 30),
        serial(
            "a few months missing",
            (0..60).filter(|month| month % 13 != 5),
            lively,
            30,
        ),
        serial(
            "gaps in months",
            (0..60).filter(|month| month % 3 != 1),
            lively,
            30,
        ),
        serial("always the same", 0..60, |_| 900, 30),
        serial(
            "a month without a contact",
            0..60,
            |month| u64::from(month != 7) * lively(month),
            30,
        ),
        serial("no contact at all", 0..60, |_| 0, 30),
        serial("no follow-up", 0..30, lively, 30),
        serial("nothing before", 0..60, lively, 0),
        serial(
            "a billion contacts",
            0..60,
            |month| lively(month) * 1_000_000,
            30,
        ),
        serial("no months", 0..0, lively, 30),
    ];
    same(&seen, SERIES);
}

const SERIES: &str = "
ordinary
  interrupted series: estimated
a few months missing
  interrupted series: estimated
gaps in months
  interrupted series: series_too_short, series_has_gaps
always the same
  interrupted series: constant
a month without a contact
  interrupted series: undefined
no contact at all
  interrupted series: undefined
no follow-up
  interrupted series: series_too_short
nothing before
  interrupted series: series_too_short
a billion contacts
  interrupted series: estimated
no months
  interrupted series: series_too_short
";

fn charted(data: &str, values: &[Option<f64>]) -> Seen {
    let mut seen = Seen::of(data);
    seen.finding("XmR chart", chart(values));
    seen
}

#[test]
fn charts() {
    let lively = |place: usize| Some(50.0 + (place * place * 7 % 13) as f64);
    let points = |number: usize| -> Vec<Option<f64>> { (0..number).map(lively).collect() };
    let seen = [
        charted("ordinary", &points(24)),
        charted("eleven points", &points(11)),
        charted("always the same", &[Some(5.0); 24]),
        charted(
            "every second missing",
            &(0..24)
                .map(|place| lively(place).filter(|_| place % 2 == 0))
                .collect::<Vec<_>>(),
        ),
        charted("all missing", &[None; 24]),
        charted("beyond any number", &[Some(1e200); 24]),
        charted("no number", &[Some(f64::NAN); 24]),
        charted("nothing", &[]),
    ];
    same(&seen, CHARTS);
}

const CHARTS: &str = "
ordinary
  XmR chart: estimated
eleven points
  XmR chart: too_few_points
always the same
  XmR chart: constant
every second missing
  XmR chart: too_few_observations
all missing
  XmR chart: too_few_observations
beyond any number
  XmR chart: impossible
no number
  XmR chart: impossible
nothing
  XmR chart: too_few_observations
";
