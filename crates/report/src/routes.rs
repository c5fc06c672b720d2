//! Every address of the area, each with what it needs.

use kith_access::Routes;

/// The routes of the figures.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(crate::files::routes())
        .merge(crate::what_changed::routes())
        .merge(crate::equity::routes())
        .merge(crate::rhythm::routes())
        .merge(crate::home::routes())
}
