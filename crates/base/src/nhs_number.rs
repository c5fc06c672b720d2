//! The NHS number: ten digits whose last is a check on the first nine
//! (weights 10 to 2, eleven minus the remainder by eleven; eleven counts as
//! nought, ten is never given out). A number of one repeated digit is refused
//! although 1111111111 passes the arithmetic. A person may have none.

use std::fmt;

use crate::text::{BadText, text_type};

text_type!(
    /// A valid NHS number, kept as ten digits and shown 3-3-4.
    NhsNumber, |text| parse(text)
);

impl NhsNumber {
    /// As people read it aloud: `999 123 4567`.
    #[must_use]
    pub fn spaced(&self) -> String {
        let digits: &str = self;
        format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
    }

    /// The valid number with these first nine digits, when there is one: for
    /// made-up people (who use the range that begins with 999).
    #[must_use]
    pub fn with_check_digit(first_nine: u32) -> Option<Self> {
        let nine = format!("{first_nine:09}");
        let check = check_digit(&nine)?;
        format!("{nine}{check}").parse().ok()
    }
}

/// The check digit of nine digits; `None` when there is none (ten).
fn check_digit(nine: &str) -> Option<u32> {
    let sum: u32 = nine
        .chars()
        .zip((2..=10).rev())
        .filter_map(|(c, weight)| Some(c.to_digit(10)? * weight))
        .sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

fn parse(text: &str) -> Result<String, BadText> {
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    if digits.len() != 10 || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(BadText(
            "NHS number must be 10 digits, like 999 123 4567".into(),
        ));
    }
    let last = digits[9..].parse().ok();
    let repeated = digits.bytes().all(|b| b == digits.as_bytes()[0]);
    if repeated || check_digit(&digits[..9]) != last {
        return Err(BadText(
            "Enter a valid NHS number: a digit is wrong or two are swapped".into(),
        ));
    }
    Ok(digits)
}

/// Shows an optional NHS number: `none recorded` is said, never left blank.
pub struct Shown<'a>(pub Option<&'a NhsNumber>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => f.write_str(&number.spaced()),
            None => f.write_str("none recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_right_number_is_taken_with_or_without_spaces() {
        let number: NhsNumber = "943 476 5919".parse().unwrap();
        assert_eq!(&*number, "9434765919");
        assert_eq!(number.spaced(), "943 476 5919");
    }

    #[test]
    fn a_wrong_digit_a_repeated_digit_and_a_short_number_are_refused() {
        for wrong in [
            "9434765918",
            "1111111111",
            "943476591",
            "94347659190",
            "943476591x",
            "",
        ] {
            assert!(wrong.parse::<NhsNumber>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_swap_of_two_unlike_neighbours_is_noticed(first_nine in 0u32..1_000_000_000, at in 0usize..9) {
            if let Some(number) = NhsNumber::with_check_digit(first_nine) {
                let mut digits: Vec<char> = number.chars().collect();
                digits.swap(at, at + 1);
                let swapped: String = digits.into_iter().collect();
                prop_assume!(swapped != *number);
                prop_assert!(swapped.parse::<NhsNumber>().is_err());
            }
        }
    }
}
