//! Moments and days. A `Ts` is a moment in whole microseconds of UTC, which
//! both databases keep and sort exactly. A `Day` is a date on the calendar.
//! People are shown Europe/London; the store never holds a local time.

use std::{fmt, str::FromStr, sync::LazyLock};

use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

/// A moment, in whole microseconds since 1970 in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ts(i64);

impl Ts {
    /// The moment so many microseconds after 1970 began in UTC.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970 began in UTC.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// So many seconds later (or earlier, when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Whole seconds from `earlier` until this moment.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).div_euclid(1_000_000)
    }

    /// The day it is in London at this moment.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.london().date())
    }

    /// The moment as a clock in London shows it.
    #[must_use]
    pub fn london(self) -> civil::DateTime {
        jiff_of(self).to_zoned(london()).datetime()
    }

    /// The moment a clock in London shows `local`. In the hour that happens
    /// twice it is the first, in the hour that is skipped the one after.
    #[must_use]
    pub fn from_london(local: civil::DateTime) -> Self {
        local
            .to_zoned(london())
            .map_or(Self(0), |zoned| Self::from(zoned.timestamp()))
    }

    /// As people read it: `3 May 2026, 14:05`.
    #[must_use]
    pub fn as_uk_moment(self) -> String {
        let local = self.london();
        format!(
            "{}, {:02}:{:02}",
            Day(local.date()).as_uk_date(),
            local.hour(),
            local.minute()
        )
    }

    /// As people read a time of day: `14:05`.
    #[must_use]
    pub fn as_uk_time(self) -> String {
        let local = self.london();
        format!("{:02}:{:02}", local.hour(), local.minute())
    }
}

fn jiff_of(ts: Ts) -> Timestamp {
    Timestamp::from_microsecond(ts.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// London's clock. The time zone data are in the binary, so it is always there.
fn london() -> TimeZone {
    static LONDON: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC));
    LONDON.clone()
}

/// The months as people read them, January first.
pub const MONTHS: [&str; 12] = [
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

impl From<Timestamp> for Ts {
    /// Truncates to whole microseconds, as the databases do.
    fn from(at: Timestamp) -> Self {
        Self(at.as_microsecond())
    }
}

impl fmt::Display for Ts {
    /// RFC 3339 in UTC, for files and logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff_of(*self).fmt(f)
    }
}

impl FromStr for Ts {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(Self::from)
    }
}

impl serde::Serialize for Ts {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// A date on the calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(civil::Date);

impl Day {
    /// The day, or `None` when there is no such day (30 February).
    #[must_use]
    pub fn ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The day so many days after 1 January 1970.
    #[must_use]
    pub fn from_epoch_days(days: i64) -> Self {
        Self(civil::Date::constant(1970, 1, 1)).plus_days(days)
    }

    /// The calendar date inside.
    #[must_use]
    pub const fn date(self) -> civil::Date {
        self.0
    }

    /// So many days later (or earlier). Stays at the calendar's end.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// So many months later; the last day of a shorter month.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        Self(self.0.saturating_add(months.months()))
    }

    /// Days from `earlier` until this day; negative when it is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from((self.0 - earlier.0).get_days())
    }

    /// Whole years from a birth date until this day.
    #[must_use]
    pub fn years_since(self, born: Self) -> i16 {
        let years = self.0.year() - born.0.year();
        let had_birthday = (self.0.month(), self.0.day()) >= (born.0.month(), born.0.day());
        if had_birthday { years } else { years - 1 }
    }

    /// The moment the day begins in London.
    #[must_use]
    pub fn start(self) -> Ts {
        Ts::from_london(self.0.at(0, 0, 0, 0))
    }

    /// Its name in the week: `Sunday`.
    #[must_use]
    pub fn weekday(self) -> String {
        self.0.strftime("%A").to_string()
    }

    /// As people read it: `3 May 2026`.
    #[must_use]
    pub fn as_uk_date(self) -> String {
        format!("{} {} {:04}", self.0.day(), self.month(), self.0.year())
    }

    /// As the banner shows a birth date: `03-May-2026`.
    #[must_use]
    pub fn as_banner_date(self) -> String {
        let month = &self.month()[..3];
        format!("{:02}-{month}-{:04}", self.0.day(), self.0.year())
    }

    fn month(self) -> &'static str {
        let before = usize::try_from(self.0.month() - 1).unwrap_or(0);
        MONTHS[before]
    }

    /// As a spreadsheet in this country writes it: `03/05/2026`.
    #[must_use]
    pub fn as_uk_slashes(self) -> String {
        self.0.strftime("%d/%m/%Y").to_string()
    }
}

impl fmt::Display for Day {
    /// ISO 8601, for files and the database: `2026-05-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<civil::Date>().map(Self)
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_june_is_shown_in_summer_time() {
        let at: Ts = "2026-06-01T12:00:00.123456789Z".parse().unwrap();
        assert_eq!(at.as_uk_moment(), "1 June 2026, 13:00");
        assert_eq!(at.micros() % 1_000_000, 123_456);
    }

    #[test]
    fn a_day_reads_as_people_write_it() {
        for (text, date, banner) in [
            ("2026-05-03", "3 May 2026", "03-May-2026"),
            ("1951-09-30", "30 September 1951", "30-Sep-1951"),
            ("2000-12-01", "1 December 2000", "01-Dec-2000"),
        ] {
            let day: Day = text.parse().unwrap();
            assert_eq!(day.as_uk_date(), date);
            assert_eq!(day.as_banner_date(), banner);
        }
    }

    #[test]
    fn the_night_the_clocks_change_keeps_its_days() {
        let before: Ts = "2026-10-24T23:30:00Z".parse().unwrap();
        assert_eq!(before.day(), Day::ymd(2026, 10, 25).unwrap());
        assert_eq!(
            Day::ymd(2026, 10, 26).unwrap().start().to_string(),
            "2026-10-26T00:00:00Z"
        );
    }

    #[test]
    fn somebody_born_on_29_february_is_a_year_older_on_1_march() {
        let born = Day::ymd(1960, 2, 29).unwrap();
        assert_eq!(Day::ymd(2026, 2, 28).unwrap().years_since(born), 65);
        assert_eq!(Day::ymd(2026, 3, 1).unwrap().years_since(born), 66);
    }
}
