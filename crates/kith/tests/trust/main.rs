//! What Kith promises about trust, looked at from outside and over the whole
//! program: every route, every role, every format, on both databases. A route
//! added tomorrow is walked by these tests without a line being written here;
//! one with a new sort of place in its address must say what stands there
//! (`story::Objects`).

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod happenings;
mod story;
mod heard;
mod secrets;
mod canaries;
mod looks;
mod mails;
mod matrix;
mod csrf;
mod glass;
mod hostile;
mod formulas;
mod statements;
mod bounds;
mod two_people;
mod kept_outside;
mod over;
mod telling;
mod asvs;

use axum::Router;
use kith_access::App;

/// The program with everything that is hung into it.
pub fn program(app: App) -> Router {
    kith::router::program(kith::router::app(app), None)
}
