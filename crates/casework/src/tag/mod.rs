//! Tags: a scheme's own words for people ("carer group", "winter"), by which
//! a caseload is filtered. The list comes from use: a word that is on nobody
//! is offered to nobody, and one spelling is one tag. An address names a tag
//! by its id, since its words are somebody's own.

pub mod store;
pub mod actions;
pub mod pages;

use kith_base::{Id, Line};
use kith_db::FromRow;

/// A tag as people read it; names its id.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Tag {
    /// Its id.
    pub id: Id<Tag>,
    /// Its words.
    pub words: Line,
}

/// The longest tag: longer ones are notes.
pub const LONGEST: usize = 40;

/// The words folded, so that "Carer group" and "carer  group" are one tag.
#[must_use]
pub fn spelling(words: &str) -> String {
    let folded = words.to_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_is_one_tag() {
        assert_eq!(spelling("Carer  Group "), spelling("carer group"));
        assert_ne!(spelling("carers group"), spelling("carer group"));
    }
}
