//! A calendar month, counted as the statistics count it: year × 12 + month
//! from nought. A figure by month takes whole months only.

use kith_base::Day;

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month(i64);

const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        let date = day.date();
        Self(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
    }

    /// So many months later.
    #[must_use]
    pub const fn plus(self, months: i64) -> Self {
        Self(self.0 + months)
    }

    /// The first day of it.
    #[must_use]
    pub fn first_day(self) -> Option<Day> {
        let year = i16::try_from(self.0.div_euclid(12)).ok()?;
        let month = i8::try_from(self.0.rem_euclid(12) + 1).ok()?;
        Day::ymd(year, month, 1)
    }

    /// "Nov 2026".
    #[must_use]
    pub fn label(self) -> String {
        let name = usize::try_from(self.0.rem_euclid(12))
            .ok()
            .and_then(|place| NAMES.get(place))
            .copied()
            .unwrap_or("");
        format!("{name} {}", self.0.div_euclid(12))
    }

    /// The months from this one to before another.
    pub fn until(self, end: Self) -> impl Iterator<Item = Self> {
        (self.0..end.0).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_over_the_year() {
        let day: Day = "2026-11-24".parse().unwrap();
        let november = Month::of(day);
        assert_eq!(november.label(), "Nov 2026");
        assert_eq!(november.plus(2).label(), "Jan 2027");
        assert_eq!(november.first_day(), "2026-11-01".parse().ok());
        let names: Vec<String> = november
            .plus(-1)
            .until(november.plus(1))
            .map(Month::label)
            .collect();
        assert_eq!(names, ["Oct 2026", "Nov 2026"]);
    }
}
