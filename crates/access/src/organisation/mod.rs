//! Organisations of a scheme: the practices that refer, the network or
//! provider that employs the link workers, voluntary organisations. Everybody
//! with an account belongs to one. An organisation is not deleted: it stops
//! being active, and what it did stays readable.

mod store;

pub use store::{OrganisationRow, all, insert, one, practices};

kith_base::words! {
    /// What sort of organisation.
    pub enum OrganisationKind {
        Practice = "practice" / "GP practice",
        Network = "network" / "Network or provider",
        Voluntary = "voluntary" / "Voluntary organisation",
    }
}
