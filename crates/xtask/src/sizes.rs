//! Comfortable sizes: a file is looked at again at 500 lines and is too long
//! at 600, tests apart; a function over 60 lines is told. No module is a
//! bucket: it is named for what it gives.

use proc_macro2::{Delimiter, TokenTree};

use crate::{
    Found, repository,
    tokens::{self, group, line, word},
};

const LOOK_AGAIN: usize = 500;
const TOO_LONG: usize = 600;
const LONG_FUNCTION: usize = 60;
const BUCKETS: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager",
];

/// Checks files, functions and names.
pub fn check() -> Found {
    let mut faults = Vec::new();
    let mut count = 0;
    for path in repository::files()? {
        let stem = path
            .rsplit('/')
            .next()
            .and_then(|name| name.split('.').next());
        let folder = path.rsplit('/').nth(1);
        if [stem, folder]
            .iter()
            .flatten()
            .any(|name| BUCKETS.contains(name))
        {
            faults.push(format!("{path}: a bucket: name it for what it gives"));
        }
        if !path.ends_with(".rs") || repository::is_tests(&path) {
            continue;
        }
        count += 1;
        let text = repository::read(&path)?;
        let lines = text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .count();
        if lines > TOO_LONG {
            faults.push(format!(
                "{path}: {lines} lines: is there a thing inside that wants its own room?"
            ));
        } else if lines > LOOK_AGAIN {
            println!("sizes: {path}: {lines} lines: look again");
        }
        let tokens = tokens::of(&path, &text).map_err(|e| vec![e])?;
        let mut long = Vec::new();
        functions(&tokens, &mut long);
        for (name, at, lines) in long {
            println!("sizes: {path}:{at}: {name} has {lines} lines: more than one screen");
        }
    }
    if faults.is_empty() {
        Ok(format!("{count} files of a comfortable size"))
    } else {
        Err(faults)
    }
}

/// Functions over the limit: name, line, lines.
fn functions(tokens: &[TokenTree], into: &mut Vec<(String, usize, usize)>) {
    let mut begun: Option<(String, usize)> = None;
    for (at, token) in tokens.iter().enumerate() {
        if word(token).as_deref() == Some("fn") {
            begun = tokens
                .get(at + 1)
                .and_then(|name| Some((word(name)?, line(token))));
        }
        let TokenTree::Group(inner) = token else {
            continue;
        };
        if group(token, Delimiter::Brace).is_some()
            && let Some((name, first)) = begun.take()
        {
            let lines = inner.span_close().end().line.saturating_sub(first) + 1;
            if lines > LONG_FUNCTION {
                into.push((name, first, lines));
            }
        }
        functions(&tokens::inside(inner), into);
    }
}
