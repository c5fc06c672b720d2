//! What changed for the people referred: GP contacts beside wellbeing, kinds
//! of contact and contacts with link workers, as one reading says it. The
//! figures are of the whole service, of a practice, or of a link worker with at
//! least twenty people; never a list to compare one with another.

mod form;
mod pages;
mod show;

pub use pages::routes;
