//! A refusal is a "no" we expect: it tells the user what happened and what to
//! do next, and is written beside the rule that says no. Faults (ours) are
//! not refusals: they are logged once with a reference.

use std::fmt;

/// What sort of "no" it is; the door (page, API, command line) turns it into
/// its own sign: a status, an exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Something in what was sent is not right (422).
    Invalid,
    /// The account may not do this (403).
    NotAllowed,
    /// It is not there, or the account may not know that it is (404).
    NotFound,
    /// The thing has changed, or its state does not allow it (409).
    Conflict,
    /// Too many tries (429).
    TooMany,
    /// The account must prove again who it is (401 to the step-up page).
    StepUp,
}

/// A "no" with its reason and the next step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What sort of "no".
    pub kind: Kind,
    /// The field of the form it is about, when it is about one.
    pub field: Option<&'static str>,
    /// What happened, in the user's words.
    pub what: String,
    /// What to do next; empty when there is nothing to do.
    pub next: String,
}

impl Refusal {
    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            field: None,
            what: what.into(),
            next: String::new(),
        }
    }

    /// A field holds something it may not.
    pub fn field(field: &'static str, what: impl Into<String>) -> Self {
        Self {
            field: Some(field),
            ..Self::new(Kind::Invalid, what)
        }
    }

    /// What was sent is not right as a whole.
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, what)
    }

    /// The account's role does not do this.
    pub fn not_allowed(what: impl Into<String>) -> Self {
        Self::new(Kind::NotAllowed, what)
    }

    /// Not there, or not to be known: the same words for both, always.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "Not found, or you do not have access")
            .try_next("Check the address, or ask your manager")
    }

    /// The thing is not in a state that allows this.
    pub fn conflict(what: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, what)
    }

    /// Somebody tried too often.
    pub fn too_many(what: impl Into<String>) -> Self {
        Self::new(Kind::TooMany, what)
    }

    /// The account must prove again who it is before this.
    #[must_use]
    pub fn step_up() -> Self {
        Self::new(Kind::StepUp, "Confirm it is you before you go on")
    }

    /// Adds what to do next.
    #[must_use]
    pub fn try_next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.next.is_empty() {
            write!(f, ". {}", self.next)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
