//! Single values in order, and codes that coders gave.

use std::path::PathBuf;

use kith_effect::command::CommandFailure;
use kith_effect::command::agreement::{self, AgreementArgs};
use kith_effect::command::xmr::{self, XmrArgs};
use kith_effect::stats::agreement::Level;
use tempfile::TempDir;

use crate::{Said, case, folder, json, text, told, written};

#[test]
fn xmr_dates_its_signals_and_bridges_no_gap() {
    let out = folder();
    let args = |file| XmrArgs {
        files: vec![file],
        label: "month".to_owned(),
        value: "value".to_owned(),
        measure: "Referrals a month".to_owned(),
        out: Some(out.path().to_owned()),
    };
    let run = |args: &XmrArgs| told(|said| xmr::run(args, said));
    let said = run(&args(case("xmr.csv"))).expect("it runs");
    assert!(said.contains("outside its limits in 9"), "{said}");
    assert!(
        said.contains("on one side of the mean from 27 to 35"),
        "{said}"
    );
    assert!(text(&out, "xmr.svg").starts_with("<svg "));
    let gap = "month,value\n2026-01,5\n2026-02,\n2026-03,6\n";
    let said = run(&args(written(&out, gap))).expect("it runs");
    assert!(said.contains("We cannot tell."), "{said}");
    let failure =
        run(&args(written(&out, "month,value\n,5\n"))).expect_err("a point without a name");
    assert!(
        failure
            .to_string()
            .contains("row 2, column \"month\": expected a name for the point")
    );
}

pub fn agreement_args(
    file: PathBuf,
    coders: &[&str],
    level: Level,
    out: &TempDir,
) -> AgreementArgs {
    AgreementArgs {
        files: vec![file],
        coders: coders.iter().map(|c| (*c).to_owned()).collect(),
        level,
        order: vec![],
        seed: 1,
        out: Some(out.path().to_owned()),
    }
}

pub fn run_agreement(args: &AgreementArgs) -> Said {
    told(|out| agreement::run(args, out))
}

#[test]
fn agreement_of_three_coders_gives_alpha_and_every_kappa() {
    let out = folder();
    let coders = ["coder1", "coder2", "coder3"];
    let said = run_agreement(&agreement_args(
        case("codes.csv"),
        &coders,
        Level::Ordinal,
        &out,
    ));
    let said = said.expect("it runs");
    assert!(
        said.contains("gave the same code 7 in 10 times. They agree more than chance"),
        "{said}"
    );
    let written = json(&out, "agreement.json")["result"].clone();
    let alpha = written["alpha"]["found"]["result"]["value"]
        .as_f64()
        .expect("a number");
    assert!((alpha - 0.641_494_337_603_194_1).abs() < 1e-12);
    assert_eq!(written["kappa"].as_array().map(Vec::len), Some(9));
}

#[test]
fn words_need_their_order_and_a_stranger_is_told_by_row() {
    let out = folder();
    let rows = "a,b\nlow,high\nmiddle,middle\nhigh,high\nlow,low\n";
    let mut args = agreement_args(written(&out, rows), &["a", "b"], Level::Ordinal, &out);
    let said = run_agreement(&args)
        .expect_err("words without order")
        .to_string();
    assert!(said.contains("need their order"), "{said}");
    args.order = ["low", "middle", "high"].map(str::to_owned).to_vec();
    assert!(
        run_agreement(&args)
            .expect("it runs")
            .contains("For researchers")
    );
    args.order.pop();
    let said = run_agreement(&args).expect_err("a stranger").to_string();
    assert!(
        said.contains("row 2, column \"b\": expected one of low, middle, found \"high\""),
        "{said}"
    );
    args.coders.pop();
    assert!(matches!(
        run_agreement(&args),
        Err(CommandFailure::BadArguments { .. })
    ));
}

#[test]
fn one_code_only_is_an_answer_and_not_perfect_agreement() {
    let out = folder();
    let args = agreement_args(
        written(&out, "a,b\n1,1\n1,1\n1,1\n"),
        &["a", "b"],
        Level::Nominal,
        &out,
    );
    let said = run_agreement(&args).expect("it runs");
    assert!(
        said.contains("undefined")
            && json(&out, "agreement.json")["result"]["alpha"]["refused"]["code"] == "A8"
    );
}
