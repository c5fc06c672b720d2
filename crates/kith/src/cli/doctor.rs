//! `kith doctor`: looks the installation over and says each line.

use clap::Args;
use kith_base::{Clock, Refusal};

use super::{Done, Said, open};
use crate::doctor::{self, Line, Says};

/// `kith doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Where people reach Kith, when it is not in the configuration
    #[arg(long, value_name = "ADDRESS")]
    origin: Option<String>,
}

impl Doctor {
    /// Runs it.
    pub async fn run(self, said: &Said) -> Done {
        let config = said.config([("origin", self.origin)])?;
        let mut lines = doctor::before_start(&config);
        match open::database(&config).await {
            Ok(db) => {
                match doctor::of_database(&db, Clock::Real.now()).await {
                    Ok(more) => lines.extend(more),
                    Err(error) => lines.push(Line {
                        says: Says::Wrong,
                        about: "database",
                        words: format!(
                            "could not be read to its end: {error}. If it is damaged: {}",
                            doctor::put_back(&db)
                        ),
                    }),
                }
                db.close().await;
            }
            Err(refusal) => {
                lines.push(Line {
                    says: Says::Wrong,
                    about: "database",
                    words: refusal.to_string(),
                });
            }
        }
        print(&lines);
        let wrong = lines.iter().filter(|line| line.says == Says::Wrong).count();
        if wrong == 0 {
            return Ok(());
        }
        Err(Refusal::conflict(format!("{wrong} things are wrong"))
            .try_next("Each line says what to do"))
    }
}

/// Prints lines of the doctor.
pub fn print(lines: &[Line]) {
    for line in lines {
        let says = match line.says {
            Says::Ok => "ok   ",
            Says::Look => "look ",
            Says::Wrong => "WRONG",
        };
        println!("{says}  {}: {}", line.about, line.words);
    }
}
