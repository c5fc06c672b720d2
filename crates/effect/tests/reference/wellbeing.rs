//! Paired change, its weights, imputations, bounds and thresholds, against R.

use kith_effect::stats::design::Design;
use kith_effect::stats::estimate::Estimate;
use kith_effect::stats::imputation::Plan;
use kith_effect::stats::least_squares::LeastSquares;
use kith_effect::stats::noise::{reliable, threshold};
use kith_effect::stats::scores::{Better, Person, Scale, Scores};
use kith_effect::stats::wellbeing::{Answers, wellbeing};

use crate::ledger::{COEFFICIENT, ERROR_R, Ledger, Tolerance};
use crate::table::Table;

const SAME: Tolerance = Tolerance::Absolute(0.0);

pub fn check(ledger: &mut Ledger) {
    let scores = scores();
    let plan = Plan {
        imputations: 2000,
        seed: 1,
    };
    let finding = wellbeing(&scores, plan).expect("174 pairs");
    assert!(finding.concludes(), "{:?}", finding.refusals);
    let result = finding.result;
    let follow_up = result.follow_up;
    ledger.close("r/wellbeing/n", follow_up.people() as f64, SAME);
    ledger.close("r/wellbeing/n_pairs", finding.n as f64, SAME);
    ledger.close(
        "r/wellbeing/followup_fraction",
        follow_up.rate().expect("people"),
        COEFFICIENT,
    );
    ledger.close(
        "r/wellbeing/bounds/worst",
        result.bounds.lowest,
        COEFFICIENT,
    );
    ledger.close(
        "r/wellbeing/bounds/best",
        result.bounds.highest,
        COEFFICIENT,
    );
    let answers = result.answers.expect("67% followed up");
    completers(ledger, &answers);
    missing(ledger, &answers);
    noise(ledger, &scores);
    equal_spread(ledger, &scores);
}

fn scores() -> Scores {
    let table = Table::read("wellbeing");
    let [practice, age, imd, base, follow] =
        ["practice", "age", "imd", "base", "follow"].map(|name| table.column(name));
    let person = |i: usize| Person {
        cluster: Some(practice[i] as i64),
        before: base[i],
        after: (!follow[i].is_nan()).then_some(follow[i]),
        traits: vec![age[i], imd[i]],
    };
    let scale = Scale::new("wellbeing", 7.0, 35.0, Better::Higher).expect("7 to 35");
    let people = (0..base.len()).map(person).collect();
    Scores::new(scale, vec!["age".to_owned(), "imd".to_owned()], people, 0).expect("on the scale")
}

fn error(estimate: &Estimate) -> f64 {
    estimate.standard_error.expect("it has an error")
}

fn completers(ledger: &mut Ledger, answers: &Answers) {
    let change = &answers.completers;
    let independent = change.independent;
    let interval = independent.interval.expect("174 pairs");
    for (name, value) in [
        ("mean_change", independent.value),
        ("sd_change", change.deviation),
        ("t", change.t),
        ("df", independent.df.expect("it is Student's")),
        ("p", change.p),
        ("ci95/0", interval.low),
        ("ci95/1", interval.high),
        ("cohen_dz_SRM", change.d_z),
        (
            "effect_size_baseline_sd",
            change.in_baseline_deviations.expect("first scores vary"),
        ),
        ("hedges_g_dz", change.hedges_g),
        ("cor", change.correlation.expect("both vary")),
        ("wilcoxon_V", change.signed_rank.rises),
        ("wilcoxon_p", change.signed_rank.p),
    ] {
        ledger.close(&format!("r/wellbeing/{name}"), value, COEFFICIENT);
    }
    let clustered = change.clustered.expect("8 practices");
    assert_eq!(
        change.mean, clustered.cr2,
        "with 8 practices CR2 is reported"
    );
    let folder = "r/wellbeing/cluster_robust_mean_change";
    ledger.close(
        &format!("{folder}/se_CR1_practice"),
        clustered.cr1_error,
        ERROR_R,
    );
    ledger.close(&format!("{folder}/CR2/se"), error(&clustered.cr2), ERROR_R);
    ledger.close(
        &format!("{folder}/CR2/df"),
        clustered.cr2.df.expect("it has df"),
        ERROR_R,
    );
    let adjusted = answers.adjusted.as_ref().expect("enough pairs");
    let names = ["(Intercept)", "I(base - mean(base))", "age", "imd"];
    assert_eq!(adjusted.len(), names.len());
    for (name, (_, estimate)) in names.into_iter().zip(adjusted) {
        ledger.close(
            &format!("r/wellbeing/ancova/coef/{name}"),
            estimate.value,
            COEFFICIENT,
        );
        ledger.close(
            &format!("r/wellbeing/ancova/se_HC3/{name}"),
            error(estimate),
            ERROR_R,
        );
    }
}

/// The errors that suppose equal spread, which no finding reports.
fn equal_spread(ledger: &mut Ledger, scores: &Scores) {
    let pairs: Vec<&Person> = scores.completers().collect();
    let before: Vec<f64> = pairs.iter().map(|p| p.before).collect();
    let after: Vec<f64> = pairs.iter().filter_map(|p| p.after).collect();
    let mean = before.iter().sum::<f64>() / before.len() as f64;
    let design = Design::constant(pairs.len())
        .with("I(base - mean(base))", before.iter().map(|b| b - mean))
        .with("age", pairs.iter().map(|p| p.traits[0]))
        .with("imd", pairs.iter().map(|p| p.traits[1]));
    let errors = LeastSquares::fit(&design, &after)
        .expect("enough pairs")
        .model_errors();
    for (name, error) in ["(Intercept)", "I(base - mean(base))", "age", "imd"]
        .into_iter()
        .zip(errors.iter())
    {
        ledger.close(&format!("r/wellbeing/ancova/se/{name}"), *error, ERROR_R);
    }
}

fn missing(ledger: &mut Ledger, answers: &Answers) {
    let weighted = answers.weighted.as_ref().expect("some are missing");
    ledger.close(
        "r/wellbeing/ipw/mean_change",
        weighted.mean.value,
        COEFFICIENT,
    );
    ledger.close("r/wellbeing/ipw/se_stacked", error(&weighted.mean), ERROR_R);
    ledger.close(
        "r/wellbeing/ipw/weights_max",
        weighted.largest_weight,
        COEFFICIENT,
    );
    for (name, (_, value)) in ["(Intercept)", "base", "age", "imd"]
        .into_iter()
        .zip(&weighted.answered)
    {
        ledger.close(
            &format!("r/wellbeing/ipw/propensity_coef/{name}"),
            *value,
            COEFFICIENT,
        );
    }
    ledger.close(
        "r/wellbeing/bounds/no_change_for_missing",
        answers.no_change.value,
        COEFFICIENT,
    );
    let tipping = answers.tipping.expect("some are missing");
    let path = "r/wellbeing/bounds/tipping_mean_change_in_missing_for_zero";
    ledger.close(path, tipping.change, COEFFICIENT);
    // R drew 200 times from its own stream: means within 0.03, errors within 5%; the
    // variance between 200 draws is itself known to about 10%.
    let imputed = answers.imputed.expect("a line");
    let folder = "r/wellbeing/mi_norm_m200";
    ledger.close(
        &format!("{folder}/mean_change"),
        imputed.mean.value,
        Tolerance::Absolute(0.03),
    );
    ledger.close(
        &format!("{folder}/se"),
        error(&imputed.mean),
        Tolerance::Relative(0.05),
    );
    ledger.close(
        &format!("{folder}/within"),
        imputed.within,
        Tolerance::Relative(0.05),
    );
    ledger.close(
        &format!("{folder}/between"),
        imputed.between,
        Tolerance::Relative(0.25),
    );
}

fn noise(ledger: &mut Ledger, scores: &Scores) {
    let folder = "r/wellbeing/reliable_change";
    let reliability = ledger.expected(&format!("{folder}/reliability"));
    let found = reliable(scores, reliability).expect("pairs").result;
    let share = found.improved_share;
    let interval = share.interval.expect("Wilson's");
    for (name, value) in [
        ("reliability", found.reliability),
        ("sd_base_all", found.baseline_deviation),
        ("sem", found.measurement_error),
        ("rci_threshold_1.96", found.needed),
        ("improved", found.improved as f64),
        ("worsened", found.worsened as f64),
        ("same", found.same as f64),
        ("improved_wilson/est", share.value),
        ("improved_wilson/lo", interval.low),
        ("improved_wilson/hi", interval.high),
    ] {
        ledger.close(&format!("{folder}/{name}"), value, COEFFICIENT);
    }
    let crossed = threshold(scores, 20.0).expect("pairs").result;
    for (name, value) in [
        ("base_ge", crossed.before as f64),
        ("follow_ge", crossed.after as f64),
        ("up", crossed.up as f64),
        ("down", crossed.down as f64),
        ("mcnemar_exact_p", crossed.p),
    ] {
        ledger.close(
            &format!("r/wellbeing/threshold20/{name}"),
            value,
            COEFFICIENT,
        );
    }
}
