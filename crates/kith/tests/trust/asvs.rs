//! `docs/asvs.csv` says how each requirement of OWASP ASVS 5.0.0 that Kith
//! takes on is met, and names the tests that show it. A name that is no test
//! fails here, so that a renamed or removed test takes its claim with it.

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

/// The names of every test: functions under a test's mark, and what the
/// browser's journeys are called.
fn tests() -> BTreeSet<String> {
    let mut all = Vec::new();
    for folder in ["crates", "e2e"] {
        files(&top().join(folder), &mut all);
    }
    let mut names = BTreeSet::new();
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
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
