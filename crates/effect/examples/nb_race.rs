//! The negative binomial model from a file of person-months: our side of the race with R
//! and DuckDB on the same file (`bench/race_numbers.py`).
//!
//!     cargo run --release --example nb_race -- write 10000000 person_months.csv
//!     cargo run --release --example nb_race -- fit person_months.csv
//!
//! Prints each coefficient after its name and a tab, as the others do.
//! The file is made up from a seed: the same rows every time.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use kith_effect::cells::{Columns, GroupedRows};
use kith_effect::stats::counts::CountCells;
use kith_effect::stats::design::Design;
use kith_effect::stats::negative_binomial::NegativeBinomial;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["write", rows, path] => write(rows.parse()?, path),
        ["fit", path] => fit(path),
        _ => Err("write ROWS FILE, or fit FILE".into()),
    }
}

/// Eight months of each person, half of them referred at some month.
fn write(rows: u64, path: &str) -> Result<(), Box<dyn Error>> {
    let mut random = ChaCha8Rng::seed_from_u64(20_261_121);
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "patient,practice,t,post,age,sex,imd,days,y")?;
    for patient in 0..rows.div_ceil(8) {
        let practice: u32 = random.random_range(0..500);
        let (age, sex, imd) = (
            random.random_range(1..6),
            random.random_range(0..2),
            random.random_range(1..6),
        );
        let start: i32 = random.random_range(2..12);
        let own =
            -0.9 + 0.1 * f64::from(age - 3) + 0.2 * f64::from(sex) - 0.07 * f64::from(imd - 3);
        for t in 0..8.min(rows - patient * 8) as i32 {
            let post = i32::from(t >= start);
            let days = if random.random_bool(0.08) {
                random.random_range(1..30)
            } else {
                30
            };
            let mean =
                f64::from(days) / 30.0 * (own - 0.12 * f64::from(post) + 0.01 * f64::from(t)).exp();
            let y = negative_binomial(&mut random, mean);
            writeln!(
                file,
                "{patient},{practice},{t},{post},{age},{sex},{imd},{days},{y}"
            )?;
        }
    }
    Ok(file.flush()?)
}

/// θ = 1: geometric, by turning its distribution function round.
fn negative_binomial(random: &mut impl Rng, mean: f64) -> u64 {
    let uniform: f64 = random.random();
    ((1.0 - uniform).ln() / (mean / (1.0 + mean)).ln()).floor() as u64
}

fn fit(path: &str) -> Result<(), Box<dyn Error>> {
    let keys = ["post", "t", "age", "sex", "imd", "days"];
    let rows = GroupedRows::read(
        File::open(path)?,
        &Columns {
            keys: &keys,
            count: "y",
        },
    )?;
    let design = Design::constant(rows.len())
        .with("post", rows.numbers("post")?)
        .with("t", rows.numbers("t")?)
        .with_levels("age", &rows.whole_numbers("age")?)
        .with("sex", rows.numbers("sex")?)
        .with_levels("imd", &rows.whole_numbers("imd")?);
    let exposure = rows
        .numbers("days")?
        .iter()
        .map(|days| days / 30.0)
        .collect();
    let cells = CountCells::new(&design, &rows.tallies(exposure))?;
    let fit = NegativeBinomial::fit(&cells, rows.histogram())?;
    for (name, coefficient) in cells.names().iter().zip(&fit.coefficients) {
        println!("{name}\t{coefficient}");
    }
    println!("theta\t{}", fit.theta);
    Ok(())
}
