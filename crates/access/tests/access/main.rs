//! Access as its users meet it: through a real server on a real socket, on
//! every database there is.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
mod heard;
mod signing_in;
mod clock_jumps;
mod the_door;
mod who_sees_whom;
mod administrator;
mod administrators_forms;
mod guardian;
mod sealed_trail;
mod post;
mod post_encrypted;
mod passkeys;
