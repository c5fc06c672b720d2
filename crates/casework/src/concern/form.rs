//! The forms of a concern: raising it with and without an account, and what
//! its handlers fill in. Only what it is and whether anybody is in danger must
//! be answered: nobody is kept from raising a concern by a question.

use kith_base::{Line, Name, Story};
use kith_pages::form;
use kith_pages::form::{Hidden, Long, Maybe, One, Text};

use super::{Danger, Door, End, Raise};
use crate::person::Person;

/// What staff fill in.
pub struct Raising {
    /// What it is.
    pub what: Story,
    /// Whether anybody is in danger now.
    pub danger: Danger,
    /// Whom it is about, where no record is open.
    pub about: Option<Line>,
}

form! {
    /// Raising a concern, with an account.
    pub RaiseForm => Raising {
        danger: One<Danger> = One::new("Is anybody in danger now?")
            .missing("Select whether anybody is in danger now"),
        about: Maybe<Text<Line>> = Text::new("Who is it about?")
            .hint("Their name, date of birth, the reference of their referral, or whatever you know of them"),
        what: Long<Story> = Long::new("What are you worried about?").called("what you are worried about")
            .hint("What you saw or were told, in the words that were used, and what you have done so far").rows(6),
    }
}

/// What somebody without an account fills in.
pub struct RaisingPublicly {
    /// What it is.
    pub what: Story,
    /// Whether anybody is in danger now.
    pub danger: Danger,
    /// Whom it is about.
    pub about: Option<Line>,
    /// Their own name.
    pub name: Option<Name>,
    /// How to reach them.
    pub reach: Option<Line>,
}

form! {
    /// Raising a concern, without an account.
    pub PublicForm => RaisingPublicly {
        danger: One<Danger> = One::new("Is anybody in danger now?")
            .missing("Select whether anybody is in danger now"),
        about: Maybe<Text<Line>> = Text::new("Who are you worried about?")
            .hint("You can write “me”, a name, or whatever you know"),
        what: Long<Story> = Long::new("What are you worried about?").called("what you are worried about")
            .hint("Write what happened, in your own words").rows(6).most(4000),
        name: Maybe<Text<Name>> = Text::new("Your name").autocomplete("name").width(20)
            .hint("You do not have to say who you are"),
        reach: Maybe<Text<Line>> = Text::new("How and when is it safe to reach you?")
            .hint("For example: ring 07700 900 982 in the morning. Leave this empty if you do not want to be reached"),
    }
}

impl Raising {
    /// What is raised, by staff.
    #[must_use]
    pub fn raise(self, person: Option<kith_base::Id<Person>>, door: Door) -> Raise {
        Raise {
            person,
            about: self.about,
            what: self.what,
            danger: self.danger,
            door,
            name: None,
            reach: None,
        }
    }
}

impl RaisingPublicly {
    /// What is raised, by somebody without an account.
    #[must_use]
    pub fn raise(self) -> Raise {
        Raise {
            person: None,
            about: self.about,
            what: self.what,
            danger: self.danger,
            door: Door::Public,
            name: self.name,
            reach: self.reach,
        }
    }
}

/// A note on a concern.
pub struct Noting {
    /// What was done or found.
    pub note: Story,
    /// The version the page showed.
    pub version: i64,
}

form! {
    /// Adding a note to a concern.
    pub NoteForm => Noting {
        note: Long<Story> = Long::new("What was done or found?").called("what was done or found").rows(4),
        version: Hidden<i64> = Hidden::new("Open the concern again: the form was incomplete"),
    }
}

/// The end of a concern.
pub struct Closing {
    /// How it ended.
    pub end: End,
    /// What whoever raised it reads.
    pub line: Line,
    /// The version the page showed.
    pub version: i64,
}

form! {
    /// Closing a concern.
    pub CloseForm => Closing {
        end: One<End> = One::new("What came of it?").missing("Select what came of it"),
        line: Text<Line> = Text::new("What may whoever raised it know?").called("what whoever raised it may know")
            .hint("One line. They read this and nothing else of what you did"),
        version: Hidden<i64> = Hidden::new("Open the concern again: the form was incomplete"),
    }
}
