//! The commands as somebody runs them: a file in, sentences out, results in a folder; and
//! a bad file told by its row, its column and what was expected.

use std::fs;
use std::path::{Path, PathBuf};

use kith_effect::command::CommandFailure;
use kith_effect::command::agreement::{self, AgreementArgs};
use kith_effect::command::equity::{self, EquityArgs, EquityView};
use kith_effect::command::slice::Only;
use kith_effect::command::wellbeing::{self, WellbeingArgs};
use kith_effect::command::xmr::{self, XmrArgs};
use kith_effect::stats::agreement::Level;
use kith_effect::stats::imputation::Plan;
use kith_effect::stats::scores::Better;
use proptest::prelude::*;
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

/// A file of this text in the folder.
fn file(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("in.csv");
    fs::write(&path, text).expect("it can be written");
    path
}

fn json(folder: &TempDir, name: &str) -> Value {
    let text = fs::read_to_string(folder.path().join(name)).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

fn text(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("it was written")
}

type Said = Result<String, CommandFailure>;

fn told(run: impl FnOnce(&mut Vec<u8>) -> Result<(), CommandFailure>) -> Said {
    let mut out = vec![];
    run(&mut out)?;
    Ok(String::from_utf8(out).expect("sentences are text"))
}

fn wellbeing_args(file: PathBuf, out: Option<&TempDir>) -> WellbeingArgs {
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

fn run_wellbeing(args: &WellbeingArgs) -> Said {
    told(|out| wellbeing::run(args, out))
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
        crossed.contains("At the start,") && crossed.contains("At follow-up,"),
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
    let args = wellbeing_args(file(&out, &rows), Some(&out));
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
    let args = wellbeing_args(file(&out, &rows), Some(&out));
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
fn a_handful_of_people_is_not_described() {
    let out = folder();
    let rows = "base,follow,practice,age,imd\n20,22,A,1,2\n18,25,A,2,3\n19,19,B,3,1\n21,24,B,1,1\n20,23,B,2,2\n17,20,A,4,5\n";
    let said = run_wellbeing(&wellbeing_args(file(&out, rows), Some(&out))).expect("it runs");
    assert!(said.contains("too small to show"), "{said}");
    assert!(!out.path().join("wellbeing-slopes.svg").exists());
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
    run_wellbeing(&wellbeing_args(file(&out, &rows), Some(&out))).expect("it runs");
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
            run_wellbeing(&wellbeing_args(file(&out, &rows), None)).expect_err("a bad score");
        let said = failure.to_string();
        assert!(
            said.contains(&format!(
                "row 3, column \"follow\": expected {expected}, found \"{field}\""
            )),
            "{said}"
        );
    }
    let failure =
        run_wellbeing(&wellbeing_args(file(&out, "base,after\n"), None)).expect_err("no column");
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
        file(&out, "base,follow,practice,age,imd\n"),
        None,
    ));
    assert!(said.expect("it runs").contains("We cannot tell."));
}

fn equity_args(file: PathBuf, group: &str, view: EquityView, out: &TempDir) -> EquityArgs {
    EquityArgs {
        files: vec![file],
        group: group.to_owned(),
        people: "pop".to_owned(),
        reached: "referred".to_owned(),
        view,
        not_recorded: vec!["unknown".to_owned()],
        out: Some(out.path().to_owned()),
    }
}

fn run_equity(args: &EquityArgs) -> Said {
    told(|out| equity::run(args, out))
}

#[test]
fn equity_names_who_stands_out_and_who_is_not_recorded() {
    let out = folder();
    let said = run_equity(&equity_args(
        case("equity_ethnicity.csv"),
        "ethnicity",
        EquityView::Groups,
        &out,
    ));
    let said = said.expect("it runs");
    assert!(
        said.contains("Reached less than others: White British. Reached more: Black"),
        "{said}"
    );
    assert!(
        said.contains("about 5340 people the group is not recorded"),
        "{said}"
    );
    let table = text(&out, "equity-groups.csv");
    assert!(table.contains("Not recorded,95,5340,1.78"), "{table}");
    assert!(text(&out, "equity-ratios.svg").starts_with("<svg "));
    let overall = json(&out, "equity-groups.json")["result"]["found"]["result"]["overall"].as_f64();
    assert!((overall.expect("a number") - 0.012_167_453_434_332_346).abs() < 1e-17);
}

#[test]
fn equity_hides_a_small_group_everywhere_but_in_the_inside_file() {
    let out = folder();
    let rows = "group,pop,referred\nA,5000,60\nB,4000,55\nC,300,4\n,200,3\n";
    let args = equity_args(file(&out, rows), "group", EquityView::Groups, &out);
    let said = run_equity(&args).expect("it runs");
    let table = text(&out, "equity-groups.csv");
    assert!(
        table.contains("C,hidden,hidden,hidden") && table.contains("Not recorded,hidden"),
        "{table}"
    );
    assert!(said.contains("C: hidden (small numbers)"), "{said}");
    assert!(text(&out, "equity-ratios.csv").contains("C,not estimated"));
}

#[test]
fn equity_hides_the_group_that_would_tell_a_small_one_in_every_sentence_and_picture() {
    let out = folder();
    let rows = "group,pop,referred\nA,5000,60\nB,4000,55\nC,300,29\n,200,3\n";
    let args = equity_args(file(&out, rows), "group", EquityView::Groups, &out);
    let said = run_equity(&args).expect("it runs");
    let table = text(&out, "equity-groups.csv");
    assert!(table.contains("C,hidden,hidden,hidden"), "{table}");
    // Once for the practice and once for researchers.
    assert_eq!(
        said.matches("C: hidden (small numbers)").count(),
        2,
        "{said}"
    );
    assert!(text(&out, "equity-ratios.csv").contains("C,not estimated"));
}

#[test]
fn equity_gradient_funnel_and_standardised_ratio_run_on_files() {
    let out = folder();
    let said = run_equity(&equity_args(
        case("equity_imd.csv"),
        "imd",
        EquityView::Gradient,
        &out,
    ));
    assert!(
        said.expect("it runs")
            .contains("People in more deprived areas are reached more")
    );
    let said = run_equity(&equity_args(
        case("funnel.csv"),
        "practice",
        EquityView::Funnel,
        &out,
    ));
    assert!(
        said.expect("it runs")
            .contains("Of 45 places, ask what is different at: 12.")
    );
    let table = text(&out, "equity-funnel.csv");
    assert_eq!(
        table.lines().filter(|line| line.ends_with(",yes")).count(),
        1
    );
    let rows = "age,pop,referred,all,all_referred\n18-39,1000,10,10000,200\n40-64,2000,30,20000,400\n65+,1000,20,10000,300\n";
    let view = EquityView::Standardised {
        reference_people: "all".to_owned(),
        reference_reached: "all_referred".to_owned(),
    };
    let said = run_equity(&equity_args(file(&out, rows), "age", view, &out)).expect("it runs");
    // 60 seen; 20 + 40 + 30 expected.
    assert!(
        said.contains("Fewer people were reached") && said.contains("0.67"),
        "{said}"
    );
}

#[test]
fn people_whose_place_is_not_recorded_are_no_place_and_are_mentioned() {
    let out = folder();
    let rows = "place,pop,referred\nA,5000,60\nB,4000,55\nC,3000,40\n,2000,400\n";
    for view in [EquityView::Funnel, EquityView::Gradient] {
        let args = equity_args(file(&out, rows), "place", view, &out);
        let said = run_equity(&args).expect("it runs");
        assert_eq!(
            said.matches("about 2000 people the group is not recorded")
                .count(),
            3,
            "{said}"
        );
    }
    assert_eq!(text(&out, "equity-funnel.csv").lines().count(), 4);
    assert!(text(&out, "equity-gradient.csv").contains("Not recorded,400,2000,20.00"));
    let missing = json(&out, "equity-gradient.json")["result"]["found"]["missing"].as_u64();
    assert_eq!(missing, Some(2000));
}

#[test]
fn a_place_where_a_handful_was_reached_is_in_no_funnel() {
    let out = folder();
    let rows = "place,pop,referred\nA,5000,60\nTiny,900,6\nB,4000,55\n";
    let args = equity_args(file(&out, rows), "place", EquityView::Funnel, &out);
    run_equity(&args).expect("it runs");
    for name in [
        "equity-funnel.csv",
        "equity-funnel.svg",
        "equity-funnel-narrow.svg",
    ] {
        assert!(!text(&out, name).contains("Tiny"), "{name}");
    }
    assert_eq!(text(&out, "equity-funnel.csv").lines().count(), 3);
}

#[test]
fn more_reached_than_people_and_a_group_twice_are_told_by_row() {
    let out = folder();
    for (rows, expected) in [
        (
            "group,pop,referred\nA,50,60\n",
            "row 2, column \"referred\": expected at most the 50 people, found \"60\"",
        ),
        (
            "group,pop,referred\nA,50,10\nA,50,9\n",
            "row 3, column \"group\": expected a group once",
        ),
        (
            "group,pop,referred\nA,-5,1\n",
            "row 2, column \"pop\": expected a whole number, 0 or more, found \"-5\"",
        ),
    ] {
        let args = equity_args(file(&out, rows), "group", EquityView::Groups, &out);
        let said = run_equity(&args).expect_err("a bad file").to_string();
        assert!(said.contains(expected), "{said}");
    }
}

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
    let said = run(&args(file(&out, gap))).expect("it runs");
    assert!(said.contains("We cannot tell."), "{said}");
    let failure = run(&args(file(&out, "month,value\n,5\n"))).expect_err("a point without a name");
    assert!(
        failure
            .to_string()
            .contains("row 2, column \"month\": expected a name for the point")
    );
}

fn agreement_args(file: PathBuf, coders: &[&str], level: Level, out: &TempDir) -> AgreementArgs {
    AgreementArgs {
        files: vec![file],
        coders: coders.iter().map(|c| (*c).to_owned()).collect(),
        level,
        order: vec![],
        seed: 1,
        out: Some(out.path().to_owned()),
    }
}

fn run_agreement(args: &AgreementArgs) -> Said {
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
    let mut args = agreement_args(file(&out, rows), &["a", "b"], Level::Ordinal, &out);
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
        file(&out, "a,b\n1,1\n1,1\n1,1\n"),
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

/// Fields somebody's spreadsheet may hold.
const FIELDS: &[&str] = &[
    "", "NA", "0", "1", "2", "7", "20", "35", "19.5", "-3", "1e9", "1e400", "nan", "\u{a0}5",
    "a b", "\"a\nb\"", "é", "5,5",
];

/// A finished file is an answer or a failure with a sentence; it is never a panic, and
/// no sentence ever says NaN or infinity.
fn holds(said: Said) -> Result<(), TestCaseError> {
    let sentence = said.unwrap_or_else(|failure| failure.to_string());
    prop_assert!(!sentence.trim().is_empty());
    let wrong = ["NaN", " inf", "infinite"]
        .iter()
        .any(|word| sentence.contains(word));
    prop_assert!(!wrong || sentence.contains("found \""), "{}", sentence);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn any_file_ends_in_an_answer_or_a_named_failure(
        rows in prop::collection::vec(prop::collection::vec(prop::sample::select(FIELDS), 5), 0..25),
        plain in any::<bool>(),
    ) {
        let out = folder();
        // Half of the files are all numbers, so that the statistics are reached at all.
        let field = |f: &&str| if plain && f.parse::<u32>().is_err() { "8".to_owned() } else { (*f).to_owned() };
        let body: String = rows.iter().map(|r| r.iter().map(field).collect::<Vec<_>>().join(",") + "\n").collect();
        let with = |header: &str| file(&out, &format!("{header}\n{body}"));
        holds(run_wellbeing(&wellbeing_args(with("base,follow,practice,age,imd"), Some(&out))))?;
        let equity_file = with("group,pop,referred,all,all_referred");
        let standardised = EquityView::Standardised {
            reference_people: "all".to_owned(),
            reference_reached: "all_referred".to_owned(),
        };
        for view in [EquityView::Groups, EquityView::Gradient, EquityView::Funnel, standardised] {
            holds(run_equity(&equity_args(equity_file.clone(), "group", view, &out)))?;
        }
        for level in [Level::Nominal, Level::Interval] {
            holds(run_agreement(&agreement_args(with("a,b,c,d,e"), &["a", "b", "e"], level, &out)))?;
        }
        let args = XmrArgs {
            files: vec![with("month,value,x,y,z")],
            label: "month".to_owned(),
            value: "value".to_owned(),
            measure: "Referrals".to_owned(),
            out: Some(out.path().to_owned()),
        };
        holds(told(|said| xmr::run(&args, said)))?;
    }
}
