//! The rules of the schema, read from freshly migrated databases: an owned
//! table has `scheme_id` first in its primary key, in every unique key and in
//! every foreign key to another owned table, and nothing reaches back from a
//! reference table; both engines have the same tables and columns.

use kith_db::{Table, testing};

use crate::{Found, tenancy::REFERENCE};

/// Checks the schema.
pub async fn check() -> Found {
    let mut faults = Vec::new();
    let lite_db = testing::sqlite().await;
    let lite = lite_db.schema().await.map_err(|e| vec![e.to_string()])?;
    for table in &lite {
        faults.extend(keys(table));
    }
    let mut engines = "SQLite alone: no KITH_TEST_POSTGRES";
    if let Some(pg_db) = testing::postgres().await {
        let pg = pg_db.schema().await.map_err(|e| vec![e.to_string()])?;
        faults.extend(differences(&lite, &pg));
        engines = "the same on both engines";
    }
    if faults.is_empty() {
        Ok(format!("{} tables, {engines}", lite.len()))
    } else {
        Err(faults)
    }
}

fn is_reference(name: &str) -> bool {
    REFERENCE.iter().any(|(table, _)| *table == name)
}

fn keys(table: &Table) -> Vec<String> {
    let name = &table.name;
    let mut faults = Vec::new();
    if is_reference(name) {
        let back = table.foreign.iter().filter(|key| !is_reference(&key.table));
        faults.extend(back.map(|key| {
            format!(
                "{name}: a reference table points at {}, which is owned",
                key.table
            )
        }));
        return faults;
    }
    if table.key.first().map(String::as_str) != Some("scheme_id") {
        faults.push(format!(
            "{name}: scheme_id does not come first in the primary key ({})",
            table.key.join(", ")
        ));
    }
    for unique in &table.unique {
        if !unique.iter().any(|column| column == "scheme_id") {
            faults.push(format!(
                "{name}: a unique key without scheme_id ({})",
                unique.join(", ")
            ));
        }
    }
    for foreign in table.foreign.iter().filter(|key| !is_reference(&key.table)) {
        let pairs: Vec<_> = foreign.columns.iter().zip(&foreign.to).collect();
        if !pairs
            .iter()
            .any(|(from, to)| *from == "scheme_id" && *to == "scheme_id")
        {
            faults.push(format!(
                "{name}: the foreign key to {} leaves scheme_id out",
                foreign.table
            ));
        }
    }
    faults
}

fn differences(lite: &[Table], pg: &[Table]) -> Vec<String> {
    let shape = |table: &Table| -> Vec<String> {
        let columns = table.columns.iter();
        let mut lines: Vec<String> = columns
            .map(|c| {
                format!(
                    "{}.{} {} required={}",
                    table.name,
                    c.name,
                    c.family(),
                    c.required
                )
            })
            .collect();
        lines.push(format!("{} key {:?}", table.name, table.key));
        lines.extend(
            table
                .unique
                .iter()
                .map(|key| format!("{} unique {key:?}", table.name)),
        );
        lines.extend(
            table
                .foreign
                .iter()
                .map(|key| format!("{} foreign {key:?}", table.name)),
        );
        lines
    };
    let lite: Vec<String> = lite.iter().flat_map(shape).collect();
    let pg: Vec<String> = pg.iter().flat_map(shape).collect();
    let only_lite = lite
        .iter()
        .filter(|line| !pg.contains(line))
        .map(|line| format!("only on SQLite: {line}"));
    let only_pg = pg
        .iter()
        .filter(|line| !lite.contains(line))
        .map(|line| format!("only on PostgreSQL: {line}"));
    only_lite.chain(only_pg).collect()
}
