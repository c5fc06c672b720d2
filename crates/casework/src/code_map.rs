//! Which clinical code belongs to which event: data with a version, never a
//! constant in the rules. The map that is shipped holds the codes that were
//! checked against the published terminology; a scheme may load a newer one.
//! The rule for *when* a code may be written is in `message::rules`.

use serde::{Deserialize, Serialize};

/// The map that is shipped, in the same form a scheme may load.
const SHIPPED: &str = include_str!("code_map.json");

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

    /// The code of an event, when it is switched on.
    #[must_use]
    pub fn code(&self, event: &str) -> Option<&Code> {
        self.codes
            .iter()
            .find(|code| code.event == event && code.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_checked_codes_are_on() {
        let map = CodeMap::shipped().unwrap();
        assert_eq!(map.code("accepted").unwrap().id, "871731000000106");
        assert_eq!(map.code("declined").unwrap().id, "871711000000103");
        assert_eq!(map.code("offered"), None);
        assert_eq!(map.code("not_reached"), None);
    }
}
