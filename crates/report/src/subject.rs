//! Whose figures they are: the whole service's, one practice's, one link
//! worker's. A manager sees all of them, a practice its own, a link worker
//! their own; anything else is as if it were not there.

use kith_access::{Ability, Account, Actor, Organisation, Reach, Role, account, organisation};
use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::paths;

/// Whose figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "of", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// Everybody's.
    Scheme,
    /// Those of the people of a practice.
    Practice(Id<Organisation>),
    /// Those of the people whose link worker it is, or was at their end.
    Worker(Id<Account>),
}

impl Subject {
    /// The word it is stored under.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Practice(_) => "practice",
            Self::Worker(_) => "worker",
        }
    }

    /// The practice or the account; none for the whole service.
    #[must_use]
    pub const fn id(self) -> Option<Uuid> {
        match self {
            Self::Scheme => None,
            Self::Practice(id) => Some(id.uuid()),
            Self::Worker(id) => Some(id.uuid()),
        }
    }

    /// The practice, when it is one's.
    #[must_use]
    pub const fn practice(self) -> Option<Id<Organisation>> {
        match self {
            Self::Practice(id) => Some(id),
            Self::Scheme | Self::Worker(_) => None,
        }
    }

    /// The link worker, when it is one's.
    #[must_use]
    pub const fn worker(self) -> Option<Id<Account>> {
        match self {
            Self::Worker(id) => Some(id),
            Self::Scheme | Self::Practice(_) => None,
        }
    }

    /// From its two columns.
    #[must_use]
    pub fn of(kind: &str, id: Option<Uuid>) -> Option<Self> {
        match (kind, id) {
            ("scheme", None) => Some(Self::Scheme),
            ("practice", Some(id)) => Some(Self::Practice(Id::of(id))),
            ("worker", Some(id)) => Some(Self::Worker(Id::of(id))),
            _ => None,
        }
    }

    /// Whose figures somebody begins with.
    ///
    /// # Errors
    /// Not allowed, when they see none.
    pub fn own(actor: &Actor) -> Result<Self, Refusal> {
        let scope = actor.scope(Ability::SeeFigures)?;
        match (scope.how_far(), scope.practice()) {
            (Reach::Scheme, _) => Ok(Self::Scheme),
            (Reach::Practice, Some(practice)) => Ok(Self::Practice(practice)),
            (Reach::Own, _) => Ok(Self::Worker(scope.account())),
            _ => Err(Refusal::not_found()),
        }
    }

    /// Whether somebody may see these.
    ///
    /// # Errors
    /// As if they were not there, when not.
    pub fn allowed(self, actor: &Actor) -> Result<(), Refusal> {
        let own = Self::own(actor)?;
        if own == Self::Scheme || own == self {
            Ok(())
        } else {
            Err(Refusal::not_found())
        }
    }

    /// The practice's or the link worker's name; none for the whole service.
    ///
    /// # Errors
    /// When there is no such practice or link worker in the scheme.
    pub async fn name(self, tx: &mut Tx, actor: &Actor) -> Outcome<Option<String>> {
        Ok(match self {
            Self::Scheme => None,
            Self::Practice(id) => organisation::practices(tx, actor.scheme)
                .await?
                .into_iter()
                .find(|practice| practice.id == id)
                .map(|practice| Some(practice.name.to_string()))
                .ok_or_else(Refusal::not_found)?,
            Self::Worker(id) => {
                let worker = account::one(tx, actor.scheme, id).await?;
                if worker.role != Role::LinkWorker {
                    return Err(Refusal::not_found().into());
                }
                Some(worker.name.to_string())
            }
        })
    }

    /// Where what changed for them is shown.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Scheme => paths::changed(),
            Self::Practice(id) => paths::changed_practice(id),
            Self::Worker(id) => paths::changed_worker(id),
        }
    }
}
