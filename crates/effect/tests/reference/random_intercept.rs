//! Negative binomial with an intercept for each practice, by Laplace's method as glmmTMB
//! has it, from
//! the cells.

use kith_effect::stats::random_intercept::RandomIntercept;

use crate::count_models::{Panel, vector};
use crate::ledger::{Ledger, OTHER_OPTIMISER, Tolerance};

pub fn check(ledger: &mut Ledger) {
    let panel = Panel::from_cells();
    // One node is Laplace's method.
    let laplace = RandomIntercept::fit(&panel.cells, &panel.histogram, &panel.practice, 1)
        .expect("the panel can be fitted");
    let path = "r/count_panel/glmmTMB_nb2_practice_re";
    // glmmTMB stops a hair below the top of the likelihood, so its small coefficients are
    // met in units of the log ratio.
    let hair = Tolerance::Absolute(1e-4);
    vector(
        ledger,
        &panel,
        &format!("{path}/coef"),
        &laplace.coefficients,
        hair,
    );
    vector(
        ledger,
        &panel,
        &format!("{path}/se"),
        &laplace.errors,
        Tolerance::Relative(1e-3),
    );
    ledger.close(&format!("{path}/theta"), laplace.theta, OTHER_OPTIMISER);
    ledger.close(
        &format!("{path}/sd_practice"),
        laplace.spread,
        OTHER_OPTIMISER,
    );
    ledger.close(
        &format!("{path}/loglik"),
        laplace.log_likelihood,
        OTHER_OPTIMISER,
    );
    let theirs = ledger.expected(&format!("{path}/loglik"));
    assert!(
        (0.0..1e-6).contains(&(laplace.log_likelihood - theirs)),
        "{}",
        laplace.log_likelihood - theirs
    );
}
