//! The statistics themselves: pure functions from figures to findings.
//! Each finding carries n, missing, method, interval, assumptions and the refusals
//! that hold; each number is checked against an independent implementation
//! (`tests/reference`). Everything that can be is fitted on grouped cells; a row is
//! a cell with n = 1. A module uses only those above it.

pub mod limits;
pub mod refusal;
pub mod estimate;
pub mod draw;
pub mod proportion;
pub mod multiplicity;
pub mod disclosure;
pub mod peak;
pub mod xmr;
pub mod agreement;
pub mod funnel;
pub mod linear;
pub mod design;
pub mod counts;
pub mod sandwich;
pub mod second_pass;
pub mod strata;
pub mod inverse_root;
pub mod cr2;
pub mod poisson;
pub mod absorbed;
pub mod rising;
pub mod negative_binomial;
pub mod random_intercept;
pub mod gee;
pub mod sensitivity;
pub mod newey_west;
pub mod ar1;
pub mod series;
pub mod event_time;
pub mod ratio_reading;
pub mod leads;
pub mod matching;
pub mod staying;
pub mod before_after;
pub mod made_up;
pub mod comparison;
pub mod simulation;
pub mod etwfe;
pub mod group_time;
pub mod rollout;
pub mod least_squares;
pub mod logit;
pub mod inequality;
pub mod equity;
pub mod scores;
pub mod paired;
pub mod noise;
pub mod weighting;
pub mod imputation;
pub mod wellbeing;
