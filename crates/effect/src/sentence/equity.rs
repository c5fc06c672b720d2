//! Whom the service reaches (A6): which groups are reached less or more than everybody
//! else beyond chance, after allowing for how many groups are looked at; the gradient; and
//! places outside the funnel. A difference is a question about the service, never a
//! ranking; and people whose group is not recorded are always mentioned.

use super::{Sentences, codes, number, people, percent, with_interval};
use crate::stats::disclosure::{Shown, share_shown, shown};
use crate::stats::equity::{GroupRate, Reach, Standardised};
use crate::stats::estimate::{Estimate, Finding};
use crate::stats::funnel::Funnel;
use crate::stats::inequality::Gradient;
use crate::stats::multiplicity::benjamini_hochberg;
use crate::stats::proportion::Share;
use crate::stats::refusal::Refusal;

/// Share of false findings allowed among the groups named.
const FALSE_SHARE: f64 = 0.05;

/// Groups against everybody else. Of those that the table beside it hides, because they are
/// small or would tell a small one, no number is given.
#[must_use]
pub fn groups(finding: &Finding<Reach>, hidden: &[&str]) -> Sentences {
    let reach = &finding.result;
    let (less, more) = apart(reach);
    let rates: Vec<String> = reach.groups.iter().map(|g| one_rate(g, hidden)).collect();
    let said = Sentences {
        link_worker: reached(&less, &more),
        gp: format!("{} {}", overall(reach), ratios(&less, &more, hidden)),
        researcher: format!(
            "Exploratory (R11). Rate ratio to the rest, Benjamini\u{2013}Hochberg at {}: {}. n {}.{}",
            number(FALSE_SHARE, 2),
            rates.join("; "),
            people(finding.n),
            codes(&finding.refusals)
        ),
    };
    with_not_recorded(said, reach.not_recorded.people())
}

/// The same sentences, each with how many people's group is not recorded.
#[must_use]
pub fn with_not_recorded(said: Sentences, people: u64) -> Sentences {
    let unknown = match shown(people) {
        Shown::Count(0) => "Everybody's group is recorded.".to_owned(),
        Shown::Count(people) => format!("For about {people} people the group is not recorded."),
        Shown::Hidden => "For a few people the group is not recorded.".to_owned(),
    };
    Sentences {
        link_worker: format!("{} {unknown}", said.link_worker),
        gp: format!("{} {unknown}", said.gp),
        researcher: format!("{} {unknown}", said.researcher),
    }
}

fn overall(reach: &Reach) -> String {
    let events = reach.groups.iter().map(|g| g.share.events()).sum();
    let people = reach.groups.iter().map(|g| g.share.people()).sum();
    let rate = Share::new(events, people).ok().and_then(share_shown);
    match rate.and_then(Share::rate) {
        Some(rate) => format!("Overall {}.", percent(rate, 2)),
        None => "Overall too few to give.".to_owned(),
    }
}

/// The groups below and above the rest beyond chance, allowing for many looks.
fn apart(reach: &Reach) -> (Vec<&GroupRate>, Vec<&GroupRate>) {
    let tested: Vec<(&GroupRate, Estimate)> = reach
        .groups
        .iter()
        .filter_map(|g| Some((g, g.log_ratio_to_rest?)))
        .collect();
    let p: Vec<f64> = tested
        .iter()
        .map(|(_, log)| log.normal_p().unwrap_or(1.0))
        .collect();
    let adjusted = benjamini_hochberg(&p).unwrap_or_default();
    let (mut less, mut more) = (vec![], vec![]);
    for ((group, log), p) in tested.into_iter().zip(adjusted) {
        if p < FALSE_SHARE {
            let side = if log.value < 0.0 {
                &mut less
            } else {
                &mut more
            };
            side.push(group);
        }
    }
    (less, more)
}

fn reached(less: &[&GroupRate], more: &[&GroupRate]) -> String {
    let names = |groups: &[&GroupRate]| {
        groups
            .iter()
            .map(|g| g.label.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (less.is_empty(), more.is_empty()) {
        (true, true) => "No group stands out from the others by more than chance.".to_owned(),
        (false, true) => format!("Reached less than others: {}.", names(less)),
        (true, false) => format!("Reached more than others: {}.", names(more)),
        (false, false) => {
            format!(
                "Reached less than others: {}. Reached more: {}.",
                names(less),
                names(more)
            )
        }
    }
}

fn ratios(less: &[&GroupRate], more: &[&GroupRate], hidden: &[&str]) -> String {
    let sides = less
        .iter()
        .map(|g| (g, "less"))
        .chain(more.iter().map(|g| (g, "more")));
    let said: Vec<String> = sides
        .map(
            |(group, side)| match hidden.contains(&group.label.as_str()) {
                true => format!("{} {side} (number hidden)", group.label),
                false => one_rate(group, hidden),
            },
        )
        .collect();
    if said.is_empty() {
        return reached(less, more);
    }
    format!("Rate against everybody else: {}.", said.join("; "))
}

fn one_rate(group: &GroupRate, hidden: &[&str]) -> String {
    match group.ratio_to_rest() {
        _ if hidden.contains(&group.label.as_str()) => {
            format!("{}: hidden (small numbers)", group.label)
        }
        Some(ratio) => format!("{} {}", group.label, with_interval(&ratio, 2)),
        None => format!("{}: no ratio", group.label),
    }
}

/// The gradient from the most to the least deprived.
#[must_use]
pub fn gradient(finding: &Finding<Gradient>) -> Sentences {
    let gradient = &finding.result;
    let relative = Estimate {
        interval: gradient.log_relative.interval.map(|i| i.on_scale(f64::exp)),
        ..Estimate::bare(gradient.log_relative.value.exp())
    };
    let apart = gradient
        .log_relative
        .interval
        .is_some_and(|i| !i.holds(0.0));
    let plain = match (apart, gradient.log_relative.value < 0.0) {
        (false, _) => {
            "We cannot tell whether people in more deprived areas are reached more or less."
        }
        (true, true) => {
            "People in more deprived areas are reached more than people in less deprived areas."
        }
        (true, false) => {
            "People in more deprived areas are reached less than people in less deprived areas."
        }
    };
    Sentences {
        link_worker: plain.to_owned(),
        gp: format!(
            "Rate at the least deprived end over the most deprived end: {}.",
            with_interval(&relative, 2)
        ),
        researcher: format!(
            "SII {} (binomial errors); RII {}; log odds {}; n {}.{}",
            with_interval(&gradient.slope, 5),
            with_interval(&relative, 3),
            with_interval(&gradient.log_odds, 3),
            people(finding.n),
            codes(&finding.refusals)
        ),
    }
}

/// Places in the funnel.
#[must_use]
pub fn funnel(finding: &Finding<Funnel>) -> Sentences {
    let funnel = &finding.result;
    let outside: Vec<&str> = funnel
        .places
        .iter()
        .filter(|p| p.outside == Some(true))
        .map(|p| p.label.as_str())
        .collect();
    let judged = funnel.places.iter().filter(|p| p.outside.is_some()).count();
    let plain = if outside.is_empty() {
        format!("None of {judged} places is outside what chance can do.")
    } else {
        format!(
            "Of {judged} places, ask what is different at: {}.",
            outside.join(", ")
        )
    };
    let spread = funnel.over_dispersion;
    let widened = if spread.applies {
        "Places differ from each other by more than chance, so the limits are wider."
    } else {
        "The places differ no more than chance explains."
    };
    Sentences {
        link_worker: plain.clone(),
        gp: format!("Overall {}. {plain} {widened}", percent(funnel.overall, 2)),
        researcher: format!(
            "p0 {}; phi {}; tau\u{b2} {:.3e} ({}); {} outside 99.8% of {judged}; {} without limits.{}",
            number(funnel.overall, 5),
            number(spread.phi, 2),
            spread.between,
            if spread.applies {
                "applied"
            } else {
                "not applied"
            },
            outside.len(),
            funnel.places.len() - judged,
            codes(&finding.refusals)
        ),
    }
}

/// Observed over expected.
#[must_use]
pub fn standardised(finding: &Finding<Standardised>) -> Sentences {
    let result = &finding.result;
    if shown(result.observed) == Shown::Hidden {
        return super::of_refusal(&Refusal::SmallNumber);
    }
    let apart = result.ratio.interval.is_some_and(|i| !i.holds(1.0));
    let plain = match (apart, result.ratio.value < 1.0) {
        (false, _) => {
            "About as many people were reached as elsewhere among people of the same make-up."
        }
        (true, true) => {
            "Fewer people were reached than elsewhere among people of the same make-up."
        }
        (true, false) => {
            "More people were reached than elsewhere among people of the same make-up."
        }
    };
    Sentences {
        link_worker: plain.to_owned(),
        gp: format!(
            "{plain} Observed over expected: {}.",
            with_interval(&result.ratio, 2)
        ),
        researcher: format!(
            "Indirectly standardised ratio {} (Byar); expected {}; n {}.{}",
            with_interval(&result.ratio, 3),
            number(result.expected, 1),
            people(finding.n),
            codes(&finding.refusals)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::equity::{Group, Stratum, reach};

    fn share(events: u64, people: u64) -> Share {
        Share::new(events, people).expect("fits")
    }

    fn group(label: &str, events: u64, people: u64) -> Group {
        Group {
            label: (label != "?").then(|| label.to_owned()),
            share: share(events, people),
        }
    }

    #[test]
    fn groups_that_stand_out_are_named_and_the_unknown_mentioned() {
        let all = [
            group("A", 300, 10_000),
            group("B", 310, 10_000),
            group("C", 90, 10_000),
            group("?", 4, 523),
        ];
        let said = groups(&reach(&all).expect("events"), &[]);
        assert!(
            said.link_worker.contains("Reached less than others: C."),
            "{}",
            said.link_worker
        );
        assert!(
            said.link_worker
                .contains("about 525 people the group is not recorded")
        );
        assert!(said.gp.contains("C 0.30 (95% CI"), "{}", said.gp);
    }

    #[test]
    fn a_small_group_is_not_given_and_nobody_stands_out() {
        let all = [
            group("A", 100, 10_000),
            group("B", 101, 10_000),
            group("C", 5, 400),
        ];
        let said = groups(&reach(&all).expect("events"), &["A", "C"]);
        assert!(said.link_worker.starts_with("No group stands out"));
        assert!(
            said.researcher
                .contains("A: hidden (small numbers); B 1.00 (95% CI 0.76 to 1.31); C: hidden"),
            "{}",
            said.researcher
        );
        assert!(said.link_worker.ends_with("Everybody's group is recorded."));
    }

    #[test]
    fn a_group_hidden_beside_a_small_one_has_no_number_in_any_sentence() {
        let all = [
            group("A", 300, 10_000),
            group("B", 29, 200),
            group("?", 1, 50),
        ];
        let said = groups(&reach(&all).expect("events"), &["B"]);
        assert!(said.gp.contains("B more (number hidden)"), "{}", said.gp);
        // 329 of 10200 would be 3.23.
        assert!(said.gp.starts_with("Overall 3.24%."), "{}", said.gp);
        assert!(said.researcher.contains("B: hidden"), "{}", said.researcher);
    }

    #[test]
    fn a_flat_gradient_is_not_called_one() {
        let flat = crate::stats::inequality::gradient(&[
            share(50, 1000),
            share(51, 1000),
            share(50, 1000),
        ]);
        assert!(
            gradient(&flat.expect("fits"))
                .link_worker
                .starts_with("We cannot tell")
        );
        let steep = crate::stats::inequality::gradient(&[
            share(150, 1000),
            share(80, 1000),
            share(20, 1000),
        ]);
        assert!(
            gradient(&steep.expect("fits"))
                .link_worker
                .contains("are reached more than")
        );
    }

    #[test]
    fn a_ratio_from_a_handful_is_not_given() {
        let stratum = |events| Stratum {
            here: share(events, 100),
            reference: share(100, 1000),
        };
        let few = crate::stats::equity::standardised(&[stratum(3)]).expect("expected 10");
        assert!(standardised(&few).researcher.contains("R10"));
        let many = crate::stats::equity::standardised(&[stratum(40)]).expect("expected 10");
        assert!(
            standardised(&many)
                .gp
                .starts_with("More people were reached")
        );
    }
}
