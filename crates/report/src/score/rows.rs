//! A row of a file of scores: whose it is, by NHS number or by the reference of
//! a referral, and what was answered when.

use kith_base::{Day, NhsNumber, Word};

use super::{Measure, Occasion};
use crate::gathered::sheet::{Heading, Problem, Row, day};

/// The columns.
pub const HEADINGS: &[Heading] = &[
    Heading {
        name: "NHS number",
        also: &["nhsno", "nhsnum"],
        needed: false,
    },
    Heading {
        name: "Reference",
        also: &["referral", "referralreference"],
        needed: false,
    },
    Heading {
        name: "Measure",
        also: &["questionnaire"],
        needed: true,
    },
    Heading {
        name: "Score",
        also: &[],
        needed: true,
    },
    Heading {
        name: "Date",
        also: &["takenon"],
        needed: true,
    },
    Heading {
        name: "Occasion",
        also: &["when", "timepoint"],
        needed: true,
    },
];

/// Who a row is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whose {
    /// By NHS number.
    Number(NhsNumber),
    /// By the reference of a referral.
    Reference(String),
}

/// A score in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scored {
    /// Whose.
    pub whose: Whose,
    /// The questionnaire.
    pub measure: Measure,
    /// The score.
    pub score: i64,
    /// The day.
    pub on: Day,
    /// When it was answered.
    pub occasion: Occasion,
}

/// What is said of a row about somebody who has no record here.
#[must_use]
pub fn nobody(whose: &Whose) -> Problem {
    let (at, expected) = match whose {
        Whose::Number(_) => (0, "the NHS number of somebody who has a record here"),
        Whose::Reference(_) => (1, "the reference of a referral in this service"),
    };
    Problem {
        heading: HEADINGS[at].name,
        expected: expected.into(),
    }
}

fn word<T: Word>(cell: &str) -> Option<T> {
    let cell = cell.to_lowercase();
    T::ALL
        .iter()
        .copied()
        .find(|word| word.code() == cell || word.label().to_lowercase() == cell)
}

fn codes<T: Word>() -> String {
    let codes: Vec<&str> = T::ALL.iter().map(|word| word.code()).collect();
    format!("one of {}", codes.join(", "))
}

/// Reads a row.
///
/// # Errors
/// Every cell that cannot be read, and what was expected in it.
pub fn scored(row: &Row, today: Day) -> Result<Scored, Vec<Problem>> {
    let mut wrong = Vec::new();
    let mut refuse = |at: usize, expected: String| {
        wrong.push(Problem {
            heading: HEADINGS[at].name,
            expected,
        });
    };
    let whose = match (row.cell(0), row.cell(1)) {
        ("", "") => {
            refuse(0, "an NHS number, or the reference of a referral".into());
            None
        }
        ("", reference) => Some(Whose::Reference(reference.to_owned())),
        (number, _) => match number.parse() {
            Ok(number) => Some(Whose::Number(number)),
            Err(_) => {
                refuse(0, "a valid NHS number of 10 digits".into());
                None
            }
        },
    };
    let measure: Option<Measure> = word(row.cell(2));
    if measure.is_none() {
        refuse(2, codes::<Measure>());
    }
    let (low, high) = measure.map_or((0, 100), Measure::range);
    let score = row
        .cell(3)
        .parse()
        .ok()
        .filter(|score| (low..=high).contains(score));
    if score.is_none() {
        refuse(3, format!("a whole number from {low} to {high}"));
    }
    let on = day(row.cell(4)).filter(|day| *day <= today);
    if on.is_none() {
        refuse(
            4,
            "a day up to today, as 2026-05-31 or 31/05/2026 (the day first)".into(),
        );
    }
    let occasion: Option<Occasion> = word(row.cell(5));
    if occasion.is_none() {
        refuse(5, codes::<Occasion>());
    }
    match (whose, measure, score, on, occasion) {
        (Some(whose), Some(measure), Some(score), Some(on), Some(occasion)) => Ok(Scored {
            whose,
            measure,
            score,
            on,
            occasion,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gathered::sheet::Sheet;

    fn read(line: &str) -> Result<Scored, Vec<Problem>> {
        let text = format!("NHS number,Reference,Measure,Score,Date,Occasion\n{line}\n");
        let mut sheet = Sheet::open(text.as_bytes(), HEADINGS).unwrap();
        let (row, _) = sheet.next_row().unwrap().unwrap();
        scored(&row, Day::ymd(2026, 11, 24).unwrap())
    }

    #[test]
    fn a_score_is_somebodys_by_number_or_by_reference() {
        let by_number = read("9990000018,,ons4_happy,7,2026-05-01,start").unwrap();
        assert!(matches!(by_number.whose, Whose::Number(_)));
        let by_reference = read(",HAR-1234,who5,64,01/05/2026,At follow-up").unwrap();
        assert_eq!(by_reference.whose, Whose::Reference("HAR-1234".into()));
        assert_eq!(by_reference.occasion, Occasion::FollowUp);
    }

    #[test]
    fn a_score_outside_the_questionnaires_range_is_refused() {
        let wrong = read("9990000018,,loneliness3,2,2026-05-01,start").unwrap_err();
        assert_eq!(wrong[0].expected, "a whole number from 3 to 9");
        let all = read(",,mood,x,tomorrow,once").unwrap_err();
        assert_eq!(all.len(), 5);
    }
}
