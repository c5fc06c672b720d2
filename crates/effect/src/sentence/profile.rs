//! Contacts before and after referral of one group alone (A1): the picture describes and
//! nothing is claimed, because referral happens at a peak.

use super::{Sentences, number};

/// The sentences of a profile without a comparison: contacts per person a month in the
/// run-up (months −3 to −1) and in the year after.
#[must_use]
pub fn single_group(run_up: f64, after: f64) -> Sentences {
    let (run_up, after) = (number(run_up, 2), number(after, 2));
    Sentences {
        link_worker:
            "People came to us at a busy time with their GP. Contacts usually settle after a \
                      peak, so this chart cannot show what you did."
                .to_owned(),
        gp: format!(
            "Contacts went from {run_up} to {after} a month after a peak. That happens without any \
             service. No effect is claimed."
        ),
        researcher: "Single arm; regression to the mean not identifiable; effect withheld (R1)."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_without_a_comparison_is_given_no_cause_and_no_percentage() {
        let said = single_group(2.14, 0.7);
        assert!(said.gp.contains("from 2.14 to 0.70 a month"));
        for sentence in said.with_readers().map(|r| r.1) {
            assert!(
                !sentence.contains('%') && !sentence.contains("because of"),
                "{sentence}"
            );
        }
        assert!(said.researcher.contains("R1"));
    }
}
