//! Scores at the start and at follow-up.

use kith_effect::stats::imputation::{Plan, imputed};
use kith_effect::stats::noise::{reliable, threshold};
use kith_effect::stats::paired::change;
use kith_effect::stats::scores::{Better, Person, Scale, Scores};
use kith_effect::stats::weighting::weighted;
use kith_effect::stats::wellbeing::wellbeing;

use crate::{Seen, name, same};

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
