//! Questions fixed before the data are read, and whether a later run kept to them.

use std::fs;
use std::path::PathBuf;

use kith_effect::command::CommandFailure;
use kith_effect::command::plan::{self, Fixed, PlanArgs};
use kith_effect::command::series::{self, SeriesArgs};
use kith_effect::command::together::{self, TogetherArgs};

use crate::over_time::series_args;
use crate::{folder, json, owned, text, told};

/// The moment at which a plan was fixed.
const FIXED: &str = "2026-03-02T09:00:00Z";

/// Fixes a plan and takes down its number.
fn hash_of(args: &PlanArgs) -> String {
    let said = told(|out| plan::run(args, FIXED, out)).expect("a plan");
    let hash = said
        .split_whitespace()
        .skip_while(|word| *word != "SHA-256")
        .nth(1);
    hash.expect("a hash").to_owned()
}

#[test]
fn several_planned_questions_share_the_chance_of_a_false_finding_and_the_rest_is_exploratory() {
    let folder = folder();
    let file = folder.path().join("plan.json");
    let question = |words: &str, analysis: &str| (owned(words), owned(analysis));
    let (questions, analyses) = [
        question("Do contacts change in the north?", "series"),
        question("Do contacts change in the south?", "series"),
        question("Does wellbeing change?", "wellbeing"),
    ]
    .into_iter()
    .unzip();
    let hash = hash_of(&PlanArgs {
        questions,
        analyses,
        file: file.clone(),
    });
    let fixed = |number| Fixed {
        file: file.clone(),
        hash: hash.clone(),
        number,
    };
    let result = |name: &str, plan: Option<Fixed>| -> Result<PathBuf, CommandFailure> {
        let out = folder.path().join(name);
        let args = SeriesArgs {
            plan,
            out: Some(out.clone()),
            ..series_args(&folder)
        };
        told(|to| series::run(&args, to)).map(|_| out.join("series.json"))
    };
    let which = result("open", Some(fixed(None)))
        .expect_err("two are for a series")
        .to_string();
    assert!(which.contains("--answers"), "{which}");
    assert!(
        result("strange", Some(fixed(Some(3)))).is_err(),
        "the third is for wellbeing"
    );
    let north = result("north", Some(fixed(Some(1)))).expect("the first");
    let afterwards = result("afterwards", None).expect("exploratory");
    let together = |files: Vec<PathBuf>| {
        let args = TogetherArgs {
            files,
            plan: Some(fixed(None)),
            out: Some(folder.path().to_owned()),
        };
        told(|out| together::run(&args, out))
    };
    let said = together(vec![north.clone(), afterwards]).expect("judged");
    let judged = &json(&folder, "together.json")["result"];
    let p = judged["planned"][0]["p"].as_f64().expect("a p");
    // Three were planned and two have no answer: the one there is counts three times.
    let adjusted = judged["planned"][0]["adjusted"].as_f64().expect("adjusted");
    assert!((adjusted - (3.0 * p).min(1.0)).abs() < 1e-12, "{judged}");
    assert_eq!(judged["planned"][1]["adjusted"], 1.0);
    assert_eq!(
        judged["exploratory"][0]["adjusted"],
        judged["exploratory"][0]["p"]
    );
    assert!(said.contains("Of 3 questions fixed beforehand"), "{said}");
    assert!(said.contains("1 more were asked afterwards"), "{said}");
    let twice = together(vec![north.clone(), north])
        .expect_err("the same twice")
        .to_string();
    assert!(twice.contains("answered twice"), "{twice}");
    let none = together(vec![file.clone()])
        .expect_err("a plan is no result")
        .to_string();
    assert!(none.contains("is not a result"), "{none}");
}

#[test]
fn only_the_planned_question_is_not_exploratory() {
    let folder = folder();
    let file = folder.path().join("plan.json");
    let args = PlanArgs {
        questions: vec![owned("Do GP contacts change after the service starts?")],
        analyses: vec![owned("series")],
        file: file.clone(),
    };
    let hash = hash_of(&args);
    assert_eq!(hash.len(), 64);
    assert!(
        fs::read_to_string(&file).expect("a plan").contains(FIXED),
        "the time is part of it"
    );
    let again = told(|out| plan::run(&args, FIXED, out));
    assert!(
        matches!(again, Err(CommandFailure::Unwritten { .. })),
        "a plan is fixed once"
    );

    let refusals = |plan: Option<Fixed>| {
        let args = SeriesArgs {
            plan,
            ..series_args(&folder)
        };
        told(|out| series::run(&args, out)).map(|_| {
            let found = json(&folder, "series.json");
            found["result"]["found"]["refusals"].to_string()
        })
    };
    let fixed = Fixed {
        file: file.clone(),
        hash,
        number: None,
    };
    assert_eq!(refusals(Some(fixed.clone())).expect("the plan holds"), "[]");
    let said = |name: &str| text(&folder, name);
    let kept = said("series.txt");
    assert!(
        kept.contains(&format!(
            "The plan was kept: this answers question 1 of the plan fixed at {FIXED}"
        )),
        "{kept}"
    );
    assert!(refusals(None).expect("no plan").contains("exploratory"));
    assert!(said("series.txt").contains("No plan was given, so this is exploratory"));
    fs::write(
        &file,
        fs::read_to_string(&file)
            .expect("there")
            .replace("start", "end"),
    )
    .expect("written");
    let said = refusals(Some(fixed))
        .expect_err("the plan was changed")
        .to_string();
    assert!(said.contains("not the plan that was fixed"), "{said}");
}

#[test]
fn a_plan_for_another_analysis_leaves_this_one_exploratory() {
    let folder = folder();
    let file = folder.path().join("plan.json");
    let plan_args = |analysis: &str, question: &str| PlanArgs {
        questions: vec![owned(question)],
        analyses: vec![owned(analysis)],
        file: file.clone(),
    };
    let none = told(|out| plan::run(&plan_args("guess", "Does it work?"), FIXED, out));
    assert!(matches!(none, Err(CommandFailure::BadArguments { .. })));
    let empty = told(|out| plan::run(&plan_args("series", " "), FIXED, out));
    assert!(matches!(empty, Err(CommandFailure::BadArguments { .. })));
    let hash = hash_of(&plan_args("compare", "Does it work?"));
    let args = SeriesArgs {
        plan: Some(Fixed {
            file,
            hash,
            number: None,
        }),
        ..series_args(&folder)
    };
    told(|out| series::run(&args, out)).expect("an answer");
    let written = json(&folder, "series.json");
    let refusals = written["result"]["found"]["refusals"].to_string();
    assert!(refusals.contains("exploratory"));
    let plan = written["headline"]["plan"].to_string();
    assert!(
        plan.contains("The plan was not kept") && plan.contains("has no question for series"),
        "{plan}"
    );
}
