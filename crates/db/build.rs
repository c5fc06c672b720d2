//! Embeds the numbered list of migrations, `migrations/NNNN_place_thing.sql`
//! at the top of the repository, in the order of their numbers.

use std::{env, error::Error, fmt::Write, fs, path::Path};

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folders by the environment"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    let mut list = String::from("&[\n");
    let mut before = 0;
    for file in files {
        let name = file
            .file_stem()
            .and_then(|name| name.to_str())
            .ok_or("a file name that is not text")?;
        let (number, _) = name
            .split_once('_')
            .ok_or(format!("{name} is not NNNN_place_thing"))?;
        let number: u32 = number
            .parse()
            .map_err(|_| format!("{name} has no number"))?;
        if number <= before {
            return Err(format!("{name}: the number {number} is taken").into());
        }
        before = number;
        println!("cargo::rerun-if-changed={}", file.display());
        let text = fs::read_to_string(&file)?;
        writeln!(
            list,
            "Migration {{ number: {number}, name: {name:?}, text: {text:?} }},"
        )?;
    }
    list.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), list)?;
    Ok(())
}
