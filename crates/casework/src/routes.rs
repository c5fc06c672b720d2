//! Every route of the area: each thing brings its own.

use kith_access::Routes;

use crate::{caseload, waiting};

/// All of them.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(waiting::routes())
        .merge(caseload::routes())
}
