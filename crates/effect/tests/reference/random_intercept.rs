//! Negative binomial with an intercept for each practice, by Laplace's method as glmmTMB
//! has it, from the cells.
//!
//! glmmTMB stops below the top of its own likelihood: it says "singular convergence" where the
//! gradient is still 5e-3. Its small coefficients are then 2e-4 (`post`) and 1e-3 (`t`) off in
//! relative terms, 1e-4 of their standard errors, so against `expected_r.json` coefficients are
//! met in units of the log ratio, as its note says. `cases/glmmtmb_top.json` is the same
//! likelihood carried on to its top by `cases/glmmtmb_top.R`; there every number is met as
//! closely as everywhere else.

use kith_effect::stats::random_intercept::RandomIntercept;

use crate::count_models::{Panel, vector};
use crate::ledger::{COEFFICIENT, ERROR_R, Ledger, OTHER_OPTIMISER, Tolerance};

pub fn check(ledger: &mut Ledger) {
    let panel = Panel::from_cells();
    // One node is Laplace's method.
    let laplace = RandomIntercept::fit(&panel.cells, &panel.histogram, &panel.practice, 1)
        .expect("the panel can be fitted");
    let stopped = "r/count_panel/glmmTMB_nb2_practice_re";
    let in_log_ratios = Tolerance::Absolute(1e-4);
    for (path, coefficient, error, other) in [
        (stopped, in_log_ratios, OTHER_OPTIMISER, OTHER_OPTIMISER),
        // The errors there are from a Hessian by differences.
        ("top", COEFFICIENT, ERROR_R, COEFFICIENT),
    ] {
        let (coef, se) = (format!("{path}/coef"), format!("{path}/se"));
        vector(ledger, &panel, &coef, &laplace.coefficients, coefficient);
        vector(ledger, &panel, &se, &laplace.errors, error);
        let others = [
            ("theta", laplace.theta),
            ("sd_practice", laplace.spread),
            ("loglik", laplace.log_likelihood),
        ];
        ledger.close_named(path, others, other);
    }
    let below = laplace.log_likelihood - ledger.expected(&format!("{stopped}/loglik"));
    assert!((0.0..1e-6).contains(&below), "{below}");
}
