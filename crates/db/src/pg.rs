//! PostgreSQL: one transaction for each action, from a pool, with the same
//! time limit as on SQLite. Reads have a pool of their own whose sessions
//! cannot write, so that a read which writes fails on both databases.
//! READ COMMITTED is not serial: rules that two people may break together
//! stand in constraints and optimistic versions.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool, Postgres,
    pool::{PoolConnection, PoolOptions},
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::{
    DbFailure, Failure,
    turn::Counts,
    tx::{self, Link, Tx},
};

/// Connections of each of the two pools.
const CONNECTIONS: u32 = 16;
/// How long one may wait for a free connection.
const WAIT: Duration = Duration::from_secs(10);
/// A connection that rested longer is asked whether it still lives.
const REST: Duration = Duration::from_secs(1);

/// Prepared statements kept for each connection: about all the program has.
const STATEMENTS: usize = 500;

/// A server may answer a commit before it is on the disk
/// (`synchronous_commit = off`): not to us. What waits for more, such as
/// another server, stays as it is.
const WRITER: &str = "set statement_timeout = '2s';
    set idle_in_transaction_session_timeout = '10s';
    select set_config('synchronous_commit', 'on', false)
        where current_setting('synchronous_commit') = 'off';
    set time zone 'UTC'";
const READER: &str = "set default_transaction_read_only = on;
    set statement_timeout = '30s';
    set time zone 'UTC'";

/// An open PostgreSQL database.
pub(crate) struct Pg {
    pub(crate) counts: Arc<Counts>,
    pub(crate) options: PgConnectOptions,
    writers: PgPool,
    readers: PgPool,
}

impl Pg {
    pub(crate) async fn open(url: &str) -> Result<Self, DbFailure> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| DbFailure::Address(without_secret(url)))?
            .statement_cache_capacity(STATEMENTS);
        let options = guarded(options);
        let writers = pool(WRITER).connect_with(options.clone()).await?;
        let readers = pool(READER).connect_lazy_with(options.clone());
        Ok(Self {
            counts: Arc::default(),
            options,
            writers,
            readers,
        })
    }

    pub(crate) async fn act<T, R, F>(&self, action: F) -> Result<T, Failure<R>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, Failure<R>>,
    {
        let _waiting = self.counts.wait();
        let mut tx = Tx::new(Link::PgAct(self.writers.begin().await?));
        let result = tx::run(&mut tx, action).await;
        let Link::PgAct(transaction) = tx.link else {
            return Err(Failure::Fault);
        };
        match result {
            Ok(value) => {
                transaction.commit().await.map_err(at_commit)?;
                self.counts.kept(1);
                Ok(value)
            }
            Err(failure) => {
                // A connection that cannot roll back is closed by the server,
                // which undoes it as well.
                transaction.rollback().await.ok();
                Err(failure)
            }
        }
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// A connection without time limits, for migrating.
    pub(crate) async fn beside(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options).await
    }

    pub(crate) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

/// What goes to another machine is encrypted and the machine proves who it is,
/// unless the address says otherwise (`?sslmode=disable` and the like;
/// `sslrootcert=FILE` names an authority of one's own).
fn guarded(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let here = options.get_socket().is_some()
        || host.starts_with('/')
        || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host);
    match options.get_ssl_mode() {
        PgSslMode::Prefer if !here => options.ssl_mode(PgSslMode::VerifyFull),
        _ => options,
    }
}

fn pool(session: &'static str) -> PoolOptions<Postgres> {
    PoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, rested| {
            Box::pin(async move { Ok(rested.idle_for < REST || connection.ping().await.is_ok()) })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(session).execute(connection).await?;
                Ok(())
            })
        })
}

/// What a failed commit means: the server said no (nothing was done), or we
/// did not hear what it said (unknown).
fn at_commit<R>(error: sqlx::Error) -> Failure<R> {
    let said_no = matches!(
        &error,
        sqlx::Error::Database(db)
            if db.code().is_some_and(|code| ["23", "40", "53"].iter().any(|class| code.starts_with(class)))
    );
    if said_no {
        return error.into();
    }
    tracing::error!(%error, "a commit could not be confirmed");
    Failure::Fault
}

/// The address as it may be shown: without what stands before the `@`.
fn without_secret(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("postgres://…@{rest}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> PgSslMode {
        guarded(PgConnectOptions::from_str(url).unwrap()).get_ssl_mode()
    }

    #[test]
    fn another_machine_must_prove_who_it_is() {
        let asked = mode("postgres://kith@db.example.nhs.uk/kith");
        assert!(matches!(asked, PgSslMode::VerifyFull), "{asked:?}");
        let said = mode("postgres://kith@db.example.nhs.uk/kith?sslmode=disable");
        assert!(matches!(said, PgSslMode::Disable), "{said:?}");
        let here = mode("postgres://kith@127.0.0.1:5433/kith");
        assert!(matches!(here, PgSslMode::Prefer), "{here:?}");
    }

    #[test]
    fn an_address_is_shown_without_its_secret() {
        assert_eq!(
            without_secret("postgres://kith:hunter2@db/kith"),
            "postgres://…@db/kith"
        );
    }
}
