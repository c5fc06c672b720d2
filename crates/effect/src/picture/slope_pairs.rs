//! Before and after as two columns joined by a line: one line for each group,
//! a thick one for everybody with both scores.
//!
//! Lines are of groups and never of one person; a group too small to show
//! safely is left out by the caller and counted in the note.

use super::canvas::{Anchor, LINE, Mark, Stroke, wrapped};
use super::plot::Plot;
use super::{Frame, Picture, Table, shown};

/// The mean score of one group before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The group, such as a practice.
    pub label: String,
    /// People with both scores, as it may be shown.
    pub people: String,
    /// Mean score at the start.
    pub before: f64,
    /// Mean score at follow-up.
    pub after: f64,
}

/// Draws the groups thin and `everybody` thick; `hidden` groups were too small.
pub fn draw(
    frame: &Frame,
    axis: &str,
    everybody: &Pair,
    groups: &[Pair],
    hidden: usize,
) -> Picture {
    let note = note(everybody, groups, hidden);
    let room = frame.size.width() - 16.0;
    let values = groups
        .iter()
        .chain([everybody])
        .flat_map(|p| [p.before, p.after]);
    let mut plot = Plot::new(frame, axis, values, 2 + wrapped(&note, room).len());
    let width = plot.right - plot.left;
    let (first, second) = (plot.left + width * 0.25, plot.left + width * 0.75);
    for (x, name) in [(first, "Start"), (second, "Follow-up")] {
        plot.upright(x, Stroke::Axis);
        plot.canvas
            .text((x, plot.foot + LINE), Anchor::Middle, name);
    }
    for pair in groups {
        line(&mut plot, pair, (first, second), Stroke::Thin, Mark::Ring);
    }
    line(
        &mut plot,
        everybody,
        (first, second),
        Stroke::Solid,
        Mark::Square,
    );
    let (before, after) = (
        plot.side.at(everybody.before),
        plot.side.at(everybody.after),
    );
    plot.canvas.text(
        (first - 12.0, before + 5.0),
        Anchor::End,
        &shown(everybody.before),
    );
    plot.canvas.text(
        (second + 12.0, after + 5.0),
        Anchor::Start,
        &shown(everybody.after),
    );
    plot.canvas
        .paragraph((8.0, plot.foot + 2.0 * LINE + 10.0), room, &note);
    let svg = plot.canvas.finish(&described(everybody, groups));
    Picture {
        svg,
        table: table(frame, everybody, groups),
    }
}

fn line(plot: &mut Plot, pair: &Pair, at: (f64, f64), stroke: Stroke, mark: Mark) {
    let ends = [
        (at.0, plot.side.at(pair.before)),
        (at.1, plot.side.at(pair.after)),
    ];
    plot.canvas.path(&ends, stroke);
    for end in ends {
        plot.canvas.mark(end, mark);
    }
}

fn note(everybody: &Pair, groups: &[Pair], hidden: usize) -> String {
    let mut note = format!(
        "Thick line, squares: everybody with both scores ({} people).",
        everybody.people
    );
    if !groups.is_empty() {
        note += " Thin lines, rings: groups.";
    }
    if hidden > 0 {
        note += &format!(" Groups not drawn because they are small: {hidden}.");
    }
    note
}

fn described(everybody: &Pair, groups: &[Pair]) -> String {
    let rose = groups.iter().filter(|p| p.after > p.before).count();
    let groups = if groups.is_empty() {
        String::new()
    } else {
        format!(" The mean rose in {rose} of {} groups.", groups.len())
    };
    format!(
        "Mean score of {} people with both scores: {} at the start and {} at follow-up.{groups} \
         This is change, not effect.",
        everybody.people,
        shown(everybody.before),
        shown(everybody.after)
    )
}

fn table(frame: &Frame, everybody: &Pair, groups: &[Pair]) -> Table {
    let mut table = Table::new(&frame.title, &["Group", "People", "Start", "Follow-up"]);
    for p in [everybody].into_iter().chain(groups) {
        table.rows.push(vec![
            p.label.clone(),
            p.people.clone(),
            shown(p.before),
            shown(p.after),
        ]);
    }
    table
}
