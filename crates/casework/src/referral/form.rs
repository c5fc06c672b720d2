//! The form a practice fills in, under half a minute: who it is, what it is
//! about, what they were told, whether they agreed. Somebody the practice has
//! referred before, or whose record it may see, needs the NHS number alone;
//! anybody else a name and a birth date, in fields of their own or in the same
//! line as the number (`one_line`), which is then shown back. `whom` decides
//! which it is, from what was typed and from what the practice may see.

use std::{fmt, str::FromStr};

use kith_access::Organisation;
use kith_base::{Day, Id, Line, Name, NhsNumber, Phone, Postcode, Refusal, text::BadText};
use kith_pages::form;
use kith_pages::form::{Date, FieldKind, Hidden, Many, Maybe, One, Pick, Posted, Text};

use super::{Agreed, Need, PracticeTold, Told, actions::Who, eligible::of_age, one_line};
use crate::person::{
    Details, Ethnicity, Gender, Identity, Likeable, Likeness, Person, Place, arriving::Reach,
    likeness::likeness,
};

/// What stands in the first field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whose {
    /// The number alone.
    Number(NhsNumber),
    /// A line that says who it is, still to be read.
    Told(Line),
}

impl FromStr for Whose {
    type Err = BadText;

    fn from_str(text: &str) -> Result<Self, BadText> {
        let number = text.parse::<NhsNumber>();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let is_number = |c: char| c.is_ascii_digit() || c == '-' || c.is_whitespace();
        match number {
            // A number that was mistyped is told as one.
            Err(wrong) if digits > 11 || !text.chars().all(is_number) => {
                text.parse().map(Self::Told).map_err(|_| wrong)
            }
            number => number.map(Self::Number),
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Told(line) => line.fmt(f),
        }
    }
}

/// A referral as it was typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// NHS number, or who it is in one line.
    pub nhs_number: Option<Whose>,
    /// Given name.
    pub given: Option<Name>,
    /// Family name.
    pub family: Option<Name>,
    /// Birth date.
    pub born: Option<Day>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone number.
    pub phone: Option<Phone>,
    /// Gender, where it is known.
    pub gender: Option<Gender>,
    /// Ethnic group, where it is known.
    pub ethnicity: Option<Ethnicity>,
    /// What it is mainly about.
    pub main: Need,
    /// What else it is about.
    pub also: Option<Vec<Need>>,
    /// What the person was told.
    pub told: Vec<Told>,
    /// Whether they agreed.
    pub agreed: Agreed,
    /// A line more.
    pub why: Option<Line>,
    /// The practice, where the one who refers is of none.
    pub practice: Option<Id<Organisation>>,
    /// Who asked for it, where a link worker writes it down for another.
    pub asked_by: Option<Name>,
    /// Whether the practice may be told, where it did not send it.
    pub tell_practice: Option<PracticeTold>,
    /// The record the page showed, once somebody has looked at it.
    pub person: Option<Id<Person>>,
}

form! {
    /// The form of a referral.
    pub ReferForm => Typed {
        nhs_number: Maybe<Text<Whose>> = Text::new("NHS number, or name and date of birth")
            .code().most(300).unmarked()
            .hint("For example, 999 123 4567, or for somebody new: Aisha Khan 3 5 1951. \
                   A telephone number and a postcode may follow"),
        given: Maybe<Text<Name>> = Text::new("First name").width(20).unmarked(),
        family: Maybe<Text<Name>> = Text::new("Last name").width(20).unmarked(),
        born: Maybe<Date> = Date::new("Date of birth").hint("For example, 31 3 1951").unmarked(),
        postcode: Maybe<Text<Postcode>> = Text::new("Postcode").width(10),
        phone: Maybe<Text<Phone>> = Text::new("Telephone number").phone(),
        gender: Maybe<Pick<Gender>> = Pick::new("Gender"),
        ethnicity: Maybe<Pick<Ethnicity>> = Pick::new("Ethnic group"),
        main: One<Need> = One::new("What is it mainly about?").small()
            .missing("Select what it is mainly about"),
        also: Maybe<Many<Need>> = Many::new("Anything else?").small(),
        told: Many<Told> = Many::new("What have you told the person?").small()
            .missing("Select what you have told the person"),
        agreed: One<Agreed> = One::new("Has the person agreed to be referred?")
            .missing("Select whether the person has agreed"),
        why: Maybe<Text<Line>> = Text::new("One line the link worker should know").most(300),
        practice: Maybe<Pick<Id<Organisation>>> = Pick::empty("Practice the person is registered with"),
        asked_by: Maybe<Text<Name>> = Text::new("Who asked for this referral?")
            .hint("A name or an agency, when it was not you. Whoever works with the person gets a \
                   task to tell them what comes of it"),
        tell_practice: Maybe<One<PracticeTold>> = One::new("May the person's practice be told?")
            .unmarked(),
        person: Maybe<Hidden<Id<Person>>> = Hidden::new("Enter the NHS number again"),
    }
}

impl Typed {
    /// What it is about, the main need first, none twice.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let others = self
            .also
            .iter()
            .flatten()
            .filter(|need| **need != self.main);
        std::iter::once(&self.main).chain(others).copied().collect()
    }

    /// The NHS number, once the line is read.
    #[must_use]
    pub const fn number(&self) -> Option<&NhsNumber> {
        match &self.nhs_number {
            Some(Whose::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// Puts what the first field says into the fields it belongs to; says
    /// whether there was a line to read.
    ///
    /// # Errors
    /// About the first field: the part that cannot be read, or that says
    /// something else than its own field.
    pub fn read_line(&mut self, today: Day) -> Result<bool, Refusal> {
        let Some(Whose::Told(line)) = &self.nhs_number else {
            return Ok(false);
        };
        let read = read(line, today)?;
        let (given, family) = read.name.unzip();
        put(&mut self.given, given, "first name")?;
        put(&mut self.family, family, "last name")?;
        put(&mut self.born, read.born, "date of birth")?;
        put(&mut self.postcode, read.postcode, "postcode")?;
        put(&mut self.phone, read.phone, "telephone number")?;
        self.nhs_number = read.nhs_number.map(Whose::Number);
        Ok(true)
    }

    const fn has_details(&self) -> bool {
        self.given.is_some() || self.family.is_some() || self.born.is_some()
    }
}

fn read(line: &str, today: Day) -> Result<one_line::Read, Refusal> {
    one_line::read(line, today).map_err(|not| {
        Refusal::field("nhs_number", format!("We could not read \"{}\"", not.part))
            .try_next(not.next)
    })
}

/// What was read goes into an empty field, or says the same as it.
fn put<T: PartialEq>(field: &mut Option<T>, read: Option<T>, what: &str) -> Result<(), Refusal> {
    match (&field, read) {
        (_, None) => Ok(()),
        (Some(typed), Some(read)) if *typed != read => Err(Refusal::field(
            "nhs_number",
            format!("The {what} is another one in the details below"),
        )
        .try_next("Leave one of the two")),
        (_, read) => {
            *field = read;
            Ok(())
        }
    }
}

/// Whom a filled-in form is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whom {
    /// It can be sent.
    Clear(Who),
    /// The NHS number is known: is this the person?
    IsThisThem,
    /// Something must be put right first.
    Wrong(Vec<Refusal>),
}

/// Decides whom the form is about. `known` is who has the NHS number, as far
/// as whoever refers may see; `practice` is where the person is registered;
/// `under_age` is what somebody too young can do instead.
#[must_use]
pub fn whom(
    typed: &Typed,
    known: Option<&Identity>,
    practice: Option<Id<Organisation>>,
    today: Day,
    under_age: &str,
) -> Whom {
    let born = typed.born.or_else(|| known.and_then(|known| known.born));
    if let Err(young) = of_age(born, today, under_age) {
        return Whom::Wrong(vec![young]);
    }
    match (&typed.given, &typed.family, typed.born, known) {
        (Some(given), Some(family), Some(born), known) => {
            let details = Details {
                given: given.clone(),
                family: family.clone(),
                known_as: None,
                born: Some(born),
                nhs_number: typed.number().cloned(),
                practice,
                place: Place {
                    postcode: typed.postcode.clone(),
                    phone: typed.phone.clone(),
                    text_is_safe: typed.agreed == Agreed::YesTextSafe,
                    ..Place::default()
                },
            };
            match known {
                Some(known) if !is_same(known, &details) => Whom::Wrong(vec![
                    Refusal::field(
                        "nhs_number",
                        "This NHS number is recorded with another name or date of birth",
                    )
                    .try_next("Check the number and the details"),
                ]),
                _ => Whom::Clear(Who::Described(Box::new(details))),
            }
        }
        (None, None, None, Some(known)) if typed.person == Some(known.id) => {
            let reach = Reach {
                phone: typed.phone.clone(),
                postcode: typed.postcode.clone(),
                practice,
                texts: typed.agreed == Agreed::YesTextSafe,
            };
            Whom::Clear(Who::Known(known.id, Box::new(reach)))
        }
        (None, None, None, Some(_)) => Whom::IsThisThem,
        _ => Whom::Wrong(missing(typed)),
    }
}

/// What is still needed to know whom it is about.
fn missing(typed: &Typed) -> Vec<Refusal> {
    if typed.number().is_none() && !typed.has_details() {
        return vec![Refusal::field(
            "nhs_number",
            "Enter the NHS number, or the person's name and date of birth",
        )];
    }
    let new = "We do not have this person yet";
    let ask = |is_there: bool, field: &'static str, what: &str| {
        (!is_there).then(|| Refusal::field(field, format!("{new}: enter their {what}")))
    };
    [
        ask(typed.given.is_some(), "given", "first name"),
        ask(typed.family.is_some(), "family", "last name"),
        ask(typed.born.is_some(), "born", "date of birth"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_same(known: &Identity, details: &Details) -> bool {
    let recorded = Likeable {
        given: known.given.to_string(),
        family: known.family.to_string(),
        born: known.born,
        nhs_number: details.nhs_number.clone(),
        postcode: None,
    };
    likeness(&recorded, &Likeable::from(details)) == Likeness::Same
}

/// Refuses what was told and not told at once.
///
/// # Errors
/// About the field `told`.
pub fn told_agrees(told: &[Told]) -> Result<(), Refusal> {
    if told.len() > 1 && told.contains(&Told::Nothing) {
        return Err(Refusal::field(
            "told",
            "Select what you have told the person, or that they do not know yet, not both",
        ));
    }
    Ok(())
}

/// A practice that did not send the referral hears of it only when the person
/// has been asked; `elsewhere` is whether it did not.
///
/// # Errors
/// About the field `tell_practice`.
pub fn practice_is_settled(typed: &Typed, elsewhere: bool) -> Result<(), Refusal> {
    if elsewhere && typed.tell_practice.is_none() {
        let what = "Select whether the person's practice may be told";
        return Err(Refusal::field("tell_practice", what));
    }
    Ok(())
}

impl ReferForm {
    /// Says what cannot be read in the first field, when other fields stop the
    /// form before its line is read.
    #[must_use]
    pub fn with_line_told(mut self, posted: &Posted, today: Day) -> Self {
        if let Ok(Whose::Told(line)) = posted.text(self.nhs_number.name()).parse()
            && let Err(refusal) = read(&line, today)
        {
            self.refuse(&refusal);
        }
        self
    }

    /// Whether the part with the person's details must stand open.
    #[must_use]
    pub fn shows_details(&self) -> bool {
        let typed = !self.given.kind.is_blank()
            || !self.family.kind.is_blank()
            || !self.born.kind.is_blank()
            || !self.postcode.kind.is_blank()
            || !self.phone.kind.is_blank();
        let wrong = [
            self.given.wrong(),
            self.family.wrong(),
            self.born.wrong(),
            self.postcode.wrong(),
            self.phone.wrong(),
        ];
        typed || wrong.iter().any(Option::is_some)
    }
}

/// A line to be added to a referral.
pub struct AddedLine {
    /// The line.
    pub line: Line,
}

form! {
    /// The form of a line.
    pub LineForm => AddedLine {
        line: Text<Line> = Text::new("What should the link worker know?")
            .called("a line for the link worker").most(300),
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
