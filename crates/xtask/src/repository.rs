//! Where the repository is, and the files in it that are ours: those git
//! knows or would add. Everything is told by its path from the root.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The text of one of our files.
pub fn read(path: &str) -> Result<String, Vec<String>> {
    fs::read_to_string(root().join(path)).map_err(|e| vec![format!("{path}: cannot be read: {e}")])
}

/// Every file of ours, sorted: committed ones, and new ones git would take.
pub fn files() -> Result<Vec<String>, Vec<String>> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .map_err(|e| vec![format!("git cannot be asked for the files: {e}")])?;
    if !listed.status.success() {
        let said = String::from_utf8_lossy(&listed.stderr).trim().to_owned();
        return Err(vec![format!("git cannot be asked for the files: {said}")]);
    }
    let mut files: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|path| root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The Rust files of the crates' programs (`src`), with their texts.
pub fn sources() -> Result<Vec<(String, String)>, Vec<String>> {
    files()?
        .into_iter()
        .filter(|path| {
            path.starts_with("crates/") && path.contains("/src/") && path.ends_with(".rs")
        })
        .map(|path| read(&path).map(|text| (path, text)))
        .collect()
}

/// Whether a file holds tests alone.
pub fn is_tests(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("_tests.rs") || path.ends_with("/tests.rs")
}
