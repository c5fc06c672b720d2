//! A task is something that must still happen: an action from a contact, a
//! person who has to be told, a message that failed, two records that may be
//! one person. It has a due date, and an owner or the manager's queue.

pub mod store;
pub mod actions;
pub mod form;
mod queue;
pub mod pages;

use kith_access::{Account, Person};
use kith_base::{Day, Id, words};

/// Names a task's id.
pub enum Task {}

words! {
    /// Why there is a task.
    pub enum Kind {
        Action = "action" / "Action",
        TellPerson = "tell_person" / "Tell the person",
        TellAgency = "tell_agency" / "Tell who asked",
        MessageFailed = "message_failed" / "A message did not arrive",
        SamePerson = "same_person" / "Same person?",
        CheckFiling = "check_filing" / "Not filed by the practice",
        NotRead = "not_read" / "Not read by the practice",
        Notice = "notice" / "Important notice",
        LoneWorking = "lone_working" / "Lone working",
    }
}

words! {
    /// Who does it.
    pub enum Who {
        Worker = "worker" / "Link worker",
        Person = "person" / "The person",
        Practice = "practice" / "The practice",
        Other = "other" / "Somebody else",
    }
}

words! {
    /// What became of an action when its referral was closed.
    pub enum Became {
        Done = "done" / "Done",
        Handed = "handed" / "Handed to the practice",
        NotNeeded = "not_needed" / "No longer needed",
    }
}

/// A task to be made.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Whom it is about.
    pub person: Option<Id<Person>>,
    /// The referral it belongs to.
    pub referral: Option<Id<crate::Referral>>,
    /// The contact it came from.
    pub contact: Option<Id<crate::Contact>>,
    /// Why there is one.
    pub kind: Kind,
    /// What is to be done.
    pub what: String,
    /// Who does it.
    pub who: Who,
    /// Whose list it is on; none is the manager's queue.
    pub owner: Option<Id<Account>>,
    /// By when.
    pub due: Day,
}
