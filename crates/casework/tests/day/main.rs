//! The link worker's day: whom they meet and when, the week ahead, what they
//! take along; through the real pages without scripts, on both databases.

mod booked;
mod cover;
mod pack;
mod replies;
mod several;
mod tags;

use axum::Router;
use kith_access::App;

/// The program with the pages of this area alone.
fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}
