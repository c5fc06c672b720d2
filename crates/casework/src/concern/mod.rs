//! A safeguarding concern: somebody may be harmed, and it cannot wait in a
//! note or a list. Anybody raises one, from any page, with or without an
//! account. It goes at once to the scheme's safeguarding lead and deputy (to
//! every manager when none is named), who acknowledge it within the scheme's
//! working hours, or it is passed on. Whoever raised it never closes it alone.
//! No setting switches this off. What may happen when is `rules`.

pub mod rules;
pub mod store;
pub mod actions;
pub mod form;
mod staff;
mod one;
pub mod public;

use kith_access::{Account, Routes};
use kith_base::{Id, Line, Name, Story, Ts};
use kith_db::FromRow;

pub use rules::{Danger, Door, End, Move, State};
pub use staff::no_lead;

use crate::person::Person;

/// A concern as it stands; its id is `Id<Concern>`.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Concern {
    /// Its id.
    pub id: Id<Concern>,
    /// What people quote on the telephone.
    pub reference: String,
    /// Whose record it is about, when it was raised from one.
    pub person_id: Option<Id<Person>>,
    /// The account that raised it.
    pub raised_by: Option<Id<Account>>,
    /// Who raised it, as a name.
    pub raised_name: String,
    /// Where it was raised.
    pub door: Door,
    /// How to reach whoever raised it without an account.
    pub reach: Option<String>,
    /// Whom it is about, in the raiser's words.
    pub about: Option<String>,
    /// What it is.
    pub what: String,
    /// Whether anybody is in danger now.
    pub danger: Danger,
    /// When it was raised.
    pub raised_at: Ts,
    /// By when somebody must have acknowledged it.
    pub acknowledge_by: Ts,
    /// Where it stands.
    pub state: State,
    /// Who acknowledged it, by name.
    pub acknowledged_name: Option<String>,
    /// When.
    pub acknowledged_at: Option<Ts>,
    /// When it was passed on, because nobody had acknowledged it in time.
    pub escalated_at: Option<Ts>,
    /// When it was closed.
    pub closed_at: Option<Ts>,
    /// How it ended.
    pub outcome: Option<End>,
    /// What whoever raised it reads of the end.
    pub outcome_line: Option<String>,
    /// Counts the changes: a form carries it back.
    pub version: i64,
}

/// What somebody raises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raise {
    /// Whose record it is about, when it is known.
    pub person: Option<Id<Person>>,
    /// Whom it is about, in words.
    pub about: Option<Line>,
    /// What it is.
    pub what: Story,
    /// Whether anybody is in danger now.
    pub danger: Danger,
    /// Where it is raised.
    pub door: Door,
    /// Who raises it without an account, when they say.
    pub name: Option<Name>,
    /// How to reach them.
    pub reach: Option<Line>,
}

/// The routes of the concern.
#[must_use]
pub fn routes() -> Routes {
    staff::routes().merge(one::routes()).merge(public::routes())
}
