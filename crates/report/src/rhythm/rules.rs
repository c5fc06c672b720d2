//! The two series and their charts. Referrals are counts of the service's own
//! work, whole and not rounded: whoever sees them may open every one of these
//! referrals. A wait is told of a month in which at least eight were seen: the
//! median of a handful is the wait of somebody.

use std::collections::BTreeMap;

use kith_base::{Day, WorkingDays};
use kith_casework::team::rules::quantile;
use kith_effect::{
    picture::xmr::{self, Lines, Point},
    sentence,
    stats::{
        disclosure::{Shown as Given, shown},
        refusal::Refusal,
        xmr::chart,
    },
};

use crate::{
    month::Month,
    shown::{Drawn, Shown},
};

/// The longest series shown, in months: three years.
pub const MOST_MONTHS: i64 = 36;

/// The whole months to show: from the first referral's, at most the latest
/// [`MOST_MONTHS`], to the last one that is over.
#[must_use]
pub fn months(first: Option<Day>, today: Day) -> Vec<Month> {
    let now = Month::of(today);
    first.map_or_else(Vec::new, |first| {
        // The first month may have begun before the service did.
        let first = if Some(first) == Month::of(first).first_day() {
            Month::of(first)
        } else {
            Month::of(first).plus(1)
        };
        first.max(now.plus(-MOST_MONTHS)).until(now).collect()
    })
}

/// Referrals that came in each month.
#[must_use]
pub fn referrals(months: &[Month], by_day: &[(Day, i64)]) -> Shown {
    let mut counts: BTreeMap<Month, i64> = BTreeMap::new();
    for (day, count) in by_day {
        *counts.entry(Month::of(*day)).or_default() += count;
    }
    #[expect(clippy::cast_precision_loss, reason = "referrals of a month are few")]
    let value = |month: &Month| Some(counts.get(month).copied().unwrap_or(0) as f64);
    let values: Vec<Option<f64>> = months.iter().map(value).collect();
    series("referrals", "Referrals a month", "Referrals", months, &values).counting(&[
        "Referrals, by the month in which they came, whatever became of them; not those kept for advice only or entered by mistake.",
        "Whole months. The counts are not rounded: whoever may see this page may open each of these referrals.",
    ])
}

/// Working days until people were first seen, by the month in which they were.
#[must_use]
pub fn waits(months: &[Month], seen: &[(Day, Day)], working: &WorkingDays) -> Shown {
    const TITLE: &str = "Working days until first seen";
    let mut by_month: BTreeMap<Month, Vec<i64>> = BTreeMap::new();
    for (received, first_seen) in seen {
        let days = working.between(*received, *first_seen);
        by_month
            .entry(Month::of(*first_seen))
            .or_default()
            .push(days);
    }
    let enough = |month: &Month| {
        by_month
            .get(month)
            .filter(|days| shown(days.len() as u64) != Given::Hidden)
    };
    #[expect(clippy::cast_precision_loss, reason = "a wait is some days")]
    let median = |month: &Month| Some(quantile(enough(month)?, 50)? as f64);
    let values: Vec<Option<f64>> = months.iter().map(median).collect();
    let counted = [
        "The median wait of the people first seen in a month, in working days from the day their referral came. Those still waiting are not in it.",
        "A month in which fewer than 8 people were first seen is left out: it would show somebody's own wait.",
    ];
    if values.iter().all(Option::is_none) && !seen.is_empty() {
        return Shown::refused(TITLE, &Refusal::SmallNumber).counting(&counted);
    }
    series("waits", TITLE, "Working days (median)", months, &values).counting(&counted)
}

fn series(id: &str, title: &str, axis: &str, months: &[Month], values: &[Option<f64>]) -> Shown {
    let labels: Vec<String> = months.iter().map(|month| month.label()).collect();
    match chart(values) {
        Ok(finding) => {
            let points = Point::of(&finding.result, &labels, values);
            let lines = Lines::of(&finding.result);
            let said = sentence::xmr::sentences(&finding, &labels);
            Shown::found(title, &finding, said, format!("{} months", finding.n))
                .missing(format!("{} months", finding.missing))
                .with(Drawn::new(id, title, |frame| {
                    xmr::draw(frame, axis, &points, lines)
                }))
        }
        // One point, or none: to a reader that is a series too short.
        Err(Refusal::TooFewObservations { have, .. }) => {
            Shown::refused(title, &Refusal::TooFewPoints { points: have })
        }
        Err(refusal) => Shown::refused(title, &refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shown::Reader;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn only_whole_months_are_shown_and_at_most_three_years() {
        let today = day("2026-11-24");
        assert!(months(None, today).is_empty());
        let short = months(Some(day("2026-08-01")), today);
        assert_eq!(short.first().unwrap().label(), "Aug 2026");
        assert_eq!(short.last().unwrap().label(), "Oct 2026");
        assert_eq!(months(Some(day("2026-08-02")), today).len(), 2);
        assert_eq!(months(Some(day("2001-01-01")), today).len(), 36);
    }

    #[test]
    fn a_few_months_are_too_early_to_tell_and_say_what_it_takes() {
        let months = months(Some(day("2026-06-01")), day("2026-11-24"));
        let by_day: Vec<(Day, i64)> = months
            .iter()
            .zip(3..)
            .filter_map(|(month, count)| Some((month.first_day()?, count)))
            .collect();
        let shown = referrals(&months, &by_day);
        assert!(shown.said.to(Reader::Worker).starts_with("It is too early"));
        assert_eq!(shown.why[0].needed.as_deref(), Some("12 whole months."));
        assert_eq!(shown.pictures.len(), 1);
    }

    #[test]
    fn the_wait_of_a_handful_is_not_shown() {
        let months = months(Some(day("2026-06-01")), day("2026-11-24"));
        let seen = [(day("2026-06-02"), day("2026-06-09")); 3];
        let shown = waits(&months, &seen, &WorkingDays::default());
        assert_eq!(shown.why[0].code, "R10");
        assert!(shown.pictures.is_empty());
    }

    #[test]
    fn nobody_seen_yet_is_too_short_a_series() {
        let months = months(Some(day("2026-06-01")), day("2026-11-24"));
        assert_eq!(
            waits(&months, &[], &WorkingDays::default()).why[0].code,
            "A7"
        );
    }
}
