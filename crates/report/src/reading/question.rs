//! What is asked, with everything that decides the answer, and its hash.

use std::str::FromStr;

use kith_base::{Story, Word};
use kith_effect::stats::limits::{MARGIN_HIGH, MARGIN_LOW};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{score::Measure, subject::Subject};

/// Where draws start: the same in every reading, so that the same data give
/// the same answer.
const SEED: u64 = 20_261_124;
/// Completed data sets for missing second scores.
const IMPUTATIONS: usize = 50;

/// What answers a primary question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnsweredBy {
    /// GP contacts against those of similar people not referred.
    Contacts,
    /// The change in one questionnaire.
    Score(Measure),
}

impl AnsweredBy {
    /// Everything there is to choose.
    pub fn all() -> impl Iterator<Item = Self> {
        let scores = Measure::ALL.iter().map(|measure| Self::Score(*measure));
        std::iter::once(Self::Contacts).chain(scores)
    }

    /// The word it is kept under.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Score(measure) => measure.code(),
        }
    }

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Contacts => "GP contacts, against similar people not referred",
            Self::Score(measure) => measure.label(),
        }
    }
}

impl FromStr for AnsweredBy {
    type Err = kith_base::words::UnknownWord;
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "contacts" => Ok(Self::Contacts),
            other => other.parse().map(Self::Score),
        }
    }
}

/// The one question fixed beforehand.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Primary {
    /// In the words of those who ask.
    pub words: String,
    /// A code of [`AnsweredBy`].
    pub answered_by: String,
}

impl Primary {
    /// A question in words, and what will answer it.
    #[must_use]
    pub fn new(words: &Story, answered_by: AnsweredBy) -> Self {
        Self {
            words: words.to_string(),
            answered_by: answered_by.code().to_owned(),
        }
    }
}

/// What is asked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Of whom.
    pub subject: Subject,
    /// The one question fixed beforehand; none when everything is exploratory.
    pub primary: Option<Primary>,
    /// Where draws start.
    pub seed: u64,
    /// Completed data sets.
    pub imputations: usize,
    /// "No real difference" lies between these ratios.
    pub margin: (f64, f64),
}

impl Question {
    /// The question about a subject.
    #[must_use]
    pub const fn new(subject: Subject, primary: Option<Primary>) -> Self {
        Self {
            subject,
            primary,
            seed: SEED,
            imputations: IMPUTATIONS,
            margin: (MARGIN_LOW, MARGIN_HIGH),
        }
    }

    /// Whether this analysis is the one that was asked for beforehand.
    #[must_use]
    pub fn asks_for(&self, answered_by: AnsweredBy) -> bool {
        self.primary
            .as_ref()
            .is_some_and(|primary| primary.answered_by == answered_by.code())
    }

    /// As it is kept.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn written(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The SHA-256 of a question as it is kept.
#[must_use]
pub fn hash(written: &str) -> [u8; 32] {
    Sha256::digest(written.as_bytes()).into()
}

/// A hash as people compare it: 64 hexadecimal digits.
#[must_use]
pub fn in_digits(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_hash_and_another_has_another() {
        let words: Story = "Do people go less often to their GP?".parse().unwrap();
        let primary = Primary::new(&words, AnsweredBy::Contacts);
        let one = Question::new(Subject::Scheme, Some(primary.clone()));
        let written = one.written().unwrap();
        assert_eq!(serde_json::from_str::<Question>(&written).unwrap(), one);
        assert_eq!(hash(&written), hash(&one.written().unwrap()));
        let other = Primary {
            answered_by: Measure::Swemwbs.code().to_owned(),
            ..primary
        };
        let other = Question::new(Subject::Scheme, Some(other));
        assert_ne!(hash(&written), hash(&other.written().unwrap()));
        assert!(one.asks_for(AnsweredBy::Contacts) && !other.asks_for(AnsweredBy::Contacts));
        assert_eq!(in_digits(&hash(&written)).len(), 64);
    }

    #[test]
    fn what_answers_is_known_by_its_code() {
        for one in AnsweredBy::all() {
            assert_eq!(one.code().parse::<AnsweredBy>(), Ok(one));
        }
    }
}
