//! Awkward data and every estimator: each ends in finite numbers or in the refusal named in
//! the tables here; never in a NaN, an infinity or a panic. A word is the refusal's name; two
//! mean that both hold; "estimated" means that nothing stands against a conclusion.

mod counts;
mod groups;
mod months;
mod people;
mod scores;

use std::fmt::{Debug, Write as _};

use kith_effect::stats::estimate::Finding;
use kith_effect::stats::refusal::Refusal;

/// What came of each estimator for one kind of data.
pub struct Seen {
    text: String,
}

impl Seen {
    /// Nothing seen yet of these data.
    pub fn of(data: &str) -> Self {
        Self {
            text: format!("{data}\n"),
        }
    }

    /// One estimator and what came of it.
    pub fn line(&mut self, estimator: &str, outcome: &str) {
        writeln!(self.text, "  {estimator}: {outcome}").expect("text");
    }

    /// A model alone.
    pub fn model<T: Debug>(&mut self, estimator: &str, found: Result<T, Refusal>) {
        match found {
            Ok(numbers) => {
                finite(estimator, &numbers);
                self.line(estimator, "estimated");
            }
            Err(refusal) => self.line(estimator, &name(&refusal)),
        }
    }

    /// A finding, with the refusals that hold of it.
    pub fn finding<T: Debug>(&mut self, estimator: &str, found: Result<Finding<T>, Refusal>) {
        match found {
            Ok(finding) => {
                finite(estimator, &finding);
                let refusals: Vec<String> = finding.refusals.iter().map(name).collect();
                match refusals.is_empty() {
                    true => self.line(estimator, "estimated"),
                    false => self.line(estimator, &refusals.join(", ")),
                }
            }
            Err(refusal) => self.line(estimator, &name(&refusal)),
        }
    }
}

/// The refusal's own name; its sentence is a number and words, never "NaN".
pub fn name(refusal: &Refusal) -> String {
    finite("a refusal", refusal);
    let value = serde_json::to_value(refusal).expect("it is JSON");
    value["reason"].as_str().expect("a name").to_owned()
}

/// No number in it is not one.
pub fn finite(estimator: &str, numbers: &impl Debug) {
    let text = format!("{numbers:?}");
    let wrong = text
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "NaN" || word == "inf");
    assert!(!wrong, "{estimator}: {text}");
}

/// What came of all is what the table says.
pub fn same(seen: &[Seen], expected: &str) {
    let seen: String = seen.iter().map(|one| one.text.as_str()).collect();
    let expected = expected.trim_start_matches('\n');
    assert!(seen == expected, "this came out:\n{seen}");
}
