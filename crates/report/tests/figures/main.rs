//! The pages of the figures, on both databases: full, empty, each refusal, for
//! each reader, and who may see what.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod made;
mod from_the_question_to_the_answer;
mod how_referrals_go;
mod what_changed;
mod who_is_reached;
