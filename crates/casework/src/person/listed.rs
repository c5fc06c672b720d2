//! A person as a line of a list: the three identifiers and the flags in one
//! cell, never a place. Every list of people shows them the same way.

use kith_base::{Day, Id, Name, NhsNumber};
use kith_db::FromRow;
use kith_pages::{
    Html,
    components::{Tag, TagColour},
    el,
    html::{line, link},
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
    /// What sets them apart, without its words.
    pub flags: Flags,
}

/// What sets a person apart in a list: that there is something to be careful
/// of, not what. One number in a statement: the sum of the bits that hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, sqlx::Type)]
#[sqlx(transparent)]
pub struct Flags(i64);

/// Each bit, the word a list shows for it, and how it stands out. The bits are
/// those of [`listed_columns!`](crate::listed_columns).
const FLAGS: [(i64, &str, TagColour); 6] = [
    (1, "Risk", TagColour::Red),
    (32, "Lone working", TagColour::Red),
    (2, "Location hidden", TagColour::Red),
    (4, "Restricted", TagColour::Red),
    (8, "Interpreter", TagColour::Blue),
    (16, "Access", TagColour::Blue),
];

/// The columns of [`Listed`], of a person under the alias `p`.
#[macro_export]
#[doc(hidden)]
macro_rules! listed_columns {
    () => {
        "p.id as person_id, p.given, p.family, p.born, p.nhs_number, \
         cast(case when p.risk is not null then 1 else 0 end \
         + case when p.location_sensitive then 2 else 0 end \
         + case when p.restricted then 4 else 0 end \
         + case when p.interpreter is not null then 8 else 0 end \
         + case when p.access_needs is not null then 16 else 0 end \
         + case when p.lone_review_on is not null then 32 else 0 end as bigint) as flags"
    };
}

/// Birth date and NHS number, each in a line of its own that does not break
/// in the middle.
#[must_use]
pub fn identifiers(born: Option<Day>, number: Option<&NhsNumber>) -> Html {
    let not_recorded = || "not recorded".to_owned();
    let born = born.map_or_else(not_recorded, Day::as_banner_date);
    let number = number.map_or_else(not_recorded, NhsNumber::spaced);
    let whole = |words: String| el("span").class("kith-whole").child(words);
    let two = |what: &str, value: String| line(Html::from(what).and(whole(value)));
    two("Born ", born).and(two("NHS No. ", number))
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
        link(href, self.name()).and(identifiers(self.born, self.nhs_number.as_ref()))
    }

    /// The flags in words.
    #[must_use]
    pub fn flags(&self) -> Html {
        FLAGS
            .into_iter()
            .filter(|(bit, ..)| self.flags.0 & bit != 0)
            .map(|(_, words, colour)| Html::from(&Tag::new(words).colour(colour)))
            .collect()
    }
}
