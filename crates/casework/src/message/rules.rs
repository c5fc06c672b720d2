//! When a clinical code goes to the practice: once per episode, and only when
//! the person accepted (the referral code) or declined (the declined code).
//! Never for ongoing contacts, welfare calls or administration: a wrong code
//! stays in a patient's record for life.

use crate::code_map::{Code, CodeMap};

/// An event that may be coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodedEvent {
    /// The person said yes to link working.
    Accepted,
    /// The person said no.
    Declined,
}

impl CodedEvent {
    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// The code for an event of this episode, when the map has one that is on and
/// it was not written before.
#[must_use]
pub fn code<'a>(
    map: &'a CodeMap,
    event: Option<CodedEvent>,
    written: &[String],
) -> Option<&'a Code> {
    let code = map.code(event?.name())?;
    (!written.contains(&code.id)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_once_per_episode_and_for_nothing_else() {
        let map = CodeMap::shipped().unwrap();
        let first = code(&map, Some(CodedEvent::Accepted), &[]).unwrap();
        assert_eq!(first.id, "871731000000106");
        assert_eq!(
            code(
                &map,
                Some(CodedEvent::Accepted),
                std::slice::from_ref(&first.id)
            ),
            None
        );
        assert_eq!(code(&map, None, &[]), None);
    }
}
