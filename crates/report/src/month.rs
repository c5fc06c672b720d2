//! A calendar month, counted as the statistics count it: year × 12 + month
//! from nought. A figure by month takes whole months only.

use std::{fmt, str::FromStr};

use kith_base::{Day, MONTHS};

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month(i64);

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

    fn name(self) -> &'static str {
        usize::try_from(self.0.rem_euclid(12))
            .ok()
            .and_then(|place| MONTHS.get(place))
            .copied()
            .unwrap_or("")
    }

    /// "Nov 2026".
    #[must_use]
    pub fn label(self) -> String {
        format!("{:.3} {}", self.name(), self.year())
    }

    /// The month with this number, as a column keeps it.
    #[must_use]
    pub const fn numbered(number: i64) -> Self {
        Self(number)
    }

    /// Its number: a column's, and that of `kith_effect`.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The year it is in.
    #[must_use]
    pub const fn year(self) -> i64 {
        self.0.div_euclid(12)
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i64 {
        self.first_day()
            .map_or(30, |first| i64::from(first.date().days_in_month()))
    }

    /// The first month of which every day is on or after this one.
    #[must_use]
    pub fn whole_from(day: Day) -> Self {
        let first = day.date().day() == 1;
        Self::of(day).plus(i64::from(!first))
    }

    /// The last month of which every day is on or before this one.
    #[must_use]
    pub fn whole_until(day: Day) -> Self {
        let date = day.date();
        let last = date.day() == date.days_in_month();
        Self::of(day).plus(-i64::from(!last))
    }

    /// The months from this one to before another.
    pub fn until(self, end: Self) -> impl Iterator<Item = Self> {
        (self.0..end.0).map(Self)
    }
}

impl fmt::Display for Month {
    /// As people write it: `March 2026`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.year())
    }
}

/// A text that is no month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadMonth;

impl fmt::Display for BadMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Must be a month and a year, like March 2026 or 2026-03")
    }
}
impl std::error::Error for BadMonth {}

impl FromStr for Month {
    type Err = BadMonth;
    fn from_str(text: &str) -> Result<Self, BadMonth> {
        let parts: Vec<&str> = text
            .split(|c: char| c == '-' || c == '/' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .collect();
        let [one, other] = parts[..] else {
            return Err(BadMonth);
        };
        let (year, month) = if one.len() == 4 && one.bytes().all(|b| b.is_ascii_digit()) {
            (one, other)
        } else {
            (other, one)
        };
        let named = MONTHS.iter().position(|name| {
            month.len() >= 3 && name.to_lowercase().starts_with(&month.to_lowercase())
        });
        let month: i64 = match named {
            Some(at) => i64::try_from(at).unwrap_or(0) + 1,
            None => month.parse().map_err(|_| BadMonth)?,
        };
        let year: i64 = Some(year)
            .filter(|year| year.len() == 4)
            .and_then(|year| year.parse().ok())
            .ok_or(BadMonth)?;
        let fits = (1..=12).contains(&month) && (1900..2200).contains(&year);
        fits.then_some(Self(year * 12 + month - 1)).ok_or(BadMonth)
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

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_understood_as_people_write_it() {
        for text in ["2026-03", "03/2026", "3 2026", "March 2026", "mar 2026"] {
            assert_eq!(text.parse::<Month>().unwrap().to_string(), "March 2026");
        }
        for wrong in ["2026", "13/2026", "March", "2026-03-01", "03/26", ""] {
            assert_eq!(wrong.parse::<Month>(), Err(BadMonth), "{wrong}");
        }
    }

    #[test]
    fn only_whole_months_count() {
        let march: Month = "2026-03".parse().unwrap();
        assert_eq!(Month::whole_from(day("2026-03-01")), march);
        assert_eq!(Month::whole_from(day("2026-02-02")), march);
        assert_eq!(Month::whole_until(day("2026-03-31")), march);
        assert_eq!(Month::whole_until(day("2026-04-29")), march);
        assert_eq!((march.days(), march.plus(-1).days()), (31, 28));
        assert_eq!(march.number(), 24_314);
    }
}
