//! One program serves an embedded database: the lock beside the file says so.
//! Another `serve` and a `restore` are refused while it is held; reading
//! commands and `backup` need no lock. It goes when the process goes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use kith_base::Refusal;

/// A held lock.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock of an embedded database.
    ///
    /// # Errors
    /// When another program holds it, or it cannot be made.
    pub fn take(database: &Path) -> Result<Self, Refusal> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let failed = |why: String| {
            Refusal::conflict(format!(
                "The lock {} cannot be taken: {why}",
                Path::new(&name).display()
            ))
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&name)
            .map_err(|e| failed(e.to_string()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Refusal::conflict(format!(
                "Another program serves {}",
                database.display()
            ))
            .try_next("Stop it first; several processes need a PostgreSQL database")),
            Err(TryLockError::Error(e)) => Err(failed(e.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("kith.db");
        let first = DataLock::take(&database).unwrap();
        let refusal = DataLock::take(&database).unwrap_err();
        assert!(refusal.what.contains("Another program"), "{refusal}");
        drop(first);
        DataLock::take(&database).unwrap();
    }
}
