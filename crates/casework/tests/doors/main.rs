//! Journeys through the doors: a practice refers and reads what comes of it,
//! and somebody asks for help themself. Through the real pages, without
//! JavaScript, on both databases.

mod filing;
mod hears_back;
mod myself;
mod refers;

use axum::Router;
use kith_access::App;
use kith_base::NhsNumber;

/// The program with the pages of this area alone.
fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}

/// A made-up NHS number, as people type it.
fn number(nth: u32) -> String {
    NhsNumber::with_check_digit(999_000_000 + nth)
        .expect("a number with a check digit")
        .spaced()
}
