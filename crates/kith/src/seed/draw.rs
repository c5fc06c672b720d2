//! Chance that comes out the same every time: a fixed seed, so that the
//! demonstration and the benchmark have the same people on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A run of draws.
#[derive(Debug)]
pub struct Draw {
    rng: ChaCha8Rng,
}

impl Draw {
    /// The run of a seed; the same seed gives the same draws.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// A whole number from `from` to `to`, both possible.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        self.rng.random_range(from..=to.max(from))
    }

    /// Whether something happens that happens in so many of a hundred.
    pub fn of_hundred(&mut self, times: i64) -> bool {
        self.between(1, 100) <= times
    }

    /// One of these; the list must not be empty.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let last = i64::try_from(of.len()).unwrap_or(1) - 1;
        let at = usize::try_from(self.between(0, last)).unwrap_or(0);
        &of[at]
    }

    /// One of these lines; the list must not be empty.
    pub fn line(&mut self, of: &[&'static str]) -> &'static str {
        let line: &&str = self.one(of);
        line
    }

    /// One of these by weight; the list must not be empty.
    pub fn weighed<T: Copy>(&mut self, of: &[(T, i64)]) -> T {
        let all: i64 = of.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(1, all);
        for (item, weight) in of {
            left -= weight;
            if left <= 0 {
                return *item;
            }
        }
        of[0].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_people() {
        let run = |seed| {
            let mut draw = Draw::of(seed);
            (0..50).map(|_| draw.between(1, 1000)).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn a_weight_of_nothing_is_never_drawn() {
        let mut draw = Draw::of(1);
        assert!((0..500).all(|_| draw.weighed(&[("a", 3), ("b", 0), ("c", 1)]) != "b"));
    }
}
