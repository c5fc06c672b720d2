//! `docs/asvs.csv` says how each requirement of OWASP ASVS 5.0.0 that Kith
//! takes on is met, and `docs/threats.md` how each promise is kept; both name
//! the tests that show it. A name that is no test fails here, so that a renamed
//! or removed test takes its claim with it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", ".git"].contains(&name.as_str()) {
            files(&path, into);
        } else if name.ends_with(".rs") || name.ends_with(".test.mjs") {
            into.push(path);
        }
    }
}

/// The names of every test.
fn tests() -> BTreeSet<String> {
    let mut all = Vec::new();
    for folder in ["crates", "e2e"] {
        files(&top().join(folder), &mut all);
    }
    all.iter().flat_map(|path| tests_of(path)).collect()
}

/// The names of the tests of a file: functions under a test's mark, and what
/// the browser's journeys are called.
fn tests_of(path: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let text = fs::read_to_string(path).unwrap();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("test('") {
            names.insert(rest.split('\'').next().unwrap().to_owned());
        }
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
            continue;
        }
        let after = line.split_once("fn ").map(|(_, after)| after);
        if let (true, Some(after)) = (marked, after) {
            let name = after.split(['(', '<']).next().unwrap();
            names.insert(name.to_owned());
            marked = false;
        }
    }
    names
}

#[test]
fn every_claim_of_the_asvs_names_tests_that_are_there() {
    let tests = tests();
    assert!(tests.len() > 300, "{}", tests.len());
    let text = fs::read_to_string(top().join("docs/asvs.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads: Vec<_> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        heads,
        [
            "requirement",
            "level",
            "about",
            "standing",
            "shown by, or why"
        ]
    );
    let (mut wrong, mut seen, mut count) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for row in reader.records() {
        let row = row.unwrap();
        let (id, standing, shown) = (&row[0], &row[3], &row[4]);
        let parts: Vec<&str> = id.strip_prefix('V').unwrap_or("").split('.').collect();
        let shaped = parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok());
        if !shaped || !seen.insert(id.to_owned()) {
            wrong.push(format!("{id}: not a requirement, or a second time"));
        }
        if !["1", "2", "3"].contains(&&row[1]) || row[2].is_empty() || shown.is_empty() {
            wrong.push(format!("{id}: no level, no words or no reason"));
        }
        match standing {
            "met" => {
                for name in shown.split("; ").filter(|name| !tests.contains(*name)) {
                    wrong.push(format!("{id}: there is no test {name}"));
                }
            }
            "not applicable" | "not yet" | "the deployer's" => {}
            other => wrong.push(format!("{id}: {other} is no standing")),
        }
        *count.entry(standing.to_owned()).or_insert(0) += 1;
    }
    println!("asvs: {count:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What stands for a folder in `docs/threats.md`.
const PLACES: &[(&str, &str)] = &[
    ("trust/", "crates/kith/tests/trust/"),
    ("access/", "crates/access/tests/access/"),
    ("casework/", "crates/casework/tests/"),
    ("journeys/", "crates/kith/tests/journeys/"),
    ("kith/", "crates/kith/tests/"),
    ("db/", "crates/db/tests/"),
    ("report/", "crates/report/tests/"),
];

#[test]
fn every_promise_names_tests_that_are_there() {
    let text = fs::read_to_string(top().join("docs/threats.md")).unwrap();
    let (mut wrong, mut rows, mut named) = (Vec::new(), Vec::new(), 0);
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [row, what, shown, not_shown] = cells[..] else {
            wrong.push(format!("not four cells: {line}"));
            continue;
        };
        if row.is_empty() || !row.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        rows.push(row.to_owned());
        if what.is_empty() || not_shown.is_empty() {
            wrong.push(format!("{row}: an empty cell"));
        }
        if shown == "None" || shown.starts_with("None;") {
            continue;
        }
        for part in shown.split("; ").filter(|part| part.contains(" :: ")) {
            let (place, names) = part.split_once(" :: ").unwrap();
            let short = PLACES.iter().find(|(short, _)| place.starts_with(short));
            let place = short.map_or(place.to_owned(), |(short, long)| {
                place.replacen(short, long, 1)
            });
            let path = top().join(&place);
            if !path.is_file() {
                wrong.push(format!("{row}: there is no {place}"));
                continue;
            }
            let there = tests_of(&path);
            for name in names.split('`').skip(1).step_by(2) {
                // What stands in words after the names is no test.
                let is_name = !name.starts_with("make ") && !matches!(name, "access");
                named += usize::from(is_name);
                if is_name && !there.contains(name) {
                    wrong.push(format!("{row}: {place} has no test {name}"));
                }
            }
        }
        if !shown.contains(" :: ") {
            wrong.push(format!("{row}: neither a test nor None"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for promise in 1..=40 {
        assert!(
            rows.contains(&format!("P{promise}")),
            "P{promise} is missing"
        );
    }
    assert!(named > 120, "{named}");
}
