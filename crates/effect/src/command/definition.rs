//! What counts as a contact has to stay the same over the window (R13): columns of the
//! file that say so (definition, code set, supplier) keep one value in every practice.

use std::collections::BTreeMap;

use crate::stats::refusal::Refusal;

/// The first value of each column in each practice, and the first column that changed.
#[derive(Debug, Default)]
pub(super) struct Definition {
    first: BTreeMap<(String, String), String>,
    changed: Option<Refusal>,
}

impl Definition {
    /// One row's value of a column. `practice` is empty when the file is one place's.
    pub(super) fn seen(&mut self, practice: &str, column: &str, value: &str) {
        if self.changed.is_some() {
            return;
        }
        let key = (practice.to_owned(), column.to_owned());
        let first = self.first.entry(key).or_insert_with(|| value.to_owned());
        if first != value {
            let at = if practice.is_empty() {
                String::new()
            } else {
                format!(" of practice {practice}")
            };
            let what = format!("{column}{at} (\"{first}\", then \"{value}\")");
            self.changed = Some(Refusal::DefinitionChanged { what });
        }
    }

    /// R13, if a column changed.
    pub(super) fn refusal(self) -> Option<Refusal> {
        self.changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn practices_may_differ_and_none_may_change() {
        let mut constant = Definition::default();
        constant.seen("A", "supplier", "X");
        constant.seen("B", "supplier", "Y");
        constant.seen("A", "supplier", "X");
        assert_eq!(constant.refusal(), None);
        let mut changed = Definition::default();
        changed.seen("", "code set", "2024");
        changed.seen("", "code set", "2025");
        let refusal = changed.refusal().expect("it changed");
        assert_eq!(refusal.code(), "R13");
        assert!(
            refusal
                .to_string()
                .starts_with("code set (\"2024\", then \"2025\") changed")
        );
    }
}
