//! Takes every SQL text of the program to the databases: each is prepared on
//! SQLite and, when `KITH_TEST_POSTGRES` names a server, on PostgreSQL; and
//! each repeats `scheme_id` (`tenancy`). Text that is put together at run
//! time cannot be found like this, so only the places listed here may.

use kith_db::testing;

use crate::{
    Found, repository,
    sql_text::{self, For},
    tenancy,
};

/// Where statements may be put together at run time, and why that is safe.
const AT_RUN_TIME: &[(&str, &str)] = &[
    (
        "crates/db/src/",
        "migrations, and names of tables it has read from the database itself",
    ),
    (
        "crates/casework/src/export/",
        "an export of every table, from names of its written list and of the database's schema",
    ),
];

/// Whether a text has places that are only filled at run time, where that is
/// allowed: it is no statement yet.
fn put_together(place: &str, text: &str) -> bool {
    text.contains('{')
        && AT_RUN_TIME
            .iter()
            .any(|(allowed, _)| place.starts_with(allowed))
}

/// Checks every statement.
pub async fn check() -> Found {
    let statements = sql_text::all()?;
    let mut faults = at_run_time()?;
    let migrations = migrations()?;
    let owned = tenancy::owned(&migrations);
    for text in &migrations {
        faults.extend(tenancy::faults_of_migration(text));
    }
    for statement in &statements {
        for fault in tenancy::faults(&statement.text, &owned) {
            faults.push(format!("{}: {fault}", statement.place));
        }
    }
    let databases = testing::both().await;
    for database in &databases {
        let other = if database.engine() == "sqlite" {
            For::Pg
        } else {
            For::Lite
        };
        let whole =
            |s: &&sql_text::Statement| s.engine != other && !put_together(&s.place, &s.text);
        for statement in statements.iter().filter(whole) {
            if let Err(e) = database.prepare(&statement.text).await
                && !lacks_a_type_alone(&e)
            {
                faults.push(format!(
                    "{}: {} says {e}",
                    statement.place,
                    database.engine()
                ));
            }
        }
    }
    if faults.is_empty() {
        let engines: Vec<&str> = databases.iter().map(|db| db.engine()).collect();
        Ok(format!(
            "{} statements prepared on {}",
            statements.len(),
            engines.join(" and ")
        ))
    } else {
        Err(faults)
    }
}

/// PostgreSQL cannot tell the type of a place from the text alone (it is only
/// compared with null, or selected). The program binds each value with its
/// type, so there it can.
fn lacks_a_type_alone(error: &sqlx::Error) -> bool {
    const AMBIGUOUS: &str = "42P08";
    const INDETERMINATE: &str = "42P18";
    let code = error.as_database_error().and_then(|e| e.code());
    matches!(code.as_deref(), Some(AMBIGUOUS | INDETERMINATE))
}

/// The texts of the migrations.
pub fn migrations() -> Result<Vec<String>, Vec<String>> {
    repository::files()?
        .iter()
        .filter(|path| path.starts_with("migrations/") && path.ends_with(".sql"))
        .map(|path| repository::read(path))
        .collect()
}

fn at_run_time() -> Result<Vec<String>, Vec<String>> {
    let mark = concat!("AssertSql", "Safe");
    Ok(repository::sources()?
        .into_iter()
        .filter(|(path, text)| {
            text.contains(mark) && AT_RUN_TIME.iter().all(|(place, _)| !path.starts_with(place))
        })
        .map(|(path, _)| format!("{path}: puts SQL together at run time ({mark}): write the whole text, or list it in crates/xtask/src/statements.rs with the reason"))
        .collect())
}
