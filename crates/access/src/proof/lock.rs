//! Guessing is slow, and locking others out is hard. After each wrong try an
//! account takes no password or code for a while: one second first, twice as
//! long each time, never more than twenty minutes, so that nobody gets more
//! than a hundred guesses in a day. A quiet day starts the count afresh, and
//! signing in with a passkey does not go through the lock at all.

use kith_base::Ts;

/// The longest an account waits after a wrong try, in seconds.
pub(crate) const LONGEST: i64 = 20 * 60;
/// After so many seconds without a try, the count starts afresh.
const FORGOTTEN: i64 = 24 * 60 * 60;

/// The wrong tries of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tries {
    pub(crate) failed: i64,
    pub(crate) locked_until: Option<Ts>,
}

impl Tries {
    /// The tries once one more is counted; `None` while the account is
    /// locked. A try is counted before it is checked, so that many at the
    /// same moment are one.
    pub(crate) fn one_more(self, now: Ts) -> Option<Self> {
        let failed = match self.locked_until {
            // Further off than any lock: the clock was put back since.
            Some(until) if until.seconds_since(now) > LONGEST => self.failed + 1,
            Some(until) if until > now => return None,
            Some(until) if now.seconds_since(until) > FORGOTTEN => 1,
            _ => self.failed + 1,
        };
        let doublings = u32::try_from(failed - 1).unwrap_or(0).min(20);
        let wait = 2_i64.pow(doublings).min(LONGEST);
        Some(Self {
            failed,
            locked_until: Some(now.plus_seconds(wait)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Tries = Tries {
        failed: 0,
        locked_until: None,
    };

    #[test]
    fn a_guesser_gets_fewer_than_a_hundred_guesses_in_a_day() {
        let mut tries = START;
        let (mut guesses, mut second) = (0, 0);
        while second < 24 * 60 * 60 {
            if let Some(next) = tries.one_more(Ts::from_micros(second * 1_000_000)) {
                tries = next;
                guesses += 1;
            }
            second += 1;
        }
        assert!((50..100).contains(&guesses), "{guesses}");
    }

    #[test]
    fn the_wait_is_short_at_first_and_never_longer_than_twenty_minutes() {
        let mut tries = START;
        let mut now = Ts::from_micros(0);
        let mut waits = Vec::new();
        for _ in 0..15 {
            tries = tries.one_more(now).unwrap();
            let until = tries.locked_until.unwrap();
            waits.push(until.seconds_since(now));
            assert_eq!(tries.one_more(until.plus_seconds(-1)), None);
            now = until;
        }
        assert_eq!(waits[..4], [1, 2, 4, 8]);
        assert_eq!(waits[14], LONGEST);
    }

    #[test]
    fn a_clock_that_is_put_back_locks_nobody_out_until_it_has_caught_up() {
        let fast = Tries {
            failed: 3,
            locked_until: Some(Ts::from_micros(0).plus_seconds(365 * 86_400)),
        };
        let next = fast.one_more(Ts::from_micros(0)).unwrap();
        assert_eq!(next.failed, 4);
        assert_eq!(
            next.locked_until.unwrap().seconds_since(Ts::from_micros(0)),
            8
        );
    }

    #[test]
    fn a_quiet_day_starts_the_count_afresh() {
        let late = Tries {
            failed: 30,
            locked_until: Some(Ts::from_micros(0)),
        };
        let next = late.one_more(Ts::from_micros(0).plus_seconds(FORGOTTEN + 1));
        assert_eq!(next.unwrap().failed, 1);
    }
}
