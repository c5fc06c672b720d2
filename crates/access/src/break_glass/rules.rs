//! The rules of breaking the glass.

use kith_base::{Story, text::BadText};

/// How long the record stays open, in seconds.
pub(super) const OPEN_SECONDS: i64 = 60 * 60;
/// Working days until the review is due.
pub(super) const REVIEW_DAYS: u16 = 3;
/// More than so many in a day by one account stand out.
pub(super) const MANY_IN_A_DAY: i64 = 3;
/// Words a reason has at least.
const LEAST_WORDS: usize = 10;

/// Why somebody breaks the glass: ten different words or more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reason(Story);

impl std::str::FromStr for Reason {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let story: Story = text.parse()?;
        let lower = story.to_lowercase();
        let words: std::collections::BTreeSet<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        if words.len() < LEAST_WORDS {
            return Err(BadText(format!(
                "Say why in at least {LEAST_WORDS} words: the guardian will read it"
            )));
        }
        Ok(Self(story))
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_ten_different_words() {
        let good = "She rang in distress and her worker is away; I must know whether it is safe to ring back";
        assert!(good.parse::<Reason>().is_ok());
        for bad in [
            "",
            "urgent",
            "x x x x x x x x x x x",
            "need to see it now please, it is urgent",
        ] {
            assert!(bad.parse::<Reason>().is_err(), "{bad}");
        }
    }
}
