//! What happened with a person, in the order it happened: contacts, moves of
//! the referral, messages to the practice; as a picture, and as the list
//! beneath it that says the same in words.

use kith_base::{Ts, Word};
use kith_pages::{
    Html,
    components::{Cell, Table},
    el,
    html::Element,
};

use super::store::{Moved, Told};
use crate::{
    contact::{Attended, store::Kept},
    referral::rules::Move,
};

/// Which row of the picture something stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lane {
    /// A contact that was kept.
    Met,
    /// A contact that was tried.
    Missed,
    /// A move of the referral.
    Moved,
    /// A message to the practice.
    Told,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub at: Ts,
    /// What sort of thing.
    pub lane: Lane,
    /// What it was, in a few words, without the words of a note.
    pub what: String,
    /// Who did it.
    pub who: String,
}

/// Everything that happened, the newest first. A voided note did not happen.
#[must_use]
pub fn events(contacts: &[Kept], moves: &[Moved], told: &[Told]) -> Vec<Event> {
    let contacts = contacts.iter().filter(|kept| kept.void_reason.is_none());
    let contacts = contacts.map(|kept| {
        let met = kept.note.attended == Attended::Yes;
        let tried = if met {
            String::new()
        } else {
            format!(": {}", kept.note.attended.label().to_lowercase())
        };
        Event {
            at: kept.note.at,
            lane: if met { Lane::Met } else { Lane::Missed },
            what: format!("{}, {}{tried}", kept.note.purpose, kept.note.mode),
            who: kept.author_name.to_string(),
        }
    });
    let moves = moves.iter().map(|moved| Event {
        at: moved.at,
        lane: Lane::Moved,
        what: moved_to(moved),
        who: moved
            .by_name
            .as_ref()
            .map_or_else(|| "The service".into(), ToString::to_string),
    });
    let told = told.iter().map(|told| Event {
        at: told.made_at,
        lane: Lane::Told,
        what: format!("Message to the practice: {}", told.stage),
        who: told.author_name.clone(),
    });
    let mut all: Vec<Event> = contacts.chain(moves).chain(told).collect();
    all.sort_by_key(|event| std::cmp::Reverse(event.at));
    all
}

/// What was planned is told, so that a plan that was moved or called off can
/// be read after it.
fn moved_to(moved: &Moved) -> String {
    match &moved.note {
        Some(planned) if moved.what == Move::Plan => format!("Next: {planned}"),
        Some(said) if moved.what == Move::Withdraw => format!("Referral: {}. {said}", moved.what),
        _ => format!("Referral: {}", moved.what),
    }
}

/// The picture and the list beneath it; empty when nothing happened.
#[must_use]
pub fn show(events: &[Event]) -> Html {
    if events.is_empty() {
        return Html::default();
    }
    let table = Table::new()
        .caption("What happened, the newest first")
        .responsive(true)
        .head(["When", "What", "Who"]);
    let table = events.iter().fold(table, |table, event| {
        table.row([
            Cell::new(event.at.as_uk_moment()),
            Cell::new(&*event.what),
            Cell::new(&*event.who),
        ])
    });
    [picture(events), table.into()].into_iter().collect()
}

const WIDE: i64 = 720;
const LEFT: i64 = 110;
const RIGHT: i64 = 700;
/// Where each lane's line stands, with its name.
const LANES: [(i64, &str); 3] = [(24, "Contacts"), (60, "Referral"), (96, "Practice told")];

fn picture(events: &[Event]) -> Html {
    let first = events
        .iter()
        .map(|event| event.at)
        .min()
        .unwrap_or_default();
    let last = events
        .iter()
        .map(|event| event.at)
        .max()
        .unwrap_or_default();
    let span = (last.micros() - first.micros()).max(1);
    let x = |at: Ts| {
        let share = i128::from(at.micros() - first.micros()) * i128::from(RIGHT - LEFT);
        LEFT + i64::try_from(share / i128::from(span)).unwrap_or(0)
    };
    let lanes = LANES.iter().flat_map(|(y, name)| {
        [
            Html::from(text(4, y + 4, "start", name)),
            Html::from(
                el("line")
                    .attr("x1", LEFT)
                    .attr("x2", RIGHT)
                    .attr("y1", *y)
                    .attr("y2", *y)
                    .attr("stroke", "currentColor")
                    .attr("stroke-opacity", "0.3"),
            ),
        ]
    });
    let marks = events
        .iter()
        .map(|event| Html::from(mark(event, x(event.at))));
    let ends = [
        text(LEFT, 128, "start", &first.day().as_uk_date()),
        text(RIGHT, 128, "end", &last.day().as_uk_date()),
    ];
    let told = format!(
        "{} contacts, {} moves of the referral and {} messages to the practice, from {} to {}. \
         The list below says the same.",
        count(events, &[Lane::Met, Lane::Missed]),
        count(events, &[Lane::Moved]),
        count(events, &[Lane::Told]),
        first.day().as_uk_date(),
        last.day().as_uk_date()
    );
    el("svg")
        .attr("viewBox", format!("0 0 {WIDE} 136"))
        .attr("width", "100%")
        .attr("role", "img")
        .attr("aria-labelledby", "timeline-title timeline-desc")
        .child(
            el("title")
                .attr("id", "timeline-title")
                .child("What happened, over time"),
        )
        .child(el("desc").attr("id", "timeline-desc").child(told))
        .children(lanes)
        .children(marks)
        .children(ends)
        .into()
}

fn count(events: &[Event], lanes: &[Lane]) -> usize {
    events
        .iter()
        .filter(|event| lanes.contains(&event.lane))
        .count()
}

fn text(x: i64, y: i64, anchor: &str, words: &str) -> Element {
    el("text")
        .attr("x", x)
        .attr("y", y)
        .attr("text-anchor", anchor)
        .attr("font-size", "13")
        .attr("fill", "currentColor")
        .child(words)
}

/// Shapes, not colours, tell the sorts apart: a disc for somebody met, a ring
/// for somebody missed, a square for a move, a diamond for a message.
fn mark(event: &Event, x: i64) -> Element {
    let shape = match event.lane {
        Lane::Met => circle(x).attr("fill", "currentColor"),
        Lane::Missed => circle(x)
            .attr("fill", "none")
            .attr("stroke", "currentColor")
            .attr("stroke-width", "2"),
        Lane::Moved => el("rect")
            .attr("x", x - 5)
            .attr("y", 55)
            .attr("width", "10")
            .attr("height", "10")
            .attr("fill", "currentColor"),
        Lane::Told => el("path")
            .attr("d", format!("M{x} 89 l7 7 l-7 7 l-7 -7 z"))
            .attr("fill", "currentColor"),
    };
    shape.child(el("title").child(format!("{}: {}", event.at.day().as_uk_date(), event.what)))
}

fn circle(x: i64) -> Element {
    el("circle").attr("cx", x).attr("cy", 24).attr("r", "6")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: &str, lane: Lane) -> Event {
        Event {
            at: at.parse().unwrap(),
            lane,
            what: "Plan, Telephone".into(),
            who: "Kay Ward".into(),
        }
    }

    #[test]
    fn the_picture_has_a_name_a_description_and_a_list_that_says_the_same() {
        let page = show(&[
            event("2026-11-20T10:00:00Z", Lane::Met),
            event("2026-11-10T10:00:00Z", Lane::Missed),
            event("2026-11-01T10:00:00Z", Lane::Told),
        ])
        .into_string();
        assert!(
            page.contains("2 contacts, 0 moves of the referral and 1 messages"),
            "{page}"
        );
        assert!(page.contains("role=\"img\"") && page.contains("<title id=\"timeline-title\">"));
        assert_eq!(page.matches("Kay Ward").count(), 3, "{page}");
        assert!(
            page.contains("cx=\"700\""),
            "the newest stands at the end: {page}"
        );
    }

    #[test]
    fn one_event_alone_is_drawn_and_none_is_not() {
        assert!(
            show(&[event("2026-11-20T10:00:00Z", Lane::Moved)])
                .as_str()
                .contains("<rect")
        );
        assert!(show(&[]).is_empty());
    }
}
