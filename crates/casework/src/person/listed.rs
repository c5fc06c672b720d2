//! A person as a line of a list: the three identifiers and the flags in one
//! cell, never a place. Every list of people shows them the same way.

use kith_base::{Day, Id, Line, Name, NhsNumber};
use kith_db::FromRow;
use kith_pages::{
    Html,
    components::{Tag, TagColour},
    el,
    html::link,
};

use super::Person;
use crate::paths;

/// A person as a list shows them.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Whose line it is.
    pub person_id: Id<Person>,
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// Birth date.
    pub born: Option<Day>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// Their place is hidden.
    pub location_sensitive: bool,
    /// Only named people may open the record.
    pub restricted: bool,
    /// What to be careful of.
    pub risk: Option<Line>,
    /// The language an interpreter is needed for.
    pub interpreter: Option<Line>,
    /// What they need to get to a place.
    pub access_needs: Option<Line>,
}

/// The columns of [`Listed`], of a person under the alias `p`.
#[macro_export]
#[doc(hidden)]
macro_rules! listed_columns {
    () => {
        "p.id as person_id, p.given, p.family, p.born, p.nhs_number, p.location_sensitive, \
         p.restricted, p.risk, p.interpreter, p.access_needs"
    };
}

impl Listed {
    /// `SMITH, Mary`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}, {}", self.family.to_uppercase(), &*self.given)
    }

    /// Name (leading to the record), birth date and NHS number, in one cell.
    #[must_use]
    pub fn cell(&self) -> Html {
        self.cell_to(&paths::person(self.person_id))
    }

    /// The same cell leading elsewhere.
    #[must_use]
    pub fn cell_to(&self, href: &str) -> Html {
        let born = self
            .born
            .map_or_else(|| "not recorded".to_owned(), Day::as_banner_date);
        let number = self
            .nhs_number
            .as_ref()
            .map_or_else(|| "not recorded".to_owned(), NhsNumber::spaced);
        [
            link(href, self.name()),
            el("span")
                .class("kith-line")
                .child(format!("Born {born}"))
                .into(),
            el("span")
                .class("kith-line")
                .child(format!("NHS No. {number}"))
                .into(),
        ]
        .into_iter()
        .collect()
    }

    /// The flags in words.
    #[must_use]
    pub fn flags(&self) -> Html {
        let flags = [
            (self.risk.is_some(), "Risk", TagColour::Red),
            (self.location_sensitive, "Location hidden", TagColour::Red),
            (self.restricted, "Restricted", TagColour::Red),
            (self.interpreter.is_some(), "Interpreter", TagColour::Blue),
            (self.access_needs.is_some(), "Access", TagColour::Blue),
        ];
        flags
            .into_iter()
            .filter(|(holds, ..)| *holds)
            .map(|(_, words, colour)| Html::from(&Tag::new(words).colour(colour)))
            .collect()
    }
}
