//! What may come into the program, told from `Cargo.lock` alone, wherever
//! `cargo deny` is not installed: no crate that `deny.toml` bans, every crate
//! from the registry or from here, and one copy of SQLite.

use crate::{Found, repository};

/// There is one SQLite in the program.
const ONCE: &[&str] = &["libsqlite3-sys"];
/// Where crates of others come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks the lock against the list of bans.
pub fn check() -> Found {
    let lock = repository::read("Cargo.lock")?;
    let rules = repository::read("deny.toml")?;
    let faults = faults(&lock, &rules);
    if faults.is_empty() {
        let count = lock.matches("[[package]]").count();
        Ok(format!("{count} crates, none of them banned"))
    } else {
        Err(faults)
    }
}

fn faults(lock: &str, rules: &str) -> Vec<String> {
    let banned: Vec<&str> = rules
        .split("{ crate = \"")
        .skip(1)
        .filter_map(quoted)
        .collect();
    let mut faults = Vec::new();
    if banned.is_empty() {
        faults.push("deny.toml: bans nothing".to_owned());
    }
    let mut seen: Vec<&str> = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |name: &str| {
            let line = package.lines().find(|line| line.starts_with(name));
            line.and_then(|line| quoted(line.strip_prefix(name)?.strip_prefix(" = \"")?))
        };
        let Some(name) = value("name") else {
            faults.push("Cargo.lock: a package without a name".to_owned());
            continue;
        };
        if banned.contains(&name) {
            faults.push(format!("Cargo.lock: {name} is banned by deny.toml"));
        }
        if value("source").is_some_and(|source| source != REGISTRY) {
            faults.push(format!(
                "Cargo.lock: {name} comes from another place than the registry"
            ));
        }
        if ONCE.contains(&name) && seen.contains(&name) {
            faults.push(format!("Cargo.lock: {name} is there more than once"));
        }
        seen.push(name);
    }
    faults
}

/// What stands before the next quotation mark.
fn quoted(text: &str) -> Option<&str> {
    text.split_once('"').map(|(quoted, _)| quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "deny = [\n  { crate = \"openssl\", reason = \"rustls\" },\n]";

    fn lock(package: &str) -> String {
        format!("version = 4\n\n[[package]]\n{package}\n")
    }

    #[test]
    fn only_known_sources_and_no_banned_crate_are_in_the_lock() {
        assert!(check().is_ok(), "{:?}", check());
    }

    #[test]
    fn a_banned_crate_another_source_and_a_second_sqlite_are_named() {
        let good = lock(&format!(
            "name = \"csv\"\nversion = \"1\"\nsource = \"{REGISTRY}\""
        ));
        assert!(faults(&good, RULES).is_empty());
        assert!(faults(&lock("name = \"openssl\""), RULES)[0].contains("openssl is banned"));
        let git = lock("name = \"csv\"\nsource = \"git+https://example.org/csv\"");
        assert!(faults(&git, RULES)[0].contains("another place"));
        let one = "[[package]]\nname = \"libsqlite3-sys\"\n";
        assert!(faults(&format!("{one}{one}"), RULES)[0].contains("more than once"));
        assert!(faults(&good, "")[0].contains("bans nothing"));
    }
}
