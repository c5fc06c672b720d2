//! Awkward data and every estimator: each ends in finite numbers or in the refusal named in
//! the table here; never in a NaN, an infinity or a panic. A word is the refusal's name; two
//! mean that both hold; "estimated" means that nothing stands against a conclusion.

use std::fmt::{Debug, Write as _};

use kith_effect::stats::agreement::{Level, Ratings, Weights, alpha, kappa};
use kith_effect::stats::comparison::compare;
use kith_effect::stats::counts::{CountCells, Histogram, Tallies};
use kith_effect::stats::cr2::Cr2;
use kith_effect::stats::design::Design;
use kith_effect::stats::equity::{Group, Stratum, reach, standardised};
use kith_effect::stats::estimate::Finding;
use kith_effect::stats::etwfe::{Etwfe, RolloutCell};
use kith_effect::stats::event_time::{EventCell, profile};
use kith_effect::stats::funnel::{Place, funnel};
use kith_effect::stats::gee::{Division, Gee};
use kith_effect::stats::group_time::GroupTime;
use kith_effect::stats::imputation::{Plan, imputed};
use kith_effect::stats::inequality::gradient;
use kith_effect::stats::linear::errors;
use kith_effect::stats::made_up::{MadeUp, made_up};
use kith_effect::stats::matching::PersonHistory;
use kith_effect::stats::negative_binomial::NegativeBinomial;
use kith_effect::stats::noise::{reliable, threshold};
use kith_effect::stats::paired::change;
use kith_effect::stats::poisson::Poisson;
use kith_effect::stats::proportion::Share;
use kith_effect::stats::random_intercept::RandomIntercept;
use kith_effect::stats::refusal::Refusal;
use kith_effect::stats::rollout::rollout;
use kith_effect::stats::sandwich::Clusters;
use kith_effect::stats::scores::{Better, Person, Scale, Scores};
use kith_effect::stats::sensitivity::sensitivity;
use kith_effect::stats::series::{MonthTotal, SeriesPlan, interrupted_series};
use kith_effect::stats::weighting::weighted;
use kith_effect::stats::wellbeing::wellbeing;
use kith_effect::stats::xmr::chart;
use nalgebra::DVector;

/// What came of each estimator for one kind of data.
struct Seen {
    text: String,
}

impl Seen {
    fn of(data: &str) -> Self {
        Self {
            text: format!("{data}\n"),
        }
    }

    fn line(&mut self, estimator: &str, outcome: &str) {
        writeln!(self.text, "  {estimator}: {outcome}").expect("text");
    }

    /// A model alone.
    fn model<T: Debug>(&mut self, estimator: &str, found: Result<T, Refusal>) {
        match found {
            Ok(numbers) => {
                finite(estimator, &numbers);
                self.line(estimator, "estimated");
            }
            Err(refusal) => self.line(estimator, &name(&refusal)),
        }
    }

    /// A finding, with the refusals that hold of it.
    fn finding<T: Debug>(&mut self, estimator: &str, found: Result<Finding<T>, Refusal>) {
        match found {
            Ok(finding) => {
                finite(estimator, &finding);
                let refusals: Vec<String> = finding.refusals.iter().map(name).collect();
                match refusals.is_empty() {
                    true => self.line(estimator, "estimated"),
                    false => self.line(estimator, &refusals.join(", ")),
                }
            }
            Err(refusal) => self.line(estimator, &name(&refusal)),
        }
    }
}

/// The refusal's own name; its sentence is a number and words, never "NaN".
fn name(refusal: &Refusal) -> String {
    finite("a refusal", refusal);
    let value = serde_json::to_value(refusal).expect("it is JSON");
    value["reason"].as_str().expect("a name").to_owned()
}

fn finite(estimator: &str, numbers: &impl Debug) {
    let text = format!("{numbers:?}");
    let wrong = text
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "NaN" || word == "inf");
    assert!(!wrong, "{estimator}: {text}");
}

fn same(seen: &[Seen], expected: &str) {
    let seen: String = seen.iter().map(|one| one.text.as_str()).collect();
    let expected = expected.trim_start_matches('\n');
    assert!(seen == expected, "this came out:\n{seen}");
}

/// One person-month: practice, referred, count.
type Row = (i64, bool, u64);

/// 240 rows of eight practices, by a rule.
fn rows(count: impl Fn(usize, i64, bool) -> u64) -> Vec<Row> {
    (0..240)
        .map(|row| {
            let (practice, referred) = ((row % 8) as i64, row % 16 < 8);
            (practice, referred, count(row, practice, referred))
        })
        .collect()
}

fn counts(data: &str, rows: &[Row], repeated: bool) -> Seen {
    let mut seen = Seen::of(data);
    let referred: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.1))).collect();
    let mut design = Design::constant(rows.len()).with("referred", referred.clone());
    if repeated {
        design = design.with("not referred", referred.iter().map(|yes| 1.0 - yes));
    }
    let counts: Vec<u64> = rows.iter().map(|row| row.2).collect();
    let tallies = Tallies::from_rows(&counts, &vec![1.0; rows.len()]);
    let cells = CountCells::new(&design, &tallies).expect("whole rows");
    let histogram: Histogram = counts.iter().map(|count| (*count, 1)).collect();
    let practices = Clusters::by_key(&rows.iter().map(|row| row.0).collect::<Vec<_>>());
    let fit = || Poisson::fit(&cells);
    seen.model(
        "Poisson",
        fit().map(|fit| {
            (
                fit.coefficients.clone(),
                fit.dispersion,
                errors(&fit.working.hc0()),
            )
        }),
    );
    seen.model(
        "Poisson, CR1",
        fit().and_then(|fit| Ok(errors(&fit.working.clustered(&practices)?.cr1()))),
    );
    let by_cr2 = || {
        let fit = fit()?;
        let cr2 = Cr2::new(&fit.working, &practices)?;
        let contrast = DVector::from_fn(fit.coefficients.len(), |term, _| {
            f64::from(u8::from(term == 1))
        });
        let (estimate, refusal) = cr2.estimate(&fit.coefficients, &contrast);
        finite("CR2", &estimate);
        refusal.map_or(Ok(()), Err)
    };
    seen.model("Poisson, CR2", by_cr2());
    let nb = NegativeBinomial::fit(&cells, &histogram);
    seen.model(
        "negative binomial",
        nb.map(|fit| (fit.coefficients, fit.joint_errors, fit.theta)),
    );
    let gee = Gee::fit(&cells, &practices, Division::LessCoefficients);
    seen.model(
        "GEE",
        gee.map(|fit| {
            (
                fit.coefficients.clone(),
                fit.robust_errors(),
                fit.bias_reduced_errors(),
            )
        }),
    );
    let intercept = RandomIntercept::fit(&cells, &histogram, &practices, 9);
    seen.model(
        "practice intercept",
        intercept.map(|fit| (fit.coefficients, fit.errors, fit.theta, fit.spread)),
    );
    seen.finding(
        "sensitivity",
        sensitivity(&cells, &histogram, &practices, "referred"),
    );
    seen
}

#[test]
fn count_models() {
    let lively = |row: usize| ((row * row * 7 + row * 3) % 23 % 9) as u64;
    let ordinary = rows(|row, practice, _| lively(row) * (1 + practice as u64 % 3));
    let in_practices = |number: i64| -> Vec<Row> {
        ordinary
            .iter()
            .map(|row| (row.0 % number, row.1, row.2))
            .collect()
    };
    let seen = [
        counts("ordinary", &ordinary, false),
        counts(
            "a practice without a contact",
            &rows(|row, practice, _| {
                u64::from(practice > 0) * lively(row) * (1 + practice as u64 % 3)
            }),
            false,
        ),
        counts(
            "an arm without a contact",
            &rows(|row, _, referred| u64::from(!referred) * lively(row)),
            false,
        ),
        counts("one practice", &in_practices(1), false),
        counts("two practices", &in_practices(2), false),
        counts("a repeated column", &ordinary, true),
        counts("no contact at all", &rows(|_, _, _| 0), false),
        counts("always the same", &rows(|_, _, _| 4), false),
        counts(
            "less spread than chance",
            &rows(|row, _, _| 3 + row as u64 % 2),
            false,
        ),
        counts(
            "a billion contacts",
            &rows(|row, _, _| 1_000_000_000 * lively(row)),
            false,
        ),
        counts("nobody", &[], false),
    ];
    same(&seen, COUNT_MODELS);
}

const COUNT_MODELS: &str = "
ordinary
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: estimated
  sensitivity: estimated
a practice without a contact
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: estimated
  sensitivity: estimated
an arm without a contact
  Poisson: separated
  Poisson, CR1: separated
  Poisson, CR2: separated
  negative binomial: separated
  GEE: separated
  practice intercept: separated
  sensitivity: separated
one practice
  Poisson: estimated
  Poisson, CR1: one_cluster
  Poisson, CR2: one_cluster
  negative binomial: estimated
  GEE: one_cluster
  practice intercept: one_cluster
  sensitivity: one_cluster
two practices
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: too_few_clusters
  negative binomial: estimated
  GEE: estimated
  practice intercept: no_cluster_spread
  sensitivity: too_few_clusters
a repeated column
  Poisson: aliased
  Poisson, CR1: aliased
  Poisson, CR2: aliased
  negative binomial: aliased
  GEE: aliased
  practice intercept: aliased
  sensitivity: aliased
no contact at all
  Poisson: no_events
  Poisson, CR1: no_events
  Poisson, CR2: no_events
  negative binomial: no_events
  GEE: no_events
  practice intercept: no_events
  sensitivity: no_events
always the same
  Poisson: estimated
  Poisson, CR1: constant
  Poisson, CR2: constant
  negative binomial: poisson_limit
  GEE: constant
  practice intercept: poisson_limit
  sensitivity: constant
less spread than chance
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: poisson_limit
  GEE: estimated
  practice intercept: poisson_limit
  sensitivity: estimated
a billion contacts
  Poisson: estimated
  Poisson, CR1: estimated
  Poisson, CR2: estimated
  negative binomial: estimated
  GEE: estimated
  practice intercept: not_converged
  sensitivity: estimated
nobody
  Poisson: no_events
  Poisson, CR1: no_events
  Poisson, CR2: no_events
  negative binomial: no_events
  GEE: one_cluster
  practice intercept: one_cluster
  sensitivity: no_events
";

/// A comparison of made-up people after something was done to them.
fn compared(data: &str, change: impl Fn(&mut PersonHistory)) -> Seen {
    let plan = MadeUp {
        people: 7_000,
        ratio: 0.6,
        chance: 0.05,
        seed: 21,
        ..MadeUp::default()
    };
    let mut people = made_up(plan);
    people.iter_mut().for_each(change);
    let mut seen = Seen::of(data);
    seen.finding("comparison", compare(&people, 1));
    seen
}

#[test]
fn people_compared() {
    let every = |person: &mut PersonHistory, count: &dyn Fn(usize, u32) -> u32| {
        for (place, month) in person.months.iter_mut().enumerate() {
            month.count = count(place, month.count);
        }
    };
    let seen = [
        compared("ordinary", |_| {}),
        compared("a practice without a contact", |person| {
            let empty = person.practice == 0;
            every(person, &|_, count| if empty { 0 } else { count });
        }),
        compared("nobody referred", |person| person.referred = None),
        compared("everybody referred in one month", |person| {
            person.referred = Some(20)
        }),
        compared("one practice", |person| person.practice = 0),
        compared("two practices", |person| person.practice %= 2),
        compared("no contact at all", |person| every(person, &|_, _| 0)),
        compared("always the same", |person| every(person, &|_, _| 2)),
        compared("those referred without a contact afterwards", |person| {
            let from = person
                .referred
                .map_or(i64::MAX, |month| month - person.first_month);
            every(person, &|place, count| {
                if place as i64 > from { 0 } else { count }
            });
        }),
        compared("no follow-up", |person| {
            if let Some(referred) = person.referred {
                person
                    .months
                    .truncate((referred - person.first_month + 1) as usize);
            }
        }),
        compared("every third month missing", |person| {
            person
                .months
                .iter_mut()
                .step_by(3)
                .for_each(|month| month.days = 0.0);
        }),
        compared("millions of contacts", |person| {
            every(person, &|_, count| count * 1_000_000)
        }),
        compared("no months", |person| person.months.clear()),
    ];
    same(&seen, PEOPLE_COMPARED);
}

const PEOPLE_COMPARED: &str = "
ordinary
  comparison: estimated
a practice without a contact
  comparison: estimated
nobody referred
  comparison: no_comparator
everybody referred in one month
  comparison: aliased
one practice
  comparison: one_cluster
two practices
  comparison: too_few_clusters
no contact at all
  comparison: no_events
always the same
  comparison: constant
those referred without a contact afterwards
  comparison: separated
no follow-up
  comparison: no_comparator
every third month missing
  comparison: no_comparator
millions of contacts
  comparison: unbalanced, difference_not_ruled_out, leads_differ
no months
  comparison: no_comparator
";

fn around(data: &str, count: impl Fn(i32, bool) -> u64, months: &[i32], controls: bool) -> Seen {
    let cell = |month: &i32, referred: bool| {
        let sum = count(*month, referred);
        EventCell {
            referred,
            month: *month,
            exposure: 1.0,
            n: 50,
            sum,
            sum_squares: sum.saturating_mul(sum),
        }
    };
    let mut cells: Vec<EventCell> = months.iter().map(|month| cell(month, true)).collect();
    if controls {
        cells.extend(months.iter().map(|month| cell(month, false)));
    }
    let mut seen = Seen::of(data);
    seen.finding("profile", profile(&cells, 50));
    seen
}

#[test]
fn months_around_the_referral() {
    let all: Vec<i32> = (-12..=12).collect();
    let some: Vec<i32> = all.iter().copied().filter(|month| month % 3 == 0).collect();
    let lively = |month: i32, _: bool| 20 + (month * month) as u64 % 13;
    let seen = [
        around("ordinary", lively, &all, true),
        around("without controls", lively, &all, false),
        around("gaps in months", lively, &some, true),
        around("no contact at all", |_, _| 0, &all, true),
        around(
            "an arm without a contact",
            |_, referred| 30 * u64::from(!referred),
            &all,
            true,
        ),
        around("a billion contacts", |_, _| 1_000_000_000, &all, true),
        around("nobody", lively, &[], true),
    ];
    same(&seen, AROUND);
}

const AROUND: &str = "
ordinary
  profile: estimated
without controls
  profile: no_comparator
gaps in months
  profile: estimated
no contact at all
  profile: no_events
an arm without a contact
  profile: no_events
a billion contacts
  profile: estimated
nobody
  profile: no_events
";

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

fn answered(data: &str, people: Vec<Person>, names: &[&str]) -> Seen {
    let mut seen = Seen::of(data);
    let scale = Scale::new("wellbeing", 7.0, 35.0, Better::Higher).expect("7 to 35");
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let scores = match Scores::new(scale, names, people, 0) {
        Ok(scores) => scores,
        Err(refusal) => {
            seen.line("scores", &name(&refusal));
            return seen;
        }
    };
    let plan = Plan {
        imputations: 20,
        seed: 1,
    };
    seen.finding("paired change", change(&scores));
    seen.model("weights for the missing", weighted(&scores));
    seen.model("imputation", imputed(&scores, plan));
    seen.finding("reliable change", reliable(&scores, 0.84));
    seen.finding("threshold", threshold(&scores, 20.0));
    seen.finding("wellbeing", wellbeing(&scores, plan));
    seen
}

/// Somebody of eight practices, scores from a rule; `None` for no follow-up.
fn people(
    number: usize,
    practices: usize,
    after: impl Fn(usize, f64) -> Option<f64>,
    traits: impl Fn(usize, bool) -> Vec<f64>,
) -> Vec<Person> {
    (0..number)
        .map(|one| {
            let before = 12.0 + (one * one * 5 + one) as f64 % 11.0;
            let after = after(one, before);
            Person {
                cluster: Some((one % practices) as i64),
                before,
                after,
                traits: traits(one, after.is_some()),
            }
        })
        .collect()
}

#[test]
fn wellbeing_scores() {
    let better =
        |one: usize, before: f64| (one % 6 != 1).then(|| before + 2.0 + (one * 7 % 9) as f64 - 3.0);
    let age = |one: usize, _: bool| vec![(one % 5) as f64];
    let seen = [
        answered("ordinary", people(240, 8, better, age), &["age"]),
        answered("one practice", people(240, 1, better, age), &["age"]),
        answered("two practices", people(240, 2, better, age), &["age"]),
        answered(
            "nobody followed up",
            people(240, 8, |_, _| None, age),
            &["age"],
        ),
        answered(
            "half followed up",
            people(
                240,
                8,
                |one, before| (one % 2 == 0).then_some(before + 1.0 + (one % 3) as f64),
                age,
            ),
            &["age"],
        ),
        answered(
            "everybody changed alike",
            people(240, 8, |_, before| Some(before + 3.0), age),
            &["age"],
        ),
        answered(
            "nobody changed",
            people(240, 8, |_, before| Some(before), age),
            &["age"],
        ),
        answered(
            "a repeated column",
            people(240, 8, better, |one, _| {
                vec![(one % 5) as f64, (one % 5) as f64 * 2.0]
            }),
            &["age", "twice the age"],
        ),
        answered(
            "a column that tells who answered",
            people(240, 8, better, |_, there| vec![f64::from(u8::from(there))]),
            &["there"],
        ),
        answered("one person", people(1, 1, better, age), &["age"]),
        answered(
            "two people",
            people(2, 2, |one, before| Some(before + one as f64), age),
            &["age"],
        ),
        answered("nobody", vec![], &["age"]),
    ];
    same(&seen, WELLBEING);
}

const WELLBEING: &str = "
ordinary
  paired change: estimated
  weights for the missing: estimated
  imputation: estimated
  reliable change: estimated
  threshold: estimated
  wellbeing: estimated
one practice
  paired change: estimated
  weights for the missing: estimated
  imputation: estimated
  reliable change: estimated
  threshold: estimated
  wellbeing: estimated
two practices
  paired change: estimated
  weights for the missing: estimated
  imputation: estimated
  reliable change: estimated
  threshold: estimated
  wellbeing: estimated
nobody followed up
  paired change: too_few_observations
  weights for the missing: no_events
  imputation: too_few_observations
  reliable change: too_few_observations
  threshold: too_few_observations
  wellbeing: follow_up_too_low
half followed up
  paired change: estimated
  weights for the missing: estimated
  imputation: estimated
  reliable change: follow_up_too_low
  threshold: follow_up_too_low
  wellbeing: follow_up_too_low
everybody changed alike
  paired change: constant
  weights for the missing: constant
  imputation: constant
  reliable change: estimated
  threshold: estimated
  wellbeing: constant
nobody changed
  paired change: constant
  weights for the missing: constant
  imputation: constant
  reliable change: estimated
  threshold: estimated
  wellbeing: constant
a repeated column
  paired change: estimated
  weights for the missing: aliased
  imputation: aliased
  reliable change: estimated
  threshold: estimated
  wellbeing: aliased, missing_decides
a column that tells who answered
  paired change: estimated
  weights for the missing: separated
  imputation: aliased
  reliable change: estimated
  threshold: estimated
  wellbeing: separated, aliased, missing_decides
one person
  paired change: too_few_observations
  weights for the missing: constant
  imputation: too_few_observations
  reliable change: too_few_observations
  threshold: estimated
  wellbeing: too_few_observations
two people
  paired change: estimated
  weights for the missing: constant
  imputation: too_few_observations
  reliable change: estimated
  threshold: estimated
  wellbeing: too_few_observations
nobody
  scores: too_few_observations
";

fn reached(data: &str, groups: &[(u64, u64)]) -> Seen {
    let mut seen = Seen::of(data);
    let shares: Vec<Share> = groups
        .iter()
        .map(|(events, people)| Share::new(*events, *people).expect("a part"))
        .collect();
    let named: Vec<Group> = shares
        .iter()
        .enumerate()
        .map(|(place, share)| Group {
            label: Some(place.to_string()),
            share: *share,
        })
        .collect();
    let places: Vec<Place> = shares
        .iter()
        .enumerate()
        .map(|(place, share)| Place {
            label: place.to_string(),
            share: *share,
        })
        .collect();
    let reference = Share::new(200, 10_000).expect("a part");
    let strata: Vec<Stratum> = shares
        .iter()
        .map(|here| Stratum {
            here: *here,
            reference,
        })
        .collect();
    seen.finding("rates", reach(&named));
    seen.finding("gradient", gradient(&shares));
    seen.finding("funnel", funnel(&places));
    seen.finding("standardised ratio", standardised(&strata));
    seen
}

#[test]
fn groups_reached() {
    let seen = [
        reached(
            "ordinary",
            &[
                (60, 5_000),
                (55, 4_000),
                (40, 3_000),
                (30, 2_000),
                (25, 1_500),
            ],
        ),
        reached(
            "a group without anybody reached",
            &[(60, 5_000), (0, 4_000), (40, 3_000), (30, 2_000)],
        ),
        reached(
            "a group without people",
            &[(60, 5_000), (0, 0), (40, 3_000), (30, 2_000)],
        ),
        reached(
            "one group reached alone",
            &[(60, 5_000), (0, 4_000), (0, 3_000)],
        ),
        reached("nobody reached", &[(0, 5_000), (0, 4_000), (0, 3_000)]),
        reached("everybody reached", &[(500, 500), (400, 400), (300, 300)]),
        reached("one group", &[(60, 5_000)]),
        reached(
            "the same everywhere",
            &[(50, 5_000), (50, 5_000), (50, 5_000)],
        ),
        reached(
            "a million million people",
            &[
                (1_000_000_000, 1_000_000_000_000),
                (3_000_000_000, 1_000_000_000_000),
                (2_000_000_000, 1_000_000_000_000),
            ],
        ),
        reached("nobody", &[]),
    ];
    same(&seen, GROUPS);
}

const GROUPS: &str = "
ordinary
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a group without anybody reached
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a group without people
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
one group reached alone
  rates: estimated
  gradient: separated
  funnel: estimated
  standardised ratio: estimated
nobody reached
  rates: no_events
  gradient: no_events
  funnel: no_events
  standardised ratio: estimated
everybody reached
  rates: estimated
  gradient: constant
  funnel: constant
  standardised ratio: estimated
one group
  rates: estimated
  gradient: too_few_observations
  funnel: estimated
  standardised ratio: estimated
the same everywhere
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
a million million people
  rates: estimated
  gradient: estimated
  funnel: estimated
  standardised ratio: estimated
nobody
  rates: undefined
  gradient: too_few_observations
  funnel: no_events
  standardised ratio: undefined
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

fn coded(data: &str, units: &[[Option<usize>; 3]]) -> Seen {
    let mut seen = Seen::of(data);
    let units = units.iter().map(|unit| unit.to_vec()).collect();
    match Ratings::new(vec![1.0, 2.0, 3.0], units) {
        Err(refusal) => seen.line("ratings", &name(&refusal)),
        Ok(ratings) => {
            for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
                seen.finding(&format!("alpha, {level:?}"), alpha(&ratings, level, 1));
            }
            for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
                seen.finding(
                    &format!("kappa, {weights:?}"),
                    kappa(&ratings, (0, 1), weights),
                );
            }
        }
    }
    seen
}

#[test]
fn coders() {
    let lively = |unit: usize| {
        [
            Some(unit % 3),
            Some(unit * 7 % 5 % 3),
            (!unit.is_multiple_of(4)).then_some(unit % 2),
        ]
    };
    let all: Vec<[Option<usize>; 3]> = (0..40).map(lively).collect();
    let alone: Vec<[Option<usize>; 3]> = (0..40).map(|unit| [Some(unit % 3), None, None]).collect();
    let seen = [
        coded("ordinary", &all),
        coded("one code only", &[[Some(1), Some(1), Some(1)]; 20]),
        coded(
            "full agreement",
            &(0..20).map(|unit| [Some(unit % 3); 3]).collect::<Vec<_>>(),
        ),
        coded("a coder who coded nothing", &alone),
        coded("one unit", &all[..1]),
        coded("no units", &[]),
    ];
    same(&seen, CODERS);
}

const CODERS: &str = "
ordinary
  alpha, Nominal: estimated
  alpha, Ordinal: estimated
  alpha, Interval: estimated
  kappa, None: estimated
  kappa, Linear: estimated
  kappa, Quadratic: estimated
one code only
  alpha, Nominal: undefined
  alpha, Ordinal: undefined
  alpha, Interval: undefined
  kappa, None: undefined
  kappa, Linear: undefined
  kappa, Quadratic: undefined
full agreement
  alpha, Nominal: estimated
  alpha, Ordinal: estimated
  alpha, Interval: estimated
  kappa, None: estimated
  kappa, Linear: estimated
  kappa, Quadratic: estimated
a coder who coded nothing
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: too_few_observations
  kappa, Linear: too_few_observations
  kappa, Quadratic: too_few_observations
one unit
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: too_few_observations
  kappa, Linear: too_few_observations
  kappa, Quadratic: too_few_observations
no units
  alpha, Nominal: too_few_observations
  alpha, Ordinal: too_few_observations
  alpha, Interval: too_few_observations
  kappa, None: impossible
  kappa, Linear: impossible
  kappa, Quadratic: impossible
";
