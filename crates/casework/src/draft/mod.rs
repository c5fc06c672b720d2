//! A draft: what somebody has typed into a form about a person and not saved
//! yet. One for each worker and person, kept by the server, so that it is
//! there again after a sign-out, a flat battery or a telephone call. Only the
//! one who typed it is ever shown it; saving the form takes it away.

pub mod store;
pub mod actions;
