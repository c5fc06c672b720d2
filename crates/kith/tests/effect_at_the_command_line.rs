//! Every `kith effect` command as a researcher runs it: a good file, a bad file, what is
//! written, a plan that is kept or not, and a million rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fmt::Write as _,
    fs,
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// Published figures with known answers, as the statistics' own tests have them.
const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../effect/tests/cases");

fn kith(folder: &Path, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .arg("effect")
        .args(line.split_whitespace())
        .output()
        .unwrap()
}

/// What a command that worked printed.
fn said(folder: &Path, line: &str) -> String {
    let output = kith(folder, line);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {wrong}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that could not be carried out said.
fn refused(folder: &Path, line: &str) -> String {
    let output = kith(folder, line);
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(output.stdout.is_empty(), "{line}: half an answer");
    String::from_utf8(output.stderr).unwrap()
}

fn json(folder: &Path, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

/// The files every command reads, under short names.
fn files() -> TempDir {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    for case in [
        "its_panel",
        "count_panel",
        "wellbeing",
        "equity_ethnicity",
        "equity_imd",
        "funnel",
        "xmr",
        "codes",
    ] {
        let name = format!("{case}.csv");
        put(
            &name,
            &fs::read_to_string(Path::new(CASES).join(&name)).unwrap(),
        );
    }
    // In the case a 0 says "never"; in a file of ours the field is empty.
    let panel = fs::read_to_string(Path::new(CASES).join("did_panel.csv")).unwrap();
    let mut rollout = "person,practice,start,month,count\n".to_owned();
    for line in panel.lines().skip(1) {
        let mut fields: Vec<&str> = line.split(',').collect();
        if fields[2] == "0" {
            fields[2] = "";
        }
        writeln!(rollout, "{}", fields.join(",")).unwrap();
    }
    put("rollout.csv", &rollout);
    let mut around = "person,month,count,referred\n".to_owned();
    for person in 0..60_i64 {
        for month in -12..=12_i64 {
            let count = (person * 7 + month * month) % 4;
            writeln!(around, "{person},{month},{count},{}", u8::from(person < 40)).unwrap();
        }
    }
    put("around.csv", &around);
    put(
        "standard.csv",
        "group,people,reached,reference_people,reference_reached\n\
         18-39,1000,10,10000,200\n40-64,2000,30,20000,400\n65+,1000,20,10000,300\n",
    );
    folder
}

/// A command, the names of its JSON, of its tables and of its pictures.
type Run = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const RUNS: &[Run] = &[
    (
        "describe around.csv --referred referred",
        "describe",
        &["describe"],
        &["describe"],
    ),
    (
        "compare made-up/simulate-people.csv --days days",
        "compare",
        &["compare"],
        &["compare"],
    ),
    ("rollout rollout.csv", "rollout", &["rollout"], &["rollout"]),
    (
        "series its_panel.csv --count y --population pop --start 30",
        "series",
        &["series"],
        &["series"],
    ),
    (
        "sensitivity count_panel.csv --of post --count y --days days --groups age,sex,imd --numbers t",
        "sensitivity",
        &["sensitivity"],
        &["sensitivity"],
    ),
    (
        "wellbeing wellbeing.csv --before base --after follow --practice practice --known age,imd \
         --measure SWEMWBS --low 7 --high 35 --better higher --reliability 0.84 --threshold 20",
        "wellbeing",
        &[
            "wellbeing-bounds",
            "wellbeing-slopes",
            "wellbeing-threshold",
        ],
        &["wellbeing-bounds", "wellbeing-slopes"],
    ),
    (
        "equity equity_ethnicity.csv --group ethnicity --people pop --reached referred",
        "equity-groups",
        &["equity-groups", "equity-ratios"],
        &["equity-ratios"],
    ),
    (
        "equity equity_imd.csv --view gradient --group imd --people pop --reached referred",
        "equity-gradient",
        &["equity-gradient", "equity-ratios"],
        &["equity-ratios"],
    ),
    (
        "equity funnel.csv --view funnel --group practice --people pop --reached referred",
        "equity-funnel",
        &["equity-funnel"],
        &["equity-funnel"],
    ),
    (
        "equity standard.csv --view standardised",
        "equity-standardised",
        &["equity-standardised"],
        &["equity-standardised"],
    ),
    ("xmr xmr.csv --measure Referrals", "xmr", &["xmr"], &["xmr"]),
    (
        "agreement codes.csv --coders coder1,coder2,coder3 --level ordinal",
        "agreement",
        &["agreement"],
        &["agreement"],
    ),
];

/// Everything that calls itself a finding, wherever it stands in a result.
fn findings<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            if map.contains_key("assumptions") {
                found.push(value);
            }
            map.values().for_each(|inner| findings(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| findings(inner, found)),
        _ => {}
    }
}

/// Estimates with an interval; an estimate without its number (JSON has no NaN) fails.
fn intervals(value: &Value, at: &str) -> usize {
    match value {
        Value::Object(map) => {
            let own = map.get("standard_error").map_or(0, |_| {
                assert!(map["value"].is_f64(), "{at}: an estimate that is no number");
                usize::from(map["interval"].is_object())
            });
            own + map
                .values()
                .map(|inner| intervals(inner, at))
                .sum::<usize>()
        }
        Value::Array(list) => list.iter().map(|inner| intervals(inner, at)).sum(),
        _ => 0,
    }
}

#[test]
fn every_command_says_it_three_ways_and_writes_numbers_tables_and_pictures() {
    let folder = files();
    let folder = folder.path();
    said(
        folder,
        "simulate --people 7000 --practices 20 --ratio 0.6 --chance 0.05 --repetitions 1 --seed 21 --out made-up",
    );
    for (line, name, tables, pictures) in RUNS {
        let said = said(folder, &format!("{line} --out {name}"));
        for reader in [
            "For link workers:",
            "For the practice:",
            "For researchers:",
            "It supposes:",
        ] {
            assert!(said.contains(reader), "{line}: {said}");
        }
        let out = folder.join(name);
        let written = json(&out, &format!("{name}.json"));
        let mut found = vec![];
        findings(&written, &mut found);
        assert!(!found.is_empty(), "{line}");
        for finding in found {
            assert!(
                finding["n"].is_u64() && finding["missing"].is_u64(),
                "{line}"
            );
            assert!(finding["method"].as_str().unwrap().len() > 20, "{line}");
            assert!(
                !finding["assumptions"].as_array().unwrap().is_empty(),
                "{line}"
            );
            assert!(
                finding["refusals"].is_array() && !finding["result"].is_null(),
                "{line}"
            );
        }
        // The limits of an XmR chart are its interval.
        assert!(*name == "xmr" || intervals(&written, line) > 0, "{line}");
        let text = fs::read_to_string(out.join(format!("{name}.json"))).unwrap();
        let longest = text
            .split(|c: char| c != '.' && !c.is_ascii_digit())
            .map(str::len)
            .max();
        assert!(longest.unwrap() >= 15, "{line}: digits were cut");
        for table in *tables {
            let table = fs::read_to_string(out.join(format!("{table}.csv"))).unwrap();
            assert!(table.lines().count() > 1, "{line}: {table}");
        }
        for picture in *pictures {
            for size in ["", "-narrow"] {
                let svg = fs::read_to_string(out.join(format!("{picture}{size}.svg"))).unwrap();
                assert!(svg.contains("<title") && svg.contains("<desc"), "{line}");
            }
        }
    }
    let together = "together series/series.json wellbeing/wellbeing.json --out together";
    assert!(said(folder, together).contains("No question was fixed beforehand"));
    assert!(folder.join("together/together.csv").exists());
    assert_eq!(
        json(folder, "made-up/simulate.json")["result"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn a_bad_file_says_row_column_and_what_was_expected() {
    let folder = files();
    let folder = folder.path();
    let bad: &[(&str, &str, &str)] = &[
        (
            "describe bad.csv",
            "person,month,count\n1,0,2\n1,1,some\n",
            "row 3, column \"count\": expected a whole number of 0 or more",
        ),
        (
            "compare bad.csv",
            "person,practice,age,sex,deprivation,referred,month,count\n1,A,2,F,3,soon,1,2\n",
            "row 2, column \"referred\": expected a month",
        ),
        (
            "rollout bad.csv",
            "person,practice,start,month,count\n1,A,,1,2\n1,A,,13th,2\n",
            "row 3, column \"month\": expected a month",
        ),
        (
            "series bad.csv --start 2024-01",
            "month,count,population\n2023-01,4,100\n2023-02,4,0\n",
            "row 3, column \"population\": expected a number of people above 0",
        ),
        (
            "sensitivity bad.csv",
            "practice,referred,count\nA,1,2\nA,perhaps,2\n",
            "row 3, column \"referred\": expected 1 for yes or 0 for no",
        ),
        (
            "wellbeing bad.csv --measure SWEMWBS --low 7 --high 35 --better higher",
            "before,after\n20,22\n20,36\n",
            "row 3, column \"after\": expected a score from 7 to 35, found \"36\"",
        ),
        (
            "equity bad.csv",
            "group,people,reached\nA,10,11\n",
            "row 2, column \"reached\": expected at most the 10 people",
        ),
        (
            "xmr bad.csv --measure Referrals",
            "month,value\n1,5\n2,six\n",
            "row 3, column \"value\": expected a number, found \"six\"",
        ),
        (
            "agreement bad.csv --coders a,b --order low,high",
            "a,b\nlow,high\nlow,middling\n",
            "row 3, column \"b\": expected one of low, high, found \"middling\"",
        ),
    ];
    for (line, text, expected) in bad {
        fs::write(folder.join("bad.csv"), text).unwrap();
        let said = refused(folder, line);
        assert!(
            said.contains(expected) && said.contains("bad.csv"),
            "{line}: {said}"
        );
        // A file of other columns, and none at all.
        fs::write(folder.join("bad.csv"), "surname\nLowe\n").unwrap();
        let said = refused(folder, line);
        assert!(
            said.contains("column \"") && said.contains("surname"),
            "{line}: {said}"
        );
        fs::remove_file(folder.join("bad.csv")).unwrap();
        assert!(refused(folder, line).contains("bad.csv"), "{line}");
    }
    assert!(refused(folder, "together xmr.csv").contains("is not a result"));
    assert!(refused(folder, "simulate --ratio 0").contains("above 0"));
}

#[test]
fn a_later_run_says_whether_the_plan_was_kept() {
    let folder = files();
    let folder = folder.path();
    let plan = Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .args(["effect", "plan", "plan.json", "--analysis", "series"])
        .args(["--question", "Do GP contacts change after the start?"])
        .output()
        .unwrap();
    let plan = String::from_utf8(plan.stdout).unwrap();
    let hash = plan
        .lines()
        .find_map(|line| line.strip_prefix("SHA-256 "))
        .unwrap();
    let fixed = json(folder, "plan.json")["fixed"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(plan.contains(&fixed) && hash.len() == 64, "{plan}");
    let series = "series its_panel.csv --count y --population pop --start 30";
    let by_plan = format!("--plan plan.json --plan-hash {hash}");
    let kept = said(folder, &format!("{series} {by_plan}"));
    assert!(
        kept.contains("The plan was kept: this answers question 1"),
        "{kept}"
    );
    assert!(kept.contains(&fixed) && kept.contains(hash), "{kept}");
    let other = said(folder, &format!("rollout rollout.csv {by_plan}"));
    assert!(
        other.contains("The plan was not kept") && other.contains("R11"),
        "{other}"
    );
    assert!(said(folder, series).contains("No plan was given"));
    let changed = fs::read_to_string(folder.join("plan.json"))
        .unwrap()
        .replace("start", "end");
    fs::write(folder.join("plan.json"), changed).unwrap();
    let said = refused(folder, &format!("{series} {by_plan}"));
    assert!(said.contains("is not the plan that was fixed"), "{said}");
}

#[test]
fn a_spec_keeps_the_options_and_several_files_are_read_as_one() {
    let folder = files();
    let folder = folder.path();
    let spec = "count = \"y\"\npopulation = \"pop\"\nstart = 30\nhorizon = 6\n";
    fs::write(folder.join("series.toml"), spec).unwrap();
    let line = "series its_panel.csv --horizon 12 --spec series.toml";
    let whole = "series its_panel.csv --count y --population pop --start 30";
    assert_eq!(said(folder, line), said(folder, whole));
    fs::write(folder.join("wrong.toml"), "colour = \"y\"\n").unwrap();
    let wrong = kith(folder, "series its_panel.csv --spec wrong.toml");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("--colour"));

    let text = fs::read_to_string(folder.join("its_panel.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    for (name, rows) in [("north.csv", &rows[..300]), ("south.csv", &rows[300..])] {
        fs::write(folder.join(name), format!("{header}\n{}", rows.join("\n"))).unwrap();
    }
    let both = whole.replace("its_panel.csv", "north.csv south.csv");
    assert_eq!(said(folder, &both), said(folder, whole));
    fs::write(
        folder.join("south.csv"),
        format!("{header}\n{}\n0,1,x,5\n", rows[300]),
    )
    .unwrap();
    let wrong = refused(folder, &both);
    assert!(
        wrong.contains("south.csv, row 3, column \"pop\""),
        "{wrong}"
    );
}

/// A file of person-months with a column of words nobody asks for; its rows are about 90 bytes.
fn long_file(path: &Path, rows: usize) {
    let mut file = BufWriter::new(fs::File::create(path).unwrap());
    writeln!(file, "person,practice,start,month,after,age,count,words").unwrap();
    let words = "contact with the practice, by telephone or in person, as its system has it"
        .replace(',', "");
    for row in 0..rows {
        let (person, month) = (row / 24, row % 24);
        let practice = person % 12;
        let start = if practice < 6 { "12" } else { "" };
        let after = u8::from(practice < 6 && month >= 12);
        let count = (person * 7 + month * 3) % 11 % 4;
        let age = person % 5;
        writeln!(
            file,
            "{person},{practice},{start},{month},{after},{age},{count},{words}"
        )
        .unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

/// The most memory the command held, in kilobytes, and what it said on the error stream.
fn peak(folder: &Path, line: &str) -> (u64, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kith"))
        .current_dir(folder)
        .arg("effect")
        .args(line.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        // The mark only rises, so the last look before the end is the one that counts.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(kilobytes.unwrap_or(0));
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{line}");
    (most, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_million_rows_take_no_more_memory_and_say_how_far_they_are_read() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    long_file(&folder.join("long.csv"), 1_000_000);
    long_file(&folder.join("short.csv"), 100_000);
    for command in [
        "sensitivity FILE --of after --groups age --numbers month",
        "rollout FILE",
    ] {
        let (long, told) = peak(folder, &command.replace("FILE", "long.csv"));
        let (short, nothing) = peak(folder, &command.replace("FILE", "short.csv"));
        println!("{command}: {short} kB for 100,000 rows, {long} kB for 1,000,000");
        assert!(short > 0 && long < 200_000, "{command}: {long} kB");
        assert!(
            long < short + 40_000,
            "{command}: {short} kB, then {long} kB"
        );
        assert!(
            told.contains("long.csv: 10% read\n") && told.contains("100% read"),
            "{told}"
        );
        assert_eq!(nothing, "", "a short file is read before anybody wonders");
    }
}
