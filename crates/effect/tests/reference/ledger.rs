//! Which expected numbers were compared, and which of them differ.
//! Paths look like `py/count_panel/nb2/theta` and `r/wellbeing/ci95/0`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// How far a number may be from the expected one.
#[derive(Debug, Clone, Copy)]
pub enum Tolerance {
    /// Share of the expected number (1e-15 is zero).
    Relative(f64),
    /// Distance in the number's own units.
    Absolute(f64),
}

/// Coefficients, theta and group-time effects against Python.
pub const COEFFICIENT: Tolerance = Tolerance::Relative(1e-9);
/// Standard errors against Python.
pub const ERROR_PY: Tolerance = Tolerance::Relative(1e-8);
/// Standard errors against R, whose `glm` stops one step early.
pub const ERROR_R: Tolerance = Tolerance::Relative(1e-6);
/// geepack, gls, and glmmTMB but for its coefficients (see `random_intercept`).
pub const OTHER_OPTIMISER: Tolerance = Tolerance::Relative(1e-4);

/// The expected numbers and the account of what was checked.
pub struct Ledger {
    numbers: BTreeMap<String, f64>,
    /// What is expected to be no number, and the names of groups.
    words: BTreeMap<String, String>,
    checked: BTreeSet<String>,
    failures: Vec<String>,
}

impl Ledger {
    pub fn open() -> Self {
        let (mut numbers, mut words) = (BTreeMap::new(), BTreeMap::new());
        for (root, text) in [
            ("py", include_str!("../cases/expected_py.json")),
            ("r", include_str!("../cases/expected_r.json")),
            ("top", include_str!("../cases/glmmtmb_top.json")),
        ] {
            let value: Value = serde_json::from_str(text).expect("the expected numbers are JSON");
            walk(&value, root, &mut numbers, &mut words);
        }
        Self {
            numbers,
            words,
            checked: BTreeSet::new(),
            failures: Vec::new(),
        }
    }

    /// The expected number at a path; a path that is not there is a mistake of the test.
    pub fn expected(&self, path: &str) -> f64 {
        *self
            .numbers
            .get(path)
            .unwrap_or_else(|| panic!("no expected number at {path}"))
    }

    /// Compares one number. It counts as checked whether it agrees or not.
    pub fn close(&mut self, path: &str, got: f64, tolerance: Tolerance) {
        let want = self.expected(path);
        self.checked.insert(path.to_owned());
        let (distance, allowed) = match tolerance {
            Tolerance::Relative(share) => ((got - want).abs(), share * want.abs() + 1e-15),
            Tolerance::Absolute(units) => ((got - want).abs(), units),
        };
        if distance.is_nan() || distance > allowed {
            self.failures.push(format!(
                "{path}: expected {want:e}, got {got:e}, off by {distance:e}"
            ));
        }
    }

    /// Compares what is no number: a name, or [`NOTHING`] where none may be shown.
    pub fn said(&mut self, path: &str, got: &str) {
        self.checked.insert(path.to_owned());
        let want = &self.words[path];
        if got != want {
            self.failures
                .push(format!("{path}: expected {want}, got {got}"));
        }
    }

    /// Compares numbers named under one path: `{folder}/{name}`.
    pub fn close_named<'a>(
        &mut self,
        folder: &str,
        got: impl IntoIterator<Item = (&'a str, f64)>,
        tolerance: Tolerance,
    ) {
        for (name, value) in got {
            self.close(&format!("{folder}/{name}"), value, tolerance);
        }
    }

    /// Compares a list: `{folder}/0`, `{folder}/1`, …
    pub fn close_list(&mut self, folder: &str, got: &[f64], tolerance: Tolerance) {
        for (place, value) in got.iter().enumerate() {
            self.close(&format!("{folder}/{place}"), *value, tolerance);
        }
    }

    pub fn checked(&self) -> usize {
        self.checked.len()
    }

    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    pub fn unchecked(&self) -> Vec<&str> {
        self.numbers
            .keys()
            .chain(self.words.keys())
            .filter(|path| !self.checked.contains(*path))
            .map(String::as_str)
            .collect()
    }
}

/// What a null says.
pub const NOTHING: &str = "nothing";

/// What describes how a number was made, and is compared with nothing of ours.
const NOTES: [&str; 15] = [
    "apply",
    "controls",
    "converged",
    "estimator",
    "formula",
    "gamma_poisson_formula",
    "gradient",
    "gradient_where_glmmTMB_stops",
    "method",
    "model",
    "must",
    "note",
    "tolerance",
    "tool",
    "warnings",
];

fn walk(
    value: &Value,
    path: &str,
    numbers: &mut BTreeMap<String, f64>,
    words: &mut BTreeMap<String, String>,
) {
    match value {
        // `meta` says which versions made the numbers; it holds none.
        Value::Object(map) => {
            for (name, inner) in map.iter().filter(|(name, _)| name.as_str() != "meta") {
                let note = NOTES.contains(&name.as_str()) && !inner.is_object();
                if !note {
                    walk(inner, &format!("{path}/{name}"), numbers, words);
                }
            }
        }
        Value::Array(list) if list.is_empty() => {
            words.insert(path.to_owned(), NOTHING.to_owned());
        }
        Value::Array(list) => {
            for (place, inner) in list.iter().enumerate() {
                walk(inner, &format!("{path}/{place}"), numbers, words);
            }
        }
        Value::Number(number) => {
            numbers.insert(
                path.to_owned(),
                number.as_f64().expect("every expected number fits f64"),
            );
        }
        Value::Null => {
            words.insert(path.to_owned(), NOTHING.to_owned());
        }
        Value::String(text) => {
            words.insert(path.to_owned(), text.clone());
        }
        Value::Bool(truth) => {
            words.insert(path.to_owned(), truth.to_string());
        }
    }
}
