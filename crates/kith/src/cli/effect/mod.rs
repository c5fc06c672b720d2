//! `kith effect`: the statistics on files, without a database and without the
//! network. This reads the arguments and calls the command of `kith_effect`;
//! what it prints, refusals included, is the statistics' own.

mod given;
mod spec;

use std::{io, path::PathBuf};

use clap::{Args, Subcommand};
use kith_base::{Clock, Refusal};
use kith_effect::command;

use super::Done;
pub use spec::spelt_out;

/// `kith effect`.
#[derive(Args, Debug)]
pub struct Effect {
    #[command(subcommand)]
    what: What,
    /// A file (TOML) of the options of the command; those said here go before it
    #[arg(long, global = true, value_name = "SPEC.toml")]
    // `spelt_out` reads it before the options are parsed; here it is for the help.
    spec: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Fix the one primary question before the data are read
    Plan(given::Plan),
    /// Describe contacts in the months around the referral
    Describe(given::Describe),
    /// Compare people referred with people at the same peak of contacts
    Compare(given::Compare),
    /// Read a roll-out by practices that started in different months
    Rollout(given::Rollout),
    /// Read a practice's or an area's monthly rate before and after a start
    Series(given::Series),
    /// Ask the same of other models: does the answer change?
    Sensitivity(given::Sensitivity),
    /// Read scores at the start and at follow-up
    Wellbeing(given::Wellbeing),
    /// Read who was reached, group by group
    Equity(given::Equity),
    /// Chart single values in order, with the limits of their ordinary ups and downs
    Xmr(given::Xmr),
    /// Measure how far coders agree
    Agreement(given::Agreement),
    /// Judge the results of several runs together: Holm within a plan
    Together(given::Together),
    /// See what each analysis says of made-up people when the true effect is known
    Simulate(given::Simulate),
}

impl Effect {
    /// Runs it.
    pub fn run(self) -> Done {
        let out = &mut io::stdout().lock();
        let done = match self.what {
            What::Plan(given) => {
                command::plan::run(&given.into(), &Clock::Real.now().to_string(), out)
            }
            What::Describe(given) => command::describe::run(&given.into(), out),
            What::Compare(given) => command::compare::run(&given.into(), out),
            What::Rollout(given) => command::rollout::run(&given.into(), out),
            What::Series(given) => command::series::run(&given.into(), out),
            What::Sensitivity(given) => command::sensitivity::run(&given.into(), out),
            What::Wellbeing(given) => command::wellbeing::run(&given.into(), out),
            What::Equity(given) => command::equity::run(&given.into(), out),
            What::Xmr(given) => command::xmr::run(&given.into(), out),
            What::Agreement(given) => command::agreement::run(&given.into(), out),
            What::Together(given) => command::together::run(&given.into(), out),
            What::Simulate(given) => command::simulate::run(&given.into(), out),
        };
        done.map_err(|failure| Refusal::invalid(failure.to_string()))
    }
}

/// The plan an analysis answers: its file, and the number that was printed
/// when it was fixed.
#[derive(Args, Debug)]
struct Planned {
    /// The plan this answers; without it the answer is exploratory
    #[arg(long, value_name = "FILE", requires = "plan_hash")]
    plan: Option<PathBuf>,
    /// The number that was printed when the plan was fixed
    #[arg(long, value_name = "SHA-256", requires = "plan")]
    plan_hash: Option<String>,
    /// Which of its questions, counted from 1, when several are for this analysis
    #[arg(long, value_name = "NUMBER", requires = "plan")]
    answers: Option<usize>,
}

impl From<Planned> for Option<command::plan::Fixed> {
    fn from(planned: Planned) -> Self {
        let (file, hash) = (planned.plan?, planned.plan_hash?);
        Some(command::plan::Fixed {
            file,
            hash,
            number: planned.answers,
        })
    }
}

/// One link worker's people alone.
#[derive(Args, Debug)]
struct OneWorker {
    /// Column of the link worker, to read one link worker's people alone (20 at least)
    #[arg(long, value_name = "COLUMN", requires = "only")]
    worker: Option<String>,
    /// The link worker, as in the file
    #[arg(long, value_name = "NAME", requires = "worker")]
    only: Option<String>,
}

impl From<OneWorker> for Option<command::slice::Only> {
    fn from(one: OneWorker) -> Self {
        let (column, name) = (one.worker?, one.only?);
        Some(command::slice::Only { column, name })
    }
}
