//! Every number of `tests/cases/expected_py.json`, `expected_r.json` and `glmmtmb_top.json`
//! (computed by independent programs: statsmodels, scipy, R) is reproduced here from the same
//! data. Each section checks its part through a [`ledger::Ledger`]; the last test walks the
//! files and fails for a number that no section looked at.
//!
//! A new section: a module with `pub fn check(ledger: &mut Ledger)`, and a line in
//! `SECTIONS`.

mod count_models;
mod event;
mod gee;
mod ledger;
mod rollout;
mod series;
mod random_intercept;
mod reach;
mod table;
mod wellbeing;

use ledger::Ledger;

/// What has a name in a failure message, and what checks it.
type Section = (&'static str, fn(&mut Ledger));

const SECTIONS: &[Section] = &[
    ("count models", count_models::check),
    ("estimating equations", gee::check),
    ("around the referral", event::check),
    ("practice intercept", random_intercept::check),
    ("interrupted series", series::check),
    ("roll-out", rollout::check),
    ("reach", reach::check),
    ("wellbeing", wellbeing::check),
];

#[test]
fn every_expected_number_is_reproduced() {
    let mut ledger = Ledger::open();
    for (name, check) in SECTIONS {
        let before = ledger.checked();
        check(&mut ledger);
        println!("{name}: {} numbers checked", ledger.checked() - before);
    }
    let failures = ledger.failures();
    assert!(
        failures.is_empty(),
        "{} numbers differ:\n{}",
        failures.len(),
        failures.join("\n")
    );

    let forgotten = ledger.unchecked();
    assert!(forgotten.is_empty(), "no section checks:\n{forgotten:#?}");
}
