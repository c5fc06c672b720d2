//! Fresh, migrated databases for tests: SQLite always, PostgreSQL when
//! `KITH_TEST_POSTGRES` holds the address of a server where databases may be
//! created. Each test has its own; it is gone when the test ends.

use std::{
    env,
    path::Path,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

pub use crate::tally::counted;
use crate::{Db, Migration, migrate::ALL};

/// The variable that holds the server's address.
pub const SERVER: &str = "KITH_TEST_POSTGRES";

/// A fresh database. Dereferences to its [`Db`].
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// Its address, to open it a second time.
    pub url: String,
    kept: Kept,
}

/// What must go when the test ends.
enum Kept {
    Folder(TempDir),
    Database { server: String, name: String },
}

impl std::ops::Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl TestDb {
    /// `sqlite` or `postgres`, for the message of a failed assertion.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self.kept {
            Kept::Folder(_) => "sqlite",
            Kept::Database { .. } => "postgres",
        }
    }

    /// The folder of an SQLite file, for copies and the like.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path()),
            Kept::Database { .. } => None,
        }
    }
}

/// A fresh migrated database on each engine there is; says so when the server
/// is left out.
///
/// # Panics
/// When a database cannot be made.
pub async fn both() -> Vec<TestDb> {
    let mut all = vec![sqlite().await];
    all.extend(postgres().await);
    all
}

/// A fresh migrated SQLite file.
///
/// # Panics
/// When it cannot be made.
pub async fn sqlite() -> TestDb {
    let test = empty_sqlite().await;
    test.db.migrate().await.expect("the migrations apply");
    test
}

/// An SQLite file without tables.
///
/// # Panics
/// When it cannot be made.
pub async fn empty_sqlite() -> TestDb {
    let folder = TempDir::new().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("kith.db").display());
    let db = Db::create(&url).await.expect("a new SQLite file");
    TestDb {
        db,
        url,
        kept: Kept::Folder(folder),
    }
}

/// A fresh migrated PostgreSQL database, copied from one that was migrated
/// once; `None`, with a line that says so, without a server.
///
/// # Panics
/// When it cannot be made.
pub async fn postgres() -> Option<TestDb> {
    let server = server()?;
    let template = template(&server).await;
    Some(new_postgres(server, &format!("template {template}")).await)
}

/// A PostgreSQL database without tables; `None` without a server.
///
/// # Panics
/// When it cannot be made.
pub async fn empty_postgres() -> Option<TestDb> {
    Some(new_postgres(server()?, "").await)
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told of a server by the environment"
)]
fn server() -> Option<String> {
    let server = env::var(SERVER).ok().filter(|url| !url.is_empty());
    if server.is_none() {
        println!("skipped on PostgreSQL: {SERVER} is not set");
    }
    server
}

async fn new_postgres(server: String, from: &str) -> TestDb {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Relaxed);
    let name = format!("kith_test_{}_{number}", std::process::id());
    let mut connection = connect(&server).await;
    // One that an earlier process of that number left when it was killed.
    admin(
        &mut connection,
        format!("drop database if exists {name} with (force)"),
    )
    .await;
    admin(&mut connection, format!("create database {name} {from}")).await;
    let url = on_database(&server, &name);
    let db = Db::connect(&url).await.expect("the new database opens");
    TestDb {
        db,
        url,
        kept: Kept::Database { server, name },
    }
}

/// The database others are copied from, named by what it was migrated with.
async fn template(server: &str) -> String {
    let all: String = ALL.iter().map(Migration::hash).collect();
    let digest = Sha256::digest(all.as_bytes());
    let short: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("kith_template_{short}");
    let mut connection = connect(server).await;
    // Tests run in many processes: the first makes it, the others wait.
    admin(
        &mut connection,
        "select pg_advisory_lock(5506021714)".into(),
    )
    .await;
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .expect("the list of databases");
    if !there {
        let new = format!("{name}_new");
        admin(
            &mut connection,
            format!("drop database if exists {new} with (force)"),
        )
        .await;
        admin(&mut connection, format!("create database {new}")).await;
        let db = Db::connect(&on_database(server, &new))
            .await
            .expect("the template opens");
        db.migrate().await.expect("the migrations apply");
        db.close().await;
        admin(
            &mut connection,
            format!("alter database {new} rename to {name}"),
        )
        .await;
    }
    connection.close().await.expect("the connection closes");
    name
}

async fn connect(server: &str) -> PgConnection {
    let options = PgConnectOptions::from_str(server).expect("an address in KITH_TEST_POSTGRES");
    PgConnection::connect_with(&options)
        .await
        .expect("the server answers")
}

async fn admin(connection: &mut PgConnection, sql: String) {
    // Names made here, of letters and digits.
    sqlx::raw_sql(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The server's address with another database in its place.
fn on_database(server: &str, name: &str) -> String {
    let (address, options) = match server.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (server, String::new()),
    };
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..]
        .find('/')
        .map_or(address.len(), |at| host + at);
    format!("{}/{name}{options}", &address[..end])
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Kept::Database { server, name } = &self.kept else {
            return;
        };
        let (server, name) = (server.clone(), name.clone());
        // A test's own runtime may be ending: this takes a small one.
        let gone = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut connection = connect(&server).await;
                admin(
                    &mut connection,
                    format!("drop database {name} with (force)"),
                )
                .await;
            });
        });
        if gone.join().is_err() {
            println!("a test database was left on the server");
        }
    }
}
