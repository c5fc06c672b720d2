//! What the disk and the machine may do to the program, and what it promises
//! all the same.

mod witness;
mod kill;
mod sync;
mod full;
mod scarce;
mod server;
mod record;
mod disk;
mod power;
