//! `kith effect simulate`: what each analysis says of made-up people when the true effect
//! is known. Nothing is read. The first lot is written as a file that `compare` reads, so
//! that anybody can try their own analysis on people whose truth is known.

use std::io::Write;
use std::path::PathBuf;

use super::failure::CommandFailure;
use super::folder::Folder;
use crate::picture::Table;
use crate::stats::made_up::{MadeUp, made_up};
use crate::stats::simulation::{Behaviour, Frequency, behaviour};

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
    /// How far practices differ: standard deviation of the logarithm of contacts.
    pub spread: f64,
    /// How far winter is above the year's mean, 0 to 1.
    pub season: f64,
    /// Chance of leaving the practice in a month, 0 to 1.
    pub leaving: f64,
    /// Lots.
    pub repetitions: u32,
    /// Where the draws start.
    pub seed: u64,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

impl SimulateArgs {
    fn checked(&self) -> Result<MadeUp, CommandFailure> {
        if !self.ratio.is_finite() || self.ratio <= 0.0 {
            return Err(CommandFailure::arguments(
                "the true ratio must be above 0; 1 is no effect",
            ));
        }
        if self.practices < 1 || self.repetitions < 1 {
            return Err(CommandFailure::arguments(
                "at least one practice and one repetition are needed",
            ));
        }
        for (name, share) in [
            ("chance", self.chance),
            ("season", self.season),
            ("leaving", self.leaving),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(CommandFailure::arguments(format!(
                    "the {name} must be from 0 to 1"
                )));
            }
        }
        if !self.spread.is_finite() || self.spread < 0.0 {
            return Err(CommandFailure::arguments("the spread must be 0 or more"));
        }
        Ok(MadeUp {
            people: self.people,
            practices: self.practices,
            ratio: self.ratio,
            chance: self.chance,
            spread: self.spread,
            season: self.season,
            leaving: self.leaving,
            seed: self.seed,
        })
    }
}

/// Runs the command.
///
/// # Errors
/// A ratio that is none, or a result that cannot be written.
pub fn run(args: &SimulateArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let plan = args.checked()?;
    let folder = Folder::create(args.out.as_deref())?;
    let behaviours = behaviour(plan, args.repetitions);
    folder.json("simulate", &behaviours)?;
    folder.table("simulate", &table(&behaviours))?;
    if args.out.is_some() {
        folder.table("simulate-people", &people(plan))?;
    }
    writeln!(out, "True ratio of contacts: {:.2}", args.ratio)
        .map_err(CommandFailure::unprinted)?;
    for one in &behaviours {
        writeln!(out, "{}", said(one)).map_err(CommandFailure::unprinted)?;
    }
    Ok(())
}

fn said(one: &Behaviour) -> String {
    if one.intervals.times == 0 {
        return format!("{}: no interval, so no answer.", one.analysis);
    }
    let percent = |frequency: Frequency| format!("{:.0}%", 100.0 * frequency.share());
    format!(
        "{}: shows {:.2} on average, says \"changed\" in {} and holds the truth in {} of {} intervals (95% claimed); \
         draws a conclusion in {} of {} lots, and a wrong one in {}.",
        one.analysis,
        one.mean_ratio,
        percent(one.says_changed),
        percent(one.covers),
        one.intervals.times,
        percent(one.answers),
        one.answers.of,
        percent(one.concludes_wrongly)
    )
}

fn table(behaviours: &[Behaviour]) -> Table {
    let head = [
        "Analysis",
        "Lots",
        "Intervals",
        "Mean ratio",
        "Says changed",
        "Holds the truth",
        "Draws a conclusion",
        "Concludes a difference",
        "Concludes wrongly",
    ];
    let mut table = Table::new("What each analysis says", &head);
    let share = |frequency: Frequency| format!("{:.3}", frequency.share());
    for one in behaviours {
        table.rows.push(vec![
            one.analysis.to_owned(),
            one.intervals.of.to_string(),
            one.intervals.times.to_string(),
            format!("{:.3}", one.mean_ratio),
            share(one.says_changed),
            share(one.covers),
            share(one.answers),
            share(one.concludes_difference),
            share(one.concludes_wrongly),
        ]);
    }
    table
}

/// The people of the first lot, one row a person-month, in the columns `compare` looks for.
fn people(plan: MadeUp) -> Table {
    let head = [
        "person",
        "practice",
        "age",
        "sex",
        "deprivation",
        "referred",
        "month",
        "count",
        "days",
    ];
    let mut table = Table::new("Made-up people", &head);
    for person in made_up(plan) {
        let referred = person
            .referred
            .map_or_else(String::new, |month| month.to_string());
        for (month, seen) in (person.first_month..).zip(&person.months) {
            table.rows.push(vec![
                // Names in the order of the numbers, so that the same controls are drawn.
                format!("p{:07}", person.person),
                person.practice.to_string(),
                person.age_band.to_string(),
                person.sex.to_string(),
                person.deprivation.to_string(),
                referred.clone(),
                month.to_string(),
                seen.count.to_string(),
                seen.days.to_string(),
            ]);
        }
    }
    table
}
