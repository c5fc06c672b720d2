//! Whole stories through the whole program, on both databases and without
//! JavaScript: a referral from its sending to its end, a link worker who
//! leaves, events in any order, a morning with forty people, what happens to words half written,
//! and what each page asks of the database.

mod whole_story;
mod leaver;
mod any_order;
mod morning;
mod half_written;
mod page_cost;

use axum::Router;
use kith_access::App;

/// The program with everything that is hung into it.
fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}
