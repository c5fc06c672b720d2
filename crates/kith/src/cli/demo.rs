//! `kith demo`: Kith with made-up people, on this machine alone. It needs
//! nothing but itself: key, database and mail are in one folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::{Args, ValueEnum};
use kith_access::{App, scheme};
use kith_base::{Clock, Refusal};

use super::{Done, Said, init, open, serve};
use crate::{
    config::{Config, Values},
    data_lock::DataLock,
    key_file, logs, router, seed,
};

/// `kith demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// The port to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder everything is kept in
    #[arg(long, value_name = "FOLDER", default_value = "kith-demo")]
    data: PathBuf,
    /// How big
    #[arg(long, value_enum, default_value_t = Size::Pcn)]
    size: Size,
    /// Begin again with new data
    #[arg(long)]
    reset: bool,
}

/// How big a demonstration is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Size {
    /// Three practices, four link workers, 240 people
    Pcn,
    /// The staff of the small network, and nobody referred yet
    Empty,
    /// Four practices, 50 link workers, 8,000 cases
    Icb,
}

impl Demo {
    /// Runs it.
    pub async fn run(self, _said: &Said) -> Done {
        let config = self.config()?;
        logs::start(&config);
        let failed = |e: io::Error| Refusal::conflict(format!("{}: {e}", self.data.display()));
        fs::create_dir_all(&self.data).map_err(failed)?;
        let database = self.data.join("kith.db");
        let _lock = DataLock::take(&database)?;
        if self.reset {
            forget(&database).map_err(failed)?;
        }
        if !config.key_file.exists() {
            key_file::make(&config.key_file).map_err(|bad| Refusal::conflict(bad.to_string()))?;
        }
        let db = init::new_database(&config).await?;
        let mut app = App::new(db, Clock::Real, config.origin.clone(), open::key(&config)?);
        app.demo = true;
        self.fill(&app).await?;
        println!(
            "Everybody in this demonstration is made up. Choose who to be at {}/demo",
            config.origin.as_str()
        );
        serve::serve(&config, router::app(app)).await
    }

    /// The demonstration's own configuration: nothing of another installation
    /// on this machine is used.
    fn config(&self) -> Result<Config, Refusal> {
        let address = format!("127.0.0.1:{}", self.port);
        let file = |name: &str| self.data.join(name).display().to_string();
        let values = Values::from([
            ("database", format!("sqlite:{}", file("kith.db"))),
            ("key_file", file("kith.key")),
            ("mail", format!("file:{}", file("outbox"))),
            ("origin", format!("http://{address}")),
            ("listen", address),
            ("log", "warn".to_owned()),
        ]);
        Config::understand(&values).map_err(|bad| Refusal::invalid(bad.to_string()))
    }

    async fn fill(&self, app: &App) -> Done {
        let db = &app.db;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        if !db
            .read(async |tx| scheme::all(tx).await)
            .await
            .map_err(failed)?
            .is_empty()
        {
            return Ok(());
        }
        let began = Instant::now();
        let now = Clock::Real.now();
        match self.size {
            Size::Pcn => {
                let size = seed::Size {
                    practices: 3,
                    workers: 4,
                };
                let made = seed::demo(db, size, 240, now).await.map_err(failed)?;
                seed::figures(app, &made).await.map_err(failed)?;
            }
            Size::Empty => {
                let size = seed::Size {
                    practices: 3,
                    workers: 4,
                };
                seed::staff(db, size, now).await.map_err(failed)?;
            }
            Size::Icb => {
                seed::cases(db, 8_000, now, |_| ()).await.map_err(failed)?;
            }
        }
        println!("Made the people in {:.1} s.", began.elapsed().as_secs_f64());
        Ok(())
    }
}

fn forget(database: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}
