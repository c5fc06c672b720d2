//! Whether the arms already differed before the start (R2). A lead is a quarter before it;
//! the refusal is for one lead as large as the effect claimed, or for all of them together.

use nalgebra::{DMatrix, DVector};
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::estimate::Estimate;
use super::limits::{JOINT_LEAD_P_MIN, LEAD_WIDTH, LEADS};
use super::linear::inverse;
use super::ratio_reading::Reading;
use super::refusal::Refusal;

/// Log ratios before the start.
#[derive(Debug, Clone, Serialize)]
pub struct Leads {
    /// One for each quarter, the nearest first.
    pub quarters: Vec<Lead>,
    /// Joint p that none of them differs from 0 (Wald, F with clusters − 1 df).
    pub joint_p: f64,
}

/// One quarter before the start.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Lead {
    /// Months before the start, nearest.
    pub from: i64,
    /// Months before the start, farthest.
    pub to: i64,
    /// Log ratio between the arms.
    pub log_ratio: Estimate,
}

/// The lead that so many months before the start belong to, counted from 0, the nearest
/// lead beginning at `nearest`; none when they are too far off or too near.
#[must_use]
pub fn lead_of(months_before: i64, nearest: i64) -> Option<usize> {
    let lead = usize::try_from(months_before - nearest).ok()? / usize::try_from(LEAD_WIDTH).ok()?;
    (lead < usize::try_from(LEADS).ok()?).then_some(lead)
}

impl Leads {
    /// From the coefficients of the leads, their covariance, the clusters it rests on, and
    /// the months before the start at which the nearest lead begins.
    ///
    /// # Errors
    /// A named refusal when there are too few clusters for a joint test.
    pub fn new(
        values: &DVector<f64>,
        covariance: &DMatrix<f64>,
        clusters: usize,
        nearest: i64,
    ) -> Result<Self, Refusal> {
        let (size, df) = (values.len() as f64, clusters as f64 - 1.0);
        let refusal = || Refusal::Undefined {
            what: "joint test of the months before",
            why: "there are too few practices for it",
        };
        let wald = values.dot(&(inverse(covariance).ok_or_else(refusal)? * values)) / size;
        let spread = FisherSnedecor::new(size, df).map_err(|_| refusal())?;
        let variances = covariance.diagonal();
        let quarters =
            (0_i64..)
                .zip(values.iter().zip(variances.iter()))
                .map(|(lead, (value, variance))| Lead {
                    from: nearest + lead * LEAD_WIDTH,
                    to: nearest + (lead + 1) * LEAD_WIDTH - 1,
                    log_ratio: Estimate::student(*value, variance.max(0.0).sqrt(), df),
                });
        Ok(Self {
            quarters: quarters.collect(),
            joint_p: spread.sf(wald),
        })
    }

    /// R2, for an effect (log ratio) that reads so. Where no real difference is read, a
    /// lead is bound to pass the effect, so only the joint test speaks.
    #[must_use]
    pub fn refuse(&self, effect: f64, reading: Option<Reading>) -> Option<Refusal> {
        if self.joint_p < JOINT_LEAD_P_MIN {
            return Some(Refusal::LeadsDiffer { p: self.joint_p });
        }
        let lead = self
            .quarters
            .iter()
            .map(|lead| lead.log_ratio.value.abs())
            .fold(0.0, f64::max);
        let claimed = reading != Some(Reading::NoRealDifference);
        (claimed && lead >= effect.abs()).then_some(Refusal::LeadAsLargeAsEffect {
            lead,
            effect: effect.abs(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_before_the_start() {
        let leads: Vec<_> = [0, 1, 3, 4, 6, 7, -2]
            .into_iter()
            .map(|months| lead_of(months, 1))
            .collect();
        assert_eq!(
            leads,
            [None, Some(0), Some(0), Some(1), Some(1), None, None]
        );
    }

    #[test]
    fn a_lead_as_large_as_the_effect_refuses_only_what_claims_a_difference() {
        let covariance = DMatrix::from_diagonal_element(2, 2, 0.04);
        let leads = Leads::new(&DVector::from_vec(vec![0.1, -0.05]), &covariance, 20, 1)
            .expect("twenty clusters");
        assert!(leads.joint_p > 0.5);
        assert!(matches!(
            leads.refuse(-0.08, None),
            Some(Refusal::LeadAsLargeAsEffect { .. })
        ));
        assert_eq!(leads.refuse(-0.08, Some(Reading::NoRealDifference)), None);
        assert_eq!(leads.refuse(-0.2, Some(Reading::Differs)), None);
    }

    #[test]
    fn leads_that_differ_together_refuse() {
        let covariance = DMatrix::from_diagonal_element(2, 2, 0.001);
        let leads = Leads::new(&DVector::from_vec(vec![0.1, 0.1]), &covariance, 20, 1)
            .expect("twenty clusters");
        assert!(matches!(
            leads.refuse(-0.9, None),
            Some(Refusal::LeadsDiffer { .. })
        ));
        assert!(Leads::new(&DVector::zeros(2), &DMatrix::zeros(2, 2), 20, 1).is_err());
    }
}
