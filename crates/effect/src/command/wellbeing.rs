//! `kith effect wellbeing`: scores at the start and at follow-up, one row a person.
//! Prints what may be said, and writes the change under every belief about the missing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::failure::CommandFailure;
use super::folder::{Answer, Folder, answer};
use super::plan::{Fixed, asked};
use super::sheet::{Row, Sheet};
use super::slice::{Only, too_small};
use super::{made, tell_planned};
use crate::picture::Table;
use crate::picture::bounds;
use crate::picture::slope_pairs::{self, Pair};
use crate::sentence::{self, p_value, standing};
use crate::stats::disclosure::{Shown, share_shown, shown, table_shown};
use crate::stats::estimate::Finding;
use crate::stats::imputation::Plan;
use crate::stats::noise::{Reliable, Threshold, reliable, threshold};
use crate::stats::proportion::Share;
use crate::stats::refusal::Refusal;
use crate::stats::scores::{Better, Person, Scale, Scores};
use crate::stats::wellbeing::{Wellbeing, wellbeing};

/// What to read and how to judge it.
#[derive(Debug, Clone)]
pub struct WellbeingArgs {
    /// The CSV files, one row a person, read as one.
    pub files: Vec<PathBuf>,
    /// Column of the score at the start.
    pub before: String,
    /// Column of the score at follow-up; empty where there is none.
    pub after: String,
    /// Column of the practice, when it is known.
    pub practice: Option<String>,
    /// Columns of numbers known at the start, such as age band and deprivation fifth.
    pub known: Vec<String>,
    /// The measure's name.
    pub measure: String,
    /// Lowest possible score.
    pub low: f64,
    /// Highest possible score.
    pub high: f64,
    /// Which way is better.
    pub better: Better,
    /// Reliability of the score, from its own literature.
    pub reliability: Option<f64>,
    /// A threshold, in points.
    pub threshold: Option<f64>,
    /// One link worker's people alone.
    pub only: Option<Only>,
    /// Imputations and their seed.
    pub filled: Plan,
    /// The plan this answers; without it the answer is exploratory.
    pub plan: Option<Fixed>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// Everything computed, as it is written.
#[derive(Serialize)]
struct Outcome<'a> {
    change: Answer<&'a Finding<Wellbeing>>,
    reliable: Option<Answer<&'a Finding<Reliable>>>,
    threshold: Option<Answer<&'a Finding<Threshold>>>,
}

/// Runs the command.
///
/// # Errors
/// A bad file or argument, or a result that cannot be written.
pub fn run(args: &WellbeingArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let scale = scale_of(args)?;
    let asked = asked(args.plan.as_ref(), "wellbeing")?;
    let folder = Folder::create(args.out.as_deref())?;
    let (people, practices) = match read(args, &scale)? {
        Ok(read) => read,
        Err(refusal) => {
            folder.json("wellbeing", &answer::<()>(&Err(refusal.clone())))?;
            let said = sentence::of_refusal(&refusal);
            return tell_planned(out, &folder, &said, None, &asked);
        }
    };
    let mut change = wellbeing(&people, args.filled);
    if let Ok(finding) = &mut change {
        finding.refusals.extend(asked.refusal());
    }
    let reliable = args.reliability.map(|r| reliable(&people, r));
    let threshold = args.threshold.map(|t| threshold(&people, t));
    let outcome = Outcome {
        change: answer(&change),
        reliable: reliable.as_ref().map(answer),
        threshold: threshold.as_ref().map(answer),
    };
    let p = change.as_ref().ok().and_then(p_of);
    folder.headed("wellbeing", Some(asked.headline(p)), &outcome)?;
    let crossed = threshold.as_ref().and_then(|found| found.as_ref().ok());
    let said = match &change {
        Err(refusal) => sentence::of_refusal(refusal),
        Ok(finding) if shown(finding.n) == Shown::Hidden => {
            sentence::of_refusal(&Refusal::SmallNumber)
        }
        Ok(finding) => {
            pictures(&folder, args, &people, &practices, finding)?;
            if let Some(crossed) = crossed {
                folder.table("wellbeing-threshold", &crossings(crossed))?;
            }
            let reliable = reliable
                .as_ref()
                .and_then(|r| r.as_ref().ok())
                .map(|f| &f.result);
            let said = sentence::wellbeing::sentences(finding, reliable);
            match crossed {
                Some(crossed) => sentence::wellbeing::with_threshold(said, crossed),
                None => said,
            }
        }
    };
    let made = change.as_ref().ok().map(made);
    tell_planned(out, &folder, &said, made.as_deref(), &asked)
}

/// The scale, when what was said about it can be.
fn scale_of(args: &WellbeingArgs) -> Result<Scale, CommandFailure> {
    let (low, high) = (args.low, args.high);
    let wrong = |what: String| Err(CommandFailure::arguments(what));
    let Ok(scale) = Scale::new(&args.measure, low, high, args.better) else {
        return wrong(format!(
            "the lowest score must be below the highest: {low} is not below {high}"
        ));
    };
    if let Some(reliability) = args.reliability.filter(|r| !(*r > 0.0 && *r < 1.0)) {
        return wrong(format!(
            "the reliability of a score lies between 0 and 1: {reliability} does not"
        ));
    }
    if let Some(at) = args.threshold.filter(|at| !scale.holds(*at)) {
        return wrong(format!(
            "the threshold must be on the scale: {at} is not from {low} to {high}"
        ));
    }
    Ok(scale)
}

/// The p of the mean change, when it may be spoken of.
fn p_of(finding: &Finding<Wellbeing>) -> Option<f64> {
    let answers = finding.result.answers.as_ref()?;
    standing(&finding.refusals)
        .is_none()
        .then(|| answers.completers.mean.p())?
}

/// Who was at or above the threshold, as it may be shown.
fn crossings(finding: &Finding<Threshold>) -> Table {
    let crossed = &finding.result;
    let title = format!(
        "At {} or above among those with both scores; exact McNemar p {}",
        crossed.at,
        p_value(crossed.p)
    );
    let mut table = Table::new(
        &title,
        &["When", "At or above", "Below", "Share (%)", "Low", "High"],
    );
    let sides = [
        ("At the start", crossed.before),
        ("At follow-up", crossed.after),
    ];
    let counts: Vec<Vec<u64>> = sides
        .iter()
        .map(|(_, above)| vec![*above, finding.n - above])
        .collect();
    let cells = table_shown(&counts).unwrap_or_default();
    for ((when, above), cells) in sides.into_iter().zip(cells) {
        let open = !cells.contains(&Shown::Hidden);
        let given = Share::new(above, finding.n).ok().filter(|_| open);
        // Of the rounded counts, or it would tell them.
        let share = given.and_then(share_shown).and_then(|s| s.wilson().ok());
        let percent = |value: f64| format!("{:.1}", 100.0 * value);
        let interval = share.and_then(|share| share.interval);
        table.rows.push(vec![
            when.to_owned(),
            cells[0].words(),
            cells[1].words(),
            share.map_or_else(|| Shown::Hidden.words(), |s| percent(s.value)),
            interval.map_or_else(String::new, |i| percent(i.low)),
            interval.map_or_else(String::new, |i| percent(i.high)),
        ]);
    }
    table
}

/// The people, and the names of the practices by their number.
type Read = (Scores, Vec<String>);

fn read(args: &WellbeingArgs, scale: &Scale) -> Result<Result<Read, Refusal>, CommandFailure> {
    let mut columns = vec![args.before.as_str(), args.after.as_str()];
    columns.extend(args.practice.as_deref());
    let first_known = columns.len();
    columns.extend(args.known.iter().map(String::as_str));
    let worker = columns.len();
    columns.extend(args.only.as_ref().map(|only| only.column.as_str()));
    let mut sheet = Sheet::open(&args.files, &columns)?;
    let mut practices: BTreeMap<String, i64> = BTreeMap::new();
    let (mut people, mut known, mut without_start) = (vec![], vec![], 0);
    while let Some(row) = sheet.next_row()? {
        if args
            .only
            .as_ref()
            .is_some_and(|only| row.words(worker) != Some(&only.name))
        {
            continue;
        }
        let (before, after) = (score(&row, 0, scale)?, score(&row, 1, scale)?);
        let Some(before) = before else {
            without_start += 1;
            continue;
        };
        let cluster = args.practice.as_ref().map(|_| {
            let name = row.words(2).unwrap_or("not recorded").to_owned();
            let next = practices.len() as i64;
            *practices.entry(name).or_insert(next)
        });
        let traits = (0..args.known.len()).map(|i| row.number(first_known + i));
        known.push(traits.collect::<Result<Vec<_>, _>>()?);
        people.push(Person {
            cluster,
            before,
            after,
            traits: vec![],
        });
    }
    if let Some(refusal) = too_small(args.only.as_ref(), people.len() as u64) {
        return Ok(Err(refusal));
    }
    let names = complete_traits(&mut people, &known, &args.known);
    let mut by_number: Vec<(String, i64)> = practices.into_iter().collect();
    by_number.sort_by_key(|(_, number)| *number);
    let practices = by_number.into_iter().map(|(name, _)| name).collect();
    let scores = Scores::new(scale.clone(), names, people, without_start);
    Ok(scores.map(|scores| (scores, practices)))
}

fn score(row: &Row, column: usize, scale: &Scale) -> Result<Option<f64>, CommandFailure> {
    let score = row.number(column)?;
    if score.is_some_and(|score| !scale.holds(score)) {
        let expected = format!("a score from {} to {}", scale.low(), scale.high());
        return Err(row.wrong(column, &expected));
    }
    Ok(score)
}

/// What is not known of somebody at the start becomes the mean of those of whom it is, with
/// a column of its own that says so: nobody is dropped for an empty field.
fn complete_traits(
    people: &mut [Person],
    known: &[Vec<Option<f64>>],
    names: &[String],
) -> Vec<String> {
    let mut completed = vec![];
    for (place, name) in names.iter().enumerate() {
        let values: Vec<Option<f64>> = known.iter().map(|row| row[place]).collect();
        let there: Vec<f64> = values.iter().copied().flatten().collect();
        let mean = there.iter().sum::<f64>() / there.len().max(1) as f64;
        let gaps = there.len() < values.len();
        completed.push(name.clone());
        if gaps {
            completed.push(format!("{name} not recorded"));
        }
        for (person, value) in people.iter_mut().zip(values) {
            person.traits.push(value.unwrap_or(mean));
            if gaps {
                person.traits.push(f64::from(u8::from(value.is_none())));
            }
        }
    }
    completed
}

fn pictures(
    folder: &Folder,
    args: &WellbeingArgs,
    people: &Scores,
    practices: &[String],
    finding: &Finding<Wellbeing>,
) -> Result<(), CommandFailure> {
    let title = format!(
        "Change in {}, whatever is supposed about the missing",
        args.measure
    );
    let (beliefs, tipping) = (
        bounds::beliefs(&finding.result),
        bounds::tipping(&finding.result),
    );
    folder.picture("wellbeing-bounds", &title, |frame| {
        bounds::draw(frame, "points", &beliefs, tipping)
    })?;
    let pairs: Vec<&Person> = people.completers().collect();
    // Under the follow-up limit no average is shown, so none is drawn either.
    if finding.result.answers.is_none() || pair("", &pairs).is_none() {
        return Ok(());
    }
    slopes(folder, args, &pairs, practices)
}

fn slopes(
    folder: &Folder,
    args: &WellbeingArgs,
    pairs: &[&Person],
    practices: &[String],
) -> Result<(), CommandFailure> {
    let of = |number: usize| -> Vec<&Person> {
        pairs
            .iter()
            .copied()
            .filter(|p| p.cluster == Some(number as i64))
            .collect()
    };
    let seen: Vec<(usize, Vec<&Person>)> = (0..practices.len())
        .map(|i| (i, of(i)))
        .filter(|(_, people)| !people.is_empty())
        .collect();
    let groups: Vec<Pair> = seen
        .iter()
        .filter_map(|(i, people)| pair(&practices[*i], people))
        .collect();
    let Some(everybody) = pair("Everybody", pairs) else {
        return Ok(());
    };
    let title = format!("{} at the start and at follow-up", args.measure);
    let axis = format!("Mean score ({} to {})", args.low, args.high);
    let hidden = seen.len() - groups.len();
    folder.picture("wellbeing-slopes", &title, |frame| {
        slope_pairs::draw(frame, &axis, &everybody, &groups, hidden)
    })
}

/// The means of a group; none when it is too small to show.
fn pair(label: &str, people: &[&Person]) -> Option<Pair> {
    let count = people.len() as f64;
    let Shown::Count(shown) = shown(people.len() as u64) else {
        return None;
    };
    (shown > 0).then(|| Pair {
        label: label.to_owned(),
        people: format!("about {shown}"),
        before: people.iter().map(|p| p.before).sum::<f64>() / count,
        after: people.iter().filter_map(|p| p.after).sum::<f64>() / count,
    })
}
