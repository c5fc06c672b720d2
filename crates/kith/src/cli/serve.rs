//! `kith serve`: the pages, the jobs and the metrics, until asked to stop.

use std::{net::SocketAddr, sync::Arc};

use clap::Args;
use kith_access::{App, outbox::Sender};
use kith_base::{Clock, Refusal};
use kith_db::Db;
use tokio::{net::TcpListener, sync::watch};

use super::{Done, Said, doctor::print, open};
use crate::{
    codes,
    config::Config,
    data_lock::DataLock,
    doctor::{self, Says},
    health::{self, Answers, Watched},
    jobs::{self, Tools},
    logs, router, server,
};

/// `kith serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// The address and port to serve on
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Where people reach Kith: https://…
    #[arg(long, value_name = "ADDRESS")]
    origin: Option<String>,
    /// A loopback address and port for /metrics
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<String>,
}

impl Serve {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([
            ("listen", self.listen),
            ("origin", self.origin),
            ("metrics", self.metrics),
        ])?;
        logs::start(&config);
        refuse_unsafe(&config)?;
        if config.code_map.is_some() {
            codes::read(&config)?.put_in_force();
        }
        let _lock = config.database_file().map(DataLock::take).transpose()?;
        let db = ready(&config).await?;
        let app = App::new(db, Clock::Real, config.origin.clone(), open::key(&config)?);
        serve(&config, router::app(app)).await
    }
}

/// An installation that is not safe does not start.
fn refuse_unsafe(config: &Config) -> Done {
    let wrong: Vec<_> = doctor::before_start(config)
        .into_iter()
        .filter(|line| line.says == Says::Wrong)
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    print(&wrong);
    Err(Refusal::conflict("This installation is not safe to serve")
        .try_next("Each line says what to do; `kith doctor` looks again"))
}

/// An embedded database is brought up to date, after a copy; a server's is
/// its owner's.
async fn ready(config: &Config) -> Result<Db, Refusal> {
    if config.database_file().is_none() {
        return open::database_up_to_date(config).await;
    }
    let db = open::database(config).await?;
    let applied = db.migrate().await.map_err(|failure| open::said(&failure))?;
    for name in applied {
        tracing::info!(migration = name, "applied");
    }
    Ok(db)
}

/// Serves until asked to stop; then requests and jobs under way are finished
/// and the database is closed.
///
/// # Errors
/// When the addresses cannot be listened on, or serving fails.
pub async fn serve(config: &Config, app: App) -> Done {
    let listener = listen(config.listen, "listen").await?;
    let metrics = match config.metrics {
        Some(address) => Some(listen(address, "metrics").await?),
        None => None,
    };
    let (stop, stopping) = watch::channel(false);
    let (running, mut turns) = jobs::start(
        &Tools {
            app: app.clone(),
            sender: sender(config)?,
            checkpoints: config.checkpoints.clone(),
        },
        jobs::JOBS,
        &stopping,
    );
    let watched = Watched {
        app: app.clone(),
        jobs: running,
        started: app.clock.now(),
        answers: Arc::new(Answers::default()),
    };
    let metrics = metrics.map(|listener| {
        let routes = health::metrics(watched.clone());
        tokio::spawn(server::serve(listener, routes, until(stopping.clone())))
    });
    let routes = router::program(app.clone(), Some(watched));
    println!(
        "Kith is at {} (listening on {})",
        config.origin.as_str(),
        config.listen
    );
    let served = server::serve(listener, routes, async {
        if let Err(error) = server::asked_to_stop().await {
            tracing::error!(%error, "signals cannot be heard: stopping");
        }
    })
    .await;
    tracing::info!("stopping");
    stop.send_replace(true);
    while turns.join_next().await.is_some() {}
    if let Some(metrics) = metrics {
        // It ends by the same signal; what it says then is of no use.
        drop(metrics.await);
    }
    app.db.close().await;
    served.map_err(|e| Refusal::conflict(format!("Serving failed: {e}")))
}

/// How mail leaves, as the configuration says.
fn sender(config: &Config) -> Result<Arc<Sender>, Refusal> {
    let post = config
        .mail
        .parse()
        .map_err(|bad| Refusal::invalid(format!("mail: {bad}")))?;
    let from = config
        .mail_from
        .parse()
        .map_err(|bad| Refusal::invalid(format!("mail_from: {bad}")))?;
    let host = config.origin.host().to_owned();
    Ok(Arc::new(Sender {
        post,
        from,
        host,
        on_failed: jobs::mail_failed,
    }))
}

async fn until(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender has gone, which is a stop as well.
    drop(stopping.wait_for(|stop| *stop).await);
}

async fn listen(address: SocketAddr, name: &str) -> Result<TcpListener, Refusal> {
    TcpListener::bind(address).await.map_err(|e| {
        Refusal::conflict(format!("Nothing can be served on {address}: {e}"))
            .try_next(format!("Choose another address or port with --{name}"))
    })
}
