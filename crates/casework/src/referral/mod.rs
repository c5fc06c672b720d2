//! A referral: somebody is sent to the service, by their practice, by
//! themselves, or from a file. It waits, is taken on by a link worker, is
//! opened by the person's own yes, and ends with a message to whoever sent it.
//! What may happen when is `rules`; what a user does is `actions`.

pub mod need;
pub mod eligible;
mod moves;
pub mod rules;
#[cfg(test)]
mod rules_tests;
pub mod store;
mod matching;
pub mod arrival;
pub mod agency;
pub mod actions;
pub mod line;
pub mod one_line;
pub mod form;
pub mod receipt;
mod paper;
pub mod pages;
pub mod about;
mod open_actions;
pub mod close;
pub mod reopen;
pub mod take_back;
pub mod withdraw;

use kith_access::{Account, Organisation};
use kith_base::{Id, Line, Name, Ts};

pub use need::{Agreed, Need, PracticeTold, Source, Told};
pub use rules::{Act, CloseReason, DeclineReason, End, Next, Promise, Standing, State, Tell};

use crate::person::Person;

pub use crate::Referral;

/// What a referral says, as it was sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// Which door it came through.
    pub source: Source,
    /// The practice that sent it, or that the person is registered with.
    pub practice: Option<Id<Organisation>>,
    /// The account that sent it.
    pub referrer: Option<Id<Account>>,
    /// Who sent it, as a name.
    pub referrer_name: Name,
    /// What it is about, the main need first; never empty.
    pub needs: Vec<Need>,
    /// A line more, when there is one.
    pub why: Option<Line>,
    /// What the person was told.
    pub told: Vec<Told>,
    /// Whether they agreed.
    pub agreed: Agreed,
}

/// A referral as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its id.
    pub id: Id<Referral>,
    /// What people quote on the telephone: `K7Q-2M9-X4B`.
    pub reference: String,
    /// Whom it is about.
    pub person: Id<Person>,
    /// What it says.
    pub sent: Sent,
    /// When it came.
    pub received_at: Ts,
    /// Where it stands.
    pub standing: Standing,
    /// Where the person is is hidden: no place is planned with them.
    pub location_hidden: bool,
    /// The link worker's name, when one has it.
    pub owner_name: Option<Name>,
    /// When the person was first seen.
    pub first_seen_at: Option<Ts>,
    /// How many contacts there were.
    pub contact_count: i64,
    /// The last of them.
    pub last_contact_at: Option<Ts>,
    /// What changed, in the person's words, once closed.
    pub what_changed: Option<String>,
    /// What the practice needs to do, once closed.
    pub practice_to_do: Option<String>,
    /// Counts the changes: a form carries it back.
    pub version: i64,
}
