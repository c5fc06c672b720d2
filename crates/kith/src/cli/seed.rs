//! `kith seed`: fills a new database with a made-up scheme of any size, for
//! measuring. It never touches a database that has a scheme.

use std::time::Instant;

use clap::Args;
use kith_access::scheme;
use kith_base::{Clock, Refusal};

use super::{Done, Said, init};
use crate::seed;

/// `kith seed`.
#[derive(Args, Debug)]
pub struct Seed {
    /// How many cases
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    cases: u32,
}

/// Cases a worker has had, of which a quarter is open.
const CASES_A_WORKER: u32 = 250;
const CASES_A_PRACTICE: u32 = 2_000;

impl Seed {
    fn size(&self) -> seed::Size {
        let so_many = |each| usize::try_from(self.cases / each).unwrap_or(0);
        seed::Size {
            practices: so_many(CASES_A_PRACTICE).clamp(3, 400),
            workers: so_many(CASES_A_WORKER).max(4),
        }
    }

    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([])?;
        let db = init::new_database(&config).await?;
        let failed = |e: kith_db::Failure| Refusal::conflict(e.to_string());
        if !db
            .read(async |tx| scheme::all(tx).await)
            .await
            .map_err(failed)?
            .is_empty()
        {
            return Err(Refusal::conflict("This database has a scheme already")
                .try_next("Made-up people are put into a new database only"));
        }
        let began = Instant::now();
        let mut told = 0;
        let tell = |done: u32| {
            if done - told >= 50_000 {
                told = done;
                println!("{done} cases");
            }
        };
        seed::cases(&db, self.size(), self.cases, Clock::Real.now(), tell)
            .await
            .map_err(failed)?;
        let took = began.elapsed().as_secs_f64();
        println!(
            "{} cases in {took:.1} s ({:.0} a second)",
            self.cases,
            f64::from(self.cases) / took.max(0.001)
        );
        db.close().await;
        Ok(())
    }
}
