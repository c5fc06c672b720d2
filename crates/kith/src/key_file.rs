//! The server's key: 32 random bytes in a file of its own that its owner
//! alone may read. It seals the secrets of second factors, so it is kept
//! apart from the database and its backups.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Why there is no key to use.
#[derive(Debug)]
pub enum BadKey {
    /// The file cannot be read or written.
    File(PathBuf, io::Error),
    /// It does not hold 64 hexadecimal digits.
    Shape(PathBuf),
    /// Its bytes are not random: an example's, or all the same.
    Guessable(PathBuf),
    /// Others may read it.
    Open(PathBuf, u32),
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, e) => write!(
                f,
                "The server's key {}: {e}. `kith init` makes one",
                path.display()
            ),
            Self::Shape(path) => {
                write!(
                    f,
                    "The server's key {} does not hold 64 hexadecimal digits. Restore it, or make one with `kith init`",
                    path.display()
                )
            }
            Self::Guessable(path) => {
                write!(
                    f,
                    "The server's key {} can be guessed. Remove it and make one with `kith init`",
                    path.display()
                )
            }
            Self::Open(path, mode) => {
                write!(
                    f,
                    "The server's key {0} may be read by others (mode {mode:o}). Run: chmod 600 {0}",
                    path.display()
                )
            }
        }
    }
}
impl std::error::Error for BadKey {}

/// Reads the key.
///
/// # Errors
/// When the file is not there, holds no key, a key that can be guessed, or
/// may be read by others.
pub fn read(path: &Path) -> Result<[u8; 32], BadKey> {
    let failed = |e| BadKey::File(path.to_owned(), e);
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(BadKey::Open(path.to_owned(), mode));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let key = from_hex(text.trim()).ok_or_else(|| BadKey::Shape(path.to_owned()))?;
    let distinct: std::collections::BTreeSet<u8> = key.iter().copied().collect();
    // 32 random bytes have fewer than 16 different ones less than once in 10^12.
    if distinct.len() < 16
        || key
            .windows(2)
            .all(|pair| pair[1] == pair[0].wrapping_add(1))
    {
        return Err(BadKey::Guessable(path.to_owned()));
    }
    Ok(key)
}

/// Makes a new key; a file that is there already is never written over.
///
/// # Errors
/// When the file is there, or cannot be written.
pub fn make(path: &Path) -> Result<[u8; 32], BadKey> {
    let failed = |e| BadKey::File(path.to_owned(), e);
    let key: [u8; 32] = rand::random();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    writeln!(file, "{hex}")
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(key)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0; 32];
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_new_key_is_its_owners_alone_and_reads_back() {
        let folder = folder();
        let path = folder.path().join("kith.key");
        let key = make(&path).unwrap();
        assert_eq!(read(&path).unwrap(), key);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            matches!(make(&path), Err(BadKey::File(..))),
            "a key was written over"
        );
    }

    #[test]
    fn a_key_others_may_read_is_refused() {
        let folder = folder();
        let path = folder.path().join("kith.key");
        make(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(read(&path), Err(BadKey::Open(_, 0o644))));
    }

    #[test]
    fn a_key_from_an_example_is_refused() {
        let folder = folder();
        let path = folder.path().join("kith.key");
        let counting: String = (0..32).map(|n| format!("{n:02x}")).collect();
        for guessed in ["00".repeat(32), "0123456789abcdef".repeat(4), counting] {
            fs::write(&path, guessed).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert!(matches!(read(&path), Err(BadKey::Guessable(_))));
        }
        fs::write(&path, "changeme").unwrap();
        assert!(matches!(read(&path), Err(BadKey::Shape(_))));
    }
}
