//! One referral and whom it is about: what every page on it begins with.

use kith_access::{Ability, App, Scope, Signed, Trouble, audit};
use kith_base::{Id, Refusal};
use kith_db::{Outcome, Tx};
use kith_pages::Page;

use super::{Case, Referral, store};
use crate::person::{self, Identity, banner::banner};

/// A referral and whom it is about.
pub struct About {
    /// The referral.
    pub case: Case,
    /// Whom it is about.
    pub who: Identity,
}

impl About {
    /// A page on the referral, under the person's banner.
    #[must_use]
    pub fn page(&self, signed: &Signed, title: &str) -> Page {
        signed
            .page(title)
            .caption(format!("Referral {}", self.case.reference))
            .banner(banner(&self.who, signed.actor.today()))
    }
}

/// Loads a referral and whom it is about.
///
/// # Errors
/// Not found when the scope does not reach it.
pub async fn about(tx: &mut Tx, scope: &Scope, referral: Id<Referral>) -> Outcome<About> {
    let case = store::case(tx, scope, referral)
        .await?
        .ok_or_else(Refusal::not_found)?;
    let record = person::store::record(tx, scope, case.person)
        .await?
        .ok_or_else(Refusal::not_found)?;
    Ok(About {
        case,
        who: record.identity,
    })
}

/// Loads it for somebody who looks at it, which is written down.
///
/// # Errors
/// As [`about`].
pub async fn look(
    app: &App,
    signed: &Signed,
    needs: Ability,
    referral: Id<Referral>,
    action: &'static str,
) -> Result<About, Trouble> {
    let actor = &signed.actor;
    let scope = actor.scope(needs)?;
    let looks = async |tx: &mut Tx| -> Outcome<About> {
        let about = about(tx, &scope, referral).await?;
        audit::look(tx, actor, about.case.person, action).await?;
        Ok(about)
    };
    Ok(app.db.act(looks).await?)
}
