//! Bringing the database up to date: one numbered list for both engines.
//! A migration is written once, with words for the types that differ
//! (`{id}`, `{ts}`, …); its statements end with `;` at the end of a line.
//! All that are pending are applied in one transaction, and written down with
//! a hash of their text, so that an edited one is noticed. An SQLite file with
//! something in it is copied beside itself first.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use crate::{Db, DbFailure, Tx, connect::Running, on, run};

/// One file of `migrations/`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The number at the head of the file's name.
    pub number: u32,
    /// The file's name without its ending: `0012_casework_goal`.
    pub name: &'static str,
    /// Its text, with the words for types.
    pub text: &'static str,
}

/// Every migration of this program, in order.
pub(crate) const ALL: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The words for types: (word, SQLite, PostgreSQL).
const WORDS: &[(&str, &str, &str)] = &[
    ("{id}", "blob", "uuid"),
    ("{ts}", "integer", "timestamptz"),
    ("{day}", "text", "date"),
    ("{flag}", "integer", "boolean"),
    ("{int}", "integer", "bigint"),
    ("{real}", "real", "double precision"),
    // By code point on both, so that they sort alike and a prefix is a range.
    ("{text}", "text", "text collate \"C\""),
    ("{bytes}", "blob", "bytea"),
    ("{strict}", "strict", ""),
    // A narrow table, kept by its key.
    ("{strict_by_key}", "strict, without rowid", ""),
    // An id out of its 32 digits: a function of one text.
    ("{as_id}", "unhex", "uuid"),
];

const TABLE: &str = "create table if not exists kith_migration (
    number {int} not null primary key, name {text} not null,
    hash {text} not null, applied_at {ts} not null) {strict};";
const APPLIED: &str = "select number, name, hash from kith_migration order by number";
const RECORD_LITE: &str = "insert into kith_migration (number, name, hash, applied_at)
    values ($1, $2, $3, cast(unixepoch('subsec') * 1000000 as integer))";
const RECORD_PG: &str = "insert into kith_migration (number, name, hash, applied_at)
    values ($1, $2, $3, now())";
/// Two programs that migrate at once: the second waits, and finds it done.
const LOCK_PG: &str = "select pg_advisory_xact_lock(5506021713)";
const HAS_TABLE_LITE: &str = "select count(*) from sqlite_master where name = 'kith_migration'";
const HAS_TABLE_PG: &str = "select count(*) from pg_catalog.pg_class
    where oid = to_regclass('kith_migration')";
const ANY_TABLE: &str = "select count(*) from sqlite_master";
const ORPHANS: &str = "select \"table\" as owner, count(*) as orphans
    from pragma_foreign_key_check group by \"table\" order by \"table\"";

impl Migration {
    /// Its statements, for SQLite or for PostgreSQL.
    ///
    /// # Errors
    /// When the text has an unknown `{word}`.
    pub(crate) fn statements(&self, embedded: bool) -> Result<Vec<String>, DbFailure> {
        let mut plain = String::with_capacity(self.text.len());
        for line in self.text.lines() {
            let line = without_comment(line).trim_end();
            if !line.is_empty() {
                plain.push_str(line);
                plain.push('\n');
            }
        }
        for (word, lite, pg) in WORDS {
            plain = plain.replace(word, if embedded { lite } else { pg });
        }
        if let Some(word) = unknown_word(&plain) {
            return Err(DbFailure::Text {
                name: self.name.to_owned(),
                what: format!("{word} is no word for a type"),
            });
        }
        Ok(plain
            .split(";\n")
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
            .map(str::to_owned)
            .collect())
    }

    /// The hash of its text, whatever ends its lines; 64 hexadecimal digits.
    pub(crate) fn hash(&self) -> String {
        let text = self.text.replace("\r\n", "\n");
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A line up to its `--`, unless that stands inside quotes.
fn without_comment(line: &str) -> &str {
    match line.find("--") {
        Some(at) if line[..at].matches('\'').count().is_multiple_of(2) => &line[..at],
        _ => line,
    }
}

/// The first `{word}` that is left.
fn unknown_word(text: &str) -> Option<&str> {
    let from = text.find('{')?;
    let rest = &text[from..];
    let to = rest.find('}')?;
    let word = &rest[..=to];
    word[1..to]
        .bytes()
        .all(|byte| byte.is_ascii_lowercase())
        .then_some(word)
}

#[derive(sqlx::FromRow)]
struct Applied {
    number: i64,
    name: String,
    hash: String,
}

impl Db {
    /// The names of the migrations this database still lacks. A server that
    /// lacks one refuses to start, and names the command.
    ///
    /// # Errors
    /// When an applied migration was edited or is not known, or the database
    /// does not answer.
    pub async fn pending(&self) -> Result<Vec<&'static str>, DbFailure> {
        let left = self.beside(async |tx| self.left(tx, ALL).await).await?;
        Ok(left.iter().map(|migration| migration.name).collect())
    }

    /// Applies what is pending, all or nothing, and gives the names. An SQLite
    /// file with something in it is copied beside itself first.
    ///
    /// # Errors
    /// As [`Db::pending`]; when the copy cannot be made, a migration fails, or
    /// rows are left that point at nothing. Nothing is changed then.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, DbFailure> {
        self.migrate_with(ALL).await
    }

    /// As [`Db::migrate`], with a list of one's own.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub async fn migrate_with(&self, list: &[Migration]) -> Result<Vec<&'static str>, DbFailure> {
        self.beside(async |tx| {
            let left = self.left(tx, list).await?;
            let (Some(first), Some(last)) = (left.first(), left.last()) else {
                return Ok(Vec::new());
            };
            self.start(tx, first.number, last.number).await?;
            // Until the commit nothing is kept: an error closes the connection.
            let names = self.apply(tx, list).await?;
            plain(tx, "commit").await?;
            Ok(names)
        })
        .await
    }

    /// Copies a file that has something in it, and opens the transaction.
    async fn start(&self, tx: &mut Tx, first: u32, last: u32) -> Result<(), DbFailure> {
        match &*self.engine {
            Running::Lite(lite) => {
                if on!(tx, c => sqlx::query_scalar::<_, i64>(ANY_TABLE).fetch_one(c))? > 0 {
                    let copy = free_name(&lite.file, first, last);
                    self.backup(&copy).await?;
                    tracing::info!(copy = %copy.display(), "copied before migrating");
                }
                // A table is rebuilt by dropping it: its rows must not take
                // those that point at them along. Checked before the commit.
                plain(tx, "pragma foreign_keys = off").await?;
                plain(tx, "begin immediate").await?;
            }
            Running::Pg(_) => {
                plain(tx, "begin").await?;
                plain(tx, LOCK_PG).await?;
            }
        }
        Ok(())
    }

    async fn apply(&self, tx: &mut Tx, list: &[Migration]) -> Result<Vec<&'static str>, DbFailure> {
        let embedded = self.is_embedded();
        let record = if embedded { RECORD_LITE } else { RECORD_PG };
        let own = Migration {
            number: 0,
            name: "kith_migration",
            text: TABLE,
        };
        for statement in own.statements(embedded)? {
            raw(tx, statement).await?;
        }
        let mut names = Vec::new();
        // Asked again, now that nobody else can migrate.
        for migration in self.left(tx, list).await? {
            for statement in migration.statements(embedded)? {
                raw(tx, statement)
                    .await
                    .map_err(|source| DbFailure::Migration {
                        name: migration.name.to_owned(),
                        source,
                    })?;
            }
            run!(
                tx,
                sqlx::query(record)
                    .bind(i64::from(migration.number))
                    .bind(migration.name)
                    .bind(migration.hash())
            )?;
            names.push(migration.name);
        }
        if embedded {
            let orphans: Vec<(String, i64)> = on!(tx, c => sqlx::query_as(ORPHANS).fetch_all(c))?;
            if !orphans.is_empty() {
                let rows: Vec<_> = orphans
                    .iter()
                    .map(|(table, rows)| format!("{table} ({rows})"))
                    .collect();
                return Err(DbFailure::Orphans(rows.join(", ")));
            }
        }
        Ok(names)
    }

    /// The migrations of `list` that the database lacks; those it has must be
    /// the same.
    async fn left(&self, tx: &mut Tx, list: &[Migration]) -> Result<Vec<Migration>, DbFailure> {
        let has_table = if self.is_embedded() {
            HAS_TABLE_LITE
        } else {
            HAS_TABLE_PG
        };
        let applied: Vec<Applied> =
            if on!(tx, c => sqlx::query_scalar::<_, i64>(has_table).fetch_one(c))? == 0 {
                Vec::new()
            } else {
                on!(tx, c => sqlx::query_as(APPLIED).fetch_all(c))?
            };
        for row in &applied {
            match list.iter().find(|m| i64::from(m.number) == row.number) {
                None => {
                    return Err(DbFailure::Unknown {
                        number: row.number,
                        name: row.name.clone(),
                    });
                }
                Some(migration) if migration.hash() != row.hash => {
                    return Err(DbFailure::Edited {
                        name: migration.name.to_owned(),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(list
            .iter()
            .filter(|m| !applied.iter().any(|row| row.number == i64::from(m.number)))
            .copied()
            .collect())
    }
}

/// Runs a statement that cannot be prepared (`begin`, `pragma`).
async fn plain(tx: &mut Tx, sql: &'static str) -> Result<u64, sqlx::Error> {
    run!(tx, sqlx::raw_sql(sql))
}

/// Runs one statement of a migration: text from the program itself.
async fn raw(tx: &mut Tx, sql: String) -> Result<u64, sqlx::Error> {
    run!(tx, sqlx::raw_sql(AssertSqlSafe(sql)))
}

/// A name for the copy that nothing has yet: `kith.db.before-0003-0005`.
fn free_name(file: &Path, first: u32, last: u32) -> PathBuf {
    let named = |more: String| {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".before-{first:04}-{last:04}{more}"));
        PathBuf::from(name)
    };
    let mut copy = named(String::new());
    let mut again = 2;
    while copy.exists() {
        copy = named(format!("-{again}"));
        again += 1;
    }
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(text: &'static str) -> Migration {
        Migration {
            number: 1,
            name: "0001_test",
            text,
        }
    }

    #[test]
    fn type_words_become_each_engines_own() {
        let goal = migration("create table goal (id {id} not null, set_on {day}) {strict};\n");
        assert_eq!(
            goal.statements(true).unwrap(),
            ["create table goal (id blob not null, set_on text) strict"]
        );
        assert_eq!(
            goal.statements(false).unwrap()[0].trim(),
            "create table goal (id uuid not null, set_on date)"
        );
    }

    #[test]
    fn statements_end_at_a_semicolon_at_the_end_of_a_line() {
        let two = migration("-- first; a note;\nselect ';' as a; -- and more;\nselect '--;' as b;");
        assert_eq!(
            two.statements(true).unwrap(),
            ["select ';' as a", "select '--;' as b"]
        );
    }

    #[test]
    fn an_unknown_type_word_is_refused_by_name() {
        let wrong = migration("create table goal (id {uuid});");
        let failure = wrong.statements(true).unwrap_err().to_string();
        assert!(failure.contains("{uuid}"), "{failure}");
    }

    #[test]
    fn every_migration_of_the_program_can_be_read_for_both_engines() {
        for migration in ALL {
            assert!(!migration.statements(true).unwrap().is_empty());
            assert!(!migration.statements(false).unwrap().is_empty());
        }
    }
}
