//! What happens to a referral, and when; which state leads to which is the
//! table of `moves`. Nobody is lost: in every state either a worker owns the
//! referral or a queue holds it, an unfinished one always has a date, and
//! every end tells the referrer and the person, or leaves somebody the task to.

use kith_access::Account;
use kith_base::{Day, Id, Line, Refusal, Word, WorkingDays, words};

use super::moves::not_now;
pub use super::moves::{MOVES, Move, State, allowed, leads_to};
use crate::meeting::Meeting;

/// What is to happen next with somebody, and by when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// A step somebody planned.
    Planned {
        /// The step.
        step: Line,
        /// By when.
        on: Day,
        /// How, at what time and where they meet, when that is known.
        meeting: Option<Meeting>,
    },
    /// Nothing is planned; the case comes up again on this day.
    Review {
        /// When it comes up.
        on: Day,
    },
}

impl Next {
    /// The day it comes up.
    #[must_use]
    pub const fn on(&self) -> Day {
        match self {
            Self::Planned { on, .. } | Self::Review { on } => *on,
        }
    }

    /// The meeting that is planned.
    #[must_use]
    pub const fn meeting(&self) -> Option<&Meeting> {
        match self {
            Self::Planned { meeting, .. } => meeting.as_ref(),
            Self::Review { .. } => None,
        }
    }

    /// What comes next, when and how, for the history and for paper: never
    /// where.
    #[must_use]
    pub fn told(&self) -> String {
        let on = self.on().as_uk_date();
        match self {
            Self::Planned { step, meeting, .. } => {
                let meeting = meeting.as_ref().map(|meeting| meeting.told(step));
                format!("{step}, {on}{}", meeting.unwrap_or_default())
            }
            Self::Review { .. } => format!("nothing planned, looked at again on {on}"),
        }
    }
}

words! {
    /// Why the service could not take somebody on.
    pub enum DeclineReason {
        NotSuitable = "not_suitable" / "Another service fits better",
        OutOfArea = "out_of_area" / "Lives outside the area",
        NotRegistered = "not_registered" / "Not registered with one of our practices",
        UnderAge = "under_age" / "Too young for this service",
        NeedsClinical = "needs_clinical" / "Needs clinical help first",
        PersonSaidNo = "person_said_no" / "The person said no",
        NotReached = "not_reached" / "We could not reach the person",
        Duplicate = "duplicate" / "Already being seen here",
    }
}

words! {
    /// Why somebody is no longer seen.
    pub enum CloseReason {
        Reached = "reached" / "The person has what they wanted",
        Connected = "connected" / "Connected and going on without us",
        PersonStopped = "person_stopped" / "The person decided to stop",
        LostTouch = "lost_touch" / "We lost touch",
        Moved = "moved" / "Moved away or changed practice",
        OtherService = "other_service" / "Another service has taken over",
        Died = "died" / "The person has died",
    }
}

/// The reason of an end that is chosen on no form of ours: the person took
/// their agreement back.
pub const NO_LONGER_AGREES: &str = "no_longer_agrees";
/// What people read for it.
pub const NO_LONGER_AGREES_LABEL: &str = "The person no longer agrees";

/// How a referral ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct End {
    /// The reason's code, of `DeclineReason` or `CloseReason`, or
    /// [`NO_LONGER_AGREES`].
    pub reason: &'static str,
    /// What the person or the practice can do now.
    pub next: Line,
}

/// Where a referral stands, with what belongs to that state and nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The person had not agreed: kept for the record, nothing is sent.
    Advice,
    /// In the waiting list; to be taken on by the day.
    Waiting {
        /// The end of the two-working-day clock.
        on: Day,
    },
    /// A link worker has it and has not had the person's yes.
    Taken {
        /// The link worker.
        owner: Id<Account>,
        /// What comes next.
        next: Next,
    },
    /// The person said yes.
    Open {
        /// The link worker.
        owner: Id<Account>,
        /// What comes next.
        next: Next,
    },
    /// Its link worker left, or it was reopened: the manager's queue.
    NeedsWorker {
        /// By when somebody must have it.
        on: Day,
    },
    /// It came back to the referrer.
    Declined(End),
    /// It is finished.
    Closed(End),
    /// Whoever sent it, or the import that made it, took it back.
    Voided,
}

impl Standing {
    /// The state without what belongs to it.
    #[must_use]
    pub const fn state(&self) -> State {
        match self {
            Self::Advice => State::Advice,
            Self::Waiting { .. } => State::Waiting,
            Self::Taken { .. } => State::Taken,
            Self::Open { .. } => State::Open,
            Self::NeedsWorker { .. } => State::NeedsWorker,
            Self::Declined(_) => State::Declined,
            Self::Closed(_) => State::Closed,
            Self::Voided => State::Voided,
        }
    }

    /// The link worker who has it.
    #[must_use]
    pub const fn owner(&self) -> Option<Id<Account>> {
        match self {
            Self::Taken { owner, .. } | Self::Open { owner, .. } => Some(*owner),
            _ => None,
        }
    }

    /// What comes next with somebody a link worker has.
    #[must_use]
    pub const fn next(&self) -> Option<&Next> {
        match self {
            Self::Taken { next, .. } | Self::Open { next, .. } => Some(next),
            _ => None,
        }
    }

    /// Whether the person ended it by taking their agreement back.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Closed(end) if end.reason == NO_LONGER_AGREES)
    }

    /// The day it comes up next; none once it has ended.
    #[must_use]
    pub const fn due(&self) -> Option<Day> {
        match self {
            Self::Waiting { on } | Self::NeedsWorker { on } => Some(*on),
            Self::Taken { next, .. } | Self::Open { next, .. } => Some(next.on()),
            _ => None,
        }
    }
}

/// An act with what it needs to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// A referral arrives and the person agreed.
    Send,
    /// A referral arrives and the person has not agreed.
    KeepAsAdvice,
    /// A link worker takes it.
    Take(Id<Account>),
    /// A manager gives it to a link worker, or a link worker hands over.
    Assign(Id<Account>),
    /// The person said yes.
    Agree(Option<Next>),
    /// The next step is set.
    Plan(Next),
    /// Its link worker leaves.
    Leave,
    /// It goes back to the referrer.
    Decline {
        /// Why.
        reason: DeclineReason,
        /// What the practice and the person can do now.
        next: Line,
        /// Whether the person has already been told.
        person_knows: bool,
    },
    /// It is finished.
    Close {
        /// Why.
        reason: CloseReason,
        /// What the practice needs to do; "nothing" is an answer.
        next: Line,
        /// Whether the person has already been told.
        person_knows: bool,
    },
    /// The person no longer agrees.
    Withdraw {
        /// What the practice needs to do.
        next: Line,
        /// Whether they said so themself.
        person_knows: bool,
    },
    /// It begins again.
    Reopen,
    /// Whoever sent it, or the import that made it, takes it back.
    TakeBack,
}

impl Act {
    /// What is planned by it, for the history: what was planned before is
    /// read there.
    #[must_use]
    pub fn plans(&self) -> Option<String> {
        match self {
            Self::Plan(next) | Self::Agree(Some(next)) => Some(next.told()),
            _ => None,
        }
    }

    /// The act without what it needs.
    #[must_use]
    pub const fn kind(&self) -> Move {
        match self {
            Self::Send => Move::Send,
            Self::KeepAsAdvice => Move::KeepAsAdvice,
            Self::Take(_) => Move::Take,
            Self::Assign(_) => Move::Assign,
            Self::Agree(_) => Move::Agree,
            Self::Plan(_) => Move::Plan,
            Self::Leave => Move::Leave,
            Self::Decline { .. } => Move::Decline,
            Self::Close { .. } => Move::Close,
            Self::Withdraw { .. } => Move::Withdraw,
            Self::Reopen => Move::Reopen,
            Self::TakeBack => Move::TakeBack,
        }
    }
}

/// Who must hear of a move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tell {
    /// The referrer: we have it.
    ReferrerReceived,
    /// The referrer: it came back, and must be acknowledged.
    ReferrerDeclined,
    /// The referrer: it is finished.
    ReferrerClosed,
    /// The person does not know yet: a task for somebody to tell them.
    PersonTask,
}

/// The days a scheme gives itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    /// When anybody is at work.
    pub work: WorkingDays,
    /// Working days until a referral must be taken on.
    pub take_on_days: u16,
    /// Days until a case with nothing planned comes up again.
    pub review_days: u16,
}

impl Default for Promise {
    fn default() -> Self {
        Self {
            work: WorkingDays::default(),
            take_on_days: 2,
            review_days: 14,
        }
    }
}

impl Promise {
    /// The day by which a referral that begins to wait today must be taken on.
    #[must_use]
    pub fn take_by(&self, today: Day) -> Day {
        self.work.after(today, self.take_on_days)
    }

    /// The first contact is due as soon as a worker has it.
    fn first_contact(&self, today: Day) -> Next {
        Next::Review {
            on: self.work.after(today, self.take_on_days),
        }
    }

    /// When a case with nothing planned comes up again.
    #[must_use]
    pub fn review(&self, today: Day) -> Next {
        Next::Review {
            on: self
                .work
                .after(today.plus_days(i64::from(self.review_days)), 0),
        }
    }
}

/// Does the act, or refuses it.
///
/// Returns where the referral stands afterwards and who must hear of it.
///
/// # Errors
/// A conflict when the state does not allow the act; an invalid date when the
/// next step lies in the past.
pub fn act(
    now: Option<&Standing>,
    act: Act,
    today: Day,
    promise: &Promise,
) -> Result<(Standing, Vec<Tell>), Refusal> {
    let from = now.map(Standing::state);
    let to = leads_to(act.kind(), from).ok_or_else(|| not_now(act.kind(), from))?;
    if act.kind() == Move::Reopen && now.is_some_and(Standing::is_withdrawn) {
        return Err(no_longer_agrees());
    }
    let kept = now.and_then(Standing::next).cloned();
    let owner = now.and_then(Standing::owner);
    let mut tell = Vec::new();
    let standing = match act {
        Act::Send => {
            tell.push(Tell::ReferrerReceived);
            Standing::Waiting {
                on: promise.take_by(today),
            }
        }
        Act::KeepAsAdvice => Standing::Advice,
        Act::Take(owner) => Standing::Taken {
            owner,
            next: promise.first_contact(today),
        },
        Act::Assign(owner) => {
            let next = kept.unwrap_or_else(|| promise.first_contact(today));
            if to == State::Open {
                Standing::Open { owner, next }
            } else {
                Standing::Taken { owner, next }
            }
        }
        Act::Agree(next) => Standing::Open {
            owner: owner.ok_or_else(|| not_now(Move::Agree, from))?,
            next: match next {
                Some(next) => ahead(next, today)?,
                None => promise.review(today),
            },
        },
        Act::Plan(next) => {
            let owner = owner.ok_or_else(|| not_now(Move::Plan, from))?;
            let next = ahead(next, today)?;
            if to == State::Open {
                Standing::Open { owner, next }
            } else {
                Standing::Taken { owner, next }
            }
        }
        Act::Leave => Standing::NeedsWorker {
            on: promise.work.after(today, 1),
        },
        Act::Decline {
            reason,
            next,
            person_knows,
        } => {
            tell.push(Tell::ReferrerDeclined);
            if !person_knows && reason != DeclineReason::PersonSaidNo {
                tell.push(Tell::PersonTask);
            }
            Standing::Declined(End {
                reason: reason.code(),
                next,
            })
        }
        Act::Close {
            reason,
            next,
            person_knows,
        } => {
            tell.push(Tell::ReferrerClosed);
            if !person_knows && reason != CloseReason::Died {
                tell.push(Tell::PersonTask);
            }
            Standing::Closed(End {
                reason: reason.code(),
                next,
            })
        }
        Act::Withdraw { next, person_knows } => {
            tell.push(Tell::ReferrerClosed);
            if !person_knows {
                tell.push(Tell::PersonTask);
            }
            Standing::Closed(End {
                reason: NO_LONGER_AGREES,
                next,
            })
        }
        Act::Reopen => Standing::NeedsWorker {
            on: promise.work.after(today, 1),
        },
        Act::TakeBack => Standing::Voided,
    };
    Ok((standing, tell))
}

fn ahead(next: Next, today: Day) -> Result<Next, Refusal> {
    if next.on() < today {
        return Err(Refusal::field(
            "next_on",
            "Date of the next step must be today or in the future",
        ));
    }
    Ok(next)
}

/// Nobody goes on with what somebody said no to: it takes their new yes.
fn no_longer_agrees() -> Refusal {
    Refusal::conflict("The person no longer agrees to this referral")
        .try_next("Ask them; once they say yes, refer them again")
}
