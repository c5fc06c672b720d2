//! Scores at the start and at follow-up.

use std::path::PathBuf;

use kith_effect::command::CommandFailure;
use kith_effect::command::slice::Only;
use kith_effect::command::wellbeing::{self, WellbeingArgs};
use kith_effect::stats::imputation::Plan;
use kith_effect::stats::scores::Better;
use tempfile::TempDir;

use crate::{Said, case, folder, json, text, told, written};

pub fn wellbeing_args(file: PathBuf, out: Option<&TempDir>) -> WellbeingArgs {
    WellbeingArgs {
        files: vec![file],
        before: "base".to_owned(),
        after: "follow".to_owned(),
        practice: Some("practice".to_owned()),
        known: vec!["age".to_owned(), "imd".to_owned()],
        measure: "SWEMWBS".to_owned(),
        low: 7.0,
        high: 35.0,
        better: Better::Higher,
        reliability: Some(0.84),
        threshold: Some(20.0),
        only: None,
        filled: Plan {
            imputations: 50,
            seed: 1,
        },
        plan: None,
        out: out.map(|o| o.path().to_owned()),
    }
}

pub fn run_wellbeing(args: &WellbeingArgs) -> Said {
    told(|out| wellbeing::run(args, out))
}

#[test]
fn what_cannot_be_of_a_score_is_said_and_not_passed_over() {
    let args = || wellbeing_args(case("wellbeing.csv"), None);
    let said = |args: WellbeingArgs| run_wellbeing(&args).expect_err("it cannot be").to_string();
    let reliability = said(WellbeingArgs {
        reliability: Some(1.5),
        ..args()
    });
    assert_eq!(
        reliability,
        "the reliability of a score lies between 0 and 1: 1.5 does not"
    );
    let threshold = said(WellbeingArgs {
        threshold: Some(99.0),
        ..args()
    });
    assert_eq!(
        threshold,
        "the threshold must be on the scale: 99 is not from 7 to 35"
    );
    let ends = said(WellbeingArgs {
        low: 35.0,
        high: 7.0,
        ..args()
    });
    assert_eq!(
        ends,
        "the lowest score must be below the highest: 35 is not below 7"
    );
}

#[test]
fn wellbeing_says_it_three_ways_and_writes_every_digit() {
    let out = folder();
    let said = run_wellbeing(&wellbeing_args(case("wellbeing.csv"), Some(&out))).expect("it runs");
    assert!(
        said.contains("For link workers:\n  Of every 10 with two scores, 2 improved"),
        "{said}"
    );
    assert!(
        said.contains("3 in 10 had no second score: we do not know about them."),
        "{said}"
    );
    assert!(
        said.contains("Mean change in SWEMWBS (higher is better) 1.88 (95% CI"),
        "{said}"
    );
    let written = json(&out, "wellbeing.json");
    let mean =
        &written["result"]["change"]["found"]["result"]["answers"]["completers"]["mean"]["value"];
    assert!((mean.as_f64().expect("a number") - 1.879_310_344_827_586_3).abs() < 1e-15);
    let p = &written["result"]["threshold"]["found"]["result"]["p"];
    assert!((p.as_f64().expect("a number") - 5.539_621_596_994_972e-6).abs() < 1e-15);
    for name in [
        "wellbeing-bounds.svg",
        "wellbeing-bounds-narrow.svg",
        "wellbeing-slopes.svg",
    ] {
        assert!(text(&out, name).starts_with("<svg "), "{name}");
    }
    assert!(text(&out, "wellbeing-bounds.csv").contains("Tipping value"));
    assert!(text(&out, "wellbeing.txt").contains("For researchers: Completers 1.88"));
    assert!(text(&out, "wellbeing.txt").contains("How this was made: paired change"));
    // The same threshold in words and in a table, not only in the file of numbers.
    assert!(
        said.contains("At 20 or above: ") && said.contains("exact McNemar p below 0.0001"),
        "{said}"
    );
    let crossed = text(&out, "wellbeing-threshold.csv");
    assert!(
        crossed.contains("At the start,70,105,40.0,33.0,47.4\n")
            && crossed.contains("At follow-up,"),
        "{crossed}"
    );
}

#[test]
fn fewer_than_twenty_people_of_one_link_worker_are_not_shown() {
    let out = folder();
    let mut rows = String::from("base,follow,practice,age,imd,worker\n");
    for i in 0..80 {
        let worker = if i < 19 { "Kay" } else { "Sam" };
        rows += &format!(
            "{},{},North,{},{},{worker}\n",
            15 + i % 9,
            16 + i * 7 % 13,
            i % 5,
            1 + i % 4
        );
    }
    let args = wellbeing_args(written(&out, &rows), Some(&out));
    let one = |name: &str| {
        let only = Some(Only {
            column: "worker".to_owned(),
            name: name.to_owned(),
        });
        run_wellbeing(&WellbeingArgs {
            only,
            ..args.clone()
        })
        .expect("it runs")
    };
    let kay = one("Kay");
    assert!(
        kay.contains("19 people of one link worker are too few to show"),
        "{kay}"
    );
    assert!(!out.path().join("wellbeing-bounds.svg").exists());
    assert_eq!(
        json(&out, "wellbeing.json")["result"]["refused"]["code"],
        "R10"
    );
    let sam = one("Sam");
    assert!(sam.contains("For link workers"), "{sam}");
    assert_eq!(
        json(&out, "wellbeing.json")["result"]["change"]["found"]["n"],
        61
    );
}

#[test]
fn no_practice_of_seven_or_fewer_is_in_any_table_or_picture() {
    let out = folder();
    let mut rows = String::from("base,follow,practice,age,imd\n");
    for i in 0..60 {
        let practice = if i < 5 { "Tiny" } else { "Large" };
        rows += &format!(
            "{},{},{practice},{},{}\n",
            15 + i % 9,
            16 + i * 7 % 13,
            i % 5,
            1 + i % 4
        );
    }
    let args = wellbeing_args(written(&out, &rows), Some(&out));
    run_wellbeing(&args).expect("it runs");
    for name in [
        "wellbeing-slopes.svg",
        "wellbeing-slopes.csv",
        "wellbeing-slopes-narrow.svg",
    ] {
        assert!(!text(&out, name).contains("Tiny"), "{name}");
    }
    assert!(text(&out, "wellbeing-slopes.csv").contains("Large,about 55"));
    assert!(text(&out, "wellbeing-slopes.svg").contains("small: 1."));
}

#[test]
fn an_empty_field_of_what_is_known_drops_nobody() {
    let out = folder();
    let mut rows = String::from("base,follow,practice,age,imd\n");
    for i in 0..80 {
        let follow = if i % 5 == 0 {
            String::new()
        } else {
            (18 + i * 7 % 13).to_string()
        };
        let age = if i % 7 == 0 {
            String::new()
        } else {
            (i % 6).to_string()
        };
        rows += &format!("{},{follow},{},{age},{}\n", 15 + i % 9, i % 8, 1 + i % 4);
    }
    run_wellbeing(&wellbeing_args(written(&out, &rows), Some(&out))).expect("it runs");
    let found = json(&out, "wellbeing.json")["result"]["change"]["found"].clone();
    assert_eq!(
        (found["n"].as_u64(), found["missing"].as_u64()),
        (Some(64), Some(16))
    );
    let terms = found["result"]["answers"]["weighted"]["answered"].to_string();
    assert!(terms.contains("age not recorded"), "{terms}");
}

#[test]
fn a_bad_score_is_told_by_row_and_column() {
    let out = folder();
    for (field, expected) in [("36", "a score from 7 to 35"), ("good", "a number")] {
        let rows = format!("base,follow,practice,age,imd\n20,22,A,1,2\n20,{field},A,1,2\n");
        let failure =
            run_wellbeing(&wellbeing_args(written(&out, &rows), None)).expect_err("a bad score");
        let said = failure.to_string();
        assert!(
            said.contains(&format!(
                "row 3, column \"follow\": expected {expected}, found \"{field}\""
            )),
            "{said}"
        );
    }
    let failure =
        run_wellbeing(&wellbeing_args(written(&out, "base,after\n"), None)).expect_err("no column");
    assert!(
        failure
            .to_string()
            .contains("no column \"follow\"; the columns are base, after")
    );
    let failure =
        run_wellbeing(&wellbeing_args(out.path().join("none.csv"), None)).expect_err("no file");
    assert!(matches!(failure, CommandFailure::Unreadable { .. }));
}

#[test]
fn an_empty_file_is_an_answer_and_not_a_failure() {
    let out = folder();
    let said = run_wellbeing(&wellbeing_args(
        written(&out, "base,follow,practice,age,imd\n"),
        None,
    ));
    assert!(said.expect("it runs").contains("We cannot tell."));
}
