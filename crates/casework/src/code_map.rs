//! Which clinical code belongs to which event: data with a version, never a
//! constant in the rules. The map that is shipped holds the codes that were
//! checked against the published terminology; whoever runs the program may
//! start it with another one, in the same form. A wrong code stays in a
//! patient's record for life, so that a map with a mistyped one is not taken.
//! The rule for *when* a code may be written is in `message::rules`.

use std::{collections::BTreeSet, sync::OnceLock};

use serde::{Deserialize, Serialize};

/// The map that is shipped, in the same form another one has.
const SHIPPED: &str = include_str!("code_map.json");

/// The map the program was started with, when it is not the shipped one.
static CHOSEN: OnceLock<CodeMap> = OnceLock::new();

/// The events a map may name.
const EVENTS: &[&str] = &["accepted", "declined", "offered", "not_reached"];

/// A versioned set of codes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeMap {
    /// Written beside every code, so that a reader knows which map gave it.
    pub version: String,
    /// Where the codes come from.
    pub source: String,
    /// The codes, by event.
    pub codes: Vec<Code>,
}

/// One code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The event: `accepted`, `declined`, `offered`, `not_reached`.
    pub event: String,
    /// The SNOMED CT concept id.
    pub id: String,
    /// Its term.
    pub term: String,
    /// Whether it is written; a code that was not checked is off.
    pub on: bool,
}

impl CodeMap {
    /// The map that is shipped.
    ///
    /// # Errors
    /// When the shipped file is broken, which a test refuses.
    pub fn shipped() -> Result<Self, serde_json::Error> {
        serde_json::from_str(SHIPPED)
    }

    /// The map in force: the one the program was started with, or the shipped.
    ///
    /// # Errors
    /// As [`shipped`](Self::shipped).
    pub fn in_force() -> Result<Self, serde_json::Error> {
        CHOSEN
            .get()
            .map_or_else(Self::shipped, |map| Ok(map.clone()))
    }

    /// Puts this map in force for as long as the program runs: once, before
    /// anything is written. Gives whether there was none yet.
    pub fn put_in_force(self) -> bool {
        CHOSEN.set(self).is_ok()
    }

    /// Reads a map somebody wrote.
    ///
    /// # Errors
    /// In words: what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let map: Self = serde_json::from_str(text).map_err(|wrong| wrong.to_string())?;
        if map.version.trim().is_empty() {
            return Err("the version is empty".into());
        }
        let mut seen = BTreeSet::new();
        for code in &map.codes {
            if !EVENTS.contains(&code.event.as_str()) {
                let all = EVENTS.join(", ");
                return Err(format!("there is no event {}: there are {all}", code.event));
            }
            if !seen.insert(&code.event) {
                return Err(format!("the event {} stands twice", code.event));
            }
            if !is_concept(&code.id) {
                return Err(format!("{} is no SNOMED CT id: check its digits", code.id));
            }
            if code.term.trim().is_empty() {
                return Err(format!("the code {} has no term", code.id));
            }
        }
        Ok(map)
    }

    /// The code of an event, when it is switched on.
    #[must_use]
    pub fn code(&self, event: &str) -> Option<&Code> {
        self.codes
            .iter()
            .find(|code| code.event == event && code.on)
    }
}

/// Whether it is the id of a concept in SNOMED CT: 6 to 18 digits, of which the
/// last checks the others (Verhoeff), and the two before it say what it names.
fn is_concept(id: &str) -> bool {
    const TURNED: [[usize; 10]; 8] = {
        const FIRST: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        let mut all = [[0; 10]; 8];
        let mut digit = 0;
        while digit < 10 {
            all[0][digit] = digit;
            let mut turn = 1;
            while turn < 8 {
                all[turn][digit] = FIRST[all[turn - 1][digit]];
                turn += 1;
            }
            digit += 1;
        }
        all
    };
    let digits: Vec<usize> = id
        .bytes()
        .rev()
        .filter(u8::is_ascii_digit)
        .map(|digit| usize::from(digit - b'0'))
        .collect();
    let shaped = digits.len() == id.len() && (6..=18).contains(&digits.len());
    let concept = matches!(digits.get(1..3), Some([0, 0 | 1]));
    let sum = digits
        .iter()
        .enumerate()
        .fold(0, |sum, (at, digit)| times(sum, TURNED[at % 8][*digit]));
    shaped && concept && sum == 0
}

/// Two turns of a pentagon one after the other: what the check digit is made
/// of.
const fn times(one: usize, other: usize) -> usize {
    match (one < 5, other < 5) {
        (true, true) => (one + other) % 5,
        (true, false) => 5 + (one + other - 5) % 5,
        (false, true) => 5 + (one - 5 + 5 - other) % 5,
        (false, false) => (one + 5 - other) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_code_is_noticed() {
        let map = CodeMap::shipped().unwrap();
        for code in &map.codes {
            assert!(is_concept(&code.id), "{}", code.id);
            for at in 0..code.id.len() - 1 {
                let mut digits: Vec<char> = code.id.chars().collect();
                digits.swap(at, at + 1);
                let swapped: String = digits.into_iter().collect();
                assert_eq!(is_concept(&swapped), swapped == code.id, "{swapped}");
            }
        }
        for wrong in [
            "",
            "12345",
            "871731000000107",
            "87173100000010A",
            "71388002x",
        ] {
            assert!(!is_concept(wrong), "{wrong}");
        }
        assert!(is_concept("71388002"), "procedure");
    }

    #[test]
    fn a_map_is_read_or_said_to_be_wrong_in_words() {
        assert_eq!(CodeMap::read(SHIPPED), Ok(CodeMap::shipped().unwrap()));
        for (from, to, says) in [
            (
                "\"version\": \"2026-11-1\"",
                "\"version\": \" \"",
                "the version is empty",
            ),
            ("\"accepted\"", "\"agreed\"", "there is no event agreed"),
            (
                "\"declined\"",
                "\"accepted\"",
                "the event accepted stands twice",
            ),
            ("871731000000106", "871731000000160", "check its digits"),
            ("Social prescribing offered", " ", "has no term"),
            ("\"codes\"", "\"kodes\"", "kodes"),
        ] {
            let wrong = CodeMap::read(&SHIPPED.replace(from, to)).unwrap_err();
            assert!(wrong.contains(says), "{wrong}");
        }
    }

    #[test]
    fn only_checked_codes_are_on() {
        let map = CodeMap::shipped().unwrap();
        assert_eq!(map.code("accepted").unwrap().id, "871731000000106");
        assert_eq!(map.code("declined").unwrap().id, "871711000000103");
        assert_eq!(map.code("offered"), None);
        assert_eq!(map.code("not_reached"), None);
    }
}
