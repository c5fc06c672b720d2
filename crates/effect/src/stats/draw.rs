//! Random draws that anybody can repeat: one seed, one stream (ChaCha, 8 rounds).
//! Normals come from the inverse distribution function, one draw each, so that the
//! stream does not depend on rejections.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::estimate::normal_quantile;

/// A stream of draws from one seed.
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// The stream of this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number strictly between 0 and 1, all 2^53 middles equally likely.
    pub fn uniform(&mut self) -> f64 {
        let whole = self.0.next_u64() >> 11;
        (whole as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// One of `0..count`; 0 when `count` is 0.
    pub fn below(&mut self, count: usize) -> usize {
        let place = (self.uniform() * count as f64) as usize;
        place.min(count.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_normals_have_mean_0_and_variance_1() {
        let (mut first, mut again) = (Draws::seeded(7), Draws::seeded(7));
        let draws: Vec<f64> = (0..20_000).map(|_| first.normal()).collect();
        assert!(draws.iter().all(|d| *d == again.normal()));
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 19_999.0;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.04, "variance {variance}");
        assert_eq!(first.below(0), 0);
        assert!((0..100).all(|_| first.below(3) < 3));
    }
}
