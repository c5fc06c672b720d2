//! How the team's figures are made. A quantile is the smallest value that at
//! least that share of the values do not pass (nearest rank), so it is a wait
//! somebody really had. A load is weighed, per full-time worker.

use kith_base::{Day, Refusal};

/// How many open cases a full-time worker holds as a guide; never a target.
pub const GUIDE: f64 = 40.0;
/// Somebody who has not been seen yet takes more time than somebody who has.
/// Our own choice, as are the next two: they make loads comparable and
/// nothing else.
pub const WEIGHT_TAKEN: f64 = 1.5;
/// A case whose person has said yes.
pub const WEIGHT_OPEN: f64 = 1.0;
/// An hour of holding in the last four weeks, beside its case.
pub const WEIGHT_HOLDING_HOUR: f64 = 0.25;

/// The value at a share of the values, by nearest rank; none of none.
#[must_use]
pub fn quantile(values: &[i64], percent: usize) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// What a worker carries.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Carried {
    /// Cases taken on whose person has not said yes.
    pub taken: i64,
    /// Cases whose person has said yes.
    pub open: i64,
    /// Minutes of holding in the last four weeks.
    pub holding_minutes: i64,
}

impl Carried {
    /// The weighed load of a full-time worker who would carry the same share.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of cases are small")]
    pub fn per_full_time(&self, full_time_percent: i64) -> f64 {
        let hours = self.holding_minutes as f64 / 60.0;
        let load = self.taken as f64 * WEIGHT_TAKEN
            + self.open as f64 * WEIGHT_OPEN
            + hours * WEIGHT_HOLDING_HOUR;
        load * 100.0 / full_time_percent.clamp(1, 100) as f64
    }
}

/// Whether somebody can stand in on these days, beside the covers there are
/// (`from`, `until`) for the same absent worker.
///
/// # Errors
/// By field: the days the wrong way round, in the past, or taken; nobody
/// stands in for themself.
pub fn cover(
    same: bool,
    from: Day,
    until: Day,
    today: Day,
    others: &[(Day, Day)],
) -> Result<(), Refusal> {
    if same {
        return Err(Refusal::field(
            "cover",
            "Select somebody else: nobody stands in for themself",
        ));
    }
    if until < from {
        return Err(Refusal::field(
            "until",
            "Last day must be the same as or after the first day",
        ));
    }
    if until < today {
        return Err(Refusal::field(
            "until",
            "Last day must be today or in the future",
        ));
    }
    if others
        .iter()
        .any(|(start, end)| from <= *end && until >= *start)
    {
        return Err(
            Refusal::field("from", "Somebody stands in on some of these days already")
                .try_next("End that cover first, or choose other days"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: i8) -> Day {
        Day::ymd(2026, 12, d).unwrap()
    }

    #[test]
    fn a_quantile_is_a_wait_somebody_had() {
        assert_eq!(quantile(&[], 50), None);
        assert_eq!(quantile(&[7], 90), Some(7));
        assert_eq!(quantile(&[4, 1, 3, 2], 50), Some(2));
        assert_eq!(quantile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), Some(9));
    }

    #[test]
    fn half_the_hours_make_the_same_cases_twice_the_load() {
        let carried = Carried {
            taken: 2,
            open: 10,
            holding_minutes: 240,
        };
        assert!((carried.per_full_time(100) - 14.0).abs() < 1e-9);
        assert!((carried.per_full_time(50) - 28.0).abs() < 1e-9);
    }

    #[test]
    fn covers_do_not_overlap_and_have_their_days_in_order() {
        let with = |from, until, same| {
            cover(same, day(from), day(until), day(3), &[(day(10), day(12))])
                .map_err(|refusal| refusal.field)
        };
        assert_eq!(with(4, 9, false), Ok(()));
        assert_eq!(with(4, 10, false), Err(Some("from")));
        assert_eq!(with(12, 20, false), Err(Some("from")));
        assert_eq!(with(9, 4, false), Err(Some("until")));
        assert_eq!(with(1, 2, false), Err(Some("until")));
        assert_eq!(with(4, 9, true), Err(Some("cover")));
    }
}
