//! The commands on contacts as somebody runs them: a file in, sentences out, results in a
//! folder; and a bad file told by its row, its column and what was expected.

use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kith_effect::command::CommandFailure;
use kith_effect::command::compare::{self, CompareArgs};
use kith_effect::command::describe::{self, DescribeArgs};
use kith_effect::command::plan::{self, Fixed, PlanArgs};
use kith_effect::command::rollout::{self, RolloutArgs};
use kith_effect::command::sensitivity::{self, SensitivityArgs};
use kith_effect::command::series::{self, SeriesArgs};
use kith_effect::command::simulate::{self, SimulateArgs};
use kith_effect::command::together::{self, TogetherArgs};
use kith_effect::stats::made_up::{MadeUp, made_up};
use serde_json::Value;
use tempfile::TempDir;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn written(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("in.csv");
    fs::write(&path, text).expect("it can be written");
    path
}

fn told(
    run: impl FnOnce(&mut Vec<u8>) -> Result<(), CommandFailure>,
) -> Result<String, CommandFailure> {
    let mut out = vec![];
    run(&mut out)?;
    Ok(String::from_utf8(out).expect("sentences are text"))
}

fn json(folder: &TempDir, name: &str) -> Value {
    let text = fs::read_to_string(folder.path().join(name)).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

/// A number of the reference, by its path.
fn expected(file: &str, path: &[&str]) -> f64 {
    let text = fs::read_to_string(case(file)).expect("the case is there");
    let whole: Value = serde_json::from_str(&text).expect("it is JSON");
    path.iter()
        .fold(&whole, |value, key| &value[*key])
        .as_f64()
        .expect("a number")
}

fn owned(text: &str) -> String {
    text.to_owned()
}

fn series_args(folder: &TempDir) -> SeriesArgs {
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
    let table = fs::read_to_string(folder.path().join("series.csv")).expect("the table");
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
    let table = fs::read_to_string(folder.path().join("sensitivity.csv")).expect("a table");
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
    let said = |name: &str| fs::read_to_string(folder.path().join(name)).expect("sentences");
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
