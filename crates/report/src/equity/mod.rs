//! Who is reached: people referred in the last year by age, sex, ethnicity and
//! deprivation, against the people who live there. "Not recorded" is a group of
//! its own, small numbers are hidden, and practices stand by name and in a
//! funnel, never in a ranking.

pub mod rules;
pub mod store;
pub mod by_practice;
pub mod pages;

pub use pages::routes;
