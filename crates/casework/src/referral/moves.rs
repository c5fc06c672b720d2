//! Where a referral can stand and what can happen to it, as one table
//! (`MOVES`): which state leads to which. What is not in it is refused, with
//! words that say what can be done instead. The documentation is drawn from
//! this table; what a move does is the rules'.

use kith_base::{Refusal, words};

words! {
    /// Where a referral stands.
    pub enum State {
        Advice = "advice" / "Advice only",
        Waiting = "waiting" / "Waiting",
        Taken = "taken" / "Accepted",
        Open = "open" / "Active",
        NeedsWorker = "needs_worker" / "Needs a link worker",
        Declined = "declined" / "Came back",
        Closed = "closed" / "Closed",
        Voided = "voided" / "Taken back",
    }
}

impl State {
    /// Whether somebody still waits for us.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        matches!(
            self,
            Self::Waiting | Self::Taken | Self::Open | Self::NeedsWorker
        )
    }

    /// Whether a queue holds it rather than a worker.
    #[must_use]
    pub const fn is_queued(self) -> bool {
        matches!(self, Self::Waiting | Self::NeedsWorker)
    }
}

words! {
    /// What can happen.
    pub enum Move {
        Send = "send" / "sent",
        KeepAsAdvice = "keep_as_advice" / "kept as advice, because the person had not agreed",
        Take = "take" / "taken on",
        Assign = "assign" / "given to a link worker",
        Agree = "agree" / "the person said yes",
        Plan = "plan" / "next step planned",
        Leave = "leave" / "the link worker left",
        Decline = "decline" / "declined",
        Close = "close" / "closed",
        Withdraw = "withdraw" / "the person no longer agrees",
        Reopen = "reopen" / "reopened",
        TakeBack = "take_back" / "taken back",
        AddLine = "add_line" / "a line was added",
    }
}

/// Every allowed move: the act, the states it starts from, where it leads.
/// `Send` and `KeepAsAdvice` begin a referral. An act that is not here in the
/// state at hand is refused.
pub const MOVES: &[(Move, &[State], State)] = {
    use State::{Advice, Closed, Declined, NeedsWorker, Open, Taken, Voided, Waiting};
    &[
        (Move::Send, &[], Waiting),
        (Move::KeepAsAdvice, &[], Advice),
        (Move::Take, &[Waiting], Taken),
        (Move::Take, &[NeedsWorker], Taken),
        (Move::Assign, &[Waiting, Taken, NeedsWorker], Taken),
        (Move::Assign, &[Open], Open),
        (Move::Agree, &[Taken], Open),
        (Move::Plan, &[Taken], Taken),
        (Move::Plan, &[Open], Open),
        (Move::Leave, &[Taken, Open], NeedsWorker),
        (Move::Decline, &[Waiting, Taken, NeedsWorker], Declined),
        (Move::Close, &[Taken, Open, NeedsWorker], Closed),
        (Move::Withdraw, &[Waiting, Taken, Open, NeedsWorker], Closed),
        (Move::Reopen, &[Declined, Closed], NeedsWorker),
        (Move::TakeBack, &[Advice, Waiting], Voided),
        (Move::AddLine, &[Waiting], Waiting),
        (Move::AddLine, &[Taken], Taken),
        (Move::AddLine, &[Open], Open),
        (Move::AddLine, &[NeedsWorker], NeedsWorker),
    ]
};

/// Where `act` leads from `from` (`None`: there is no referral yet).
#[must_use]
pub fn leads_to(act: Move, from: Option<State>) -> Option<State> {
    MOVES
        .iter()
        .find(|(known, starts, _)| {
            *known == act && from.map_or(starts.is_empty(), |state| starts.contains(&state))
        })
        .map(|(_, _, to)| *to)
}

/// Whether something may happen to a referral that stands there, for what
/// leaves it where it stands.
///
/// # Errors
/// A conflict that says what to do instead.
pub fn allowed(act: Move, from: State) -> Result<(), Refusal> {
    leads_to(act, Some(from))
        .map(|_| ())
        .ok_or_else(|| not_now(act, Some(from)))
}

/// Why something cannot happen now, and what can be done instead.
pub(super) fn not_now(act: Move, from: Option<State>) -> Refusal {
    let Some(from) = from else {
        return Refusal::conflict("This referral has not been sent yet").try_next("Send it first");
    };
    if act == Move::TakeBack {
        let what = format!(
            "The import can no longer be taken back: this referral {}",
            stands(from)
        );
        return Refusal::conflict(what).try_next("Close it or send it back by hand");
    }
    if act == Move::Withdraw {
        let what = format!("This referral {}: {}", stands(from), cannot(act));
        return Refusal::conflict(what).try_next("Go back to the person's page");
    }
    let refusal = Refusal::conflict(format!("This referral {}: {}", stands(from), cannot(act)));
    match from {
        State::Closed | State::Declined => {
            refusal.try_next("Reopen it first, or start a new referral")
        }
        State::Waiting | State::NeedsWorker => {
            refusal.try_next("Take it on or give it to a link worker first")
        }
        State::Advice => refusal.try_next("Refer again once the person has agreed"),
        State::Voided => refusal.try_next("Start a new referral"),
        State::Taken | State::Open => {
            refusal.try_next("Look at the page again: somebody may have been quicker")
        }
    }
}

/// Where a referral stands, as a sentence goes on after "This referral".
const fn stands(state: State) -> &'static str {
    match state {
        State::Advice => "is kept as advice only",
        State::Waiting => "is waiting to be taken on",
        State::Taken | State::Open => "is with a link worker",
        State::NeedsWorker => "needs a link worker",
        State::Declined => "came back",
        State::Closed => "is closed",
        State::Voided => "was taken back with its import",
    }
}

/// What cannot be done, as a clause of its own.
const fn cannot(act: Move) -> &'static str {
    match act {
        Move::Send | Move::KeepAsAdvice => "it cannot be sent again",
        Move::Take => "it cannot be taken on now",
        Move::Assign => "it cannot be given to a link worker now",
        Move::Agree => "the person's yes cannot be written down now",
        Move::Plan => "a next step cannot be planned now",
        Move::Leave => "its link worker cannot leave it now",
        Move::Decline => "it cannot be sent back now",
        Move::Close => "it cannot be closed now",
        Move::Withdraw => "there is nothing to stop",
        Move::Reopen => "it cannot be reopened now",
        Move::TakeBack => "it cannot be taken back now",
        Move::AddLine => "a line cannot be added now",
    }
}
