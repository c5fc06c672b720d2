//! Files for the figures, from the page to the cells, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod made;
mod manager_brings_in_gp_contacts;
mod cells_from_the_database;
