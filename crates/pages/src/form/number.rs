//! Fields of numbers and times of day.

use std::fmt::Display;
use std::str::FromStr;

use jiff::civil;

use super::dressing::{dressed, problem};
use super::{Dressing, FieldKind, Posted, Wrong};
use crate::components::Input;
use crate::html::Html;

/// A whole number between two, both included.
#[derive(Clone, Debug)]
pub struct Number<T> {
    dressing: Dressing,
    typed: String,
    least: T,
    most: T,
    suffix: Option<&'static str>,
}
dressed!(<T> Number<T>);

impl<T> Number<T> {
    /// A whole number from `least` to `most`.
    pub fn new(label: impl Into<String>, least: T, most: T) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: String::new(),
            least,
            most,
            suffix: None,
        }
    }

    /// A unit after the box: "minutes".
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.suffix = Some(unit);
        self
    }
}

impl<T: FromStr + Display + PartialOrd> FieldKind for Number<T> {
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.typed = posted.text(name).to_owned();
    }

    fn is_blank(&self) -> bool {
        self.typed.trim().is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        if self.is_blank() {
            return Err(self.dressing.missing("Enter"));
        }
        let (least, most) = (&self.least, &self.most);
        // People write thousands with commas and spaces.
        let plain: String = self
            .typed
            .chars()
            .filter(|c| *c != ',' && !c.is_whitespace())
            .collect();
        let right = plain.parse().ok().filter(|n: &T| n >= least && n <= most);
        right.ok_or_else(|| {
            let rest = format!("must be a whole number between {least} and {most}");
            self.dressing.must(&rest).into()
        })
    }

    fn fill(&mut self, value: &T) {
        self.typed = value.to_string();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let width = if self.most.to_string().len() <= 3 {
            3
        } else {
            10
        };
        let mut input = Input::new(name, self.dressing.wording())
            .value(self.typed.as_str())
            .inputmode("numeric")
            .spellcheck(false)
            .width(width);
        input.suffix = self.suffix.map(Into::into);
        input.hint = self.dressing.hint.clone();
        input.error_message = problem(wrong);
        input.into()
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}

/// A time of day, as people write it: 14:30, 2.30pm, 9am.
#[derive(Clone, Debug)]
pub struct Time {
    dressing: Dressing,
    typed: String,
}
dressed!(Time);

impl Time {
    /// A time of day with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: String::new(),
        }
    }
}

impl From<&str> for Time {
    fn from(label: &str) -> Self {
        Self::new(label)
    }
}

/// Reads a time of day. Without "am" or "pm" it is on the 24-hour clock.
fn time_of_day(typed: &str) -> Option<civil::Time> {
    let plain: String = typed
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (digits, half) = match (plain.strip_suffix("am"), plain.strip_suffix("pm")) {
        (Some(rest), _) => (rest, Some(0)),
        (_, Some(rest)) => (rest, Some(12)),
        _ => (plain.as_str(), None),
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute.parse().ok()?),
        Some(_) => return None,
        // "9" alone could mean anything; "9am" cannot.
        None if half.is_some() => (digits, 0),
        None => return None,
    };
    let hour: i8 = hour.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(after_noon) if (1..=12).contains(&hour) => hour % 12 + after_noon,
        Some(_) => return None,
    };
    civil::Time::new(hour, minute, 0, 0).ok()
}

impl FieldKind for Time {
    type Value = civil::Time;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.typed = posted.text(name).to_owned();
    }

    fn is_blank(&self) -> bool {
        self.typed.trim().is_empty()
    }

    fn read(&self) -> Result<civil::Time, Wrong> {
        if self.is_blank() {
            return Err(self.dressing.missing("Enter"));
        }
        time_of_day(&self.typed).ok_or_else(|| {
            self.dressing
                .must("must be a time, like 9am or 14:30")
                .into()
        })
    }

    fn fill(&mut self, value: &civil::Time) {
        self.typed = format!("{:02}:{:02}", value.hour(), value.minute());
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let mut input = Input::new(name, self.dressing.wording())
            .value(self.typed.as_str())
            .spellcheck(false)
            .width(5);
        input.hint = self.dressing.hint.clone();
        input.error_message = problem(wrong);
        input.into()
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_be_written_in_the_usual_ways() {
        for (typed, hour, minute) in [
            ("14:30", 14, 30),
            ("2.30pm", 14, 30),
            ("9am", 9, 0),
            ("12 PM", 12, 0),
            ("12am", 0, 0),
            ("09:05", 9, 5),
        ] {
            assert_eq!(
                time_of_day(typed),
                civil::Time::new(hour, minute, 0, 0).ok()
            );
        }
        for wrong in [
            "9",
            "25:00",
            "13pm",
            "0am",
            "9:5",
            "half past two",
            "",
            "-1:30",
        ] {
            assert_eq!(time_of_day(wrong), None, "{wrong:?}");
        }
    }
}
