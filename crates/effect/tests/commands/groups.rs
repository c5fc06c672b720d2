//! Groups of people and how many of them were reached.

use std::path::PathBuf;

use kith_effect::command::equity::{self, EquityArgs, EquityView};
use tempfile::TempDir;

use crate::{Said, case, folder, json, text, told, written};

pub fn equity_args(file: PathBuf, group: &str, view: EquityView, out: &TempDir) -> EquityArgs {
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

pub fn run_equity(args: &EquityArgs) -> Said {
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
    let args = equity_args(written(&out, rows), "group", EquityView::Groups, &out);
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
    let args = equity_args(written(&out, rows), "group", EquityView::Groups, &out);
    let said = run_equity(&args).expect("it runs");
    let table = text(&out, "equity-groups.csv");
    assert!(table.contains("C,hidden,hidden,hidden"), "{table}");
    assert!(said.contains("C more (number hidden)"), "{said}");
    assert!(said.contains("C: hidden (small numbers)"), "{said}");
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
    let said = run_equity(&equity_args(written(&out, rows), "age", view, &out)).expect("it runs");
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
        let args = equity_args(written(&out, rows), "place", view, &out);
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
    let args = equity_args(written(&out, rows), "place", EquityView::Funnel, &out);
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
        let args = equity_args(written(&out, rows), "group", EquityView::Groups, &out);
        let said = run_equity(&args).expect_err("a bad file").to_string();
        assert!(said.contains(expected), "{said}");
    }
}
