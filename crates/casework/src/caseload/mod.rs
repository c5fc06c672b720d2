//! A link worker's people: everybody they hold now, with what comes next and
//! what is missing. The counts on top open their list; the filters stand in
//! the address as codes. The page costs the same however many cases the
//! scheme has: it reads only the worker's unfinished referrals, by their index.

pub mod store;
pub mod search;
mod ask;
mod chosen;
mod several;
pub mod pages;

pub use pages::routes;
