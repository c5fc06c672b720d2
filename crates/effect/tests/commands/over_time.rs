//! A series with a start, and practices that start one after the other.

use std::fmt::Write as _;
use std::fs;

use kith_effect::command::CommandFailure;
use kith_effect::command::rollout::{self, RolloutArgs};
use kith_effect::command::series::{self, SeriesArgs};
use tempfile::TempDir;

use crate::{case, expected, folder, json, owned, told, written};

pub fn series_args(folder: &TempDir) -> SeriesArgs {
    SeriesArgs {
        files: vec![case("its_panel.csv")],
        control: None,
        month: owned("month"),
        count: owned("y"),
        population: owned("pop"),
        start: owned("30"),
        changes: vec![],
        horizon: 12,
        constant: vec![],
        plan: None,
        out: Some(folder.path().to_owned()),
    }
}

#[test]
fn a_series_is_read_modelled_said_and_drawn() {
    let folder = folder();
    let said = told(|out| series::run(&series_args(&folder), out)).expect("a good file");
    assert!(said.contains("For researchers"), "{said}");
    let level =
        &json(&folder, "series.json")["result"]["found"]["result"]["model"]["at_horizon"]["value"];
    let want = expected(
        "expected_r.json",
        &["its_panel", "gls_reml_ar1", "effect_12m", "log_rr"],
    );
    assert!((level.as_f64().expect("a number") - want).abs() < 1e-5);
    for name in [
        "series.svg",
        "series-narrow.svg",
        "series.csv",
        "series.txt",
    ] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_series_that_starts_too_soon_is_described() {
    let folder = folder();
    let early = SeriesArgs {
        start: owned("10"),
        ..series_args(&folder)
    };
    let said = told(|out| series::run(&early, out)).expect("a refusal is an answer");
    assert!(said.contains("R6"), "{said}");
    assert!(json(&folder, "series.json")["result"]["found"]["result"]["model"].is_null());
    let never = SeriesArgs {
        start: owned("soon"),
        ..series_args(&folder)
    };
    assert!(matches!(
        told(|out| series::run(&never, out)),
        Err(CommandFailure::BadArguments { .. })
    ));
}

#[test]
fn months_are_read_by_name() {
    let folder = folder();
    let mut text = owned("month,y,pop\n");
    for month in 0..60 {
        let (year, of_year) = (2020 + month / 12, month % 12 + 1);
        let count = 900 + month * 3 + of_year * 10 + month * month * 7 % 23;
        writeln!(text, "{year}-{of_year:02},{count},4000").expect("text");
    }
    let args = SeriesArgs {
        files: vec![written(&folder, &text)],
        start: owned("2022-07"),
        ..series_args(&folder)
    };
    told(|out| series::run(&args, out)).expect("a good file");
    let table = crate::text(&folder, "series.csv");
    assert!(table.contains("2022-07"), "{table}");
    let bad = written(&folder, "month,y,pop\n2020-13,4,10\n");
    let said = told(|out| {
        series::run(
            &SeriesArgs {
                files: vec![bad],
                ..args
            },
            out,
        )
    })
    .expect_err("no month 13")
    .to_string();
    assert!(
        said.contains("row 2, column \"month\"") && said.contains("2020-13"),
        "{said}"
    );
}

#[test]
fn a_roll_out_gives_the_numbers_of_the_reference() {
    let folder = folder();
    let text = fs::read_to_string(case("did_panel.csv")).expect("the case is there");
    // In the case a 0 says "never"; in a file of ours the field is empty.
    let mut ours = owned("patient,practice,start,month,y\n");
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let start = if fields[2] == "0" { "" } else { fields[2] };
        writeln!(
            ours,
            "{},{},{start},{},{}",
            fields[0], fields[1], fields[3], fields[4]
        )
        .expect("text");
    }
    let args = RolloutArgs {
        files: vec![written(&folder, &ours)],
        person: owned("patient"),
        practice: owned("practice"),
        start: owned("start"),
        month: owned("month"),
        count: owned("y"),
        days: None,
        constant: vec![],
        plan: None,
        out: Some(folder.path().to_owned()),
    };
    let said = told(|out| rollout::run(&args, out)).expect("a good file");
    assert!(said.contains("24 practices"), "{said}");
    let overall = &json(&folder, "rollout.json")["result"]["found"]["result"]["model"]["overall"]["log_ratio"];
    let path = [
        "did_panel",
        "etwfe_poisson_cluster_practice",
        "overall",
        "mean_log_ratio",
    ];
    let apart = overall["value"].as_f64().expect("a number") - expected("expected_py.json", &path);
    assert!(apart.abs() < 1e-9, "{apart}");
    assert!(folder.path().join("rollout.svg").exists());
}

#[test]
fn a_supplier_that_changes_inside_a_practice_refuses() {
    let folder = folder();
    let mut text = owned("month,y,pop,supplier\n");
    for month in 0..60 {
        let supplier = if month < 40 { "North" } else { "South" };
        writeln!(
            text,
            "{month},{},4000,{supplier}",
            900 + month * month * 7 % 23
        )
        .expect("text");
    }
    let args = SeriesArgs {
        files: vec![written(&folder, &text)],
        ..series_args(&folder)
    };
    let refusals = |args: &SeriesArgs| {
        told(|out| series::run(args, out)).expect("a good file");
        json(&folder, "series.json")["result"]["found"]["refusals"].to_string()
    };
    assert!(!refusals(&args).contains("definition_changed"));
    let watched = SeriesArgs {
        constant: vec![owned("supplier")],
        ..args
    };
    assert!(refusals(&watched).contains("definition_changed"));
}
