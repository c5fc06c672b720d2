//! What the practice hears back: that a referral was received, that the person
//! was first seen, connected, closed, or that it came back. Each message says
//! what the practice needs to do (usually nothing), who wrote it and in which
//! role, and carries a clinical code only when `rules` allows one.
//! The practice ticks "filed"; until then its absence is visible.

pub mod rules;
pub mod store;
pub mod actions;
pub mod chase;

use kith_access::Organisation;
use kith_base::{Id, words};

use crate::{Referral, person::Person};

/// Names a message's id.
pub enum Message {}

words! {
    /// What a message is about.
    pub enum Stage {
        Received = "received" / "Received",
        FirstSeen = "first_seen" / "First seen",
        Connected = "connected" / "Connected",
        Closed = "closed" / "Closed",
        Declined = "declined" / "Came back",
        Note = "note" / "Note",
    }
}

impl Stage {
    /// Whether it belongs in the practice's record: that a referral was
    /// received does not.
    #[must_use]
    pub fn is_to_file(self) -> bool {
        self != Self::Received
    }
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The referral it answers.
    pub referral: Id<Referral>,
    /// Whom it is about.
    pub person: Id<Person>,
    /// The practice that reads it; none for a self-referral without one.
    pub practice: Option<Id<Organisation>>,
    /// What it is about.
    pub stage: Stage,
    /// What it says.
    pub words: String,
    /// What the practice needs to do.
    pub to_do: Option<String>,
    /// The event whose clinical code belongs to it, if any.
    pub event: Option<rules::CodedEvent>,
}

impl NewMessage {
    /// Whether a practice must say that it read it: what came back, where
    /// there is a practice to read it.
    #[must_use]
    pub fn needs_answer(&self) -> bool {
        self.stage == Stage::Declined && self.practice.is_some()
    }
}
