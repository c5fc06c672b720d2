//! The person's own door: somebody asks for help themself, without an account
//! and without an NHS number. Where help is in an emergency stands before
//! anything is asked; danger leads to a concern, not to a waiting list; no
//! promise is made about health. The words are for a reading age of nine to
//! eleven. What is typed here never lands in a record that is known already.

pub mod form;
pub mod pages;
mod leaflet;
mod paper;
mod drawn;
mod easy;

use kith_access::Routes;

/// The routes of the person's own door, on the screen, on paper and in easy
/// read, and of the leaflet.
#[must_use]
pub fn routes() -> Routes {
    pages::routes()
        .merge(leaflet::routes())
        .merge(paper::routes())
        .merge(easy::routes())
}
