//! `kith effect compare`: people referred against people at the same peak (A2), one row a
//! person-month, the person's characteristics in every row.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use super::definition::Definition;
use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::plan::{Fixed, asked};
use super::sheet::{Row, Sheet};
use super::{describe, made, month, tell_planned};
use crate::picture::forest::{self as picture, Measure, Row as Line};
use crate::sentence::{self, standing};
use crate::stats::comparison::{Comparison, compare};
use crate::stats::event_time::{EventCell, profile};
use crate::stats::limits::{BASELINE_FIRST, FOLLOW_UP_MONTHS};
use crate::stats::matching::{MonthSeen, PersonHistory, matched};
use crate::stats::refusal::Refusal;

/// What to read.
#[derive(Debug, Clone)]
pub struct CompareArgs {
    /// The CSV files, one row a person-month, of people referred and not, read as one.
    pub files: Vec<PathBuf>,
    /// Column that tells people apart.
    pub person: String,
    /// Column of the practice.
    pub practice: String,
    /// Column of the age band.
    pub age: String,
    /// Column of sex.
    pub sex: String,
    /// Column of the deprivation fifth.
    pub deprivation: String,
    /// Column of the month of referral; empty for people never referred.
    pub referred: String,
    /// Column of the calendar month.
    pub month: String,
    /// Column of contacts.
    pub count: String,
    /// Column of days registered in the month; whole months without it.
    pub days: Option<String>,
    /// Where the draw of controls starts: the same seed draws the same.
    pub seed: u64,
    /// Columns that must keep one value in a practice: definition of a contact, code set, supplier.
    pub constant: Vec<String>,
    /// The plan this answers; without it the answer is exploratory.
    pub plan: Option<Fixed>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &CompareArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let asked = asked(args.plan.as_ref(), "compare")?;
    let folder = Folder::create(args.out.as_deref())?;
    let (people, changed) = read(args)?;
    let mut found = compare(&people, args.seed);
    if let Ok(finding) = &mut found {
        finding
            .refusals
            .extend(changed.into_iter().chain(asked.refusal()));
    }
    let claims = found.as_ref().ok();
    let claims = claims.filter(|finding| standing(&finding.refusals).is_none());
    let p = claims.and_then(|finding| finding.result.log_ratio.p());
    folder.headed("compare", Some(asked.headline(p)), &answer(&found))?;
    // A ratio that is refused is not drawn; the months before and after still describe.
    match claims {
        Some(finding) => draw(&folder, &finding.result)?,
        None => draw_profile(&folder, &people, args.seed)?,
    }
    let said = match &found {
        Ok(finding) => sentence::comparison::sentences(finding),
        Err(refusal) => sentence::of_refusal(refusal),
    };
    let made = found.as_ref().ok().map(made);
    tell_planned(out, &folder, &said, made.as_deref(), &asked)
}

/// What the rows say of one person, as it stands in the file.
struct Person {
    /// Practice, age band, sex, deprivation fifth.
    traits: [String; 4],
    referred: Option<i64>,
    line: u64,
    months: BTreeMap<i64, MonthSeen>,
}

/// Columns in the order they are asked for.
const PERSON: usize = 0;
const TRAITS: [usize; 4] = [1, 2, 3, 4];
const REFERRED: usize = 5;
const MONTH: usize = 6;
const COUNT: usize = 7;
const DAYS: usize = 8;

/// The people, and R13 if a definition changed.
fn read(args: &CompareArgs) -> Result<(Vec<PersonHistory>, Option<Refusal>), CommandFailure> {
    let mut columns = vec![
        args.person.as_str(),
        &args.practice,
        &args.age,
        &args.sex,
        &args.deprivation,
        &args.referred,
        &args.month,
        &args.count,
    ];
    columns.extend(args.days.as_deref());
    let constant_from = columns.len();
    columns.extend(args.constant.iter().map(String::as_str));
    let mut sheet = Sheet::open(&args.files, &columns)?;
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    let mut definition = Definition::default();
    while let Some(row) = sheet.next_row()? {
        for (place, column) in args.constant.iter().enumerate() {
            let practice = row.words(TRAITS[0]).unwrap_or_default();
            let value = row.words(constant_from + place).unwrap_or_default();
            definition.seen(practice, column, value);
        }
        add(&mut people, &row, args.days.is_some())?;
    }
    Ok((histories(people), definition.refusal()))
}

/// One row, which must agree with the rows of the same person before it.
fn add(
    people: &mut BTreeMap<String, Person>,
    row: &Row<'_>,
    days: bool,
) -> Result<(), CommandFailure> {
    let name = row.needed(PERSON, "somebody")?;
    let traits = TRAITS.map(|column| row.words(column).unwrap_or_default());
    let referred = row
        .words(REFERRED)
        .map(|text| whole_month(row, REFERRED, text))
        .transpose()?;
    let person = people.entry(name.to_owned()).or_insert_with(|| Person {
        traits: traits.map(str::to_owned),
        referred,
        line: row.line(),
        months: BTreeMap::new(),
    });
    let differs = TRAITS
        .into_iter()
        .zip(traits)
        .zip(&person.traits)
        .find(|((_, here), first)| here != first);
    if let Some(((column, _), first)) = differs {
        let expected = format!("\"{first}\" as in {}", row.called(person.line));
        return Err(row.wrong(column, &expected));
    }
    if referred != person.referred {
        let expected = format!("the same month as in {}", row.called(person.line));
        return Err(row.wrong(REFERRED, &expected));
    }
    let month = whole_month(row, MONTH, row.needed(MONTH, month::EXPECTED)?)?;
    match person.months.insert(month, seen(row, days)?) {
        Some(_) => Err(row.wrong(MONTH, "each month of a person once")),
        None => Ok(()),
    }
}

fn whole_month(row: &Row<'_>, column: usize, text: &str) -> Result<i64, CommandFailure> {
    month::parse(text).ok_or_else(|| row.wrong(column, month::EXPECTED))
}

fn seen(row: &Row<'_>, days: bool) -> Result<MonthSeen, CommandFailure> {
    let count =
        u32::try_from(row.count(COUNT)?).map_err(|_| row.wrong(COUNT, "a count of contacts"))?;
    let days = if days {
        row.number(DAYS)?.unwrap_or(0.0)
    } else {
        30.0
    };
    if days < 0.0 {
        return Err(row.wrong(DAYS, "a number of days, 0 or more"));
    }
    Ok(MonthSeen { count, days })
}

/// People in the order of their names, characteristics numbered, months without gaps.
fn histories(people: BTreeMap<String, Person>) -> Vec<PersonHistory> {
    let mut numbers: [BTreeMap<String, i64>; 4] = Default::default();
    let mut number = |which: usize, text: String| {
        let next = numbers[which].len() as i64;
        *numbers[which].entry(text).or_insert(next)
    };
    let history = |(person, (_, own)): (i64, (String, Person))| {
        let [practice, age, sex, deprivation] = own.traits;
        let first_month = own.months.keys().next().copied().unwrap_or(0);
        let last = own
            .months
            .keys()
            .next_back()
            .copied()
            .unwrap_or(first_month);
        let missing = MonthSeen {
            count: 0,
            days: 0.0,
        };
        let months =
            (first_month..=last).map(|month| own.months.get(&month).copied().unwrap_or(missing));
        PersonHistory {
            person,
            practice: number(0, practice),
            age_band: number(1, age),
            sex: number(2, sex),
            deprivation: number(3, deprivation),
            referred: own.referred,
            first_month,
            months: months.collect(),
        }
    };
    (0..).zip(people).map(history).collect()
}

/// The profile of everybody referred, and of the controls they found.
fn draw_profile(
    folder: &Folder,
    people: &[PersonHistory],
    seed: u64,
) -> Result<(), CommandFailure> {
    let controls = matched(people, seed).entries;
    let controls = controls.iter().filter(|entry| !entry.referred);
    let referred: Vec<(usize, i64)> = (0..people.len())
        .filter_map(|place| Some((place, people[place].referred?)))
        .collect();
    let arms = controls
        .map(|entry| (false, entry.place, entry.index, entry.last))
        .chain(
            referred
                .iter()
                .map(|&(place, index)| (true, place, index, i64::MAX)),
        );
    let cells: Vec<EventCell> = arms
        .flat_map(|(referred, place, index, last)| {
            let months = i64::from(BASELINE_FIRST)..=FOLLOW_UP_MONTHS;
            months.filter_map(move |since| {
                let seen = people[place].seen(index + since)?;
                let count = u64::from(seen.count);
                (index + since <= last).then_some(EventCell {
                    referred,
                    month: since as i32,
                    exposure: seen.days / 30.0,
                    n: 1,
                    sum: count,
                    sum_squares: count * count,
                })
            })
        })
        .collect();
    match profile(&cells, referred.len() as u64) {
        Ok(finding) => describe::draw(folder, "compare-profile", &finding.result),
        Err(_) => Ok(()),
    }
}

fn draw(folder: &Folder, result: &Comparison) -> Result<(), CommandFailure> {
    let lines = Line::of_comparison(result);
    folder.picture(
        "compare",
        "Contacts of people referred, as a ratio",
        |frame| picture::draw(frame, Measure::Ratio, "Ratio of contacts", &lines),
    )
}
