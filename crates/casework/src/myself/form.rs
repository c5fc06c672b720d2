//! The form somebody fills in for themself.

use kith_access::Organisation;
use kith_base::{Day, Email, Id, Line, Name, Phone, Postcode, Refusal, text::BadText};
use kith_pages::form;
use kith_pages::form::{Choice, Date, Long, Many, Maybe, One, Pick, Text};

use crate::{
    person::{Details, Ethnicity, Gender, Place},
    referral::{Agreed, Need, Sent, Source, Told, eligible::of_age},
};

/// A few words of somebody's own: line ends become spaces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FewWords(pub Line);

impl std::str::FromStr for FewWords {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").parse().map(Self)
    }
}
impl std::fmt::Display for FewWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is safe to do with the telephone number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Safe {
    /// Send a text.
    Text,
    /// Leave a message.
    Voicemail,
}

impl Choice for Safe {
    const ALL: &'static [Self] = &[Self::Text, Self::Voicemail];
    fn code(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Voicemail => "voicemail",
        }
    }
    fn words(self) -> &'static str {
        match self {
            Self::Text => "You can send me a text",
            Self::Voicemail => "You can leave a message",
        }
    }
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TellPractice {
    /// The practice may be told.
    Yes,
    /// It may not.
    No,
}

impl Choice for TellPractice {
    const ALL: &'static [Self] = &[Self::Yes, Self::No];
    fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
    fn words(self) -> &'static str {
        match self {
            Self::Yes => "Yes, you can tell them",
            Self::No => "No, do not tell them",
        }
    }
}

/// The one tick that must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IAgree;

impl Choice for IAgree {
    const ALL: &'static [Self] = &[Self];
    fn code(self) -> &'static str {
        "yes"
    }
    fn words(self) -> &'static str {
        "Yes. You can keep what I wrote here and get in touch with me"
    }
}

/// That somebody is in danger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InDanger;

impl Choice for InDanger {
    const ALL: &'static [Self] = &[Self];
    fn code(self) -> &'static str {
        "yes"
    }
    fn words(self) -> &'static str {
        "Somebody is hurting me, or I am in danger"
    }
}

/// What somebody wrote for themself.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Given name.
    pub given: Name,
    /// Family name.
    pub family: Name,
    /// Birth date.
    pub born: Day,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// What is safe to do with it.
    pub safe: Option<Vec<Safe>>,
    /// E-mail address.
    pub email: Option<Email>,
    /// How to reach them safely.
    pub safe_contact: Option<Line>,
    /// The practice they are registered with.
    pub practice: Option<Id<Organisation>>,
    /// Whether the practice may be told.
    pub tell_practice: TellPractice,
    /// What it is mainly about.
    pub main: Need,
    /// What else it is about.
    pub also: Option<Vec<Need>>,
    /// That they are in danger.
    pub danger: Option<Vec<InDanger>>,
    /// In their own words.
    pub words: Option<FewWords>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Ethnic group.
    pub ethnicity: Option<Ethnicity>,
    /// That they agree.
    pub agree: Vec<IAgree>,
}

form! {
    /// The form of somebody's own referral.
    pub MyselfForm => Asked {
        main: One<Need> = One::new("What would you most like help with?")
            .missing("Select what you would most like help with"),
        also: Maybe<Many<Need>> = Many::new("Is there anything else?").hint("Tick all that fit"),
        danger: Maybe<Many<InDanger>> = Many::new("Are you safe?")
            .hint("If you tick this, somebody who looks after safety reads it first"),
        words: Maybe<Long<FewWords>> = Long::new("Tell us a little more, in your own words")
            .hint("You do not have to write anything here").rows(4).most(300),
        given: Text<Name> = Text::new("First name").autocomplete("given-name").width(20),
        family: Text<Name> = Text::new("Last name").autocomplete("family-name").width(20),
        born: Date = Date::new("Date of birth").own_birthday().hint("For example, 31 3 1951"),
        postcode: Maybe<Text<Postcode>> = Text::new("Postcode")
            .autocomplete("postal-code").width(10).hint("Leave this empty if you have no fixed home"),
        phone: Maybe<Text<Phone>> = Text::new("Phone number").phone().autocomplete("tel"),
        safe: Maybe<Many<Safe>> = Many::new("What is safe for us to do?")
            .hint("Leave these empty if somebody else may see or hear it"),
        email: Maybe<Text<Email>> = Text::new("Email address").email().autocomplete("email"),
        safe_contact: Maybe<Text<Line>> = Text::new("How and when is it safe to reach you?")
            .hint("For example: only in the morning, or ask for me at the library"),
        practice: Maybe<Pick<Id<Organisation>>> = Pick::empty("Your GP practice")
            .hint("Leave this if you are not sure"),
        tell_practice: One<TellPractice> = One::new("Can we tell your GP practice that you asked for help?")
            .missing("Select whether we can tell your GP practice"),
        gender: Maybe<Pick<Gender>> = Pick::new("Your gender"),
        ethnicity: Maybe<Pick<Ethnicity>> = Pick::new("Your ethnic group"),
        agree: Many<IAgree> = Many::new("Do you agree?").hint("We can only help you if you agree")
            .missing("Tick the box if you agree. If you do not agree, do not send this page"),
    }
}

impl Asked {
    /// What cannot be right although every field is: nobody can be helped who
    /// cannot be reached, and a child has a pathway of their own.
    #[must_use]
    pub fn wrong(&self, today: Day) -> Vec<Refusal> {
        let mut wrong = Vec::new();
        if let Err(young) = of_age(Some(self.born), today) {
            wrong.push(young);
        }
        if self.phone.is_none() && self.email.is_none() && self.safe_contact.is_none() {
            wrong.push(Refusal::field(
                "phone",
                "Enter a phone number, an email address or another way to reach you",
            ));
        }
        wrong
    }

    /// Who it is.
    #[must_use]
    pub fn details(&self) -> Details {
        let may = |what: Safe| self.safe.iter().flatten().any(|safe| *safe == what);
        Details {
            given: self.given.clone(),
            family: self.family.clone(),
            known_as: None,
            born: Some(self.born),
            nhs_number: None,
            practice: self.practice,
            place: Place {
                address: None,
                postcode: self.postcode.clone(),
                phone: self.phone.clone(),
                email: self.email.clone(),
                safe_contact: self.safe_contact.clone(),
                text_is_safe: may(Safe::Text),
                voicemail_is_safe: may(Safe::Voicemail),
            },
        }
    }

    /// What the referral says. The practice is on it only when it may be told.
    #[must_use]
    pub fn sent(&self, by: Name) -> Sent {
        let others = self
            .also
            .iter()
            .flatten()
            .filter(|need| **need != self.main);
        let text_is_safe = self.details().place.text_is_safe;
        Sent {
            source: Source::Itself,
            practice: self
                .practice
                .filter(|_| self.tell_practice == TellPractice::Yes),
            referrer: None,
            referrer_name: by,
            needs: std::iter::once(&self.main).chain(others).copied().collect(),
            why: self.words.clone().map(|words| words.0),
            told: vec![Told::SelfReferred],
            agreed: if text_is_safe {
                Agreed::YesTextSafe
            } else {
                Agreed::Yes
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            given: "Siân".parse().unwrap(),
            family: "Price".parse().unwrap(),
            born: Day::ymd(1951, 5, 3).unwrap(),
            postcode: None,
            phone: "07700 900 982".parse().ok(),
            safe: Some(vec![Safe::Text]),
            email: None,
            safe_contact: None,
            practice: Some(Id::new(kith_base::Ts::from_micros(1))),
            tell_practice: TellPractice::No,
            main: Need::Money,
            also: Some(vec![Need::Loneliness]),
            danger: None,
            words: "I owe\r\n rent".parse().ok(),
            gender: None,
            ethnicity: None,
            agree: vec![IAgree],
        }
    }

    fn today() -> Day {
        Day::ymd(2026, 11, 21).unwrap()
    }

    #[test]
    fn the_practice_is_not_told_against_somebodys_wish() {
        let name: Name = "The person".parse().unwrap();
        let kept = asked();
        assert_eq!(kept.sent(name.clone()).practice, None);
        assert_eq!(kept.details().practice, kept.practice);
        let may = Asked {
            tell_practice: TellPractice::Yes,
            ..kept
        };
        assert_eq!(may.sent(name).practice, may.practice);
        assert!(may.practice.is_some());
    }

    #[test]
    fn own_words_become_one_line_and_a_safe_text_is_kept() {
        let sent = asked().sent("The person".parse().unwrap());
        assert_eq!(sent.why.as_deref(), Some("I owe rent"));
        assert_eq!(sent.agreed, Agreed::YesTextSafe);
        assert!(!asked().details().place.voicemail_is_safe);
        assert_eq!(sent.needs, [Need::Money, Need::Loneliness]);
    }

    #[test]
    fn somebody_who_cannot_be_reached_is_asked_how() {
        let silent = Asked {
            phone: None,
            ..asked()
        };
        assert_eq!(silent.wrong(today())[0].field, Some("phone"));
        let safely = Asked {
            safe_contact: "Ask at the library".parse().ok(),
            ..silent
        };
        assert!(safely.wrong(today()).is_empty());
    }

    #[test]
    fn a_child_is_told_where_to_go() {
        let child = Asked {
            born: Day::ymd(2012, 1, 1).unwrap(),
            ..asked()
        };
        assert_eq!(child.wrong(today())[0].field, Some("born"));
    }
}
