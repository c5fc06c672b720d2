//! The months around a referral, described.

use std::fs;
use std::io::Read;

use flate2::read::GzDecoder;
use kith_effect::command::describe::{self, DescribeArgs};
use kith_effect::command::series;
use tempfile::TempDir;

use crate::over_time::series_args;
use crate::scores::{run_wellbeing, wellbeing_args};
use crate::{case, expected, folder, json, owned, told, written};

fn describe_args(folder: &TempDir) -> DescribeArgs {
    let mut text = String::new();
    let packed = fs::File::open(case("event_null.csv.gz")).expect("the case is there");
    GzDecoder::new(packed)
        .read_to_string(&mut text)
        .expect("it unpacks");
    DescribeArgs {
        files: vec![written(folder, &text)],
        person: owned("patient"),
        month: owned("k"),
        count: owned("y"),
        days: Some(owned("days")),
        referred: Some(owned("referred")),
        only: None,
        constant: vec![],
        out: Some(folder.path().to_owned()),
    }
}

#[test]
fn the_months_around_the_referral_are_described() {
    let folder = folder();
    let said = told(|out| describe::run(&describe_args(&folder), out)).expect("a good file");
    assert!(said.contains("No effect is claimed"), "{said}");
    let found = &json(&folder, "describe.json")["result"]["found"];
    assert_eq!(
        found["n"].as_f64(),
        Some(expected("expected_r.json", &["event_null", "patients"]))
    );
    assert_eq!(
        found["result"]["referred"].as_array().map(Vec::len),
        Some(25)
    );
    assert_eq!(
        found["result"]["controls"].as_array().map(Vec::len),
        Some(25)
    );
}

#[test]
fn without_a_column_of_controls_no_effect_can_be_given() {
    let folder = folder();
    let alone = DescribeArgs {
        referred: None,
        ..describe_args(&folder)
    };
    let said = told(|out| describe::run(&alone, out)).expect("a good file");
    assert!(said.contains("R1"), "{said}");
    let unknown = DescribeArgs {
        count: owned("contacts"),
        ..describe_args(&folder)
    };
    let said = told(|out| describe::run(&unknown, out))
        .expect_err("no such column")
        .to_string();
    assert!(
        said.contains("a column \"contacts\"") && said.contains("patient, practice"),
        "{said}"
    );
}

#[test]
fn a_person_month_that_is_no_yes_or_no_is_pointed_at() {
    let folder = folder();
    let text = "patient,k,y,days,referred\n1,-1,2,30,1\n2,1,0,30,maybe\n";
    let args = describe_args(&folder);
    let args = DescribeArgs {
        files: vec![written(&folder, text)],
        ..args
    };
    let said = told(|out| describe::run(&args, out))
        .expect_err("maybe is no answer")
        .to_string();
    assert!(
        said.contains("row 3, column \"referred\"") && said.contains("maybe"),
        "{said}"
    );
}

#[test]
fn every_finding_carries_how_many_how_and_under_what() {
    let folder = folder();
    told(|out| series::run(&series_args(&folder), out)).expect("an answer");
    told(|out| describe::run(&describe_args(&folder), out)).expect("an answer");
    for name in ["series", "describe"] {
        let found = &json(&folder, &format!("{name}.json"))["result"]["found"];
        for part in [
            "n",
            "missing",
            "method",
            "assumptions",
            "refusals",
            "result",
        ] {
            assert!(!found[part].is_null(), "{name} without {part}");
        }
        let said =
            fs::read_to_string(folder.path().join(format!("{name}.txt"))).expect("sentences");
        assert!(
            said.contains("How this was made: ") && said.contains("It supposes: "),
            "{said}"
        );
    }
}

#[test]
fn a_handful_of_people_is_not_described() {
    let out = folder();
    let rows = "base,follow,practice,age,imd\n20,22,A,1,2\n18,25,A,2,3\n19,19,B,3,1\n21,24,B,1,1\n20,23,B,2,2\n17,20,A,4,5\n";
    let said = run_wellbeing(&wellbeing_args(written(&out, rows), Some(&out))).expect("it runs");
    assert!(said.contains("too small to show"), "{said}");
    assert!(!out.path().join("wellbeing-slopes.svg").exists());
}
