//! What a ratio of contacts may be said to show, and the words all comparisons share.
//! A refusal outweighs the clearest interval; an interval that holds 1 is never a
//! difference; notes (exploratory, no good direction) are said beside and forbid nothing.

use super::{Sentences, codes, number, percent, with_interval};
use crate::stats::estimate::Estimate;
use crate::stats::ratio_reading::{Reading, people_needed, read_log_ratio};
use crate::stats::refusal::Refusal;

/// Said after every difference in contacts (R12).
pub(super) const NEITHER: &str = "That is neither good nor bad by itself.";

/// Refusals that are said beside a conclusion and do not forbid it.
const NOTES: [&str; 2] = ["R11", "R12"];
/// Refusals that come from the interval alone.
const OF_INTERVAL: [&str; 2] = ["R8", "R9"];

/// What may be said.
pub(super) enum Verdict {
    /// More or fewer.
    Differs,
    /// About as many.
    NoRealDifference,
    /// The interval says too little.
    Uncertain(Refusal),
    /// Something else stands against it; none when there is no interval.
    Refused(Option<Refusal>),
}

/// The first refusal that forbids a conclusion whatever the interval says.
pub(crate) fn standing(refusals: &[Refusal]) -> Option<&Refusal> {
    refusals
        .iter()
        .find(|r| !NOTES.contains(&r.code()) && !OF_INTERVAL.contains(&r.code()))
}

/// The first refusal that is more than a note said beside a conclusion.
pub(super) fn against(refusals: &[Refusal]) -> Option<&Refusal> {
    refusals.iter().find(|r| !NOTES.contains(&r.code()))
}

/// Judges a log ratio of contacts that rests on so many people.
pub(super) fn verdict(log_ratio: &Estimate, people: u64, refusals: &[Refusal]) -> Verdict {
    if let Some(refusal) = standing(refusals) {
        return Verdict::Refused(Some(refusal.clone()));
    }
    match log_ratio
        .interval
        .map(|interval| read_log_ratio(interval, people))
    {
        Some(Ok(Reading::Differs)) => Verdict::Differs,
        Some(Ok(Reading::NoRealDifference)) => Verdict::NoRealDifference,
        Some(Err(refusal)) => Verdict::Uncertain(refusal),
        None => Verdict::Refused(None),
    }
}

/// We cannot tell yet; `people` when their number is what is wanting.
pub(super) fn uncertain(
    refusal: &Refusal,
    log_ratio: &Estimate,
    people: Option<u64>,
    researcher: &str,
) -> Sentences {
    let range = log_ratio.interval.map_or_else(String::new, |i| {
        format!(
            "Anything from {} to {} fits.",
            change(i.low.exp()),
            change(i.high.exp())
        )
    });
    let needed = people
        .zip(log_ratio.interval)
        .map(|(n, i)| people_needed(i, n).max(n));
    let (plain, size) = match needed {
        Some(needed) => (
            format!("We cannot tell yet. We would need about {needed} people."),
            format!(" N for half-width log 1.1 = {needed}."),
        ),
        None => ("We cannot tell yet.".to_owned(), String::new()),
    };
    Sentences {
        link_worker: plain,
        gp: range,
        researcher: format!(
            "{researcher} {}: {}{size}",
            refusal.code(),
            without_people(refusal)
        ),
    }
}

/// The refusal of R8 names a number of people, which is said once and only where it fits.
fn without_people(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooUncertain { low, high, .. } => {
            let (low, high) = (number(*low, 2), number(*high, 2));
            format!("CI {low} to {high} spans both margins.")
        }
        other => other.to_string(),
    }
}

/// Nothing may be said, and why.
pub(super) fn refused(refusal: Option<&Refusal>, refusals: &[Refusal]) -> Sentences {
    let why = refusal.map_or_else(|| "There is no interval.".to_owned(), Refusal::to_string);
    Sentences {
        link_worker: format!(
            "We cannot tell what our work did to GP contacts. {}",
            plainly(refusal)
        ),
        gp: format!("No effect is claimed. {why}"),
        researcher: format!("Effect withheld.{}", codes(refusals)),
    }
}

/// The ratio with its interval and what the interval rests on.
pub(super) fn ratio(log_ratio: &Estimate, errors: &str) -> String {
    let ratio = Estimate {
        interval: log_ratio.interval.map(|i| i.on_scale(f64::exp)),
        ..Estimate::bare(log_ratio.value.exp())
    };
    let df = log_ratio
        .df
        .map_or_else(String::new, |df| format!(", df {}", number(df, 1)));
    format!("RR {}, {errors}{df}", with_interval(&ratio, 3))
}

/// Refusals that are only notes, with their codes.
pub(super) fn notes(refusals: &[Refusal]) -> String {
    let notes: Vec<Refusal> = refusals
        .iter()
        .filter(|r| NOTES.contains(&r.code()))
        .cloned()
        .collect();
    codes(&notes)
}

/// "a 12% fall", "a 3% rise" or "no change".
pub(super) fn change(ratio: f64) -> String {
    let size = percent((ratio - 1.0).abs(), 0);
    match size.as_str() {
        "0%" => "no change".to_owned(),
        _ if ratio < 1.0 => format!("a {size} fall"),
        _ => format!("a {size} rise"),
    }
}

/// "12% lower" or "3% higher".
pub(super) fn lower_or_higher(ratio: f64) -> String {
    let way = if ratio < 1.0 { "lower" } else { "higher" };
    format!("{} {way}", percent((ratio - 1.0).abs(), 0))
}

/// Why, for somebody who does not read methods.
fn plainly(refusal: Option<&Refusal>) -> &'static str {
    match refusal.map_or("", Refusal::code) {
        "R1" => "There is nobody to compare with.",
        "R2" => "Before, the people we compare with were not like ours.",
        "R3" => {
            "There are too few practices, or they differ too much in size or all began at once."
        }
        "R4" => "There are too few people, or too few of them have somebody like them.",
        "R6" => "There are too few months, or something else changed at the same time.",
        "R13" => "What is counted as a contact changed on the way.",
        _ => "The figures do not allow an answer.",
    }
}
