//! The rule that keeps schemes apart, and that a distributed database needs:
//! a statement repeats `scheme_id` for every owned table it names, subqueries
//! too; an insert gives it. Which tables are owned is read from the
//! migrations; the few that are not are listed here with the reason.

use std::collections::BTreeSet;

/// Tables that belong to no scheme, and why.
pub const REFERENCE: &[(&str, &str)] = &[
    ("scheme", "it is the list of schemes"),
    (
        "sign_in_name",
        "says which scheme an address signs in to, before it is known",
    ),
    ("kith_migration", "says what was done to the whole database"),
];

/// A text that looks over all schemes on purpose says so, with the reason.
const OVER_ALL: &str = "/* every scheme:";

/// The owned tables named in migrations.
pub fn owned(migrations: &[String]) -> BTreeSet<String> {
    migrations
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim().strip_prefix("create table "))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .filter(|name| REFERENCE.iter().all(|(table, _)| table != name))
        .map(str::to_owned)
        .collect()
}

/// What a database over several machines cannot do, or does wrongly: times and
/// ids come from the program, so that every copy of a row is the same.
const OF_ONE_MACHINE: &[&str] = &[
    "now",
    "current_timestamp",
    "clock_timestamp",
    "random",
    "gen_random_uuid",
    "nextval",
];
/// What cannot be asked over all schemes at once.
const NOT_OVER_ALL: &[&str] = &["recursive", "grouping", "rollup", "cube"];
/// What no migration may have: the application writes audit rows, makes ids,
/// and takes rows away itself.
const NOT_IN_MIGRATIONS: &[&str] = &[
    "trigger",
    "serial",
    "bigserial",
    "autoincrement",
    "identity",
    "sequence",
    "cascade",
];

/// What is wrong with a migration for a database over several machines.
pub fn faults_of_migration(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let words = words_of(&lines.collect::<Vec<_>>().join("\n"));
    let mut faults: Vec<String> = NOT_IN_MIGRATIONS
        .iter()
        .filter(|bad| words.iter().any(|word| word == *bad))
        .map(|bad| format!("{bad}: not on a database over several machines"))
        .collect();
    let sets = |pair: &[String]| pair[0] == "set" && ["null", "default"].contains(&&*pair[1]);
    let deletes = words.iter().any(|word| word == "delete");
    if deletes && words.windows(2).any(sets) {
        faults.push("on delete set null or default: a key that holds scheme_id cannot".into());
    }
    faults
}

/// What is wrong with a statement on a database over several machines.
fn faults_over_machines(sql: &str, words: &[String]) -> Vec<String> {
    let has = |word: &str| words.iter().any(|one| one == word);
    let mut faults: Vec<String> = OF_ONE_MACHINE
        .iter()
        .filter(|bad| {
            let called = words
                .windows(2)
                .any(|pair| pair[0] == **bad && pair[1] == "(");
            called || (**bad == "current_timestamp" && has(bad))
        })
        .map(|bad| format!("{bad}: bind the time or the id instead"))
        .collect();
    if words
        .windows(3)
        .any(|w| w[0] == "set" && w[1] == "scheme_id" && w[2] == "=")
    {
        faults.push("scheme_id is never changed: a person who moves is a new row".into());
    }
    if sql.contains(OVER_ALL) {
        let locks = words
            .windows(2)
            .any(|pair| pair[0] == "for" && pair[1] == "update");
        if locks || NOT_OVER_ALL.iter().any(|bad| has(bad)) {
            faults.push("not over every scheme: ask one scheme after the other".into());
        }
    }
    faults
}

/// What is wrong with a statement: each owned table without its `scheme_id`.
pub fn faults(sql: &str, owned: &BTreeSet<String>) -> Vec<String> {
    let words = words_of(sql);
    let mut faults = faults_over_machines(sql, &words);
    if sql.contains(OVER_ALL) {
        return faults;
    }
    let mut bare = 0_usize;
    let mut needed = Vec::new();
    for (table, alias, insert) in named(&words, owned) {
        if insert {
            if !insert_gives_it(&words, &table) {
                faults.push(format!(
                    "the insert into {table} does not give scheme_id first"
                ));
            }
        } else if !compared(&words, &format!("{alias}.scheme_id")) {
            bare += 1;
            needed.push(alias);
        }
    }
    // Tables without an alias share the plain word: one comparison each.
    if bare > times_compared(&words, "scheme_id") {
        faults.push(format!(
            "scheme_id is not repeated for {}",
            needed.join(", ")
        ));
    }
    faults
}

/// Lower-case words and single signs, in order; quoted text is one word.
fn words_of(sql: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for c in sql.chars() {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && c != '\'' && (c.is_alphanumeric() || matches!(c, '_' | '.' | '$')) {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !quoted && !c.is_whitespace() {
            words.push(c.to_string());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Words that may follow a table and are not its alias.
const NOT_ALIAS: &[&str] = &[
    "where",
    "on",
    "join",
    "left",
    "inner",
    "cross",
    "order",
    "group",
    "set",
    "limit",
    "union",
    "values",
    "select",
    "using",
    "returning",
    "having",
    "for",
    "full",
    "right",
    "as",
    "natural",
    "do",
    "except",
    "intersect",
    "default",
];

/// Owned tables where they are read or written: table, alias, whether it is
/// an insert.
fn named(words: &[String], owned: &BTreeSet<String>) -> Vec<(String, String, bool)> {
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let place = match at.checked_sub(1).map(|before| words[before].as_str()) {
            Some(place @ ("from" | "join" | "update" | "into")) => place,
            Some(place @ ",") if in_from_list(words, at) => place,
            _ => continue,
        };
        // `on conflict … do update set` names no table.
        if !owned.contains(word.as_str()) {
            continue;
        }
        let mut next = at + 1;
        if words.get(next).is_some_and(|w| w == "as") {
            next += 1;
        }
        let alias = words
            .get(next)
            .filter(|w| {
                w.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !NOT_ALIAS.contains(&w.as_str())
            })
            .unwrap_or(word);
        found.push((word.clone(), alias.clone(), place == "into"));
    }
    found
}

/// Whether the comma before `at` stands in a list after `from`.
fn in_from_list(words: &[String], at: usize) -> bool {
    let mut depth = 0_i32;
    for word in words[..at].iter().rev() {
        match word.as_str() {
            ")" => depth += 1,
            "(" if depth == 0 => return false,
            "(" => depth -= 1,
            "from" if depth == 0 => return true,
            "select" | "where" | "set" | "values" | "by" | "on" | "returning" if depth == 0 => {
                return false;
            }
            _ => {}
        }
    }
    false
}

fn insert_gives_it(words: &[String], table: &str) -> bool {
    words
        .windows(4)
        .any(|w| w[0] == "into" && w[1] == table && w[2] == "(" && w[3] == "scheme_id")
}

/// Whether `name` is compared with something: `name =`, `= name`, `name in`,
/// or stands in a row that is compared, `(a.scheme_id, a.id) >`.
fn compared(words: &[String], name: &str) -> bool {
    words
        .iter()
        .enumerate()
        .any(|(at, word)| word == name && is_compared(words, at))
}

fn times_compared(words: &[String], name: &str) -> usize {
    words
        .iter()
        .enumerate()
        .filter(|(at, word)| *word == name && is_compared(words, *at))
        .count()
}

fn is_compared(words: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).map(|i| words[i].as_str());
    let after = words.get(at + 1).map(String::as_str);
    after == Some("=") || after == Some("in") || before == Some("=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(sql: &str) -> bool {
        let owned = ["goal", "person"].map(str::to_owned).into();
        !faults(sql, &owned).is_empty()
    }

    #[test]
    fn a_statement_that_forgets_the_scheme_is_noticed() {
        assert!(wrong("select id from goal where id = $1"));
        assert!(wrong(
            "select g.id from goal g join person p on p.id = g.person_id where g.scheme_id = $1"
        ));
        assert!(wrong(
            "select id from goal where scheme_id = $1 and exists (select 1 from person p where p.id = $2)"
        ));
        assert!(wrong("insert into goal (id, scheme_id) values ($1, $2)"));
        assert!(wrong("update goal set words = $1 where id = $2"));
        assert!(wrong(
            "select g.id from goal g, person p where g.scheme_id = $1 and p.id = g.person_id"
        ));
        assert!(wrong("delete from goal"));
    }

    #[test]
    fn what_a_database_over_several_machines_cannot_do_is_noticed() {
        assert!(wrong("update goal set met_at = now() where scheme_id = $1"));
        assert!(wrong(
            "insert into goal (scheme_id, id) values ($1, gen_random_uuid())"
        ));
        assert!(wrong("update goal set scheme_id = $2 where scheme_id = $1"));
        assert!(wrong(
            "/* every scheme: a job */ select id from goal for update"
        ));
        assert!(!wrong(
            "select id from goal where scheme_id = $1 and id = $2 for update"
        ));
        for bad in [
            "create table goal (id bigserial)",
            "create trigger t after insert on goal",
            "foreign key (scheme_id, person_id) references person on delete set null",
        ] {
            assert!(!faults_of_migration(bad).is_empty(), "{bad}");
        }
        let good = "-- no trigger here\ncreate table goal (scheme_id {id} not null)";
        assert!(faults_of_migration(good).is_empty());
    }

    #[test]
    fn a_statement_that_repeats_it_is_taken() {
        assert!(!wrong(
            "select id from goal where scheme_id = $1 and id = $2"
        ));
        assert!(!wrong(
            "select g.id from goal g join person p on p.scheme_id = g.scheme_id and p.id = g.person_id
             where g.scheme_id = $1"
        ));
        assert!(!wrong(
            "insert into goal (scheme_id, id) values ($1, $2) on conflict (scheme_id, id) do update set id = $2"
        ));
        assert!(!wrong(
            "update goal set words = $1 where scheme_id = $2 and id = $3"
        ));
        assert!(!wrong("select name from scheme order by name"));
        assert!(!wrong(
            "/* every scheme: a job visits them all */ select scheme_id, id from goal"
        ));
    }
}
