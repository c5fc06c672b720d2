//! Every route of the area, one line for each thing.

use kith_access::Routes;

use crate::{message, referral};

/// Every route of the area.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(referral::pages::routes())
        .merge(referral::myself::routes())
        .merge(message::pages::routes())
}
