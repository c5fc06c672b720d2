//! A day in three boxes. Which box is wrong is said and marked.

use kith_base::Day;

use super::dressing::{dressed, problem};
use super::paper::{Room, on_paper};
use super::{Dressing, FieldKind, Posted, Wrong};
use crate::components::{DateInput, DatePart};
use crate::html::Html;

/// A day: `name-day`, `name-month`, `name-year`. A month may be typed as its
/// name, a year needs its four numbers.
#[derive(Clone, Debug)]
pub struct Date {
    dressing: Dressing,
    typed: [String; 3],
    earliest: Option<(Day, &'static str)>,
    latest: Option<(Day, &'static str)>,
    birthday: bool,
}
dressed!(Date);

const PARTS: [&str; 3] = ["day", "month", "year"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Date {
    /// A day with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: Default::default(),
            earliest: None,
            latest: None,
            birthday: false,
        }
    }

    /// Must be today or in the past.
    pub fn today_or_past(&mut self, today: Day) {
        self.latest = Some((today, "today or in the past"));
    }

    /// Must be today or in the future.
    pub fn today_or_future(&mut self, today: Day) {
        self.earliest = Some((today, "today or in the future"));
    }

    /// Must not be before a day; `words` say which: "on or after the referral".
    pub fn not_before(&mut self, day: Day, words: &'static str) {
        self.earliest = Some((day, words));
    }

    /// Somebody's own date of birth, which their browser may fill in.
    #[must_use]
    pub fn own_birthday(mut self) -> Self {
        self.birthday = true;
        self
    }

    fn part(&self, at: usize) -> &str {
        self.typed.get(at).map_or("", |text| text.trim())
    }

    /// The boxes nothing was entered in.
    fn missing_parts(&self) -> Vec<&'static str> {
        let empty = |(at, _): &(usize, &&str)| self.part(*at).is_empty();
        let named = PARTS.iter().enumerate().filter(empty);
        named.map(|(_, part)| *part).collect()
    }

    fn month(&self) -> Option<i8> {
        let typed = self.part(1).to_lowercase();
        if let Ok(number) = typed.parse() {
            return Some(number);
        }
        let long_enough = typed.len() >= 3;
        let at = MONTHS
            .iter()
            .position(|month| long_enough && month.starts_with(&typed))?;
        i8::try_from(at + 1).ok()
    }

    fn parse(&self) -> Result<Day, Wrong> {
        let must = |rest: &str| self.dressing.must(rest);
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let year = self.part(2);
        if !digits(year) || year.len() != 4 {
            return Err(Wrong::in_part("year", "Year must include 4 numbers"));
        }
        let month = self
            .month()
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| Wrong::in_part("month", "Month must be a number from 1 to 12"))?;
        let real = || must("must be a real date");
        let day: i8 = Some(self.part(0))
            .filter(|text| digits(text))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Wrong::in_part("day", real()))?;
        let year: i16 = year.parse().map_err(|_| Wrong::in_part("year", real()))?;
        Day::ymd(year, month, day).ok_or_else(|| Wrong::in_part("day", real()))
    }
}

impl From<&str> for Date {
    fn from(label: &str) -> Self {
        Self::new(label)
    }
}

impl FieldKind for Date {
    type Value = Day;

    fn keep(&mut self, name: &str, posted: &Posted) {
        // A row of a list has one box, which posts the day whole.
        if let Ok(day) = posted.text(name).parse() {
            return self.fill(&day);
        }
        self.typed = PARTS.map(|part| posted.text(&format!("{name}-{part}")).to_owned());
    }

    fn is_blank(&self) -> bool {
        self.missing_parts().len() == PARTS.len()
    }

    fn read(&self) -> Result<Day, Wrong> {
        match self.missing_parts().as_slice() {
            [] => {}
            [_, _, _] => return Err(self.dressing.missing("Enter")),
            [one] => {
                let says = self.dressing.must(&format!("must include a {one}"));
                return Err(Wrong::in_part(one, says));
            }
            [first, rest @ ..] => {
                let rest = rest.first().unwrap_or(first);
                let says = self
                    .dressing
                    .must(&format!("must include a {first} and {rest}"));
                return Err(Wrong::in_part(first, says));
            }
        }
        let day = self.parse()?;
        let refused = [
            self.earliest.filter(|(earliest, _)| day < *earliest),
            self.latest.filter(|(latest, _)| day > *latest),
        ];
        match refused.into_iter().flatten().next() {
            Some((_, words)) => Err(self.dressing.must(&format!("must be {words}")).into()),
            None => Ok(day),
        }
    }

    fn fill(&mut self, value: &Day) {
        let date = value.date();
        self.typed = [
            date.day().to_string(),
            date.month().to_string(),
            date.year().to_string(),
        ];
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let [day, month, year] = [0, 1, 2].map(|at| DatePart {
            value: self.typed.get(at).cloned().unwrap_or_default(),
            error: wrong.and_then(|wrong| wrong.part) == PARTS.get(at).copied()
                && wrong.is_some_and(|wrong| wrong.part.is_some()),
            autocomplete: if self.birthday {
                format!("bday-{}", PARTS.get(at).copied().unwrap_or(""))
            } else {
                String::new()
            },
        });
        let mut input = DateInput::new(name, self.dressing.wording())
            .named_with_id(true)
            .day(day)
            .month(month)
            .year(year);
        input.hint = self.dressing.hint.clone();
        input.error_message = problem(wrong);
        input.into()
    }

    fn anchor(&self, name: &str, wrong: &Wrong) -> Option<String> {
        Some(format!("{name}-{}", wrong.part.unwrap_or("day")))
    }

    fn on_paper(&self) -> Html {
        on_paper(&self.dressing, Room::Day)
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
