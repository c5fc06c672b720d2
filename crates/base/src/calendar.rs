//! Working days and working hours in England. Clocks that promise people
//! something (first seen within two working days, a concern acknowledged
//! within four working hours) run only while somebody is at work:
//! Monday to Friday, not on a bank holiday, between two hours of the day.
//! Bank holidays are worked out from the Banking and Financial Dealings Act
//! 1971's rules; extra ones (a coronation) are the scheme's setting.

use jiff::civil::{Date, Weekday};

use crate::{Day, Ts};

/// When the scheme is at work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkingDays {
    /// The hour work begins, in London.
    pub opens: i8,
    /// The hour work ends, in London; later than `opens`.
    pub closes: i8,
    /// Days on which nobody is at work besides weekends and bank holidays.
    pub also_closed: Vec<Day>,
}

impl Default for WorkingDays {
    /// Nine to five.
    fn default() -> Self {
        Self {
            opens: 9,
            closes: 17,
            also_closed: Vec::new(),
        }
    }
}

impl WorkingDays {
    /// Whether anybody is at work on this day.
    #[must_use]
    pub fn is_working(&self, day: Day) -> bool {
        let weekend = matches!(day.date().weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !is_bank_holiday(day) && !self.also_closed.contains(&day)
    }

    /// The day that is `count` working days after `day`; nought gives the
    /// first working day that is not before it.
    #[must_use]
    pub fn after(&self, day: Day, count: u16) -> Day {
        let mut at = self.first_from(day);
        for _ in 0..count {
            at = self.first_from(at.plus_days(1));
        }
        at
    }

    fn first_from(&self, day: Day) -> Day {
        let mut at = day;
        // A year without a working day is not a calendar: stop there.
        for _ in 0..366 {
            if self.is_working(at) {
                break;
            }
            at = at.plus_days(1);
        }
        at
    }

    /// How many working days have passed from `from` until `until`: nought on
    /// the same day, one on the next working day.
    #[must_use]
    pub fn between(&self, from: Day, until: Day) -> i64 {
        let span = until.days_since(from);
        (1..=span)
            .filter(|ahead| self.is_working(from.plus_days(*ahead)))
            .count()
            .try_into()
            .unwrap_or(0)
    }

    /// The moment at which so many working hours have passed since `from`.
    #[must_use]
    pub fn hours_after(&self, from: Ts, hours: u16) -> Ts {
        let mut left = i64::from(hours) * 3600;
        let mut day = from.day();
        let mut start = from;
        for _ in 0..3660 {
            if self.is_working(day) {
                let opens = self.at_hour(day, self.opens).max(start);
                let closes = self.at_hour(day, self.closes);
                let room = closes.seconds_since(opens).max(0);
                if left <= room {
                    return opens.plus_seconds(left);
                }
                left -= room;
            }
            day = day.plus_days(1);
            start = day.start();
        }
        start
    }

    /// An hour of a day; the 24th is the end of it.
    fn at_hour(&self, day: Day, hour: i8) -> Ts {
        if hour >= 24 {
            return day.plus_days(1).start();
        }
        Ts::from_london(day.date().at(hour.max(0), 0, 0, 0))
    }
}

/// The eight bank holidays of England and Wales in the year of `day`, with the
/// substitute days that a weekend makes.
fn is_bank_holiday(day: Day) -> bool {
    let date = day.date();
    let year = date.year();
    let good_friday = easter(year).plus_days(-2);
    let easter_monday = easter(year).plus_days(1);
    if day == good_friday || day == easter_monday {
        return true;
    }
    let monday = date.weekday() == Weekday::Monday;
    match date.month() {
        1 => date == substitute(year, 1, 1),
        5 => monday && (date.day() <= 7 || date.day() >= 25),
        8 => monday && date.day() >= 25,
        12 => {
            // Christmas and Boxing Day move on together past a weekend.
            let (christmas, boxing) = christmas(year);
            date.day() == christmas || date.day() == boxing
        }
        _ => false,
    }
}

/// The day itself, or the Monday after when it falls on a weekend.
fn substitute(year: i16, month: i8, day: i8) -> Date {
    let date = Date::constant(year, month, day);
    match date.weekday() {
        Weekday::Saturday => Date::constant(year, month, day + 2),
        Weekday::Sunday => Date::constant(year, month, day + 1),
        _ => date,
    }
}

/// The days of December on which nobody is at work for Christmas.
fn christmas(year: i16) -> (i8, i8) {
    match Date::constant(year, 12, 25).weekday() {
        Weekday::Friday => (25, 28),
        Weekday::Saturday => (27, 28),
        Weekday::Sunday => (26, 27),
        _ => (25, 26),
    }
}

/// Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher).
fn easter(year: i16) -> Day {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let days = h + l - 7 * m + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    Day::ymd(
        year,
        i8::try_from(month).unwrap_or(4),
        i8::try_from(day).unwrap_or(1),
    )
    .unwrap_or_else(|| Day::from_epoch_days(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::ymd(y, m, d).unwrap()
    }

    #[test]
    fn the_bank_holidays_of_2026_and_2027_are_the_published_ones() {
        let published = [
            (2026, 1, 1),
            (2026, 4, 3),
            (2026, 4, 6),
            (2026, 5, 4),
            (2026, 5, 25),
            (2026, 8, 31),
            (2026, 12, 25),
            (2026, 12, 28),
            (2027, 1, 1),
            (2027, 3, 26),
            (2027, 3, 29),
            (2027, 5, 3),
            (2027, 5, 31),
            (2027, 8, 30),
            (2027, 12, 27),
            (2027, 12, 28),
        ];
        let mut found = Vec::new();
        let mut at = day(2026, 1, 1);
        while at < day(2028, 1, 1) {
            let weekend = matches!(at.date().weekday(), Weekday::Saturday | Weekday::Sunday);
            if is_bank_holiday(at) && !weekend {
                found.push((at.date().year(), at.date().month(), at.date().day()));
            }
            at = at.plus_days(1);
        }
        assert_eq!(found, published);
    }

    #[test]
    fn two_working_days_after_the_thursday_before_easter_is_the_wednesday_after() {
        let work = WorkingDays::default();
        assert_eq!(work.after(day(2026, 4, 2), 2), day(2026, 4, 8));
        assert_eq!(work.between(day(2026, 4, 2), day(2026, 4, 8)), 2);
        assert_eq!(work.between(day(2026, 4, 2), day(2026, 4, 2)), 0);
    }

    #[test]
    fn four_working_hours_after_friday_at_four_end_on_monday_at_noon() {
        let work = WorkingDays::default();
        let friday = Ts::from_london(day(2026, 11, 20).date().at(16, 0, 0, 0));
        assert_eq!(
            work.hours_after(friday, 4).as_uk_moment(),
            "23 November 2026, 12:00"
        );
        let at_night = Ts::from_london(day(2026, 11, 20).date().at(22, 0, 0, 0));
        assert_eq!(
            work.hours_after(at_night, 4).as_uk_moment(),
            "23 November 2026, 13:00"
        );
    }

    #[test]
    fn work_that_ends_at_24_goes_on_until_midnight() {
        let work = WorkingDays {
            closes: 24,
            ..WorkingDays::default()
        };
        let evening = Ts::from_london(day(2026, 11, 20).date().at(22, 0, 0, 0));
        let reached = |hours| work.hours_after(evening, hours).as_uk_moment();
        assert_eq!(reached(2), "21 November 2026, 00:00");
        assert_eq!(reached(3), "23 November 2026, 10:00");
    }
}
