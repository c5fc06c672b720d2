//! Who is registered at a practice, and what contacts they had with it.
//! Most of them were never referred and are nobody's business here: their NHS
//! number is turned into a pseudonym as the row is read, under a key that is
//! stored nowhere, and is kept in no table and no log. Only somebody who has a
//! record here is tied to it. People who opted out are left out by the
//! practice before the file is made.
//! Only whole months count: a month somebody joined or left in is passed over.

pub mod pseudonym;
pub mod rows;
pub mod store;

use kith_base::words;

pub use pseudonym::{Pseudonym, Pseudonyms};

words! {
    /// Sex, as a practice records it.
    pub enum Sex {
        Female = "female" / "Female",
        Male = "male" / "Male",
        Other = "other" / "Other",
        NotRecorded = "not_recorded" / "Not recorded",
    }
}

words! {
    /// What sort of contact it was.
    pub enum ContactKind {
        Gp = "appointment_gp" / "Appointment with a GP",
        Nurse = "appointment_nurse" / "Appointment with a nurse",
        OtherStaff = "appointment_other" / "Appointment with other staff",
        Telephone = "telephone" / "Telephone consultation",
        Video = "video" / "Video consultation",
        HomeVisit = "home_visit" / "Home visit",
        Online = "online" / "Online consultation",
        Other = "other" / "Other",
    }
}
