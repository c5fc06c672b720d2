//! A calendar month, kept as a number so that a difference is a number of
//! months: the year times twelve, plus the month, less one.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use kith_base::Day;

/// A month of the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month(i64);

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Month {
    /// The month with this number.
    #[must_use]
    pub const fn of(number: i64) -> Self {
        Self(number)
    }

    /// Its number: a column's, and that of `kith_effect`.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The month a day is in.
    #[must_use]
    pub fn of_day(day: Day) -> Self {
        let date = day.date();
        Self(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
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

    /// So many months later.
    #[must_use]
    pub const fn plus(self, months: i64) -> Self {
        Self(self.0 + months)
    }

    fn first_day(self) -> Option<Day> {
        let month = i8::try_from(self.0.rem_euclid(12) + 1).ok()?;
        Day::ymd(i16::try_from(self.year()).ok()?, month, 1)
    }

    /// The first month of which every day is on or after this one.
    #[must_use]
    pub fn whole_from(day: Day) -> Self {
        let first = day.date().day() == 1;
        Self::of_day(day).plus(i64::from(!first))
    }

    /// The last month of which every day is on or before this one.
    #[must_use]
    pub fn whole_until(day: Day) -> Self {
        let date: Date = day.date();
        let last = date.day() == date.days_in_month();
        Self::of_day(day).plus(-i64::from(!last))
    }
}

impl fmt::Display for Month {
    /// As people write it: `March 2026`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = usize::try_from(self.0.rem_euclid(12))
            .ok()
            .and_then(|at| NAMES.get(at))
            .unwrap_or(&"");
        write!(f, "{name} {}", self.year())
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
        let named = NAMES.iter().position(|name| {
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
