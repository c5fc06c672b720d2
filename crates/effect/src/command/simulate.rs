//! `kith effect simulate`: what each analysis says of made-up people when the true effect
//! is known. Nothing is read.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::Folder;
use crate::picture::Table;
use crate::stats::made_up::MadeUp;
use crate::stats::simulation::{Behaviour, behaviour};

/// What to make up, and how often.
#[derive(Debug, Clone)]
pub struct SimulateArgs {
    /// People of each lot, referred or not.
    pub people: usize,
    /// Practices they belong to.
    pub practices: i64,
    /// True ratio of contacts after the referral; 1 is no effect.
    pub ratio: f64,
    /// Chance of a referral in a month after a busy quarter, 0 to 1.
    pub chance: f64,
    /// Lots.
    pub repetitions: u32,
    /// Where the draws start.
    pub seed: u64,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A ratio that is none, or a result that cannot be written.
pub fn run(args: &SimulateArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    if !args.ratio.is_finite() || args.ratio <= 0.0 {
        return Err(CommandFailure::arguments(
            "the true ratio must be above 0; 1 is no effect",
        ));
    }
    if args.practices < 1 || args.repetitions < 1 {
        return Err(CommandFailure::arguments(
            "at least one practice and one repetition are needed",
        ));
    }
    let folder = Folder::create(args.out.as_deref())?;
    let plan = MadeUp {
        people: args.people,
        practices: args.practices,
        ratio: args.ratio,
        chance: args.chance,
        seed: args.seed,
    };
    let behaviours = behaviour(plan, args.repetitions);
    folder.json("simulate", &behaviours)?;
    folder.table("simulate", &table(&behaviours))?;
    writeln!(out, "True ratio of contacts: {:.2}", args.ratio)
        .map_err(CommandFailure::unprinted)?;
    for one in &behaviours {
        let said = match one.intervals {
            0 => format!("{}: no interval, so no answer.", one.analysis),
            times => format!(
                "{}: shows {:.2} on average, says \"changed\" in {:.0}% and holds the truth in {:.0}% of {times} \
                 (95% claimed).",
                one.analysis,
                one.mean_ratio,
                one.says_changed * 100.0,
                one.covers * 100.0
            ),
        };
        writeln!(out, "{said}").map_err(CommandFailure::unprinted)?;
    }
    Ok(())
}

fn table(behaviours: &[Behaviour]) -> Table {
    let head = [
        "Analysis",
        "Intervals",
        "Mean ratio",
        "Says changed",
        "Holds the truth",
    ];
    let mut table = Table::new("What each analysis says", &head);
    for one in behaviours {
        table.rows.push(vec![
            one.analysis.to_owned(),
            one.intervals.to_string(),
            format!("{:.3}", one.mean_ratio),
            format!("{:.3}", one.says_changed),
            format!("{:.3}", one.covers),
        ]);
    }
    table
}
