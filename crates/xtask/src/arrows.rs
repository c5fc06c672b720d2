//! The arrows go one way. Between crates: `Cargo.toml` names only what lies
//! below. Inside a crate: a module uses only those listed above it in
//! `lib.rs`; a name re-exported by `lib.rs` counts as the module it comes
//! from. Tests may use everything.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenTree};

use crate::{
    Found, repository,
    tokens::{self, group, is_punct, line, word},
};

/// Each area and those it may use, from the program down to the words.
const ARROWS: &[(&str, &[&str])] = &[
    ("sqlite", &[]),
    ("base", &["sqlite"]),
    ("db", &["sqlite", "base"]),
    ("pages", &["base"]),
    ("access", &["base", "db", "pages"]),
    ("directory", &["base", "db", "pages", "access"]),
    ("casework", &["base", "db", "pages", "access", "directory"]),
    // Numbers handed in, numbers handed out: it stands on its own.
    ("effect", &[]),
    (
        "report",
        &[
            "base",
            "db",
            "pages",
            "access",
            "directory",
            "casework",
            "effect",
        ],
    ),
    ("realist", &["base", "db", "pages", "access", "directory"]),
    (
        "fhir",
        &["base", "db", "pages", "access", "directory", "casework"],
    ),
    (
        "kith",
        &[
            "base",
            "db",
            "pages",
            "access",
            "directory",
            "casework",
            "effect",
            "report",
            "realist",
            "fhir",
        ],
    ),
    // For tests and checks alone: nothing that is shipped uses them.
    (
        "testkit",
        &["base", "db", "pages", "access", "directory", "casework"],
    ),
    (
        "xtask",
        &[
            "base",
            "db",
            "pages",
            "access",
            "directory",
            "casework",
            "effect",
            "report",
            "realist",
            "kith",
        ],
    ),
];

/// Checks both kinds of arrows.
pub fn check() -> Found {
    let mut faults = Vec::new();
    let files = repository::files()?;
    let areas: Vec<&str> = files
        .iter()
        .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
        .filter(|area| !area.contains('/'))
        .collect();
    for area in &areas {
        faults.extend(between_crates(area)?);
        faults.extend(inside_a_crate(area, &files)?);
    }
    if faults.is_empty() {
        Ok(format!("{} crates, every arrow goes down", areas.len()))
    } else {
        Err(faults)
    }
}

fn between_crates(area: &str) -> Result<Vec<String>, Vec<String>> {
    let path = format!("crates/{area}/Cargo.toml");
    let manifest: toml::Table = repository::read(&path)?
        .parse()
        .map_err(|e| vec![format!("{path}: {e}")])?;
    let Some((_, may)) = ARROWS.iter().find(|(known, _)| *known == area) else {
        return Ok(vec![format!(
            "{path}: a new crate needs its row in crates/xtask/src/arrows.rs"
        )]);
    };
    let uses = ["dependencies", "build-dependencies"]
        .iter()
        .filter_map(|kind| manifest.get(*kind)?.as_table())
        .flat_map(toml::Table::keys)
        .filter_map(|name| {
            if name == "kith" {
                Some("kith")
            } else {
                name.strip_prefix("kith-")
            }
        });
    Ok(uses
        .filter(|used| !may.contains(used))
        .map(|used| format!("{path}: {area} may not use {used}: that arrow would go up"))
        .collect())
}

/// The modules of a crate in their order, and what its root re-exports.
struct Root {
    order: Vec<String>,
    from: BTreeMap<String, String>,
}

impl Root {
    /// The module a name under `crate::` belongs to, as its place in the order.
    fn place(&self, name: &str) -> Option<usize> {
        let module = self.from.get(name).map_or(name, String::as_str);
        self.order.iter().position(|known| known == module)
    }
}

fn inside_a_crate(area: &str, files: &[String]) -> Result<Vec<String>, Vec<String>> {
    let mut faults = Vec::new();
    for root_file in ["lib.rs", "main.rs"] {
        let source = format!("crates/{area}/src/");
        let path = format!("{source}{root_file}");
        if !files.contains(&path) {
            continue;
        }
        let text = repository::read(&path)?;
        let root = root(tokens::of(&path, &text).map_err(|e| vec![e])?);
        for file in files
            .iter()
            .filter(|file| file.ends_with(".rs") && !repository::is_tests(file))
        {
            let Some(module) = file.strip_prefix(&source) else {
                continue;
            };
            let module = module.split(['/', '.']).next().unwrap_or(module);
            let Some(here) = root.order.iter().position(|known| known == module) else {
                continue;
            };
            let text = repository::read(file)?;
            let tokens = tokens::of(file, &text).map_err(|e| vec![e])?;
            let mut used = Vec::new();
            uses(&tokens, &mut used);
            for (name, at) in used {
                if root.place(&name).is_some_and(|place| place > here) {
                    faults.push(format!(
                        "{file}:{at}: {module} uses {name}, which {path} lists below it: move the `mod` line, or what is used"
                    ));
                }
            }
        }
    }
    Ok(faults)
}

/// Reads `mod` lines in order, and `pub use module::{Name}` lines.
fn root(tokens: Vec<TokenTree>) -> Root {
    let mut root = Root {
        order: Vec::new(),
        from: BTreeMap::new(),
    };
    for pair in tokens.windows(2) {
        if word(&pair[0]).as_deref() == Some("mod") {
            root.order.extend(word(&pair[1]));
        }
    }
    let mut at = 0;
    while at < tokens.len() {
        if word(&tokens[at]).as_deref() == Some("use") {
            let mut names = Vec::new();
            let first = tokens.get(at + 1).and_then(word);
            while at < tokens.len() && !is_punct(&tokens[at], ';') {
                all_words(&tokens[at], &mut names);
                at += 1;
            }
            if let Some(module) = first.filter(|module| root.order.contains(module)) {
                for name in names {
                    root.from.entry(name).or_insert_with(|| module.clone());
                }
            }
        }
        at += 1;
    }
    // A module's own name is always itself.
    for module in &root.order {
        root.from.insert(module.clone(), module.clone());
    }
    root
}

fn all_words(token: &TokenTree, into: &mut Vec<String>) {
    match token {
        TokenTree::Group(group) => {
            for token in tokens::inside(group) {
                all_words(&token, into);
            }
        }
        token => into.extend(word(token)),
    }
}

/// What follows `crate::`: a name, or the first names of a group.
fn uses(tokens: &[TokenTree], into: &mut Vec<(String, usize)>) {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(inner) = token {
            uses(&tokens::inside(inner), into);
        }
        let after_crate = at >= 3
            && word(&tokens[at - 3]).as_deref() == Some("crate")
            && is_punct(&tokens[at - 2], ':')
            && is_punct(&tokens[at - 1], ':')
            && !(at >= 4 && is_punct(&tokens[at - 4], '$'));
        if !after_crate {
            continue;
        }
        into.extend(word(token).map(|name| (name, line(token))));
        let Some(list) = group(token, Delimiter::Brace) else {
            continue;
        };
        let list = tokens::inside(list);
        for entry in list.split(|token| is_punct(token, ',')) {
            into.extend(
                entry
                    .first()
                    .and_then(|first| Some((word(first)?, line(first)))),
            );
        }
    }
}
