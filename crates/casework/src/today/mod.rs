//! The link worker's day on one page: what needs them now, whom they meet,
//! who is new, and who has nothing planned; the same of a day of the coming
//! week. Each box is bounded and says when it is empty; nothing here is
//! decided, it only shows what other things know. A date can be set in the
//! row, so that the morning costs few presses.

pub mod store;
mod share;
mod week;
mod tables;
mod replies;
mod pack;
pub mod pages;

pub use pages::routes;
