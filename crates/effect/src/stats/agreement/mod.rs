//! Do coders agree beyond chance (A8)? Codes of the same units by several coders.
//!
//! Cohen's kappa for two coders, plain or weighted by the distance between codes, and
//! Krippendorff's alpha for any number of coders with gaps. Where nobody disagrees
//! because only one code was used, both are 0/0 and refused: that is not perfect
//! agreement.

mod kappa;
mod alpha;

pub use alpha::{Level, alpha};
pub use kappa::{Kappa, Weights, kappa};

use super::refusal::Refusal;

/// The codes given: categories in their order, and per unit one code (or none) per coder.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    /// Values of the categories in rising order; places `0, 1, 2…` for words.
    values: Vec<f64>,
    coders: usize,
    /// unit × coder: the place of the category.
    units: Vec<Vec<Option<usize>>>,
}

impl Ratings {
    /// Codes as places in `values`, the categories in rising order.
    ///
    /// # Errors
    /// `Impossible` when values do not rise, a place is outside them, or a unit has
    /// another number of coders than the first.
    pub fn new(values: Vec<f64>, units: Vec<Vec<Option<usize>>>) -> Result<Self, Refusal> {
        let coders = units.first().map_or(0, Vec::len);
        let impossible = |what: &str| {
            Err(Refusal::Impossible {
                what: what.to_owned(),
            })
        };
        if !(values.iter().all(|v| v.is_finite()) && values.windows(2).all(|w| w[0] < w[1])) {
            return impossible("categories that are not in rising order");
        }
        if units.iter().any(|unit| unit.len() != coders) {
            return impossible("units with different numbers of coders");
        }
        if units
            .iter()
            .flatten()
            .flatten()
            .any(|place| *place >= values.len())
        {
            return impossible("a code that is no category");
        }
        Ok(Self {
            values,
            coders,
            units,
        })
    }

    /// Coders.
    #[must_use]
    pub fn coders(&self) -> usize {
        self.coders
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(codes: &[&[usize]]) -> Ratings {
        let units = codes
            .iter()
            .map(|unit| unit.iter().map(|c| (*c != 9).then_some(*c)).collect())
            .collect();
        Ratings::new(vec![0.0, 1.0, 2.0, 3.0], units).expect("places of categories")
    }

    #[test]
    fn one_code_only_is_undefined_and_not_perfect() {
        let same = of(&[&[1, 1], &[1, 1], &[1, 1]]);
        assert!(matches!(
            kappa(&same, (0, 1), Weights::None),
            Err(Refusal::Undefined { .. })
        ));
        assert!(matches!(
            alpha(&same, Level::Nominal, 1),
            Err(Refusal::Undefined { .. })
        ));
    }

    #[test]
    fn full_agreement_on_two_codes_is_1() {
        let ratings = of(&[&[1, 1], &[2, 2], &[1, 1]]);
        let k = kappa(&ratings, (0, 1), Weights::Quadratic)
            .expect("two codes")
            .result;
        assert!((k.kappa.value - 1.0).abs() < 1e-12);
        let a = alpha(&ratings, Level::Ordinal, 1)
            .expect("two codes")
            .result;
        assert!((a.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn units_with_one_code_are_missing_and_none_left_is_refused() {
        let ratings = of(&[&[1, 9], &[2, 2], &[1, 2], &[9, 9]]);
        let finding = kappa(&ratings, (0, 1), Weights::None).expect("two units");
        assert_eq!((finding.n, finding.missing), (2, 2));
        let alone = of(&[&[1, 9], &[9, 2]]);
        assert!(matches!(
            alpha(&alone, Level::Nominal, 1),
            Err(Refusal::TooFewObservations { .. })
        ));
        assert!(matches!(
            kappa(&of(&[]), (0, 1), Weights::None),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn ratings_that_cannot_be_are_refused() {
        for (values, units) in [
            (vec![2.0, 1.0], vec![]),
            (vec![1.0], vec![vec![Some(1)]]),
            (vec![1.0], vec![vec![Some(0)], vec![]]),
            (vec![f64::NAN], vec![]),
        ] {
            assert!(matches!(
                Ratings::new(values, units),
                Err(Refusal::Impossible { .. })
            ));
        }
    }

    proptest! {
        // Each case draws the units thousands of times.
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn order_of_units_and_coders_does_not_matter(
            codes in prop::collection::vec(prop::collection::vec(prop::option::of(0_usize..4), 3), 4..30)
        ) {
            let values = vec![1.0, 2.0, 3.5, 7.0];
            let turned = codes.iter().rev().map(|u| u.iter().rev().copied().collect()).collect();
            let here = Ratings::new(values.clone(), codes).expect("fits");
            let there = Ratings::new(values, turned).expect("fits");
            for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
                match (alpha(&here, level, 1), alpha(&there, level, 1)) {
                    (Ok(a), Ok(b)) => {
                        prop_assert!((a.result.value - b.result.value).abs() < 1e-9);
                        prop_assert!(a.result.value <= 1.0 + 1e-12 && a.result.value.is_finite());
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
            for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
                match (kappa(&here, (0, 2), weights), kappa(&there, (0, 2), weights)) {
                    (Ok(a), Ok(b)) => {
                        prop_assert!((a.result.kappa.value - b.result.kappa.value).abs() < 1e-9);
                        prop_assert!(a.result.kappa.standard_error.is_some_and(f64::is_finite));
                    }
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
