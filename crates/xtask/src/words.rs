//! Words that may not stand in the repository: addresses of one machine,
//! unfinished work, silenced lints, skipped tests. The patterns are put
//! together here so that this file does not find itself.

use crate::{Found, repository};

/// A pattern, whether it holds for Rust alone, and what to do.
const UNWANTED: &[(&str, bool, &str)] = &[
    (concat!("/", "work/"), false, "no folder of one machine"),
    (concat!("/", "root/"), false, "no folder of one machine"),
    (concat!("/", "home/"), false, "no folder of one machine"),
    (
        concat!("/", "tmp/"),
        false,
        "ask for a temporary folder instead",
    ),
    (
        concat!("registry.", "npmjs"),
        false,
        "leave the registry to its client (omit-lockfile-registry-resolved)",
    ),
    (concat!("todo", "!("), true, "finish it"),
    (concat!("unimplemented", "!("), true, "finish it"),
    (
        concat!("#[", "allow("),
        true,
        "use #[expect(.., reason = \"..\")]",
    ),
    (
        concat!("#![", "allow("),
        true,
        "use #![expect(.., reason = \"..\")]",
    ),
    (concat!("#[", "ignore"), true, "a test runs, or is gone"),
    (
        concat!("FIX", "ME"),
        false,
        "mend it, or write down what is missing where users read it",
    ),
    (concat!("XX", "X "), false, "mend it"),
    (concat!("HA", "CK:"), false, "mend it"),
];

/// Endings of files that are not text of ours to read.
const NOT_TEXT: &[&str] = &["png", "gz", "zip", "ico", "woff2", "xlsx", "db"];

/// Checks every file.
pub fn check() -> Found {
    let mut faults = Vec::new();
    let files = repository::files()?;
    for path in &files {
        if path
            .rsplit('.')
            .next()
            .is_some_and(|ending| NOT_TEXT.contains(&ending))
        {
            continue;
        }
        let text = repository::read(path)?;
        let rust = path.ends_with(".rs");
        for (number, line) in text.lines().enumerate() {
            for (pattern, rust_only, cure) in UNWANTED {
                if (rust || !rust_only) && line.contains(pattern) {
                    faults.push(format!(
                        "{path}:{}: `{}`: {cure}",
                        number + 1,
                        pattern.trim()
                    ));
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(format!("{} files without unwanted words", files.len()))
    } else {
        Err(faults)
    }
}
