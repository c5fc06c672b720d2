//! Where checkpoints of the audit trail are kept, outside of what this server
//! can rewrite: a folder on another machine's disk, or a mailbox. Each is
//! written once, whoever writes it first; one that is there is never written
//! over.

use std::{
    fmt,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    str::FromStr,
};

use kith_access::{
    App,
    checkpoint::{self, Kept},
    outbox::{self, Mail},
    scheme::SchemeRow,
};
use kith_base::{Email, Ts};
use kith_db::{Failure, Outcome};

/// Where checkpoints are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A folder: a file for each.
    Folder(PathBuf),
    /// A mailbox: a mail for each.
    Mailbox(Email),
}

/// Why a text names no place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadPlace;

impl fmt::Display for BadPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("file:FOLDER, or an email address")
    }
}
impl std::error::Error for BadPlace {}

impl FromStr for Place {
    type Err = BadPlace;
    fn from_str(text: &str) -> Result<Self, BadPlace> {
        match text.strip_prefix("file:") {
            Some(folder) if !folder.is_empty() => Ok(Self::Folder(folder.into())),
            Some(_) => Err(BadPlace),
            None => text.parse().map(Self::Mailbox).map_err(|_| BadPlace),
        }
    }
}

/// Keeps a scheme's checkpoint; gives how many were new: one or none.
///
/// # Errors
/// When the database fails, or the folder cannot be written.
pub async fn keep(place: &Place, app: &App, scheme: &SchemeRow, now: Ts) -> Outcome<u64> {
    let Some(kept) = checkpoint::of(app, scheme, now).await? else {
        return Ok(0);
    };
    match place {
        Place::Folder(folder) => {
            let name = format!("{}-{:012}.txt", scheme.slug, kept.number);
            into_folder(folder, &name, &kept).map_err(|error| {
                tracing::error!(%error, "a checkpoint of the audit trail could not be kept");
                Failure::Fault
            })
        }
        Place::Mailbox(to) => by_mail(to, app, scheme, kept, now).await,
    }
}

fn into_folder(folder: &Path, name: &str, kept: &Kept) -> io::Result<u64> {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o640)
        .open(folder.join(name));
    match file {
        Ok(mut file) => {
            file.write_all(kept.text.as_bytes())?;
            file.sync_all()?;
            Ok(1)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(0),
        Err(error) => Err(error),
    }
}

async fn by_mail(to: &Email, app: &App, scheme: &SchemeRow, kept: Kept, now: Ts) -> Outcome<u64> {
    let words = "Keep this mail. With it `kith audit verify --checkpoint FILE` shows whether the \
        audit trail was cut or made anew since.";
    let mail = Mail {
        once_key: format!("checkpoint:{}", kept.number),
        kind: "audit checkpoint",
        to: to.clone(),
        subject: format!("Checkpoint of the audit trail: {} rows", kept.number),
        body: format!("{words}\n\n{}", kept.text),
        person: None,
    };
    app.db
        .act(async |tx| outbox::queue(tx, scheme.id, now, mail.clone()).await)
        .await?;
    Ok(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_mailbox() {
        assert_eq!(
            "file:/mnt/kept".parse(),
            Ok(Place::Folder("/mnt/kept".into()))
        );
        assert!(matches!(
            "keeper@example.org".parse(),
            Ok(Place::Mailbox(_))
        ));
        for wrong in ["", "file:", "/mnt/kept", "somewhere"] {
            assert_eq!(wrong.parse::<Place>(), Err(BadPlace), "{wrong}");
        }
    }
}
