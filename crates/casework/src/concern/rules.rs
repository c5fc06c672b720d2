//! What may happen to a concern, and who may do it. There is one table of
//! moves; an act that is not in it is refused. Two rules have no exception:
//! a concern that nobody has acknowledged in time is late whatever else
//! happens, and whoever raised it does not close it.

use kith_access::Account;
use kith_base::{Id, Refusal, Ts, WorkingDays, words};

words! {
    /// Where a concern stands.
    pub enum State {
        Raised = "raised" / "Waiting to be acknowledged",
        Acknowledged = "acknowledged" / "Being looked into",
        Closed = "closed" / "Closed",
    }
}

words! {
    /// What happens to a concern.
    pub enum Move {
        Raise = "raise" / "raised",
        Escalate = "escalate" / "passed on, because nobody had acknowledged it in time",
        Acknowledge = "acknowledge" / "acknowledged",
        Note = "note" / "note added",
        Close = "close" / "closed",
    }
}

words! {
    /// Whether anybody is in danger now.
    pub enum Danger {
        Yes = "yes" / "Yes",
        NotSure = "not_sure" / "I am not sure",
        No = "no" / "No",
    }
}

words! {
    /// Where a concern was raised.
    pub enum Door {
        Staff = "staff" / "in the service",
        Practice = "practice" / "at a practice",
        Public = "public" / "on the public page",
        SelfReferral = "self_referral" / "from what somebody wrote when they asked for help",
    }
}

words! {
    /// How a concern ended.
    pub enum End {
        Safe = "safe" / "Looked into: the person is safe",
        Supported = "supported" / "Support has been put in place",
        Council = "council" / "Passed to the council's safeguarding team",
        Emergency = "emergency" / "Passed to the police or the emergency services",
        Health = "health" / "Passed to the practice or another health service",
        NotSafeguarding = "not_safeguarding" / "Not a safeguarding matter: dealt with in another way",
    }
}

/// Every allowed move: the act, the states it starts from, where it leads.
/// `Raise` begins a concern.
pub const MOVES: &[(Move, &[State], State)] = {
    use State::{Acknowledged, Closed, Raised};
    &[
        (Move::Raise, &[], Raised),
        (Move::Escalate, &[Raised], Raised),
        (Move::Acknowledge, &[Raised], Acknowledged),
        (Move::Note, &[Raised], Raised),
        (Move::Note, &[Acknowledged], Acknowledged),
        (Move::Close, &[Acknowledged], Closed),
    ]
};

/// Where a move leads.
///
/// # Errors
/// A conflict when the state does not allow it.
pub fn leads_to(act: Move, from: State) -> Result<State, Refusal> {
    let row = MOVES
        .iter()
        .find(|(known, starts, _)| *known == act && starts.contains(&from));
    row.map(|(_, _, to)| *to).ok_or_else(|| match (act, from) {
        (Move::Close, State::Raised) => {
            Refusal::conflict("Nobody has acknowledged this concern yet")
                .try_next("Acknowledge it first, then say what came of it")
        }
        (Move::Acknowledge, State::Acknowledged) => {
            Refusal::conflict("Somebody has acknowledged this concern already")
                .try_next("Open it again to see who")
        }
        _ => Refusal::conflict("This concern is closed")
            .try_next("Raise a new concern if there is more"),
    })
}

/// Refuses whoever raised a concern to close it.
///
/// # Errors
/// `NotAllowed` for the raiser.
pub fn may_close(raised_by: Option<Id<Account>>, closer: Id<Account>) -> Result<(), Refusal> {
    if raised_by == Some(closer) {
        return Err(
            Refusal::not_allowed("You raised this concern, so somebody else must close it")
                .try_next("Ask the safeguarding lead or the deputy. If there is no other, ask the administrator to name one"),
        );
    }
    Ok(())
}

/// The most days of the calendar a concern waits before it is passed on,
/// whatever the working hours and closed days of the settings are: as long as
/// Christmas or Easter with a weekend.
pub const MOST_DAYS: i64 = 5;

/// When a concern that waits since a moment is to be passed on: after so many
/// working hours, and never later than [`MOST_DAYS`].
#[must_use]
pub fn runs_out(work: &WorkingDays, hours: u16, since: Ts) -> Ts {
    let most = since.plus_seconds(MOST_DAYS * 24 * 3600);
    work.hours_after(since, hours).min(most)
}

/// Whether nobody has acknowledged it in time.
#[must_use]
pub fn is_late(state: State, acknowledge_by: Ts, now: Ts) -> bool {
    state == State::Raised && acknowledge_by <= now
}

#[cfg(test)]
mod tests {
    use kith_base::Word;

    use super::*;

    #[test]
    fn every_act_in_every_state_is_in_the_table_or_refused_with_a_next_step() {
        for act in Move::ALL {
            for from in State::ALL {
                let allowed = MOVES
                    .iter()
                    .any(|(known, starts, _)| known == act && starts.contains(from));
                match leads_to(*act, *from) {
                    Ok(_) => assert!(allowed, "{act:?} {from:?}"),
                    Err(refusal) => {
                        assert!(!allowed && !refusal.next.is_empty(), "{act:?} {from:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_working_hours_or_closed_days_hold_a_concern_back() {
        let friday = Ts::from_london(
            kith_base::Day::ymd(2026, 12, 24)
                .unwrap()
                .date()
                .at(16, 0, 0, 0),
        );
        let a_year: Vec<_> = (0..400)
            .map(|ahead| friday.day().plus_days(ahead))
            .collect();
        let most = friday.plus_seconds(MOST_DAYS * 24 * 3600);
        for also_closed in [Vec::new(), a_year] {
            for (opens, closes) in (0..24).flat_map(|o| (o + 1..=24).map(move |c| (o, c))) {
                let work = WorkingDays {
                    opens,
                    closes,
                    also_closed: also_closed.clone(),
                };
                for hours in 1..=8 {
                    let out = runs_out(&work, hours, friday);
                    assert!(friday < out && out <= most, "{work:?} {hours} {out}");
                }
            }
        }
        // A service with the usual hours has them, over Christmas too.
        let usual = WorkingDays::default();
        assert_eq!(runs_out(&usual, 4, friday), usual.hours_after(friday, 4));
    }

    #[test]
    fn nothing_leads_out_of_closed_and_only_an_acknowledged_concern_is_closed() {
        assert!(
            MOVES
                .iter()
                .all(|(_, starts, _)| !starts.contains(&State::Closed))
        );
        for (act, starts, to) in MOVES {
            if *to == State::Closed {
                assert_eq!((*act, *starts), (Move::Close, &[State::Acknowledged][..]));
            }
        }
    }

    #[test]
    fn whoever_raised_it_does_not_close_it() {
        let at = Ts::from_micros(1);
        let (lena, mo) = (Id::<Account>::new(at), Id::<Account>::new(at));
        assert!(may_close(Some(lena), lena).is_err());
        assert!(may_close(Some(lena), mo).is_ok());
        assert!(may_close(None, lena).is_ok());
    }

    #[test]
    fn it_is_late_from_the_very_moment_and_never_once_acknowledged() {
        let by = Ts::from_micros(10);
        assert!(!is_late(State::Raised, by, Ts::from_micros(9)));
        assert!(is_late(State::Raised, by, by));
        assert!(!is_late(State::Acknowledged, by, Ts::from_micros(11)));
    }
}
