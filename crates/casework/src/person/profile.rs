//! Everything the details form of a person holds: who they are, where they
//! live, and what somebody must know to meet them well. A profile can be laid
//! out field by field, which is how two versions are shown side by side and
//! how the audit trail learns which fields changed, never what they said.

use kith_access::Grant;
use kith_base::{Line, Word, words};

use super::{Details, Equity, Record};

words! {
    /// What may be sent or left without harm.
    pub enum Safe {
        Text = "text" / "Text messages are safe",
        Voicemail = "voicemail" / "Messages on the voicemail are safe",
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

/// One field of a profile as text: for two versions side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The field's name in the form.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it holds, as somebody would type it; empty when nothing.
    pub text: String,
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
            entry("given", "Given name", Some(&details.given)),
            entry("family", "Family name", Some(&details.family)),
            entry("known_as", "Likes to be called", details.known_as.as_ref()),
            entry("pronouns", "Pronouns", about.pronouns.as_ref()),
            entry("born", "Date of birth", details.born.as_ref()),
            entry(
                "nhs_number",
                "NHS number",
                details
                    .nhs_number
                    .as_ref()
                    .map(|number| number.spaced())
                    .as_ref(),
            ),
            entry("practice", "Practice", details.practice.as_ref()),
            entry(
                "gender",
                "Gender",
                about.equity.gender.map(Word::code).as_ref(),
            ),
            entry(
                "gender_words",
                "Gender, in their own words",
                about.gender_words.as_ref(),
            ),
            entry(
                "ethnicity",
                "Ethnic group",
                about.equity.ethnicity.map(Word::code).as_ref(),
            ),
            entry(
                "ethnicity_words",
                "Ethnic group, in their own words",
                about.ethnicity_words.as_ref(),
            ),
            entry("address", "Address", place.address.as_ref()),
            entry("postcode", "Postcode", place.postcode.as_ref()),
            entry("phone", "Telephone", place.phone.as_ref()),
            entry("email", "Email", place.email.as_ref()),
            entry("safe", "Safe to use", Some(&safe.join(" "))),
            entry(
                "safe_contact",
                "How to reach them safely",
                place.safe_contact.as_ref(),
            ),
            entry("risk", "Risk to know about", about.risk.as_ref()),
            entry(
                "communication",
                "Communication need",
                about.communication.as_ref(),
            ),
            entry("interpreter", "Interpreter", about.interpreter.as_ref()),
            entry("access_needs", "Access need", about.access_needs.as_ref()),
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

    /// What people call the fields that differ from an earlier profile.
    #[must_use]
    pub fn changed_from(&self, before: &Self) -> Vec<&'static str> {
        let now = self.entries();
        now.into_iter()
            .zip(before.entries())
            .filter_map(|(now, before)| (now.text != before.text).then_some(now.label))
            .collect()
    }
}

fn entry<T: ToString>(name: &'static str, label: &'static str, value: Option<&T>) -> Entry {
    Entry {
        name,
        label,
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
        assert_eq!(
            after.changed_from(&mary()),
            ["Telephone", "Safe to use", "Risk to know about"]
        );
        assert!(after.changed_from(&after).is_empty());
    }
}
