//! Rows of any table as texts. Each row comes from the database as one JSON
//! list, so that both databases and every table are read by one function. The
//! statement is put together from names of the written list and of the
//! database's own schema, never from anything somebody typed.

use kith_access::Scheme;
use kith_base::{Id, Ts};
use kith_db::{Table, Tx, on};
use sqlx::AssertSqlSafe;

use super::tables::{Kept, TableWords};

/// Rows read at once.
const AT_ONCE: i64 = 500;

/// A table as an export takes it: its columns in the database's order,
/// without those that never leave.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What the list says of it.
    pub words: &'static TableWords,
    /// Name and type of each column.
    pub columns: Vec<(String, Kept)>,
    /// The columns of its key, without the scheme's.
    order: Vec<String>,
}

impl Taken {
    /// A table of the schema with what the list says of it; none when the
    /// list misses the table or one of its columns.
    #[must_use]
    pub fn of(table: &Table, words: &'static TableWords) -> Option<Self> {
        let mut columns = Vec::new();
        for column in &table.columns {
            let (kept, _) = words.column(&column.name)?;
            if !words.is_secret(&column.name) {
                columns.push((column.name.clone(), kept));
            }
        }
        let order = table
            .key
            .iter()
            .filter(|name| *name != "scheme_id")
            .cloned()
            .collect();
        Some(Self {
            words,
            columns,
            order,
        })
    }

    fn select(&self, lite: bool, only: &str, page: &str) -> String {
        let cells: Vec<String> = self
            .columns
            .iter()
            .map(|(name, kept)| cell(name, *kept, lite))
            .collect();
        let list = cells.join(", ");
        let row = if lite {
            format!("json_array({list})")
        } else {
            format!("json_build_array({list})::text")
        };
        let order = if self.order.is_empty() {
            "scheme_id".to_owned()
        } else {
            self.order.join(", ")
        };
        format!(
            "select {row} from {} where scheme_id = $1 and {only} order by {order} {page}",
            self.words.name
        )
    }

    /// The rows after the first `skip`, or after the row `last` where the
    /// table's key is an id: at most 500.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn some(
        &self,
        tx: &mut Tx,
        scheme: Id<Scheme>,
        skip: i64,
        last: Option<Id<()>>,
    ) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
        let lite = tx.is_embedded();
        let lists: Vec<String> = if self.order == ["id"] {
            let sql = self.select(lite, "id > $2", "limit $3");
            let after = last.unwrap_or_else(|| Id::of(uuid::Uuid::nil()));
            on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone())).bind(scheme).bind(after).bind(AT_ONCE).fetch_all(c))?
        } else {
            let sql = self.select(lite, "1 = 1", "limit $2 offset $3");
            on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone())).bind(scheme).bind(AT_ONCE).bind(skip).fetch_all(c))?
        };
        self.read(lite, lists)
    }

    /// Every row about one person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_person(
        &self,
        tx: &mut Tx,
        scheme: Id<Scheme>,
        person: Id<crate::person::Person>,
        only: &'static str,
    ) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
        let lite = tx.is_embedded();
        let sql = self.select(lite, only, "");
        let lists: Vec<String> = on!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql.clone())).bind(scheme).bind(person).fetch_all(c))?;
        self.read(lite, lists)
    }

    /// The id of a row, where the table's key is one.
    #[must_use]
    pub fn id_of(&self, row: &[Option<String>]) -> Option<Id<()>> {
        let at = self.columns.iter().position(|(name, _)| name == "id")?;
        row.get(at)?.as_ref()?.parse().ok()
    }

    fn read(
        &self,
        lite: bool,
        lists: Vec<String>,
    ) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
        lists
            .into_iter()
            .map(|list| {
                let row: Vec<Option<String>> = serde_json::from_str(&list)
                    .map_err(|error| sqlx::Error::Decode(error.into()))?;
                let cells = row
                    .into_iter()
                    .zip(&self.columns)
                    .map(|(cell, (_, kept))| cell.map(|cell| written(cell, *kept, lite)));
                Ok(cells.collect())
            })
            .collect()
    }
}

/// A column as text. The two databases keep ids, moments and bytes in types
/// of their own.
fn cell(name: &str, kept: Kept, lite: bool) -> String {
    let name = format!("\"{name}\"");
    match (kept, lite) {
        (Kept::Id | Kept::Bytes, true) => {
            format!("case when {name} is null then null else lower(hex({name})) end")
        }
        (Kept::Id | Kept::Day, false) => format!("{name}::text"),
        (Kept::Bytes, false) => format!("encode({name}, 'hex')"),
        (Kept::Moment, false) => format!("(extract(epoch from {name}) * 1000000)::bigint::text"),
        (Kept::Flag, false) => format!("({name}::int)::text"),
        (Kept::Text, _) | (Kept::Day, true) => name,
        _ => format!("cast({name} as text)"),
    }
}

fn written(cell: String, kept: Kept, lite: bool) -> String {
    match kept {
        Kept::Moment => cell
            .parse()
            .map_or(cell, |micros| Ts::from_micros(micros).to_string()),
        Kept::Id if lite => cell.parse::<uuid::Uuid>().map_or(cell, |id| id.to_string()),
        _ => cell,
    }
}
