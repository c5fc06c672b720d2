//! What is asked about a file, by what it holds. The file itself comes beside.

use kith_access::{Organisation, organisation::OrganisationRow};
use kith_base::{Day, Id, Line};
use kith_pages::form;
use kith_pages::form::{Date, Maybe, Pick, Posted, Text};

use crate::{gathered::FileKind, month::Month};

/// What is asked about a practice's list.
pub struct Register {
    /// Whose.
    pub practice: Id<Organisation>,
    /// The day it was made.
    pub as_of: Day,
}

form! {
    /// A practice's list.
    pub RegisterForm => Register {
        practice: Pick<Id<Organisation>> = Pick::empty("Practice").called("the practice"),
        as_of: Date = Date::new("When was the list made?").called("the day the list was made")
            .hint("For example 31 3 2026"),
    }
}

/// What is asked about GP contacts.
pub struct Covered {
    /// Whose.
    pub practice: Id<Organisation>,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
    /// What a contact is.
    pub definition: Line,
    /// By which codes.
    pub code_set: Line,
    /// From which system.
    pub supplier: Line,
}

form! {
    /// GP contacts of a practice.
    pub ContactsForm => Covered {
        practice: Pick<Id<Organisation>> = Pick::empty("Practice").called("the practice"),
        from: Text<Month> = Text::new("First month the file covers").called("the first month the file covers")
            .width(20).hint("For example March 2024. A month counts only when the file has all of it"),
        until: Text<Month> = Text::new("Last month the file covers").called("the last month the file covers")
            .width(20).hint("For example June 2026"),
        definition: Text<Line> = Text::new("What counts as a contact in this file?").called("what counts as a contact")
            .hint("For example: any consultation with clinical staff. It must stay the same in every file of the practice"),
        code_set: Text<Line> = Text::new("Code set").called("the code set")
            .hint("The list of codes the contacts were found by, with its version"),
        supplier: Text<Line> = Text::new("System and version").called("the system and its version")
            .hint("The practice's computer system the file comes from"),
    }
}

/// What is asked about population counts.
pub struct Counted {
    /// Whose; none for the whole scheme.
    pub practice: Option<Id<Organisation>>,
    /// The day they are of.
    pub as_of: Day,
}

form! {
    /// Population counts.
    pub PopulationForm => Counted {
        practice: Maybe<Pick<Id<Organisation>>> = Pick::empty("Practice")
            .hint("Leave this open for counts of the whole area"),
        as_of: Date = Date::new("What day are the counts of?").called("the day of the counts")
            .hint("For example 30 6 2025"),
    }
}

/// Offers practices to choose from.
pub fn offer(pick: &mut Pick<Id<Organisation>>, practices: &[OrganisationRow]) {
    for practice in practices {
        pick.offer(
            practice.id,
            practice.id.to_string(),
            practice.name.to_string(),
        );
    }
}

/// The form of one sort of file. Boxed: the forms differ much in size.
pub enum Form {
    /// A practice's list.
    Register(Box<RegisterForm>),
    /// GP contacts.
    Contacts(Box<ContactsForm>),
    /// Scores: nothing is asked.
    Scores,
    /// Population counts.
    Population(Box<PopulationForm>),
}

impl Form {
    /// With nothing in it.
    #[must_use]
    pub fn blank(kind: FileKind, practices: &[OrganisationRow], today: Day) -> Self {
        match kind {
            FileKind::GpRegister => {
                let mut form = RegisterForm::blank();
                offer(&mut form.practice.kind, practices);
                form.as_of.kind.today_or_past(today);
                Self::Register(Box::new(form))
            }
            FileKind::GpContacts => {
                let mut form = ContactsForm::blank();
                offer(&mut form.practice.kind, practices);
                Self::Contacts(Box::new(form))
            }
            FileKind::Scores => Self::Scores,
            FileKind::Population => {
                let mut form = PopulationForm::blank();
                offer(form.practice.kind.inner(), practices);
                form.as_of.kind.today_or_past(today);
                Self::Population(Box::new(form))
            }
        }
    }

    /// With what was typed, not checked.
    #[must_use]
    pub fn kept(self, posted: &Posted) -> Self {
        match self {
            Self::Register(form) => Self::Register(Box::new(form.kept(posted))),
            Self::Contacts(form) => Self::Contacts(Box::new(form.kept(posted))),
            Self::Scores => Self::Scores,
            Self::Population(form) => Self::Population(Box::new(form.kept(posted))),
        }
    }

    /// With the one practice there is chosen.
    #[must_use]
    pub fn of_practice(mut self, practice: Id<Organisation>) -> Self {
        match &mut self {
            Self::Register(form) => form.practice.fill(&practice),
            Self::Contacts(form) => form.practice.fill(&practice),
            Self::Population(form) => form.practice.fill(&Some(practice)),
            Self::Scores => {}
        }
        self
    }
}
