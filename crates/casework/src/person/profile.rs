//! Everything the details form of a person holds: who they are, where they
//! live, and what somebody must know to meet them well. A profile can be laid
//! out field by field, which is how two versions are shown side by side and
//! how the audit trail learns which fields changed, never what they said.

use kith_access::{Grant, Organisation};
use kith_base::{Day, Id, Line, Name, Word, words};

use super::{Details, Equity, Ethnicity, Gender, Record};

words! {
    /// What may be sent or left without harm.
    pub enum Safe {
        Text = "text" / "Text messages are safe",
        Voicemail = "voicemail" / "Messages on the voicemail are safe",
    }
}

words! {
    /// A field of what is kept of a person.
    pub enum Field {
        Given = "given" / "Given name",
        Family = "family" / "Family name",
        KnownAs = "known_as" / "Likes to be called",
        Pronouns = "pronouns" / "Pronouns",
        Born = "born" / "Date of birth",
        NhsNumber = "nhs_number" / "NHS number",
        Practice = "practice" / "Practice",
        Gender = "gender" / "Gender",
        GenderWords = "gender_words" / "Gender, in their own words",
        Ethnicity = "ethnicity" / "Ethnic group",
        EthnicityWords = "ethnicity_words" / "Ethnic group, in their own words",
        Address = "address" / "Address",
        Postcode = "postcode" / "Postcode",
        Phone = "phone" / "Telephone",
        Email = "email" / "Email",
        Safe = "safe" / "Safe to use",
        SafeContact = "safe_contact" / "How to reach them safely",
        Risk = "risk" / "Risk to know about",
        Communication = "communication" / "Communication need",
        Interpreter = "interpreter" / "Interpreter",
        AccessNeeds = "access_needs" / "Access need",
        Matters = "matters" / "What matters to them",
    }
}

impl Field {
    /// Whether it tells where somebody is, or how they are reached.
    #[must_use]
    pub const fn tells_place(self) -> bool {
        matches!(
            self,
            Self::Address
                | Self::Postcode
                | Self::Phone
                | Self::Email
                | Self::Safe
                | Self::SafeContact
        )
    }

    /// Whether it is one of what others know by whom is meant.
    #[must_use]
    pub const fn tells_who(self) -> bool {
        matches!(
            self,
            Self::Given | Self::Family | Self::Born | Self::NhsNumber
        )
    }
}

/// What somebody must know of a person to meet them well.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// Pronouns, as they said them.
    pub pronouns: Option<Line>,
    /// What they are counted by.
    pub equity: Equity,
    /// Gender, in their words.
    pub gender_words: Option<Line>,
    /// Ethnicity, in their words.
    pub ethnicity_words: Option<Line>,
    /// What to be careful of.
    pub risk: Option<Line>,
    /// What they need to be able to take part in a talk.
    pub communication: Option<Line>,
    /// What they need to get to a place.
    pub access_needs: Option<Line>,
    /// The language an interpreter is needed for.
    pub interpreter: Option<Line>,
}

/// A person's details with what must be known to meet them well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Who they are and where they live.
    pub details: Details,
    /// What must be known to meet them well.
    pub about: About,
}

/// A field that differs between two profiles, in words that people read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Changed {
    /// Which.
    pub field: Field,
    /// What stood there; empty when nothing.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// One field of a profile as text: for two versions side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Which field.
    pub field: Field,
    /// What it holds, as somebody would type it; empty when nothing.
    pub text: String,
}

impl Entry {
    /// What it holds as people read it, with the practices by their names.
    #[must_use]
    pub fn readable(&self, practices: &[(Id<Organisation>, Name)]) -> String {
        let text = || self.text.clone();
        let labels = |codes: &str| -> String {
            let words = codes
                .split_whitespace()
                .filter_map(|code| code.parse().ok());
            words.map(Safe::label).collect::<Vec<_>>().join(", ")
        };
        match self.field {
            Field::Practice => practices
                .iter()
                .find(|(id, _)| id.to_string() == self.text)
                .map_or_else(text, |(_, name)| name.to_string()),
            Field::Gender => self
                .text
                .parse()
                .map_or_else(|_| text(), |word: Gender| word.label().to_owned()),
            Field::Ethnicity => self
                .text
                .parse()
                .map_or_else(|_| text(), |word: Ethnicity| word.label().to_owned()),
            Field::Born => self
                .text
                .parse()
                .map_or_else(|_| text(), |day: Day| day.as_uk_date()),
            Field::Safe => labels(&self.text),
            _ => text(),
        }
    }
}

impl Profile {
    /// The profile of a record; none when the place is sensitive and the
    /// grant does not open it.
    #[must_use]
    pub fn of(record: &Record, grant: &Grant) -> Option<Self> {
        let place = record.place.reveal(grant)?.clone();
        let who = &record.identity;
        let details = Details {
            given: who.given.clone(),
            family: who.family.clone(),
            known_as: who.known_as.clone(),
            born: who.born,
            nhs_number: who.nhs_number.clone(),
            practice: who.practice,
            place,
        };
        let about = About {
            pronouns: who.pronouns.clone(),
            equity: record.equity,
            gender_words: record.gender_words.clone(),
            ethnicity_words: record.ethnicity_words.clone(),
            risk: who.risk.clone(),
            communication: who.communication.clone(),
            access_needs: who.access_needs.clone(),
            interpreter: who.interpreter.clone(),
        };
        Some(Self { details, about })
    }

    /// What may be sent or left without harm.
    #[must_use]
    pub fn safe(&self) -> Vec<Safe> {
        let place = &self.details.place;
        [
            (place.text_is_safe, Safe::Text),
            (place.voicemail_is_safe, Safe::Voicemail),
        ]
        .into_iter()
        .filter_map(|(holds, word)| holds.then_some(word))
        .collect()
    }

    /// Every field in the order of the form.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let (details, place, about) = (&self.details, &self.details.place, &self.about);
        let safe: Vec<&str> = self.safe().into_iter().map(Word::code).collect();
        vec![
            entry(Field::Given, Some(&details.given)),
            entry(Field::Family, Some(&details.family)),
            entry(Field::KnownAs, details.known_as.as_ref()),
            entry(Field::Pronouns, about.pronouns.as_ref()),
            entry(Field::Born, details.born.as_ref()),
            entry(
                Field::NhsNumber,
                details
                    .nhs_number
                    .as_ref()
                    .map(|number| number.spaced())
                    .as_ref(),
            ),
            entry(Field::Practice, details.practice.as_ref()),
            entry(Field::Gender, about.equity.gender.map(Word::code).as_ref()),
            entry(Field::GenderWords, about.gender_words.as_ref()),
            entry(
                Field::Ethnicity,
                about.equity.ethnicity.map(Word::code).as_ref(),
            ),
            entry(Field::EthnicityWords, about.ethnicity_words.as_ref()),
            entry(Field::Address, place.address.as_ref()),
            entry(Field::Postcode, place.postcode.as_ref()),
            entry(Field::Phone, place.phone.as_ref()),
            entry(Field::Email, place.email.as_ref()),
            entry(Field::Safe, Some(&safe.join(" "))),
            entry(Field::SafeContact, place.safe_contact.as_ref()),
            entry(Field::Risk, about.risk.as_ref()),
            entry(Field::Communication, about.communication.as_ref()),
            entry(Field::Interpreter, about.interpreter.as_ref()),
            entry(Field::AccessNeeds, about.access_needs.as_ref()),
        ]
    }

    /// Puts back what a field held, as [`entries`](Self::entries) lays it out.
    /// Gives whether it is a field that a file may change.
    pub fn put_back(&mut self, name: &str, text: &str) -> bool {
        fn held<T: std::str::FromStr>(text: &str) -> Option<T> {
            text.parse().ok()
        }
        let (details, equity) = (&mut self.details, &mut self.about.equity);
        let place = &mut details.place;
        match name {
            "address" => place.address = held(text),
            "postcode" => place.postcode = held(text),
            "phone" => place.phone = held(text),
            "email" => place.email = held(text),
            "safe_contact" => place.safe_contact = held(text),
            "safe" => {
                let says = |safe: Safe| text.split(' ').any(|code| code == safe.code());
                place.text_is_safe = says(Safe::Text);
                place.voicemail_is_safe = says(Safe::Voicemail);
            }
            "practice" => details.practice = held(text),
            "born" => details.born = held(text),
            "nhs_number" => details.nhs_number = held(text),
            "gender" => equity.gender = held(text),
            "ethnicity" => equity.ethnicity = held(text),
            _ => return false,
        }
        true
    }

    /// The fields that differ from an earlier profile, as they were and as
    /// they are, in words that people read.
    #[must_use]
    pub fn changed_from(
        &self,
        before: &Self,
        practices: &[(Id<Organisation>, Name)],
    ) -> Vec<Changed> {
        let now = self.entries().into_iter();
        now.zip(before.entries())
            .filter(|(now, before)| now.text != before.text)
            .map(|(now, before)| Changed {
                field: now.field,
                before: before.readable(practices),
                after: now.readable(practices),
            })
            .collect()
    }
}

fn entry<T: ToString>(field: Field, value: Option<&T>) -> Entry {
    Entry {
        field,
        text: value.map(ToString::to_string).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Place;

    fn mary() -> Profile {
        let details = Details {
            given: "Mary".parse().unwrap(),
            family: "Smith".parse().unwrap(),
            known_as: None,
            born: None,
            nhs_number: None,
            practice: None,
            place: Place::default(),
        };
        Profile {
            details,
            about: About::default(),
        }
    }

    #[test]
    fn what_changed_is_told_by_field_and_never_by_its_words() {
        let mut after = mary();
        after.details.place.phone = "07700 900 982".parse().ok();
        after.details.place.text_is_safe = true;
        after.about.risk = "Dog bites".parse().ok();
        let changed = after.changed_from(&mary(), &[]);
        let labels: Vec<&str> = changed.iter().map(|one| one.field.label()).collect();
        assert_eq!(labels, ["Telephone", "Safe to use", "Risk to know about"]);
        assert_eq!(changed[1].before, "");
        assert_eq!(changed[1].after, "Text messages are safe");
        assert!(after.changed_from(&after, &[]).is_empty());
    }
}
