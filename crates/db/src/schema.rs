//! The tables as the running database has them, in one shape for both: for
//! the test that compares the engines, for the rules every owned table keeps
//! (`scheme_id` in each key), and for taking everything out.

use std::collections::BTreeMap;

use crate::{Db, DbFailure, Tx, on};

/// A table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in the key's order.
    pub key: Vec<String>,
    /// The columns of each other unique key, sorted by key.
    pub unique: Vec<Vec<String>>,
    /// The columns of each index that is no key, sorted.
    pub indexes: Vec<Vec<String>>,
    /// What its rows point at, sorted.
    pub foreign: Vec<ForeignKey>,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, in the engine's own word, lower case.
    pub stored: String,
    /// Whether it always holds something.
    pub required: bool,
}

/// A foreign key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ForeignKey {
    /// The columns that point.
    pub columns: Vec<String>,
    /// The table they point at.
    pub table: String,
    /// The columns they point at.
    pub to: Vec<String>,
}

impl Column {
    /// The SQLite type the column has, or would have there: `blob`, `integer`,
    /// `text` or `real`. Equal on both engines for the same column.
    #[must_use]
    pub fn family(&self) -> &str {
        match self.stored.as_str() {
            "uuid" | "bytea" => "blob",
            "timestamp with time zone" | "boolean" | "bigint" => "integer",
            "date" => "text",
            "double precision" => "real",
            own => own,
        }
    }
}

const COLUMNS_LITE: &str = "select m.name as owner, c.name, lower(c.type) as stored,
        (c.\"notnull\" = 1) as required, cast(c.pk as integer) as key_place
    from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'
    order by m.name, c.cid";
const COLUMNS_PG: &str = "select t.relname::text as owner, a.attname::text as name,
        format_type(a.atttypid, a.atttypmod) as stored, a.attnotnull as required,
        coalesce(array_position(k.indkey::int2[], a.attnum) + 1, 0)::bigint as key_place
    from pg_catalog.pg_class t
    join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_index k on k.indrelid = t.oid and k.indisprimary
    where t.relkind in ('r', 'p') and t.relnamespace = current_schema()::regnamespace
    order by t.relname collate \"C\", a.attnum";

const INDEX_LITE: &str = "select m.name as owner, i.name as key_name, c.name as column_name,
        (i.\"unique\" = 1) as is_unique
    from sqlite_master m join pragma_index_list(m.name) i join pragma_index_info(i.name) c
    where m.type = 'table' and i.origin <> 'pk'
    order by m.name, i.name, c.seqno";
const INDEX_PG: &str = "select t.relname::text as owner, n.relname::text as key_name,
        a.attname::text as column_name, i.indisunique as is_unique
    from pg_catalog.pg_index i
    join pg_catalog.pg_class t on t.oid = i.indrelid
    join pg_catalog.pg_class n on n.oid = i.indexrelid
    cross join lateral unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
    left join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum and k.attnum > 0
    where not i.indisprimary and t.relnamespace = current_schema()::regnamespace
    order by 1, 2, k.place";

const FOREIGN_LITE: &str = "select m.name as owner, cast(f.id as text) as key_name,
        f.\"from\" as column_name, f.\"table\" as to_table, f.\"to\" as to_column
    from sqlite_master m join pragma_foreign_key_list(m.name) f
    where m.type = 'table'
    order by m.name, f.id, f.seq";
const FOREIGN_PG: &str = "select t.relname::text as owner, c.conname::text as key_name,
        a.attname::text as column_name, u.relname::text as to_table, b.attname::text as to_column
    from pg_catalog.pg_constraint c
    join pg_catalog.pg_class t on t.oid = c.conrelid
    join pg_catalog.pg_class u on u.oid = c.confrelid
    cross join lateral unnest(c.conkey, c.confkey) with ordinality as k (here, there, place)
    join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = k.here
    join pg_catalog.pg_attribute b on b.attrelid = u.oid and b.attnum = k.there
    where c.contype = 'f' and t.relnamespace = current_schema()::regnamespace
    order by 1, 2, k.place";

#[derive(sqlx::FromRow)]
struct ColumnRow {
    owner: String,
    name: String,
    stored: String,
    required: bool,
    key_place: i64,
}

#[derive(sqlx::FromRow)]
struct IndexRow {
    owner: String,
    key_name: String,
    column_name: Option<String>,
    is_unique: bool,
}

#[derive(sqlx::FromRow)]
struct ForeignRow {
    owner: String,
    key_name: String,
    column_name: String,
    to_table: String,
    to_column: String,
}

impl Db {
    /// Every table, sorted by name, the list of migrations included.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schema(&self) -> Result<Vec<Table>, DbFailure> {
        let lite = self.is_embedded();
        self.beside(async |tx| {
            let mut tables = columns(tx, lite).await?;
            add_indexes(tx, lite, &mut tables).await?;
            add_foreign(tx, lite, &mut tables).await?;
            Ok(tables)
        })
        .await
    }
}

async fn columns(tx: &mut Tx, lite: bool) -> Result<Vec<Table>, sqlx::Error> {
    let sql = if lite { COLUMNS_LITE } else { COLUMNS_PG };
    let rows: Vec<ColumnRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c))?;
    let mut keys: BTreeMap<(String, i64), String> = BTreeMap::new();
    let mut tables: Vec<Table> = Vec::new();
    for row in rows {
        if row.key_place > 0 {
            keys.insert((row.owner.clone(), row.key_place), row.name.clone());
        }
        let column = Column {
            name: row.name,
            stored: row.stored,
            required: row.required,
        };
        match tables.last_mut() {
            Some(table) if table.name == row.owner => table.columns.push(column),
            _ => tables.push(Table {
                name: row.owner,
                columns: vec![column],
                key: Vec::new(),
                unique: Vec::new(),
                indexes: Vec::new(),
                foreign: Vec::new(),
            }),
        }
    }
    for ((owner, _), column) in keys {
        if let Some(table) = tables.iter_mut().find(|table| table.name == owner) {
            table.key.push(column);
        }
    }
    Ok(tables)
}

async fn add_indexes(tx: &mut Tx, lite: bool, tables: &mut [Table]) -> Result<(), sqlx::Error> {
    let sql = if lite { INDEX_LITE } else { INDEX_PG };
    let rows: Vec<IndexRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c))?;
    let mut all: BTreeMap<(String, String, bool), Vec<String>> = BTreeMap::new();
    for row in rows {
        // An index on an expression has no column there.
        let column = row.column_name.unwrap_or_else(|| "(expression)".to_owned());
        all.entry((row.owner, row.key_name, row.is_unique))
            .or_default()
            .push(column);
    }
    for ((owner, _, is_unique), columns) in all {
        let Some(table) = tables.iter_mut().find(|table| table.name == owner) else {
            continue;
        };
        if is_unique {
            table.unique.push(columns);
        } else {
            table.indexes.push(columns);
        }
    }
    for table in tables {
        table.unique.sort();
        table.indexes.sort();
    }
    Ok(())
}

async fn add_foreign(tx: &mut Tx, lite: bool, tables: &mut [Table]) -> Result<(), sqlx::Error> {
    let sql = if lite { FOREIGN_LITE } else { FOREIGN_PG };
    let rows: Vec<ForeignRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c))?;
    let mut keys: BTreeMap<(String, String), ForeignKey> = BTreeMap::new();
    for row in rows {
        let key = keys
            .entry((row.owner, row.key_name))
            .or_insert_with(|| ForeignKey {
                columns: Vec::new(),
                table: row.to_table,
                to: Vec::new(),
            });
        key.columns.push(row.column_name);
        key.to.push(row.to_column);
    }
    for ((owner, _), key) in keys {
        if let Some(table) = tables.iter_mut().find(|table| table.name == owner) {
            table.foreign.push(key);
        }
    }
    for table in tables {
        table.foreign.sort();
    }
    Ok(())
}
