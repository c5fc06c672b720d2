//! People referred beside people at the same peak, from files and from a simulation; and
//! whether the answer hangs on the model.

use std::fmt::Write as _;
use std::path::PathBuf;

use kith_effect::command::CommandFailure;
use kith_effect::command::compare::{self, CompareArgs};
use kith_effect::command::sensitivity::{self, SensitivityArgs};
use kith_effect::command::simulate::{self, SimulateArgs};
use kith_effect::stats::made_up::{MadeUp, made_up};
use tempfile::TempDir;

use crate::{case, expected, folder, json, owned, text, told, written};

fn compare_args(folder: &TempDir, file: PathBuf) -> CompareArgs {
    CompareArgs {
        files: vec![file],
        person: owned("person"),
        practice: owned("practice"),
        age: owned("age"),
        sex: owned("sex"),
        deprivation: owned("imd"),
        referred: owned("referred"),
        month: owned("month"),
        count: owned("y"),
        days: Some(owned("days")),
        seed: 1,
        constant: vec![],
        plan: None,
        out: Some(folder.path().to_owned()),
    }
}

const COMPARED: &str = "person,practice,age,sex,imd,referred,month,y,days\n";

#[test]
fn people_are_compared_from_a_file_as_from_memory() {
    let folder = folder();
    let people = made_up(MadeUp {
        people: 1_200,
        practices: 8,
        ratio: 0.8,
        seed: 11,
        ..MadeUp::default()
    });
    let mut text = owned(COMPARED);
    for person in &people {
        let referred = person
            .referred
            .map_or_else(String::new, |month| month.to_string());
        for (month, seen) in person.months.iter().enumerate() {
            // Names in the order of the numbers, so that the same controls are drawn.
            let (name, count) = (format!("p{:05}", person.person), seen.count);
            writeln!(
                text,
                "{name},{},1,0,1,{referred},{month},{count},30",
                person.practice
            )
            .expect("text");
        }
    }
    let args = compare_args(&folder, written(&folder, &text));
    told(|out| compare::run(&args, out)).expect("a good file");
    let log_ratio = &json(&folder, "compare.json")["result"]["found"]["result"]["log_ratio"];
    let memory = kith_effect::stats::comparison::compare(&people, 1).expect("a comparison");
    let apart = log_ratio["value"].as_f64().expect("a number") - memory.result.log_ratio.value;
    assert!(apart.abs() < 1e-9, "{apart}");
}

#[test]
fn rows_of_a_person_that_disagree_are_pointed_at() {
    let folder = folder();
    let told = |rows: &str| {
        let args = compare_args(&folder, written(&folder, &format!("{COMPARED}{rows}")));
        told(|out| compare::run(&args, out))
    };
    let said = |rows: &str| told(rows).expect_err("they disagree").to_string();
    let moved = said("a,1,2,0,3,,5,1,30\na,2,2,0,3,,6,1,30\n");
    assert!(
        moved.contains("row 3, column \"practice\": expected \"1\" as in row 2"),
        "{moved}"
    );
    let twice = said("a,1,2,0,3,,5,1,30\na,1,2,0,3,,5,1,30\n");
    assert!(twice.contains("each month of a person once"), "{twice}");
    let referred = said("a,1,2,0,3,9,5,1,30\na,1,2,0,3,8,6,1,30\n");
    assert!(
        referred.contains("the same month as in row 2"),
        "{referred}"
    );
    let nobody = told("a,1,2,0,3,,5,1,30\n").expect("a refusal is an answer");
    assert!(nobody.contains("R1"), "{nobody}");
}

/// The people a simulation writes, compared from its file.
fn compared_as_simulated(folder: &TempDir, plan: MadeUp) -> String {
    let simulated = SimulateArgs {
        people: plan.people,
        practices: plan.practices,
        ratio: plan.ratio,
        chance: plan.chance,
        spread: plan.spread,
        season: plan.season,
        leaving: plan.leaving,
        repetitions: 1,
        seed: plan.seed,
        out: Some(folder.path().to_owned()),
    };
    told(|out| simulate::run(&simulated, out)).expect("a simulation");
    let args = CompareArgs {
        deprivation: owned("deprivation"),
        count: owned("count"),
        ..compare_args(folder, folder.path().join("simulate-people.csv"))
    };
    told(|out| compare::run(&args, out)).expect("a good file")
}

#[test]
fn a_refused_ratio_is_not_drawn_and_the_months_are_described() {
    let folder = folder();
    let said = compared_as_simulated(
        &folder,
        MadeUp {
            people: 900,
            practices: 3,
            ..MadeUp::default()
        },
    );
    assert!(said.contains("R3"), "{said}");
    assert!(!folder.path().join("compare.svg").exists());
    assert!(folder.path().join("compare-profile.svg").exists());
    assert!(json(&folder, "compare.json")["headline"]["p"].is_null());
}

#[test]
fn a_ratio_that_stands_is_drawn() {
    let folder = folder();
    let said = compared_as_simulated(
        &folder,
        MadeUp {
            people: 7_000,
            practices: 20,
            ratio: 0.6,
            chance: 0.05,
            seed: 21,
            ..MadeUp::default()
        },
    );
    assert!(said.contains("fewer GP contacts a year"), "{said}");
    assert!(folder.path().join("compare.svg").exists());
    assert!(!folder.path().join("compare-profile.svg").exists());
    let p = json(&folder, "compare.json")["headline"]["p"]
        .as_f64()
        .expect("a p");
    assert!(p < 0.001, "{p}");
}

#[test]
fn a_simulation_says_what_each_analysis_would_have_said() {
    let folder = folder();
    let args = SimulateArgs {
        people: 800,
        practices: 6,
        ratio: 1.0,
        chance: 0.1,
        spread: 0.2,
        season: 0.1,
        leaving: 0.0,
        repetitions: 1,
        seed: 3,
        out: Some(folder.path().to_owned()),
    };
    let said = told(|out| simulate::run(&args, out)).expect("a simulation");
    assert_eq!(said.lines().count(), 4, "{said}");
    assert_eq!(
        json(&folder, "simulate.json")["result"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    let none = SimulateArgs { ratio: 0.0, ..args };
    assert!(matches!(
        told(|out| simulate::run(&none, out)),
        Err(CommandFailure::BadArguments { .. })
    ));
}

#[test]
fn several_models_are_asked_the_same_and_none_is_chosen() {
    let folder = folder();
    let args = SensitivityArgs {
        files: vec![case("count_panel.csv")],
        practice: owned("practice"),
        of: owned("post"),
        count: owned("y"),
        days: Some(owned("days")),
        groups: vec![owned("age"), owned("sex"), owned("imd")],
        numbers: vec![owned("t")],
        constant: vec![],
        out: Some(folder.path().to_owned()),
    };
    let said = told(|out| sensitivity::run(&args, out)).expect("a good file");
    assert!(said.contains("Does the answer change"), "{said}");
    let found = &json(&folder, "sensitivity.json")["result"]["found"];
    let ratio = |place: usize| {
        let value = &found["result"]["answers"][place]["log_ratio"]["value"];
        value.as_f64().expect("a number")
    };
    let poisson = expected(
        "expected_py.json",
        &["count_panel", "poisson", "coef", "post"],
    );
    let negative = expected("expected_py.json", &["count_panel", "nb2", "coef", "post"]);
    assert!((ratio(0) / poisson - 1.0).abs() < 1e-9 && (ratio(2) / negative - 1.0).abs() < 1e-9);
    let table = text(&folder, "sensitivity.csv");
    assert_eq!(table.lines().count(), 6, "{table}");
    assert!(folder.path().join("sensitivity.svg").exists());
    let wrong = SensitivityArgs {
        of: owned("age"),
        ..args
    };
    let wrong = told(|out| sensitivity::run(&wrong, out)).expect_err("age is no yes or no");
    assert!(
        wrong
            .to_string()
            .contains("column \"age\": expected 1 for yes or 0 for no"),
        "{wrong}"
    );
}
