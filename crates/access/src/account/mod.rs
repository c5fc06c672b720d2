//! An account is one member of staff who may sign in. It is invited by mail,
//! active once both factors are set, and left when its owner leaves; it is
//! never deleted, because what it did stays readable. Whoever leaves hands
//! over what they owned in the same transaction, and is out at once.

mod store;

pub use store::{AccountRow, all, by_email, insert, leave, link_workers, one};
pub(crate) use store::{change, change_address, scheme_of};

use kith_base::Refusal;

kith_base::words! {
    /// How an account stands.
    pub enum AccountState {
        Invited = "invited" / "Invited",
        Active = "active" / "Active",
        Left = "left" / "Left",
    }
}

/// The refusal when two people changed the same thing.
pub(crate) fn changed_meanwhile() -> Refusal {
    Refusal::conflict("Somebody else changed this since you opened it")
        .try_next("Open it again and make your change once more")
}
