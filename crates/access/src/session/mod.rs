//! A session: a browser in which somebody has signed in. The browser holds a
//! random token in a cookie, the database its hash. Staff are signed out
//! after 15 idle minutes and after 12 hours at the latest, and on the oldest of
//! more than five browsers. Each request reads the account again, so a leaver is out and a changed role counts at once.
//! How somebody comes to have a session is `sign_in`'s.

pub(crate) mod cookie;
mod store;

pub use store::of_account;
pub(crate) use store::{
    Found, Stage, begin, end, end_all, end_older, end_others, find, renew, touch, touch_due,
};

/// Idle time after which a session is over, in seconds.
pub const IDLE_SECONDS: i64 = 15 * 60;
/// The longest a session lasts, in seconds.
pub const LONGEST_SECONDS: i64 = 12 * 60 * 60;
/// The longest time between the password and the second factor, in seconds.
pub const HALF_SECONDS: i64 = 10 * 60;
/// How many browsers one account may be signed in with at a time: one more
/// signs the oldest out.
const AT_A_TIME: i64 = 5;
/// How far the clocks of several servers may differ, in seconds.
const DRIFT_SECONDS: i64 = 5 * 60;
/// A session's last use is written down at most this often, in seconds.
const TOUCH_SECONDS: i64 = 60;
