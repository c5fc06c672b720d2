//! Everything about one person, for the person who asks: a page to read and
//! the same as JSON, in a ZIP. What may speak of somebody else or do harm is
//! marked for a reviewer, and nothing is taken out silently: notes that only
//! named people may read are there, marked. Whoever takes it out must read
//! the marked parts before it is given to the person.

use std::io::{Cursor, Write};

use kith_access::{Actor, Person, Scope, audit, who};
use kith_base::{Id, Refusal};
use kith_db::{Failure, Outcome, Table, Tx};
use kith_pages::{Html, el};
use serde_json::{Map, Value};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{
    read::Taken,
    tables::{self, Theirs},
};

/// What a marked part says.
pub const MARK: &str = "Read before giving out: may speak of somebody else, or do harm";

/// One table's rows about the person.
struct Part {
    table: Taken,
    rows: Vec<Vec<Option<String>>>,
}

/// The record of a person as a ZIP. `schema` is the database's own
/// (`Db::schema`), read before the action begins.
///
/// # Errors
/// Not found when the scope does not reach the person; a fault when the
/// written list misses a table.
pub async fn person(
    tx: &mut Tx,
    actor: &Actor,
    scope: &Scope,
    schema: &[Table],
    person: Id<Person>,
) -> Outcome<Vec<u8>> {
    if !who::is_in_scope(tx, scope, person).await? {
        return Err(Refusal::not_found().into());
    }
    audit::look(tx, actor, person, "take out a whole record").await?;
    let mut parts = Vec::new();
    for words in tables::all() {
        let Theirs::Rows(only) = words.theirs else {
            continue;
        };
        let table = schema
            .iter()
            .find(|table| table.name == words.name)
            .and_then(|table| Taken::of(table, words));
        let table = table
            .ok_or_else(|| fault(format!("the list does not fit the table {}", words.name)))?;
        let rows = table.of_person(tx, scope.scheme(), person, only).await?;
        parts.push(Part { table, rows });
    }
    packed(&parts, actor).map_err(|error| fault(error.to_string()))
}

fn fault(words: String) -> Failure<Refusal> {
    Failure::Sql(sqlx::Error::Protocol(words))
}

fn packed(parts: &[Part], actor: &Actor) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("record.html", SimpleFileOptions::default())?;
    zip.write_all(page(parts, actor).as_bytes())?;
    zip.start_file("record.json", SimpleFileOptions::default())?;
    zip.write_all(format!("{:#}\n", json(parts)).as_bytes())?;
    Ok(zip.finish()?.into_inner())
}

impl Part {
    /// Whether a cell is to be read before it is given out: its column may
    /// speak of somebody else, or its row is restricted.
    fn is_marked(&self, row: &[Option<String>], column: &str) -> bool {
        let restricted = self.table.words.name == "contact"
            && self
                .table
                .columns
                .iter()
                .zip(row)
                .any(|((name, _), cell)| name == "restricted" && cell.as_deref() == Some("1"));
        self.table.words.wants_review(column) || restricted
    }

    /// The cells of a row that hold something: name, meaning, text, marked.
    fn cells<'a>(
        &'a self,
        row: &'a [Option<String>],
    ) -> impl Iterator<Item = (&'a str, &'static str, &'a str, bool)> {
        self.table
            .columns
            .iter()
            .zip(row)
            .filter_map(|((name, _), cell)| {
                let means = self.table.words.column(name).map_or("", |(_, means)| means);
                let text = cell.as_deref().filter(|text| !text.is_empty())?;
                Some((name.as_str(), means, text, self.is_marked(row, name)))
            })
    }
}

fn json(parts: &[Part]) -> Value {
    let mut whole = Map::new();
    for part in parts {
        let rows = part.rows.iter().map(|row| {
            let mut fields = Map::new();
            let mut marked = Vec::new();
            for (name, _, text, mark) in part.cells(row) {
                fields.insert(name.to_owned(), text.into());
                if mark {
                    marked.push(Value::from(name));
                }
            }
            if !marked.is_empty() {
                fields.insert("read_before_giving_out".into(), marked.into());
            }
            Value::Object(fields)
        });
        whole.insert(
            part.table.words.name.to_owned(),
            rows.collect::<Vec<_>>().into(),
        );
    }
    Value::Object(whole)
}

fn page(parts: &[Part], actor: &Actor) -> String {
    let sections: Html = parts
        .iter()
        .filter(|part| !part.rows.is_empty())
        .map(|part| {
            let rows = part.rows.iter().map(|row| {
                let facts = part.cells(row).map(|(_, means, text, mark)| {
                    let mark = mark.then(|| el("strong").child(format!(" [{MARK}]")));
                    let fact: Html = [
                        Html::from(el("dt").child(means)),
                        el("dd").child(text).children(mark).into(),
                    ]
                    .into_iter()
                    .collect();
                    fact
                });
                el("dl").children(facts)
            });
            Html::from(
                el("section")
                    .child(el("h2").child(part.table.words.holds))
                    .children(rows),
            )
        })
        .collect();
    let made = format!(
        "Taken out by {} on {} from {}.",
        actor.name,
        actor.now.as_uk_moment(),
        actor.scheme_name
    );
    let head = el("head")
        .child(el("meta").attr("charset", "utf-8"))
        .child(el("title").child("The whole record"));
    let body = el("body")
        .child(el("h1").child("The whole record"))
        .child(el("p").child(made))
        .child(el("p").child(format!(
            "Parts marked \u{201c}{MARK}\u{201d} are for a reviewer."
        )))
        .child(sections);
    format!(
        "<!DOCTYPE html>{}",
        el("html").attr("lang", "en-GB").child(head).child(body)
    )
}
