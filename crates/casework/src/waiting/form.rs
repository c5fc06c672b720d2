//! The two forms of the waiting list: sending a referral back, and giving one
//! to a link worker.

use kith_access::Account;
use kith_base::{Id, Line, words};
use kith_pages::form::{Hidden, Maybe, One, Pick, Text};

use crate::referral::DeclineReason;

words! {
    /// Whether the person knows that their referral has ended.
    pub enum Knows {
        Told = "told" / "Yes, they have been told",
        NotYet = "not_yet" / "Not yet: put it on my tasks",
    }
}

/// A referral to be sent back.
#[derive(Clone, Debug)]
pub struct Decline {
    /// The version the page showed.
    pub version: i64,
    /// Why.
    pub reason: DeclineReason,
    /// What the practice and the person can do now.
    pub next_step: Line,
    /// Whether the person knows.
    pub person_knows: Knows,
}

kith_pages::form! {
    /// Why a referral goes back, and what happens instead.
    pub DeclineForm => Decline {
        version: Hidden<i64> = "The version of the referral",
        reason: One<DeclineReason> = One::new("Why can we not take this on?"),
        next_step: Text<Line> = Text::new("What can the practice and the person do now?")
            .called("what can be done now")
            .hint("The practice reads exactly this"),
        person_knows: One<Knows> = One::new("Does the person know?"),
    }
}

/// A referral to be given to somebody.
#[derive(Clone, Debug)]
pub struct Assign {
    /// The version the page showed.
    pub version: i64,
    /// To whom.
    pub worker: Id<Account>,
    /// What they should know.
    pub summary: Option<Line>,
}

kith_pages::form! {
    /// Who takes a referral over.
    pub AssignForm => Assign {
        version: Hidden<i64> = "The version of the referral",
        worker: Pick<Id<Account>> = Pick::empty("Link worker"),
        summary: Maybe<Text<Line>> = Text::new("What should they know?")
            .called("what they should know")
            .hint("For a handover: where things stand, and that the person agreed to the change"),
    }
}
