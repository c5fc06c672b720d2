//! Two switches on a person whom somebody may harm. *Location-sensitive*:
//! where they are is hidden from everybody without a grant, found by no
//! search, and nothing already waiting to be sent goes out. *Restricted*: only
//! named people open the record; for everybody else it does not exist, and
//! only the full NHS number with the birth date brings the answer whom to ask.
//! Each change has its reason, a notice to the team and a row of the trail.

pub mod store;
pub mod actions;
mod pages;

pub use pages::routes;

kith_base::words! {
    /// Which switch.
    pub enum Switch {
        Location = "location" / "Where they are is hidden",
        Restricted = "restricted" / "Only named people open the record",
    }
}
