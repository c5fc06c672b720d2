//! Our own checks, in Rust: `cargo xtask` runs all of them, `cargo xtask NAME`
//! one. Each says which file and line is at fault and what to do, and none
//! changes anything; `cargo xtask docs` alone writes here, and what it writes
//! must leave no difference behind; `cargo xtask sbom` writes what a build holds
//! into `target`.

mod repository;
mod tokens;
mod arrows;
mod sizes;
mod words;
mod sql_text;
mod tenancy;
mod statements;
mod schema;
mod crates;
mod built_in;
mod docs;

use std::{env, process::ExitCode};

/// What a check found: `Err` holds one line for each fault.
pub type Found = Result<String, Vec<String>>;

const CHECKS: &[&str] = &[
    "arrows",
    "sizes",
    "words",
    "schema",
    "statements",
    "crates",
    "licences",
];

#[tokio::main]
async fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    let names: Vec<&str> = if asked.is_empty() {
        CHECKS.to_vec()
    } else {
        asked.iter().map(String::as_str).collect()
    };
    let mut sound = true;
    for name in names {
        match check(name).await {
            Ok(said) => println!("{name}: {said}"),
            Err(faults) => {
                sound = false;
                for fault in &faults {
                    eprintln!("{name}: {fault}");
                }
                eprintln!("{name}: {} to mend", faults.len());
            }
        }
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn check(name: &str) -> Found {
    match name {
        "arrows" => arrows::check(),
        "sizes" => sizes::check(),
        "words" => words::check(),
        "schema" => schema::check().await,
        "statements" => statements::check().await,
        "crates" => crates::check(),
        "licences" => built_in::check(),
        "docs" => docs::write().await,
        "sbom" => built_in::write(),
        other => Err(vec![format!(
            "there is no check of the name {other}: there are {}, docs, sbom",
            CHECKS.join(", ")
        )]),
    }
}
