//! What a contact note must say, and what it changes: the person's first
//! meeting, their own yes or no, their being connected, the next step. No
//! database, no clock: the moment comes in.

use kith_base::{Line, Refusal, Ts};

use super::{Answer, Attended, Note, Purpose, Written};
use crate::referral::{Act, Case, DeclineReason, Next, Promise, State, rules::Move};

/// The longest contact that is believed, in minutes: a longer one is a typing
/// slip.
pub const LONGEST: u16 = 600;

/// What a contact changes besides being kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effects {
    /// The person was met for the first time.
    pub first_seen: bool,
    /// The person said yes for the first time: the episode's one code.
    pub accepted: bool,
    /// The person was connected; whether for the first time, the record knows.
    pub connected: bool,
    /// The moves of the referral, in order.
    pub moves: Vec<Act>,
}

/// Checks a note against the referral it belongs to.
///
/// # Errors
/// A refusal by field when the note contradicts itself, or a conflict when
/// the referral is not the kind that is met.
pub fn decide(
    written: &Written,
    case: &Case,
    now: Ts,
    promise: &Promise,
) -> Result<Effects, Refusal> {
    let state = case.standing.state();
    if !matches!(state, State::Taken | State::Open) {
        return Err(
            Refusal::conflict("Only an accepted or active referral has contacts")
                .try_next("Take the referral on first, or reopen it"),
        );
    }
    consistent(&written.note, now)?;
    let met = written.note.attended == Attended::Yes;
    if !met && written.answer.is_some() {
        return Err(Refusal::field(
            "answer",
            "Leave the person's answer empty: you did not meet them",
        ));
    }
    let mut effects = Effects {
        first_seen: met && case.first_seen_at.is_none(),
        accepted: state == State::Taken && written.answer == Some(Answer::Yes),
        connected: written.note.purpose == Purpose::Connect && met,
        moves: Vec::new(),
    };
    match (state, written.answer) {
        (State::Taken, Some(Answer::Yes)) => effects.moves.push(Act::Agree(written.next.clone())),
        (_, Some(Answer::No)) => effects.moves.push(said_no(state)?),
        _ => effects
            .moves
            .extend(next_after(written, case, now, promise).map(Act::Plan)),
    }
    Ok(effects)
}

/// The step the worker planned; otherwise the one that still lies ahead; when
/// its day has come and nothing was planned, the case comes up for review.
fn next_after(written: &Written, case: &Case, now: Ts, promise: &Promise) -> Option<Next> {
    let come = case.standing.due().is_some_and(|due| due <= now.day());
    written
        .next
        .clone()
        .or_else(|| come.then(|| promise.review(now.day())))
}

fn said_no(state: State) -> Result<Act, Refusal> {
    if crate::referral::rules::leads_to(Move::Decline, Some(state)).is_none() {
        return Err(Refusal::field(
            "answer",
            "The person said yes before: close the referral instead",
        )
        .try_next("Save the note without an answer, then close"));
    }
    Ok(Act::Decline {
        reason: DeclineReason::PersonSaidNo,
        next: nothing_to_do()?,
        person_knows: true,
    })
}

fn nothing_to_do() -> Result<Line, Refusal> {
    "Nothing: they may be referred again when they wish"
        .parse()
        .map_err(|_| Refusal::invalid("The line for the practice is missing"))
}

pub(super) fn consistent(note: &Note, now: Ts) -> Result<(), Refusal> {
    if note.at > now {
        return Err(Refusal::field(
            "at",
            "Date of contact must be today or in the past",
        ));
    }
    if note.minutes > LONGEST {
        return Err(Refusal::field(
            "minutes",
            format!("Length must be {LONGEST} minutes or fewer"),
        ));
    }
    if (note.purpose == Purpose::Holding) != note.holding.is_some() {
        return Err(Refusal::field("holding", "Select what the holding was for"));
    }
    if (note.attended == Attended::Yes) == note.why_not.is_some() {
        return Err(Refusal::field(
            "why_not",
            "Enter why you did not meet, and only then",
        ));
    }
    if (note.purpose == Purpose::Connect && note.attended == Attended::Yes)
        != note.connected_to.is_some()
    {
        return Err(Refusal::field(
            "connected_to",
            "Enter the service you connected the person to",
        ));
    }
    Ok(())
}
