//! Report brings the figures of a service to the people who ask for them: what
//! changed in GP contacts and wellbeing, who is reached, how referrals and
//! waits go up and down. It gathers what comes by file and what the record
//! holds, groups it in the database, and has `kith_effect` read it.
//! The rule that matters: a refusal is shown as plainly as a finding, and no
//! figure stands without its n, its missing, its interval and its method.

pub mod paths;
pub mod month;
pub mod gathered;
pub mod gp;
pub mod score;
pub mod population;
pub mod files;
pub mod subject;
pub mod cells;
pub mod shown;
pub mod reading;
pub mod what_changed;
pub mod equity;
pub mod rhythm;
pub mod home;
pub mod routes;

pub use routes::routes;
