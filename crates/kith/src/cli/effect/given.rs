//! The arguments of each analysis, as `clap` reads them, and the same as
//! `kith_effect` takes them. Names of columns are words, not numbers, so that
//! a command can be read again a year later.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kith_effect::{
    command::{
        agreement::AgreementArgs,
        compare::CompareArgs,
        describe::DescribeArgs,
        equity::{EquityArgs, EquityView},
        plan::PlanArgs,
        rollout::RolloutArgs,
        sensitivity::SensitivityArgs,
        series::SeriesArgs,
        simulate::SimulateArgs,
        together::TogetherArgs,
        wellbeing::WellbeingArgs,
        xmr::XmrArgs,
    },
    stats,
};

use super::{OneWorker, Planned};

/// Declares a command's arguments and hands them over, name by name.
macro_rules! given {
    ($(#[$doc:meta])* $name:ident => $args:ident { $($(#[$about:meta])* $field:ident: $type:ty,)* } $(with $($also:ident: $planned:ty),*)?) => {
        $(#[$doc])*
        #[derive(Args, Debug)]
        pub(super) struct $name {
            $($(#[$about])* $field: $type,)*
            $($(#[command(flatten)] $also: $planned,)*)?
        }
        impl From<$name> for $args {
            fn from(given: $name) -> Self {
                Self { $($field: given.$field.into(),)* $($($also: given.$also.into(),)*)? }
            }
        }
    };
}

given! {
    /// `kith effect plan`.
    Plan => PlanArgs {
        /// Where the plan is written; never over a file that is there
        file: PathBuf,
        /// The question, in the words of those who ask it; again for each further one
        #[arg(long = "question", required = true)]
        questions: Vec<String>,
        /// What will answer it: compare, rollout, series or wellbeing; again for each question
        #[arg(long = "analysis", required = true)]
        analyses: Vec<String>,
    }
}

given! {
    /// `kith effect describe`.
    Describe => DescribeArgs {
        /// The CSV, one row a person-month; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column that tells people apart
        #[arg(long, default_value = "person")]
        person: String,
        /// Column of months since the referral: 0 is its own month
        #[arg(long, default_value = "month")]
        month: String,
        /// Column of contacts
        #[arg(long, default_value = "count")]
        count: String,
        /// Column of days registered in the month; whole months without it
        #[arg(long)]
        days: Option<String>,
        /// Column of 1 for people referred and 0 for controls; all were referred without it
        #[arg(long)]
        referred: Option<String>,
        /// Columns that must keep one value: definition of a contact, code set, supplier
        #[arg(long, value_delimiter = ',')]
        constant: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with only: OneWorker
}

given! {
    /// `kith effect compare`.
    Compare => CompareArgs {
        /// The CSV, one row a person-month, of people referred and not; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column that tells people apart
        #[arg(long, default_value = "person")]
        person: String,
        /// Column of the practice
        #[arg(long, default_value = "practice")]
        practice: String,
        /// Column of the age band
        #[arg(long, default_value = "age")]
        age: String,
        /// Column of sex
        #[arg(long, default_value = "sex")]
        sex: String,
        /// Column of the deprivation fifth
        #[arg(long, default_value = "deprivation")]
        deprivation: String,
        /// Column of the month of referral; empty for people never referred
        #[arg(long, default_value = "referred")]
        referred: String,
        /// Column of the calendar month
        #[arg(long, default_value = "month")]
        month: String,
        /// Column of contacts
        #[arg(long, default_value = "count")]
        count: String,
        /// Column of days registered in the month; whole months without it
        #[arg(long)]
        days: Option<String>,
        /// Where the draw of controls starts: the same seed draws the same
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Columns that must keep one value in a practice
        #[arg(long, value_delimiter = ',')]
        constant: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with plan: Planned
}

given! {
    /// `kith effect rollout`.
    Rollout => RolloutArgs {
        /// The CSV, one row a person-month; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column that tells people apart
        #[arg(long, default_value = "person")]
        person: String,
        /// Column of the practice
        #[arg(long, default_value = "practice")]
        practice: String,
        /// Column of the month the practice started; empty if it never did
        #[arg(long, default_value = "start")]
        start: String,
        /// Column of the calendar month
        #[arg(long, default_value = "month")]
        month: String,
        /// Column of contacts
        #[arg(long, default_value = "count")]
        count: String,
        /// Column of days registered in the month; whole months without it
        #[arg(long)]
        days: Option<String>,
        /// Columns that must keep one value in a practice
        #[arg(long, value_delimiter = ',')]
        constant: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with plan: Planned
}

given! {
    /// `kith effect series`.
    Series => SeriesArgs {
        /// The CSV; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Another CSV with the same columns, of a place without the service
        #[arg(long, value_name = "FILE")]
        control: Option<PathBuf>,
        /// Column of the calendar month
        #[arg(long, default_value = "month")]
        month: String,
        /// Column of contacts
        #[arg(long, default_value = "count")]
        count: String,
        /// Column of people
        #[arg(long, default_value = "population")]
        population: String,
        /// First month of the service, as in the file
        #[arg(long)]
        start: String,
        /// Months of other changes of the system
        #[arg(long, value_delimiter = ',')]
        changes: Vec<String>,
        /// Months after the start at which the effect is read
        #[arg(long, default_value_t = 12)]
        horizon: u32,
        /// Columns that must keep one value in each file
        #[arg(long, value_delimiter = ',')]
        constant: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with plan: Planned
}

given! {
    /// `kith effect sensitivity`.
    Sensitivity => SensitivityArgs {
        /// The CSV, one row a person-month; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column of the practice
        #[arg(long, default_value = "practice")]
        practice: String,
        /// Column of 1 and 0 whose ratio is asked for, such as after the referral
        #[arg(long, default_value = "referred")]
        of: String,
        /// Column of contacts
        #[arg(long, default_value = "count")]
        count: String,
        /// Column of days registered in the month; whole months without it
        #[arg(long)]
        days: Option<String>,
        /// Columns whose values are groups, such as age band
        #[arg(long, value_delimiter = ',')]
        groups: Vec<String>,
        /// Columns whose values are numbers, such as a running month
        #[arg(long, value_delimiter = ',')]
        numbers: Vec<String>,
        /// Columns that must keep one value in a practice
        #[arg(long, value_delimiter = ',')]
        constant: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    }
}

given! {
    /// `kith effect together`.
    Together => TogetherArgs {
        /// Results of other runs: the .json files in their folders
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with plan: Planned
}

/// Which way is better.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Better {
    /// As for wellbeing
    Higher,
    /// As for loneliness or anxiety
    Lower,
}

impl From<Better> for stats::scores::Better {
    fn from(better: Better) -> Self {
        match better {
            Better::Higher => Self::Higher,
            Better::Lower => Self::Lower,
        }
    }
}

/// How missing scores are filled in.
#[derive(Args, Debug)]
pub(super) struct Filled {
    /// Completed data sets
    #[arg(long, default_value_t = 20)]
    imputations: usize,
    /// Where the draws start: the same seed draws the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl From<Filled> for stats::imputation::Plan {
    fn from(filled: Filled) -> Self {
        Self {
            imputations: filled.imputations,
            seed: filled.seed,
        }
    }
}

given! {
    /// `kith effect wellbeing`.
    Wellbeing => WellbeingArgs {
        /// The CSV, one row a person; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column of the score at the start
        #[arg(long, default_value = "before")]
        before: String,
        /// Column of the score at follow-up; empty where there is none
        #[arg(long, default_value = "after")]
        after: String,
        /// Column of the practice, when it is known
        #[arg(long)]
        practice: Option<String>,
        /// Columns of numbers known at the start, such as age band
        #[arg(long, value_delimiter = ',')]
        known: Vec<String>,
        /// The measure's name
        #[arg(long)]
        measure: String,
        /// Lowest possible score
        #[arg(long, allow_negative_numbers = true)]
        low: f64,
        /// Highest possible score
        #[arg(long, allow_negative_numbers = true)]
        high: f64,
        /// Which way is better
        #[arg(long, value_enum)]
        better: Better,
        /// Reliability of the score, from its own literature
        #[arg(long)]
        reliability: Option<f64>,
        /// A threshold, in points
        #[arg(long)]
        threshold: Option<f64>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with only: OneWorker, filled: Filled, plan: Planned
}

/// The question of reach.
#[derive(Args, Debug)]
pub(super) struct View {
    /// The question
    #[arg(long = "view", value_enum, default_value_t = Reach::Groups)]
    question: Reach,
    /// Column of the people in the reference, when standardised
    #[arg(long, default_value = "reference_people")]
    reference_people: String,
    /// Column of those reached in the reference, when standardised
    #[arg(long, default_value = "reference_reached")]
    reference_reached: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reach {
    /// Each group against everybody else
    Groups,
    /// Groups in order, the most deprived first
    Gradient,
    /// Places of different size
    Funnel,
    /// Strata beside a reference population
    Standardised,
}

impl From<View> for EquityView {
    fn from(view: View) -> Self {
        match view.question {
            Reach::Groups => Self::Groups,
            Reach::Gradient => Self::Gradient,
            Reach::Funnel => Self::Funnel,
            Reach::Standardised => Self::Standardised {
                reference_people: view.reference_people,
                reference_reached: view.reference_reached,
            },
        }
    }
}

given! {
    /// `kith effect equity`.
    Equity => EquityArgs {
        /// The CSV, one row a group; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column of the group's name
        #[arg(long, default_value = "group")]
        group: String,
        /// Column of the people who could be reached
        #[arg(long, default_value = "people")]
        people: String,
        /// Column of those who were
        #[arg(long, default_value = "reached")]
        reached: String,
        /// Names that mean "not recorded", besides these words and an empty field
        #[arg(long, value_delimiter = ',')]
        not_recorded: Vec<String>,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    } with view: View
}

given! {
    /// `kith effect xmr`.
    Xmr => XmrArgs {
        /// The CSV, one row a point, in order; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Column that names the points, such as the month
        #[arg(long, default_value = "month")]
        label: String,
        /// Column of the values; empty where a point is missing
        #[arg(long, default_value = "value")]
        value: String,
        /// What the values are, for the picture
        #[arg(long)]
        measure: String,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    }
}

/// What codes are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Level {
    /// Names without an order
    Nominal,
    /// An order without distances
    Ordinal,
    /// Numbers with distances
    Interval,
}

impl From<Level> for stats::agreement::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Nominal => Self::Nominal,
            Level::Ordinal => Self::Ordinal,
            Level::Interval => Self::Interval,
        }
    }
}

given! {
    /// `kith effect agreement`.
    Agreement => AgreementArgs {
        /// The CSV, one row a unit; several with the same columns are read as one
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Columns of the coders, at least two
        #[arg(long, value_delimiter = ',', required = true)]
        coders: Vec<String>,
        /// Whether codes are names, an order, or numbers
        #[arg(long, value_enum, default_value_t = Level::Nominal)]
        level: Level,
        /// The codes from lowest to highest, when they are words with an order
        #[arg(long, value_delimiter = ',')]
        order: Vec<String>,
        /// Where the draws start: the same seed draws the same
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    }
}

given! {
    /// `kith effect simulate`.
    Simulate => SimulateArgs {
        /// People of each lot, referred or not
        #[arg(long, default_value_t = 12_000)]
        people: usize,
        /// Practices they belong to
        #[arg(long, default_value_t = 12)]
        practices: i64,
        /// True ratio of contacts after the referral; 1 is no effect
        #[arg(long, default_value_t = 1.0)]
        ratio: f64,
        /// Chance of a referral in a month after a busy quarter, 0 to 1
        #[arg(long, default_value_t = 0.06)]
        chance: f64,
        /// How far practices differ: standard deviation of the logarithm of contacts
        #[arg(long, default_value_t = 0.2)]
        spread: f64,
        /// How far winter is above the year's mean, 0 to 1
        #[arg(long, default_value_t = 0.1)]
        season: f64,
        /// Chance of leaving the practice in a month, 0 to 1
        #[arg(long, default_value_t = 0.004)]
        leaving: f64,
        /// Lots
        #[arg(long, default_value_t = 50)]
        repetitions: u32,
        /// Where the draws start
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to write; nothing is written without it
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    }
}
