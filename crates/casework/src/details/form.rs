//! The details form of a person: posted text to a profile, and a profile back
//! to posted text, so that two versions can be laid side by side and either
//! kept field by field.

use kith_access::Organisation;
use kith_base::{Day, Email, Id, Line, Name, NhsNumber, Phone, Postcode, Word};
use kith_pages::{
    form,
    form::{Date, Many, Maybe, Pick, Posted, Text},
};

use crate::person::{
    About, Details, Equity, Ethnicity, Gender, Place, Profile,
    profile::{Entry, Field, Safe},
};

/// The form as its fields come out; a [`Profile`] is made of it.
#[expect(missing_docs, reason = "each is told by its label below")]
pub struct Fields {
    pub given: Name,
    pub family: Name,
    pub known_as: Option<Name>,
    pub pronouns: Option<Line>,
    pub born: Option<Day>,
    pub nhs_number: Option<NhsNumber>,
    pub practice: Option<Id<Organisation>>,
    pub gender: Option<Gender>,
    pub gender_words: Option<Line>,
    pub ethnicity: Option<Ethnicity>,
    pub ethnicity_words: Option<Line>,
    pub address: Option<Line>,
    pub postcode: Option<Postcode>,
    pub phone: Option<Phone>,
    pub email: Option<Email>,
    pub safe: Option<Vec<Safe>>,
    pub safe_contact: Option<Line>,
    pub risk: Option<Line>,
    pub communication: Option<Line>,
    pub interpreter: Option<Line>,
    pub access_needs: Option<Line>,
    pub why: Option<Line>,
}

form! {
    /// A person's details.
    pub ProfileForm => Fields {
        given: Text<Name> = "Given name",
        family: Text<Name> = "Family name",
        known_as: Maybe<Text<Name>> = Text::new("Likes to be called"),
        pronouns: Maybe<Text<Line>> = Text::new("Pronouns").width(20),
        born: Maybe<Date> = Date::new("Date of birth").hint("For example, 3 5 1951"),
        nhs_number: Maybe<Text<NhsNumber>> = Text::new("NHS number").digits().width(20)
            .hint("10 digits; spaces are fine"),
        practice: Maybe<Pick<Id<Organisation>>> = Pick::empty("Practice"),
        gender: Maybe<Pick<Gender>> = Pick::new("Gender").hint("As they say it. Leave it when you have not asked"),
        gender_words: Maybe<Text<Line>> = Text::new("Gender, in their own words").width(20),
        ethnicity: Maybe<Pick<Ethnicity>> = Pick::new("Ethnic group").hint("As they say it. Leave it when you have not asked"),
        ethnicity_words: Maybe<Text<Line>> = Text::new("Ethnic group, in their own words").width(30),
        address: Maybe<Text<Line>> = Text::new("Address").hint("On one line, as on a letter"),
        postcode: Maybe<Text<Postcode>> = Text::new("Postcode").width(10),
        phone: Maybe<Text<Phone>> = Text::new("Telephone").phone(),
        email: Maybe<Text<Email>> = Text::new("Email").email(),
        safe: Maybe<Many<Safe>> = Many::new("Safe to use"),
        safe_contact: Maybe<Text<Line>> = Text::new("How to reach them safely")
            .hint("For example, only in the mornings, or ask for Jo"),
        risk: Maybe<Text<Line>> = Text::new("Risk to know about")
            .hint("What a colleague must know before they meet or visit"),
        communication: Maybe<Text<Line>> = Text::new("Communication need").hint("For example, lip reads, large print"),
        interpreter: Maybe<Text<Line>> = Text::new("Interpreter").hint("The language").width(20),
        access_needs: Maybe<Text<Line>> = Text::new("Access need").hint("For example, no stairs"),
        why: Maybe<Text<Line>> = Text::new("Why is it put right?").called("why it is put right").most(300)
            .hint("What it says now is kept, with this beside it. Do not write where they are"),
    }
}

impl ProfileForm {
    /// The form with the practices there are, and a birth date in the past.
    #[must_use]
    pub fn offering(practices: &[(Id<Organisation>, Name)], today: Day) -> Self {
        let mut form = Self::blank();
        form.born.kind.inner().today_or_past(today);
        for (id, name) in practices {
            form.practice
                .kind
                .inner()
                .offer(*id, id.to_string(), name.to_string());
        }
        form
    }
}

impl From<Fields> for Profile {
    fn from(fields: Fields) -> Self {
        let safe = |word| {
            fields
                .safe
                .as_ref()
                .is_some_and(|safe| safe.contains(&word))
        };
        let place = Place {
            text_is_safe: safe(Safe::Text),
            voicemail_is_safe: safe(Safe::Voicemail),
            address: fields.address,
            postcode: fields.postcode,
            phone: fields.phone,
            email: fields.email,
            safe_contact: fields.safe_contact,
        };
        let details = Details {
            given: fields.given,
            family: fields.family,
            known_as: fields.known_as,
            born: fields.born,
            nhs_number: fields.nhs_number,
            practice: fields.practice,
            place,
        };
        let about = About {
            pronouns: fields.pronouns,
            equity: Equity {
                gender: fields.gender,
                ethnicity: fields.ethnicity,
            },
            gender_words: fields.gender_words,
            ethnicity_words: fields.ethnicity_words,
            risk: fields.risk,
            communication: fields.communication,
            access_needs: fields.access_needs,
            interpreter: fields.interpreter,
        };
        Self { details, about }
    }
}

/// What a browser would post for an entry of a profile.
fn typed(entry: &Entry) -> Vec<(String, String)> {
    let one = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    match (entry.field, entry.text.parse::<Day>()) {
        (Field::Born, Ok(day)) => {
            let date = day.date();
            let parts = [
                ("day", date.day().to_string()),
                ("month", date.month().to_string()),
                ("year", date.year().to_string()),
            ];
            parts
                .into_iter()
                .map(|(part, text)| (format!("born-{part}"), text))
                .collect()
        }
        (Field::Safe, _) => entry
            .text
            .split_whitespace()
            .map(|code| one("safe", code))
            .collect(),
        _ => vec![one(entry.field.code(), &entry.text)],
    }
}

/// A profile as a browser would post it.
#[must_use]
pub fn posted(profile: &Profile) -> Posted {
    from_entries(&profile.entries())
}

/// What was posted, with the other version's answer wherever the reader chose
/// "theirs" (`keep-<field>` is `theirs`).
#[must_use]
pub fn chosen(mine: &Profile, theirs: &Profile, choices: &Posted) -> Posted {
    let entries: Vec<Entry> = mine
        .entries()
        .into_iter()
        .zip(theirs.entries())
        .map(|(mine, theirs)| {
            let keeps_theirs = choices.text(&keep_name(mine.field.code())) == "theirs";
            if keeps_theirs { theirs } else { mine }
        })
        .collect();
    from_entries(&entries)
}

/// The name of the choice between two versions of a field.
#[must_use]
pub fn keep_name(field: &str) -> String {
    format!("keep-{field}")
}

fn from_entries(entries: &[Entry]) -> Posted {
    let pairs: Vec<(String, String)> = entries.iter().flat_map(typed).collect();
    Posted::from_pairs(
        pairs
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    )
}

/// What the form of my version carries along while the reader chooses.
#[must_use]
pub fn carried(profile: &Profile) -> Vec<(String, String)> {
    profile.entries().iter().flat_map(typed).collect()
}

/// What the record held when the form was opened, for the form to carry: only
/// so can a later page tell who of two changed a field.
#[must_use]
pub fn was(profile: &Profile) -> Vec<(String, String)> {
    let name = |entry: &Entry| format!("was-{}", entry.field.code());
    profile
        .entries()
        .into_iter()
        .map(|entry| (name(&entry), entry.text))
        .collect()
}

/// The same, out of a posted form.
#[must_use]
pub fn was_posted(profile: &Profile, posted: &Posted) -> Vec<(String, String)> {
    was(profile)
        .into_iter()
        .map(|(name, _)| (name.clone(), posted.text(&name).to_owned()))
        .collect()
}

/// Whether I changed a field since I opened the form.
#[must_use]
pub fn changed_by_me(mine: &Entry, posted: &Posted) -> bool {
    posted.text(&format!("was-{}", mine.field.code())) != mine.text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::ymd(2026, 11, 20).unwrap()
    }

    fn profile(pairs: &[(&str, &str)]) -> Profile {
        let posted = Posted::from_pairs(pairs.iter().copied());
        ProfileForm::offering(&[], today())
            .check(&posted)
            .map(Profile::from)
            .unwrap()
    }

    fn mary() -> Profile {
        profile(&[
            ("given", "Mary"),
            ("family", "Smith"),
            ("born-day", "3"),
            ("born-month", "5"),
            ("born-year", "1951"),
            ("phone", "07700 900 982"),
            ("safe", "text"),
        ])
    }

    #[test]
    fn a_profile_posted_back_is_the_same_profile() {
        let again = ProfileForm::offering(&[], today())
            .check(&posted(&mary()))
            .map(Profile::from)
            .unwrap();
        assert_eq!(again, mary());
    }

    #[test]
    fn theirs_or_mine_is_chosen_field_by_field() {
        let mut theirs = mary();
        theirs.details.place.phone = "01632960001".parse().ok();
        theirs.details.born = Day::ymd(1951, 3, 5);
        theirs.details.place.text_is_safe = false;
        let mut mine = mary();
        mine.about.risk = "Dog bites".parse().ok();
        let choices = Posted::from_pairs([
            ("keep-phone", "theirs"),
            ("keep-born", "mine"),
            ("keep-safe", "theirs"),
        ]);
        let form = ProfileForm::offering(&[], today());
        let kept = form
            .check(&chosen(&mine, &theirs, &choices))
            .map(Profile::from)
            .unwrap();
        assert_eq!(kept.details.place.phone, theirs.details.place.phone);
        assert_eq!(kept.details.born, mine.details.born);
        assert!(!kept.details.place.text_is_safe);
        assert_eq!(kept.about.risk, mine.about.risk);
    }

    #[test]
    fn what_is_wrong_is_said_by_field() {
        let posted = Posted::from_pairs([
            ("given", "Mary"),
            ("family", ""),
            ("nhs_number", "123"),
            ("postcode", "nowhere"),
        ]);
        let Err(form) = ProfileForm::offering(&[], today()).check(&posted) else {
            panic!("taken")
        };
        for field in [
            form.family.wrong(),
            form.nhs_number.wrong(),
            form.postcode.wrong(),
        ] {
            assert!(field.is_some());
        }
        assert!(form.given.wrong().is_none());
    }
}
