//! The program: what the areas become together. Configuration, the router,
//! the home pages of each role, the jobs, the command line. It decides nothing
//! about people: that is the areas'. It is a library so that the tests and our
//! own checks see the same routes and commands as the binary.

pub mod checkpoints;
pub mod config;
pub mod logs;
pub mod key_file;
pub mod data_lock;
pub mod codes;
pub mod doctor;
pub mod joins;
pub mod jobs;
pub mod health;
pub mod areas;
pub mod homes;
pub mod router;
pub mod seed;
pub mod server;
pub mod cli;
