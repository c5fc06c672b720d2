//! A person: who they are, how to reach them safely, and what somebody who
//! opens their record must know first. One person is one record in a scheme;
//! two records of one person are merged (`merge`), never deleted.
//! Address, postcode, telephone number and e-mail address are `Restricted`
//! and leave only through a grant. Whether two records are the same person is
//! decided by `likeness`; what a person is found by is in `words`.

pub mod words;
pub mod likeness;
pub mod equity;
pub mod profile;
pub mod store;
pub mod candidates;
pub(crate) mod arriving;
pub mod banner;
pub mod risk;
pub mod earlier;
pub mod listed;
pub mod named;
pub mod actions;
pub mod pages;

use kith_access::{Organisation, Restricted};
use kith_base::{Day, Email, Id, Line, Name, NhsNumber, Phone, Postcode};

pub use equity::{Equity, EthnicGroup, Ethnicity, Gender};
pub use kith_access::Person;
pub use likeness::{Likeable, Likeness};
pub use profile::{About, Profile};

/// What is known of a person when a record is made or changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Details {
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// What they like to be called.
    pub known_as: Option<Name>,
    /// Birth date.
    pub born: Option<Day>,
    /// NHS number; a person may have none.
    pub nhs_number: Option<NhsNumber>,
    /// The practice they are registered with.
    pub practice: Option<Id<Organisation>>,
    /// Where they live and how to reach them.
    pub place: Place,
}

/// Where a person lives and how to reach them. Inside the program it travels
/// as `Restricted<Place>`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// Street and town, as written on a letter.
    pub address: Option<Line>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// E-mail address.
    pub email: Option<Email>,
    /// How to reach them without harm: "only mornings", "ask for Jo".
    pub safe_contact: Option<Line>,
    /// A text message may be sent.
    pub text_is_safe: bool,
    /// A message may be left.
    pub voicemail_is_safe: bool,
}

/// Who a person is, for the banner and every list: the three identifiers and
/// the flags, without a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// Their id.
    pub id: Id<Person>,
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// What they like to be called.
    pub known_as: Option<Name>,
    /// Pronouns, as they said them.
    pub pronouns: Option<Line>,
    /// Birth date.
    pub born: Option<Day>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// The practice they are registered with.
    pub practice: Option<Id<Organisation>>,
    /// Its name.
    pub practice_name: Option<Name>,
    /// Their place is hidden from everybody without a grant.
    pub location_sensitive: bool,
    /// Only named people may open the record.
    pub restricted: bool,
    /// What to be careful of.
    pub risk: Option<Line>,
    /// Nobody visits them alone.
    pub lone_working: Option<LoneWorking>,
    /// What they need to be able to take part in a talk.
    pub communication: Option<Line>,
    /// The language an interpreter is needed for.
    pub interpreter: Option<Line>,
    /// What they need to get to a place.
    pub access_needs: Option<Line>,
    /// There is a way to reach them without harm that must be read first.
    pub has_safe_contact: bool,
    /// The day their agreement was taken back, until somebody refers them who
    /// has their new yes.
    pub no_longer_agrees: Option<Day>,
    /// The record this one was merged into.
    pub merged_into: Option<Id<Person>>,
    /// Counts the changes: a form carries it back.
    pub version: i64,
}

/// That nobody visits somebody alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoneWorking {
    /// Why, and what to do instead.
    pub why: Line,
    /// By when somebody looks at it again. It holds until it is lifted.
    pub review_on: Day,
}

impl LoneWorking {
    /// The reason, and by when it is looked at again or since when it waits.
    #[must_use]
    pub fn told(&self, today: Day) -> String {
        let on = self.review_on.as_uk_date();
        let look = if self.review_on < today {
            "to be looked at again since"
        } else {
            "look at it again by"
        };
        format!("{} ({look} {on})", self.why)
    }
}

impl Identity {
    /// `SMITH, Mary`: the family name first and in capitals, as lists and the
    /// banner show it.
    #[must_use]
    pub fn listed_name(&self) -> String {
        format!("{}, {}", self.family.to_uppercase(), &*self.given)
    }

    /// `Mary Smith`, or what they like to be called.
    #[must_use]
    pub fn spoken_name(&self) -> String {
        let first = self.known_as.as_ref().unwrap_or(&self.given);
        format!("{first} {}", self.family)
    }

    /// `03-May-1951 (75 years)`, or that it is not recorded.
    #[must_use]
    pub fn born_and_age(&self, today: Day) -> String {
        self.born.map_or_else(
            || "not recorded".to_owned(),
            |born| {
                format!(
                    "{} ({} years)",
                    born.as_banner_date(),
                    today.years_since(born)
                )
            },
        )
    }
}

/// A person with everything that belongs to the record's first page.
#[derive(Debug)]
pub struct Record {
    /// Who they are.
    pub identity: Identity,
    /// Where they live and how to reach them.
    pub place: Restricted<Place>,
    /// What they are counted by.
    pub equity: Equity,
    /// Gender, in their words.
    pub gender_words: Option<Line>,
    /// Ethnicity, in their words.
    pub ethnicity_words: Option<Line>,
    /// What matters to them, in their own words.
    pub matters: Option<String>,
}
