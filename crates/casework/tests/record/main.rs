//! A link worker's work with one person, through the real pages without
//! scripts, on both databases.

mod contact;
mod draft;
mod details;
mod ending;
mod lone;
mod seen;
mod tasks;
mod withdrawn;

use axum::Router;
use kith_access::App;

/// The program with the pages of this area alone.
fn program(app: App) -> Router {
    kith_casework::routes().into_router(app)
}
