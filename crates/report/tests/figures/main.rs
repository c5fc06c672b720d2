//! The pages of the figures, on both databases: full, empty, each refusal, for
//! each reader, and who may see what.

mod made;
mod how_referrals_go;
mod what_changed;
mod who_is_reached;
