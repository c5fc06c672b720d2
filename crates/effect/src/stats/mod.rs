//! The statistics themselves: pure functions from figures to findings.
//! Each finding carries n, missing, method, interval, assumptions and the refusals
//! that hold; each number is checked against an independent implementation
//! (`tests/reference`). Everything that can be is fitted on grouped cells; a row is
//! a cell with n = 1. A module uses only those above it.

pub mod limits;
pub mod refusal;
pub mod estimate;
