//! `kith effect equity`: counts of people and of those reached, one row a group.
//! Four views: groups against each other, a gradient, a funnel of places, and observed
//! over expected. Small numbers are hidden in tables and pictures.

use std::io::Write;
use std::path::PathBuf;
use std::slice;

use super::failure::CommandFailure;
use super::folder::{Folder, answer};
use super::sheet::{Row, Sheet};
use super::{made, tell};
use crate::picture::forest::{self, Measure};
use crate::picture::funnel as funnel_picture;
use crate::picture::{Frame, Table};
use crate::sentence::{self, Sentences};
use crate::stats::disclosure::{Shown, share_shown, shown, table_shown};
use crate::stats::equity::{Group, GroupRate, Reach, Standardised, Stratum, reach, standardised};
use crate::stats::estimate::Finding;
use crate::stats::funnel::{Funnel, Place, funnel};
use crate::stats::inequality::gradient;
use crate::stats::proportion::Share;
use crate::stats::refusal::Refusal;

/// What to read and which question to answer.
#[derive(Debug, Clone)]
pub struct EquityArgs {
    /// The CSV files, one row a group, read as one.
    pub files: Vec<PathBuf>,
    /// Column of the group's name.
    pub group: String,
    /// Column of the people who could be reached.
    pub people: String,
    /// Column of those who were.
    pub reached: String,
    /// The question.
    pub view: EquityView,
    /// Names that mean "not recorded", besides these words and an empty field; any case.
    pub not_recorded: Vec<String>,
    /// Where to write; nothing is written without it.
    pub out: Option<PathBuf>,
}

/// What always means that a group is not recorded.
const NOT_RECORDED: &str = "Not recorded";

/// Which question of reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EquityView {
    /// Each group against everybody else.
    Groups,
    /// Groups in order, the most deprived first.
    Gradient,
    /// Places of different size.
    Funnel,
    /// Strata (such as age bands) beside a reference population.
    Standardised {
        /// Column of the people in the reference.
        reference_people: String,
        /// Column of those reached in the reference.
        reference_reached: String,
    },
}

/// Runs the command.
///
/// # Errors
/// A bad file, or a result that cannot be written.
pub fn run(args: &EquityArgs, out: &mut dyn Write) -> Result<(), CommandFailure> {
    let folder = Folder::create(args.out.as_deref())?;
    let rows = read(args)?;
    let (name, said) = match &args.view {
        EquityView::Groups => ("equity-groups", groups(&folder, &rows)?),
        EquityView::Gradient => ("equity-gradient", in_order(&folder, &rows)?),
        EquityView::Funnel => ("equity-funnel", places(&folder, &rows)?),
        EquityView::Standardised { .. } => ("equity-standardised", expected(&folder, &rows)?),
    };
    let (said, made) = said;
    tell(out, &folder, name, &said, made.as_deref())
}

/// The sentences, and how the result was made when there is one.
type Told = (Sentences, Option<String>);

/// One row of the file; the reference is there when its columns were named.
struct Line {
    label: Option<String>,
    here: Share,
    reference: Option<Share>,
}

fn read(args: &EquityArgs) -> Result<Vec<Line>, CommandFailure> {
    let mut columns = vec![args.group.as_str(), &args.people, &args.reached];
    if let EquityView::Standardised {
        reference_people,
        reference_reached,
    } = &args.view
    {
        columns.extend([reference_people.as_str(), reference_reached]);
    }
    let mut sheet = Sheet::open(&args.files, &columns)?;
    let mut lines: Vec<Line> = vec![];
    while let Some(row) = sheet.next_row()? {
        let means_nothing = |name: &str| {
            let own = args.not_recorded.iter().map(String::as_str);
            own.chain([NOT_RECORDED])
                .any(|n| n.to_lowercase() == name.to_lowercase())
        };
        let label = row
            .words(0)
            .filter(|name| !means_nothing(name))
            .map(str::to_owned);
        if label.is_some() && lines.iter().any(|line| line.label == label) {
            return Err(row.wrong(0, "a group once"));
        }
        let reference = (columns.len() > 3).then(|| share(&row, 3)).transpose()?;
        lines.push(Line {
            label,
            here: share(&row, 1)?,
            reference,
        });
    }
    Ok(lines)
}

/// People at `column` and those reached at the next.
fn share(row: &Row, column: usize) -> Result<Share, CommandFailure> {
    let (people, reached) = (row.count(column)?, row.count(column + 1)?);
    let expected = format!("at most the {people} people");
    Share::new(reached, people).map_err(|_| row.wrong(column + 1, &expected))
}

fn groups_of(lines: &[Line]) -> Vec<Group> {
    let group = |line: &Line| Group {
        label: line.label.clone(),
        share: line.here,
    };
    lines.iter().map(group).collect()
}

fn groups(folder: &Folder, lines: &[Line]) -> Result<Told, CommandFailure> {
    let found = reach(&groups_of(lines));
    folder.json("equity-groups", &answer(&found))?;
    let finding = match found {
        Ok(finding) => finding,
        Err(refusal) => return Ok((sentence::of_refusal(&refusal), None)),
    };
    let cells = cells_of(&finding.result);
    folder.table("equity-groups", &table_of(&cells))?;
    draw_ratios(folder, &finding.result, &cells)?;
    let hidden: Vec<&str> = hidden(&cells).collect();
    let said = sentence::equity::groups(&finding, &hidden);
    Ok((said, Some(made(&finding))))
}

/// A line of the table: its name, and its share with whether it may be shown.
struct Cell<'a> {
    label: &'a str,
    share: Share,
    reached: Shown,
    open: bool,
}

/// The groups, those not recorded last, each with what may be shown of it.
fn cells_of(reach: &Reach) -> Vec<Cell<'_>> {
    let groups = reach.groups.iter().map(|g| (g.label.as_str(), g.share));
    let shares: Vec<(&str, Share)> = groups.chain([(NOT_RECORDED, reach.not_recorded)]).collect();
    let counts: Vec<Vec<u64>> = shares
        .iter()
        .map(|(_, s)| vec![s.events(), s.people() - s.events()])
        .collect();
    let given = table_shown(&counts).unwrap_or_default();
    let mut cells = vec![];
    for ((label, share), given) in shares.into_iter().zip(given) {
        cells.push(Cell {
            label,
            share,
            reached: given.first().copied().unwrap_or(Shown::Hidden),
            open: !given.contains(&Shown::Hidden),
        });
    }
    cells
}

/// The names of those of whom no rate may be told, nor a ratio that would tell it.
fn hidden<'a>(cells: &'a [Cell]) -> impl Iterator<Item = &'a str> {
    cells
        .iter()
        .filter(|cell| !cell.open)
        .map(|cell| cell.label)
}

/// The rate of each group against that of everybody else.
fn draw_ratios(folder: &Folder, reach: &Reach, cells: &[Cell]) -> Result<(), CommandFailure> {
    let row = |group: &GroupRate| {
        let ratio = group
            .ratio_to_rest()
            .filter(|_| !hidden(cells).any(|label| label == group.label));
        forest::Row {
            label: group.label.clone(),
            estimate: ratio.map(|r| r.value),
            range: ratio.and_then(|r| r.interval).map(|i| (i.low, i.high)),
            headline: false,
        }
    };
    let rows: Vec<forest::Row> = reach.groups.iter().map(row).collect();
    let title = "Rate of each group against everybody else";
    let draw = |frame: &Frame| forest::draw(frame, Measure::Ratio, "Rate ratio", &rows);
    folder.picture("equity-ratios", title, draw)
}

/// People, reached and rate by group, as they may be shown.
fn table_of(cells: &[Cell]) -> Table {
    let mut table = Table::new(
        "Reach by group; small numbers hidden, others to the nearest 5, and rates made of them",
        &["Group", "Reached", "People", "Rate (%)"],
    );
    for cell in cells {
        let (people, rate) = if cell.open {
            let rate = share_shown(cell.share).and_then(Share::rate);
            let rate = rate.map_or_else(|| "none".to_owned(), |r| format!("{:.2}", 100.0 * r));
            (shown(cell.share.people()).words(), rate)
        } else {
            (Shown::Hidden.words(), Shown::Hidden.words())
        };
        table.rows.push(vec![
            cell.label.to_owned(),
            cell.reached.words(),
            people,
            rate,
        ]);
    }
    table
}

fn in_order(folder: &Folder, lines: &[Line]) -> Result<Told, CommandFailure> {
    let groups: Vec<Share> = recorded(lines).map(|(_, line)| line.here).collect();
    let found = gradient(&groups).map(|finding| with_missing(finding, lines));
    folder.json("equity-gradient", &answer(&found))?;
    if let Ok(reach) = reach(&groups_of(lines)) {
        let cells = cells_of(&reach.result);
        folder.table("equity-gradient", &table_of(&cells))?;
        draw_ratios(folder, &reach.result, &cells)?;
    }
    Ok(said(&found, sentence::equity::gradient, lines))
}

fn expected(folder: &Folder, lines: &[Line]) -> Result<Told, CommandFailure> {
    let strata: Vec<Stratum> = recorded(lines)
        .filter_map(|(_, line)| {
            Some(Stratum {
                here: line.here,
                reference: line.reference?,
            })
        })
        .collect();
    let found = standardised(&strata).map(|finding| with_missing(finding, lines));
    folder.json("equity-standardised", &answer(&found))?;
    if let Ok(finding) = &found {
        draw_standardised(folder, &finding.result)?;
    }
    Ok(said(&found, sentence::equity::standardised, lines))
}

fn draw_standardised(folder: &Folder, found: &Standardised) -> Result<(), CommandFailure> {
    let open = shown(found.observed) != Shown::Hidden;
    let ratio = &found.ratio;
    let row = forest::Row {
        label: "Reached against expected".to_owned(),
        estimate: open.then_some(ratio.value),
        range: ratio
            .interval
            .filter(|_| open)
            .map(|interval| (interval.low, interval.high)),
        headline: true,
    };
    let title = "People reached, against what the reference would have reached";
    folder.picture("equity-standardised", title, |frame| {
        forest::draw(
            frame,
            Measure::Ratio,
            "Standardised ratio",
            slice::from_ref(&row),
        )
    })
}

fn places(folder: &Folder, lines: &[Line]) -> Result<Told, CommandFailure> {
    let places: Vec<Place> = recorded(lines)
        .map(|(label, line)| Place {
            label: label.to_owned(),
            share: line.here,
        })
        .collect();
    let found = funnel(&places);
    folder.json("equity-funnel", &answer(&found))?;
    if let Ok(finding) = &found {
        draw_funnel(folder, &finding.result)?;
    }
    Ok(said(&found, sentence::equity::funnel, lines))
}

/// The lines whose group is recorded, with its name.
fn recorded(lines: &[Line]) -> impl Iterator<Item = (&str, &Line)> {
    lines
        .iter()
        .filter_map(|line| Some((line.label.as_deref()?, line)))
}

fn people_not_recorded(lines: &[Line]) -> u64 {
    let unknown = lines.iter().filter(|line| line.label.is_none());
    unknown.map(|line| line.here.people()).sum()
}

/// People whose group is not recorded are missing from the finding.
fn with_missing<T>(finding: Finding<T>, lines: &[Line]) -> Finding<T> {
    Finding {
        missing: people_not_recorded(lines),
        ..finding
    }
}

/// The sentences of a finding or a refusal, with those whose group is not recorded.
fn said<T>(
    found: &Result<Finding<T>, Refusal>,
    sentences: impl Fn(&Finding<T>) -> Sentences,
    lines: &[Line],
) -> Told {
    match found {
        Ok(finding) => {
            let missing = people_not_recorded(lines);
            let said = sentence::equity::with_not_recorded(sentences(finding), missing);
            (said, Some(made(finding)))
        }
        Err(refusal) => (sentence::of_refusal(refusal), None),
    }
}

fn draw_funnel(folder: &Folder, funnel: &Funnel) -> Result<(), CommandFailure> {
    folder.picture(
        "equity-funnel",
        "People reached, by size of the place",
        |frame| funnel_picture::of(frame, "Reached, %", funnel),
    )
}
