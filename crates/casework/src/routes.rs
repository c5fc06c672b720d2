//! Every address of the area, each with what it needs.

use kith_access::Routes;

/// The routes of the case work.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .merge(crate::person::pages::routes())
        .merge(crate::details::routes())
        .merge(crate::tag::pages::routes())
        .merge(crate::task::pages::routes())
        .merge(crate::referral::pages::routes())
        .merge(crate::referral::close::routes())
        .merge(crate::referral::reopen::routes())
        .merge(crate::referral::take_back::routes())
        .merge(crate::referral::withdraw::routes())
        .merge(crate::booking::pages::routes())
        .merge(crate::contact::pages::routes())
        .merge(crate::import::routes())
        .merge(crate::team::routes())
        .merge(crate::export::routes())
        .merge(crate::waiting::routes())
        .merge(crate::caseload::routes())
        .merge(crate::today::routes())
        .merge(crate::concern::routes())
        .merge(crate::sensitive::routes())
        .merge(crate::lone::routes())
        .merge(crate::merge::routes())
        .merge(crate::sent::pages::routes())
        .merge(crate::myself::routes())
        .merge(crate::record::pages::routes())
}
