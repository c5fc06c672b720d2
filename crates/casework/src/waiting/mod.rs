//! The waiting list: everybody nobody has taken on yet, and everybody whose
//! link worker left. The longest wait comes first; who has waited past the
//! scheme's working days is said in words. A link worker takes somebody on, a
//! manager gives them to somebody, either sends a referral back with a reason
//! and a next step. What each of these does is `referral::actions`.

pub mod store;
pub mod form;
pub mod picture;
pub mod pages;

pub use pages::routes;
