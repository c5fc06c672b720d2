//! What is built into the program: every crate of others with its version, its
//! licence and its sum, as cargo and the lock know them. Each licence must be
//! one that `deny.toml` allows. `cargo xtask sbom` writes the list in the form
//! of CycloneDX, for whoever must say what they run.

use std::{collections::BTreeMap, fs, process::Command};

use crate::{Found, repository};

const LIST: &str = "target/sbom.cdx.json";

#[derive(Debug, PartialEq, Eq)]
struct BuiltIn {
    name: String,
    version: String,
    licence: String,
    sum: String,
}

/// Checks that every licence is allowed.
pub fn check() -> Found {
    let allowed = allowed(&repository::read("deny.toml")?)?;
    let all = built_in()?;
    let faults: Vec<String> = all
        .iter()
        .filter(|one| !is_allowed(&one.licence, &allowed))
        .map(|one| {
            format!(
                "{}: its licence, {}, is not in deny.toml",
                one.name, one.licence
            )
        })
        .collect();
    if faults.is_empty() {
        Ok(format!(
            "{} crates are built in, each under an allowed licence",
            all.len()
        ))
    } else {
        Err(faults)
    }
}

/// Writes the list.
pub fn write() -> Found {
    let all = built_in()?;
    let path = repository::root().join(LIST);
    let failed = |e: std::io::Error| vec![format!("{}: {e}", path.display())];
    fs::create_dir_all(repository::root().join("target")).map_err(failed)?;
    fs::write(&path, cyclone_dx(&all)).map_err(failed)?;
    Ok(format!("{} crates stand in {LIST}", all.len()))
}

fn built_in() -> Result<Vec<BuiltIn>, Vec<String>> {
    let failed = |why: String| vec![format!("cargo tree: {}", why.trim())];
    let told = Command::new("cargo")
        .args(["tree", "--locked", "--offline", "--package", "kith"])
        .args(["--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}|{l}"])
        .current_dir(repository::root())
        .output()
        .map_err(|e| failed(e.to_string()))?;
    if !told.status.success() {
        return Err(failed(String::from_utf8_lossy(&told.stderr).into_owned()));
    }
    let sums = sums(&repository::read("Cargo.lock")?)?;
    Ok(crates_of(&String::from_utf8_lossy(&told.stdout), &sums))
}

/// The crates of others, sorted; ours stand in a folder and have no sum.
fn crates_of(tree: &str, sums: &BTreeMap<(String, String), String>) -> Vec<BuiltIn> {
    let mut all: Vec<BuiltIn> = tree
        .lines()
        .filter_map(|line| {
            // One that was listed already is marked.
            let (what, licence) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = what.split_whitespace();
            let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
            let sum = sums.get(&(name.to_owned(), version.to_owned()))?;
            Some(BuiltIn {
                name: name.to_owned(),
                version: version.to_owned(),
                licence: licence.replace('/', " OR "),
                sum: sum.clone(),
            })
        })
        .collect();
    all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    all.dedup();
    all
}

fn parsed(name: &str, text: &str) -> Result<toml::Table, Vec<String>> {
    text.parse().map_err(|e| vec![format!("{name}: {e}")])
}

fn sums(lock: &str) -> Result<BTreeMap<(String, String), String>, Vec<String>> {
    let lock = parsed("Cargo.lock", lock)?;
    let packages = lock.get("package").and_then(|all| all.as_array());
    let text = |package: &toml::Value, name: &str| Some(package.get(name)?.as_str()?.to_owned());
    Ok(packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let known = (text(package, "name")?, text(package, "version")?);
            Some((known, text(package, "checksum")?))
        })
        .collect())
}

fn allowed(rules: &str) -> Result<Vec<String>, Vec<String>> {
    let rules = parsed("deny.toml", rules)?;
    let list = rules.get("licenses").and_then(|one| one.get("allow"));
    let names = list.and_then(|list| list.as_array()).into_iter().flatten();
    Ok(names
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect())
}

/// Whether a choice among licences (`A OR B`, `(A OR B) AND C`) can be made
/// from those that are allowed.
fn is_allowed(licence: &str, allowed: &[String]) -> bool {
    let spaced = licence.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let can_be_had = either(&mut rest, allowed);
    can_be_had && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut any = all_of(rest, allowed);
    while let Some(after) = rest.strip_prefix(&["OR"]) {
        *rest = after;
        any |= all_of(rest, allowed);
    }
    any
}

fn all_of(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut all = one(rest, allowed);
    while let Some(after) = rest.strip_prefix(&["AND"]) {
        *rest = after;
        all &= one(rest, allowed);
    }
    all
}

fn one(rest: &mut &[&str], allowed: &[String]) -> bool {
    let Some((first, after)) = rest.split_first() else {
        return false;
    };
    *rest = after;
    if *first == "(" {
        let inside = either(rest, allowed);
        let Some(after) = rest.strip_prefix(&[")"]) else {
            return false;
        };
        *rest = after;
        return inside;
    }
    let mut name = (*first).to_owned();
    if let ["WITH", exception, after @ ..] = *rest {
        name = format!("{name} WITH {exception}");
        *rest = after;
    }
    allowed.contains(&name)
}

/// Names, versions, licences and sums hold nothing that JSON would escape.
fn cyclone_dx(all: &[BuiltIn]) -> String {
    let components: Vec<String> = all
        .iter()
        .map(|one| {
            let BuiltIn {
                name,
                version,
                licence,
                sum,
            } = one;
            format!(
                "    {{\"type\": \"library\", \"name\": \"{name}\", \"version\": \"{version}\", \
                 \"purl\": \"pkg:cargo/{name}@{version}\", \
                 \"licenses\": [{{\"expression\": \"{licence}\"}}], \
                 \"hashes\": [{{\"alg\": \"SHA-256\", \"content\": \"{sum}\"}}]}}"
            )
        })
        .collect();
    format!(
        "{{\n  \"bomFormat\": \"CycloneDX\",\n  \"specVersion\": \"1.5\",\n  \"version\": 1,\n  \
         \"metadata\": {{\"component\": {{\"type\": \"application\", \"name\": \"kith\", \
         \"version\": \"{}\"}}}},\n  \"components\": [\n{}\n  ]\n}}\n",
        env!("CARGO_PKG_VERSION"),
        components.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_built_in_is_listed_under_an_allowed_licence() {
        assert!(check().is_ok(), "{:?}", check());
        let all = built_in().unwrap();
        let listed = |name: &str| all.iter().any(|one| one.name == name);
        assert!(listed("libsqlite3-sys") && listed("axum") && listed("argon2"));
        assert!(!listed("kith"), "ours is not somebody else's");
        assert!(!listed("proptest"), "what tests alone use is not built in");
        assert!(all.iter().all(|one| one.sum.len() == 64), "{all:?}");
        let list = cyclone_dx(&all);
        assert_eq!(list.matches("\"type\": \"library\"").count(), all.len());
        assert!(!list.contains('\\'), "nothing that would be escaped");
    }

    #[test]
    fn a_choice_of_licences_is_read_as_it_is_meant() {
        let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        for (licence, may) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(GPL-3.0 OR Apache-2.0) AND Unicode-3.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("Apache-2.0", false),
            ("(MIT", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(licence, &allowed), may, "{licence}");
        }
    }
}
