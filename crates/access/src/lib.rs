//! Who somebody is, what they may see, and the trail of what they did.
//! Accounts and roles, signing in with two factors, the scope every query on
//! people takes, the audit trail, the outbox, a scheme's settings, and the
//! one way to make a route. What a referral or a note is belongs to
//! `casework`, which finds here everything about who is asking.
//!
//! # A page about people, from its route to its query
//! A route says what it needs: `Routes::new().get("/people/{person}",
//! Needs::Can(Ability::SeeNotes), show)`. Its handler is given [`Signed`],
//! takes `signed.actor.scope(Ability::SeeNotes)?`, gives the [`Scope`] to a
//! query with [`person_in_scope!`] in its `where`, writes
//! `audit::look(tx, &signed.actor, person, "see a record")`, and answers
//! `signed.page("…").view(&template)`. Somebody out of scope is
//! `Refusal::not_found()`. A form's handler also takes
//! `kith_pages::form::Posted`, begins its action with [`once`], and ends with
//! `kith_pages::done(path, "…")`.

pub mod role;
pub mod actor;
pub mod secret;
pub mod settings;
pub mod audit;
pub mod outbox;
pub mod who;
pub mod app;
mod own_path;
mod peer;
mod sheet;
pub mod session;
mod trouble;
mod signed;
mod needs;
mod door;
mod routes;
pub mod scheme;
pub mod checkpoint;
pub mod account;
pub mod organisation;
mod proof;
mod mailed;
mod made_up;
pub mod sign_in;
pub mod welcome;
pub mod own_account;
pub mod staff;
pub mod scheme_settings;
pub mod deliveries;
pub mod break_glass;
pub mod trail;
pub mod demo;
#[cfg(feature = "testing")]
pub mod testing;

/// Every route of this area, the demonstration's apart.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(sign_in::routes())
        .merge(welcome::routes())
        .merge(own_account::routes())
        .merge(staff::routes())
        .merge(organisation::routes())
        .merge(scheme_settings::routes())
        .merge(deliveries::routes())
        .merge(break_glass::routes())
        .merge(trail::routes())
}

pub use actor::{Account, Actor, Organisation, Person, Scheme, Scope};
pub use app::{App, BadOrigin, OnLeave, Origin};
pub use needs::{Needs, RouteInfo};
pub use own_path::OwnPath;
pub use peer::Peer;
pub use role::{Ability, MATRIX, Reach, Role};
pub use routes::Routes;
pub use secret::ServerKey;
pub use settings::SchemeSettings;
pub use signed::{Once, Signed, Uploaded, Visitor, once, once_in};
pub use trouble::{Answer, Trouble};
pub use who::{Grant, Restricted};
