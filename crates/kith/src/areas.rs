//! The routes of the areas, put together: what there is to go to.

use std::{collections::BTreeSet, sync::LazyLock};

use kith_access::{
    Routes, break_glass, deliveries, demo, organisation, own_account, scheme_settings, sign_in,
    staff, trail, welcome,
};

/// Every route of the areas.
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
        .merge(demo::routes())
        .merge(kith_casework::routes())
        .merge(kith_report::routes())
}

/// Whether there is a page at a path.
#[must_use]
pub fn has_page(path: &str) -> bool {
    static PAGES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
        routes()
            .list()
            .iter()
            .filter(|route| route.method == "GET")
            .map(|route| route.path)
            .collect()
    });
    PAGES.contains(path)
}
