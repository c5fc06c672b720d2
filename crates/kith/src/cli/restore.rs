//! `kith restore FILE`: puts a copy in the place of an embedded database. The
//! copy is looked over first; what was there is moved aside, never removed;
//! and a running server refuses it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use kith_base::{Clock, Refusal};
use kith_db::Db;

use super::{Done, Said};
use crate::data_lock::DataLock;

/// `kith restore`.
#[derive(Args, Debug)]
pub struct Restore {
    /// The copy, made by `kith backup`
    file: PathBuf,
    /// Put it in the place of a database that is there
    #[arg(long)]
    replace: bool,
}

impl Restore {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([])?;
        let Some(target) = config.database_file() else {
            return Err(Refusal::invalid(
                "This restores an embedded database; the database is a server",
            )
            .try_next(
                "Stop every kith serve and make an empty database. Then run: pg_restore \
                 --no-owner --exit-on-error --single-transaction --dbname=ADDRESS FILE, \
                 then kith doctor and kith audit verify",
            ));
        };
        let _lock = DataLock::take(target)?;
        look_over(&self.file).await?;
        let failed =
            |e: io::Error| Refusal::conflict(format!("The copy could not be put in place: {e}"));
        if target.exists() && !self.replace {
            return Err(
                Refusal::conflict(format!("There is a database at {}", target.display()))
                    .try_next("Say --replace: it is then moved aside, not removed"),
            );
        }
        let part = copy_beside(&self.file, target).map_err(failed)?;
        if target.exists() {
            let aside = move_aside(target).map_err(failed)?;
            println!("What was there is now {}.", aside.display());
        }
        put_in_place(&part, target).map_err(failed)?;
        println!(
            "Restored {} from {}.",
            target.display(),
            self.file.display()
        );
        println!("Now run `kith doctor` and `kith audit verify`.");
        Ok(())
    }
}

/// Opens a copy of the copy, so that looking leaves no trace beside it.
async fn look_over(file: &Path) -> Done {
    let unsound = |why: String| {
        Refusal::invalid(format!("{} cannot be restored: {why}", file.display()))
            .try_next("Choose another copy; nothing was changed")
    };
    let part = with_ending(file, "looked-over");
    fs::copy(file, &part).map_err(|e| unsound(e.to_string()))?;
    let found = look_inside(&part).await;
    for ending in ["", "-wal", "-shm"] {
        // What the look has left; that some of it is not there is expected.
        match fs::remove_file(with_ending_raw(&part, ending)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(unsound(e.to_string())),
            _ => {}
        }
    }
    found.map_err(unsound)
}

async fn look_inside(file: &Path) -> Result<(), String> {
    let db = Db::connect(&format!("sqlite:{}", file.display()))
        .await
        .map_err(|e| e.to_string())?;
    let pending = db.pending().await.map_err(|e| e.to_string());
    let sound = db.integrity().await.map_err(|e| e.to_string());
    let tables = db.schema().await.map_err(|e| e.to_string());
    db.close().await;
    pending?;
    if !tables?.iter().any(|table| table.name == "scheme") {
        return Err("it is not a database of Kith".into());
    }
    let sound = sound?;
    if sound.is_sound() {
        Ok(())
    } else {
        Err(sound.problems.join("; "))
    }
}

fn move_aside(target: &Path) -> io::Result<PathBuf> {
    let stamp = Clock::Real
        .now()
        .london()
        .strftime("%Y%m%d-%H%M%S")
        .to_string();
    let aside = with_ending(target, &format!("before-restore-{stamp}"));
    for ending in ["", "-wal", "-shm"] {
        let from = with_ending_raw(target, ending);
        if from.exists() {
            fs::rename(from, with_ending_raw(&aside, ending))?;
        }
    }
    Ok(aside)
}

/// Copies under another name first, so that a break leaves all or nothing, and
/// what is there stands until its successor is safe on the disk.
fn copy_beside(file: &Path, target: &Path) -> io::Result<PathBuf> {
    let part = with_ending(target, "part");
    fs::copy(file, &part)?;
    fs::set_permissions(&part, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    fs::File::open(&part)?.sync_all()?;
    Ok(part)
}

fn put_in_place(part: &Path, target: &Path) -> io::Result<()> {
    fs::rename(part, target)?;
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    with_ending_raw(path, &format!(".{ending}"))
}

fn with_ending_raw(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
