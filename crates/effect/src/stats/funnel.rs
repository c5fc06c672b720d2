//! The funnel (A6): rates of places by their size, with the limits chance alone gives.
//!
//! Exact binomial limits at 95% and 99.8%, interpolated as in Spiegelhalter 2005; when the
//! places differ by more than chance everywhere, limits widen by an additive variance
//! between places, estimated after pulling in the extreme tenth at each end. A point
//! outside is a place to ask. Nothing is ranked.

use serde::Serialize;
use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

use super::estimate::{Estimate, Finding, normal_quantile};
use super::proportion::Share;
use super::refusal::Refusal;

/// Expected events below which interpolated limits mean nothing and are not drawn.
const EXPECTED_MIN: f64 = 5.0;
/// Share of the places pulled in at each end before over-dispersion is measured.
const WINSORISED: f64 = 0.1;
/// Tail of the inner limits (95%).
const INNER: f64 = 0.025;
/// Tail of the outer limits (99.8%).
const OUTER: f64 = 0.001;

/// A place and what happened there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub label: String,
    /// Events among the people it could reach.
    pub share: Share,
}

/// Limits at one size, as rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Lower and upper 95% limit.
    pub inner: (f64, f64),
    /// Lower and upper 99.8% limit.
    pub outer: (f64, f64),
}

/// One place in the funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed {
    /// Its name.
    pub label: String,
    /// Events and people.
    pub share: Share,
    /// Rate with Wilson's interval; none without people.
    pub rate: Option<Estimate>,
    /// Exact binomial limits; none where fewer than 5 events are expected.
    pub limits: Option<Limits>,
    /// Whether it lies outside the outer limits, widened when over-dispersion applies.
    pub outside: Option<bool>,
}

/// How much more the places differ than chance would make them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverDispersion {
    /// Mean squared z after winsorising; 1 when chance is all.
    pub phi: f64,
    /// Variance between places, on the scale of the rate.
    pub between: f64,
    /// The chi-square point that places × phi must exceed.
    pub critical: f64,
    /// Whether it does, so that limits are widened.
    pub applies: bool,
}

/// The whole funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel {
    /// Events over people, all places together.
    pub overall: f64,
    /// Places in the order given.
    pub places: Vec<Placed>,
    /// Spread between places.
    pub over_dispersion: OverDispersion,
}

impl Funnel {
    /// The limits in force at a size: exact, or widened when over-dispersion applies.
    /// None where fewer than 5 events are expected.
    #[must_use]
    pub fn limits_at(&self, people: u64) -> Option<Limits> {
        let exact = exact_limits(people, self.overall)?;
        if !self.over_dispersion.applies {
            return Some(exact);
        }
        let chance = self.overall * (1.0 - self.overall) / people as f64;
        let spread = (chance + self.over_dispersion.between).sqrt();
        let around = |tail: f64| {
            let reach = normal_quantile(1.0 - tail) * spread;
            (
                (self.overall - reach).max(0.0),
                (self.overall + reach).min(1.0),
            )
        };
        Some(Limits {
            inner: around(INNER),
            outer: around(OUTER),
        })
    }
}

/// Puts the places into a funnel around their overall rate.
///
/// # Errors
/// `NoEvents` when nothing happened anywhere (or nobody is there); `Constant` when it
/// happened to everybody.
pub fn funnel(places: &[Place]) -> Result<Finding<Funnel>, Refusal> {
    let people: u64 = places.iter().map(|p| p.share.people()).sum();
    let events: u64 = places.iter().map(|p| p.share.events()).sum();
    if events == 0 {
        return Err(Refusal::NoEvents);
    }
    if events == people {
        return Err(Refusal::Constant);
    }
    let overall = events as f64 / people as f64;
    let over_dispersion = over_dispersion(places, overall);
    let mut funnel = Funnel {
        overall,
        places: vec![],
        over_dispersion,
    };
    funnel.places = places.iter().map(|place| placed(place, &funnel)).collect();
    let empty = places.iter().filter(|p| p.share.people() == 0).count();
    let widened = if over_dispersion.applies {
        "widened by an additive variance between places"
    } else {
        "not widened"
    };
    Ok(Finding {
        n: (places.len() - empty) as u64,
        missing: empty as u64,
        method: format!(
            "funnel with interpolated exact binomial limits at 95% and 99.8%, {widened}"
        ),
        assumptions: vec!["the people who could be reached are counted in the same way everywhere"],
        refusals: vec![],
        result: funnel,
    })
}

fn placed(place: &Place, funnel: &Funnel) -> Placed {
    let people = place.share.people();
    let outer = funnel.limits_at(people).map(|l| l.outer);
    let outside = outer
        .zip(place.share.rate())
        .map(|((low, high), rate)| rate < low || rate > high);
    Placed {
        label: place.label.clone(),
        share: place.share,
        rate: place.share.wilson().ok(),
        limits: exact_limits(people, funnel.overall),
        outside,
    }
}

fn exact_limits(people: u64, overall: f64) -> Option<Limits> {
    if people as f64 * overall < EXPECTED_MIN {
        return None;
    }
    let chance = Binomial::new(overall, people).ok()?;
    let limit = |tail: f64| interpolated(&chance, people, tail);
    Some(Limits {
        inner: (limit(INNER), limit(1.0 - INNER)),
        outer: (limit(OUTER), limit(1.0 - OUTER)),
    })
}

/// The rate below which a share `tail` of the binomial lies, between two whole counts
/// (Spiegelhalter 2005, appendix A.1.1).
fn interpolated(chance: &Binomial, people: u64, tail: f64) -> f64 {
    // Not `inverse_cdf`: it panics where rounding makes the distribution fall back a hair.
    let (mut below, mut count) = (0, people);
    while below < count {
        let middle = below + (count - below) / 2;
        if chance.cdf(middle) < tail {
            below = middle + 1;
        } else {
            count = middle;
        }
    }
    let here = chance.cdf(count);
    let before = if count == 0 {
        0.0
    } else {
        chance.cdf(count - 1)
    };
    let share = if here > before {
        (here - tail) / (here - before)
    } else {
        0.0
    };
    ((count as f64 - share) / people as f64).clamp(0.0, 1.0)
}

fn over_dispersion(places: &[Place], overall: f64) -> OverDispersion {
    let known: Vec<(f64, f64)> = places
        .iter()
        .filter_map(|p| Some((p.share.rate()?, p.share.people() as f64)))
        .collect();
    let chance = overall * (1.0 - overall);
    let mut z: Vec<f64> = known
        .iter()
        .map(|(rate, n)| (rate - overall) / (chance / n).sqrt())
        .collect();
    z.sort_by(f64::total_cmp);
    let count = z.len() as f64;
    let pulled = (WINSORISED * count) as usize;
    let (low, high) = (z[pulled], z[z.len() - 1 - pulled]);
    let phi = z.iter().map(|z| z.clamp(low, high).powi(2)).sum::<f64>() / count;
    let weights: Vec<f64> = known.iter().map(|(_, n)| n / chance).collect();
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let room = sum - squares / sum;
    let between = if known.len() > 1 {
        ((count * phi - (count - 1.0)) / room).max(0.0)
    } else {
        0.0
    };
    let critical = ChiSquared::new(count).map_or(f64::INFINITY, |c| c.inverse_cdf(0.95));
    OverDispersion {
        phi,
        between,
        critical,
        applies: count * phi > critical && between > 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(events: u64, people: u64) -> Place {
        Place {
            label: format!("{events} of {people}"),
            share: Share::new(events, people).expect("fits"),
        }
    }

    #[test]
    fn nothing_anywhere_and_everybody_everywhere_are_refused() {
        assert_eq!(funnel(&[]), Err(Refusal::NoEvents));
        assert_eq!(funnel(&[place(0, 0)]), Err(Refusal::NoEvents));
        assert_eq!(funnel(&[place(0, 50)]), Err(Refusal::NoEvents));
        assert_eq!(funnel(&[place(5, 5), place(7, 7)]), Err(Refusal::Constant));
    }

    #[test]
    fn an_empty_place_and_a_small_one_have_no_limits() {
        let finding = funnel(&[place(0, 0), place(1, 20), place(30, 1000)]).expect("events");
        assert_eq!((finding.n, finding.missing), (2, 1));
        let [empty, small, large] = finding.result.places.as_slice() else {
            panic!("three places")
        };
        assert!(empty.rate.is_none() && empty.outside.is_none());
        assert!(small.rate.is_some() && small.limits.is_none() && small.outside.is_none());
        assert!(large.limits.is_some() && large.outside == Some(false));
    }

    #[test]
    fn a_place_far_off_is_outside_and_widened_limits_are_wider() {
        let mut places: Vec<Place> = (0..30).map(|_| place(100, 5000)).collect();
        places.push(place(300, 5000));
        let quiet = funnel(&places).expect("events").result;
        assert!(!quiet.over_dispersion.applies);
        assert_eq!(quiet.places[30].outside, Some(true));
        let rough: Vec<Place> = (0..30).map(|i| place(60 + 6 * i, 5000)).collect();
        let rough = funnel(&rough).expect("events").result;
        assert!(rough.over_dispersion.applies);
        let (wide, exact) = (
            rough.limits_at(5000).expect("drawn"),
            rough.places[0].limits.expect("drawn"),
        );
        assert!(wide.outer.0 < exact.outer.0 && wide.outer.1 > exact.outer.1);
    }

    #[test]
    fn the_limits_of_a_million_people_are_those_of_scipy() {
        let chance = Binomial::new(0.012, 1_000_000).expect("a chance");
        let limits = [INNER, 1.0 - OUTER].map(|tail| interpolated(&chance, 1_000_000, tail));
        // scipy.stats.binom, interpolated in the same way.
        for (limit, scipy) in limits
            .into_iter()
            .zip([0.011_786_550_232_5, 0.012_337_370_205_5])
        {
            assert!((limit - scipy).abs() < 1e-11, "{limit}");
        }
    }

    proptest! {
        #[test]
        fn limits_nest_and_hold_the_overall_rate(
            counts in prop::collection::vec((0_u64..400, 1_u64..40_000), 1..25)
        ) {
            let places: Vec<Place> = counts.iter().map(|(e, n)| place(*e.min(n), *n)).collect();
            if let Ok(finding) = funnel(&places) {
                let funnel = finding.result;
                prop_assert!(funnel.over_dispersion.phi.is_finite());
                for limits in funnel.places.iter().filter_map(|p| funnel.limits_at(p.share.people())) {
                    prop_assert!(limits.outer.0 <= limits.inner.0 && limits.inner.1 <= limits.outer.1);
                    prop_assert!(limits.inner.0 <= funnel.overall && funnel.overall <= limits.inner.1 + 1e-9);
                }
            }
        }
    }
}
