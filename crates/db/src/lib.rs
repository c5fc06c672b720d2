//! The database, and the one way to change it.
//! An action is a closure given to [`Db::act`]: all of it is kept, or nothing
//! is, and it is answered only when it is safe on the disk. Reads go through
//! [`Db::read`]. The same store functions, with the same SQL text, serve both
//! and run on SQLite (embedded) and PostgreSQL (server) through [`on!`] and
//! [`run!`]. This crate alone knows which of the two is running; what is kept,
//! and who may see it, belongs to the areas above.

mod failure;
mod turn;
mod synced;
mod readers;
#[cfg(feature = "testing")]
mod tally;
mod tx;
mod fold;
mod keeper;
mod gate;
mod lite;
mod pg;
mod connect;
mod upkeep;
mod migrate;
mod schema;
#[cfg(feature = "testing")]
pub mod testing;

pub use connect::Db;
pub use failure::{DbFailure, Failure, Outcome};
pub use lite::readers;
pub use migrate::Migration;
pub use schema::{Column, ForeignKey, Table};
pub use sqlx::FromRow;
pub use tx::{Engine, Tx};
pub use upkeep::{Integrity, Stats};
