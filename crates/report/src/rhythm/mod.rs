//! How referrals and waits go up and down, month by month (XmR): whether a
//! month is more than the ordinary movement, which is a question to ask and
//! never a mark. Whole months only; fewer than twelve give no limits.

pub mod rules;
pub mod store;
pub mod pages;

pub use pages::routes;
