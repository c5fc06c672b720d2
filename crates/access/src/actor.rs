//! Who is asking. An [`Actor`] is an account that has proved who it is, as
//! it stands at this request: a changed role or a leaver counts at once,
//! because each request reads the account again. A [`Scope`] is how far the
//! actor reaches for one ability; only this area makes one, and every query
//! on people takes one (`who` says how). Signing in belongs to `sign_in`.

use std::sync::Arc;

use kith_base::{Day, Id, Refusal, Ts};

use crate::role::{Ability, Reach, Role};

/// Names the scheme, the social prescribing service that owns the records.
pub enum Scheme {}
/// Names an account: one member of staff.
pub enum Account {}
/// Names an organisation: a practice, a network, a voluntary organisation.
pub enum Organisation {}
/// Names a person the scheme serves.
pub enum Person {}

/// How long a proof of who one is lasts for what asks for it again.
pub const STEP_UP_SECONDS: i64 = 10 * 60;

/// A signed-in account at one request. Made by this area alone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Actor {
    /// The scheme it belongs to.
    pub scheme: Id<Scheme>,
    /// The scheme's name, for the head of a page.
    pub scheme_name: Arc<str>,
    /// The account.
    pub account: Id<Account>,
    /// Its name, as others read it.
    pub name: Arc<str>,
    /// What it does.
    pub role: Role,
    /// Its organisation.
    pub organisation: Id<Organisation>,
    /// Its practice, when it is of practice staff.
    pub practice: Option<Id<Organisation>>,
    /// Whether it is the scheme's safeguarding lead or deputy.
    pub lead: bool,
    /// When it last proved, with both factors, who it is.
    pub proved_at: Ts,
    /// The moment of the request.
    pub now: Ts,
    /// Whether it acts at the command line and not on a page: the audit trail
    /// says so.
    pub at_command_line: bool,
}

impl Actor {
    /// The same account, acting at the command line.
    #[must_use]
    pub fn by_command_line(self) -> Self {
        Self {
            at_command_line: true,
            ..self
        }
    }

    /// How far the actor reaches for an ability, without asking for a new
    /// proof: for deciding what a page offers.
    #[must_use]
    pub fn reach(&self, ability: Ability) -> Reach {
        ability.row().reach(self.role, self.lead)
    }

    /// Whether the actor reaches anything at all: what to offer on a page.
    #[must_use]
    pub fn can(&self, ability: Ability) -> bool {
        self.reach(ability) != Reach::Nothing
    }

    /// The scope of an ability, to be given to queries.
    ///
    /// # Errors
    /// `NotAllowed` when the role does not reach anything; `StepUp` when the
    /// ability asks for a proof of the last ten minutes.
    pub fn scope(&self, ability: Ability) -> Result<Scope, Refusal> {
        let reach = self.reach(ability);
        if reach == Reach::Nothing {
            return Err(Refusal::not_allowed("Your role does not include this")
                .try_next("Ask your manager if you need it"));
        }
        if ability.row().step_up && self.now.seconds_since(self.proved_at) > STEP_UP_SECONDS {
            return Err(Refusal::step_up());
        }
        Ok(Scope {
            scheme: self.scheme,
            account: self.account,
            practice: self.practice,
            reach,
            glass: ability.row().opens_by_glass(),
            now: self.now,
        })
    }

    /// The day it is at the request, in London.
    #[must_use]
    pub fn today(&self) -> Day {
        self.now.day()
    }
}

/// The end of the year 9999: later than any moment either database is given.
const END_OF_TIME: Ts = Ts::from_micros(253_402_300_799_000_000);

/// How far one actor reaches for one ability.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    scheme: Id<Scheme>,
    account: Id<Account>,
    practice: Option<Id<Organisation>>,
    reach: Reach,
    glass: bool,
    now: Ts,
}

impl Scope {
    /// The scheme: `$1` of a query on people.
    #[must_use]
    pub const fn scheme(&self) -> Id<Scheme> {
        self.scheme
    }
    /// The reach as the short word: `$2`.
    #[must_use]
    pub const fn reach(&self) -> &'static str {
        self.reach.word()
    }
    /// The actor's practice, if it has one: `$3`.
    #[must_use]
    pub const fn practice(&self) -> Option<Id<Organisation>> {
        self.practice
    }
    /// The account that asks: `$4`.
    #[must_use]
    pub const fn account(&self) -> Id<Account> {
        self.account
    }
    /// The moment of the request.
    #[must_use]
    pub const fn now(&self) -> Ts {
        self.now
    }
    /// A break-glass access must end after this moment to count: `$5`. It is
    /// the moment of the request for what such an access opens, and the end
    /// of time for everything else.
    #[must_use]
    pub const fn glass_after(&self) -> Ts {
        if self.glass { self.now } else { END_OF_TIME }
    }
    /// The day of the request: `$6`.
    #[must_use]
    pub fn today(&self) -> Day {
        self.now.day()
    }
    /// How far it reaches.
    #[must_use]
    pub const fn how_far(&self) -> Reach {
        self.reach
    }
}
