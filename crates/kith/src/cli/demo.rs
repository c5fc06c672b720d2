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

/// The folder in the demonstration's own that its mails are put into.
const OUTBOX: &str = "outbox";

/// `kith demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// The port to serve on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder everything is kept in
    #[arg(long, value_name = "FOLDER", default_value = "kith-demo")]
    data: PathBuf,
    /// How big; pcn where the folder holds nothing yet
    #[arg(long, value_enum)]
    size: Option<Size>,
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
    /// 40 practices, 50 link workers, 8,000 cases
    Icb,
}

impl Demo {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = self.config(said)?;
        logs::start(&config);
        let failed = |e: io::Error| Refusal::conflict(format!("{}: {e}", self.data.display()));
        fs::create_dir_all(&self.data).map_err(failed)?;
        let file = config.database_file();
        let _lock = file.map(DataLock::take).transpose()?;
        if self.reset {
            let Some(file) = file else {
                return Err(Refusal::invalid("A server's database is not removed")
                    .try_next("Make a new one and give its address with --database"));
            };
            self.forget(file).map_err(failed)?;
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
    /// on this machine is used, unless a database is named on the command line.
    fn config(&self, said: &Said) -> Result<Config, Refusal> {
        let address = format!("127.0.0.1:{}", self.port);
        let file = |name: &str| self.data.join(name).display().to_string();
        let values = Values::from([
            (
                "database",
                said.database
                    .clone()
                    .unwrap_or_else(|| format!("sqlite:{}", file("kith.db"))),
            ),
            ("key_file", file("kith.key")),
            ("mail", format!("file:{}", file(OUTBOX))),
            ("origin", format!("http://{address}")),
            ("listen", address),
            ("log", "warn".to_owned()),
        ]);
        Config::understand(&values).map_err(|bad| Refusal::invalid(bad.to_string()))
    }

    async fn fill(&self, app: &App) -> Done {
        let db = &app.db;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        let there = db.read(async |tx| scheme::all(tx).await).await;
        if !there.map_err(failed)?.is_empty() {
            return self.is_as_big();
        }
        let size = self.size.unwrap_or(Size::Pcn);
        let began = Instant::now();
        let now = Clock::Real.now();
        match size {
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
                let size = seed::Size {
                    practices: 40,
                    workers: 50,
                };
                let mut told = 0;
                let tell = |done: u32| {
                    if done - told >= 2_000 {
                        told = done;
                        println!("Made {done} of 8000 cases.");
                    }
                };
                seed::cases(db, size, 8_000, now, tell)
                    .await
                    .map_err(failed)?;
            }
        }
        fs::write(self.size_file(), size.word())
            .map_err(|e| Refusal::conflict(format!("{}: {e}", self.data.display())))?;
        println!("Made the people in {:.1} s.", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Where it is kept how big the demonstration of this folder is.
    fn size_file(&self) -> PathBuf {
        self.data.join("size")
    }

    /// Refuses to show a demonstration of another size than was asked for.
    fn is_as_big(&self) -> Done {
        let kept = fs::read_to_string(self.size_file()).ok();
        let kept = kept.and_then(|word| Size::from_str(word.trim(), false).ok());
        match (self.size, kept.unwrap_or(Size::Pcn)) {
            (Some(asked), kept) if asked != kept => {
                let what = format!(
                    "{} holds a demonstration of the size {}",
                    self.data.display(),
                    kept.word()
                );
                Err(Refusal::conflict(what).try_next(format!(
                    "Say --reset to begin again with {}, or name another folder with --data",
                    asked.word()
                )))
            }
            _ => Ok(()),
        }
    }

    /// Takes away what an earlier demonstration left: the database, and the
    /// mails it put into its folder.
    fn forget(&self, database: &Path) -> io::Result<()> {
        let gone = |name: &Path| match fs::remove_file(name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        };
        for ending in ["", "-wal", "-shm"] {
            let mut name = database.as_os_str().to_owned();
            name.push(ending);
            gone(Path::new(&name))?;
        }
        gone(&self.size_file())?;
        let outbox = self.data.join(OUTBOX);
        let mails = match fs::read_dir(&outbox) {
            Ok(mails) => mails,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => return Err(e),
        };
        for mail in mails {
            let mail = mail?.path();
            if mail.extension().is_some_and(|end| end == "eml") {
                gone(&mail)?;
            }
        }
        Ok(())
    }
}

impl Size {
    /// As it is said on the command line.
    fn word(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}
