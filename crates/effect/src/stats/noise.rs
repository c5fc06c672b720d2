//! Who changed by more than the noise of the score, and who crossed a threshold (A5).
//! Reliable change: 1.96 · √2 · SD · √(1 − reliability) (Jacobson and Truax 1991), the
//! deviation being that of all first scores. Thresholds: Wilson, and exact McNemar.

use serde::Serialize;

use super::estimate::{Estimate, Finding};
use super::limits::FOLLOW_UP_MIN;
use super::proportion::{Share, mcnemar_exact};
use super::refusal::Refusal;
use super::scores::{Better, Scores, deviation};

/// Normal quantile of the rule as published.
const RELIABLE_Z: f64 = 1.96;

/// Who changed by more than the score's own noise, among those with both scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Reliable {
    /// The reliability of the score that was supposed, 0 to 1.
    pub reliability: f64,
    /// Deviation of all first scores.
    pub baseline_deviation: f64,
    /// Standard error of measurement.
    pub measurement_error: f64,
    /// A change of at least this many points is more than noise.
    pub needed: f64,
    /// Got better by that much.
    pub improved: u64,
    /// Got worse by that much.
    pub worsened: u64,
    /// Neither.
    pub same: u64,
    /// Share improved, with Wilson's interval.
    pub improved_share: Estimate,
}

/// Reliable change, given the reliability of the score from its own literature.
///
/// # Errors
/// `Impossible` for a reliability not inside 0 to 1; `Constant` when first scores do not
/// vary; `TooFewObservations` without two first scores or any pair.
pub fn reliable(scores: &Scores, reliability: f64) -> Result<Finding<Reliable>, Refusal> {
    if !(reliability > 0.0 && reliability < 1.0) {
        let what = format!("a reliability of {reliability}");
        return Err(Refusal::Impossible { what });
    }
    let before: Vec<f64> = scores.people().iter().map(|p| p.before).collect();
    let changes: Vec<f64> = scores.completers().filter_map(|p| p.change()).collect();
    if before.len() < 2 || changes.is_empty() {
        return Err(Refusal::TooFewObservations {
            have: changes.len(),
            coefficients: 1,
        });
    }
    let baseline_deviation = deviation(&before);
    if baseline_deviation <= 0.0 {
        return Err(Refusal::Constant);
    }
    let measurement_error = baseline_deviation * (1.0 - reliability).sqrt();
    let needed = RELIABLE_Z * 2.0_f64.sqrt() * measurement_error;
    let count = |sign: f64| changes.iter().filter(|c| sign * **c >= needed).count() as u64;
    let (improved, worsened) = match scores.scale().better() {
        Better::Higher => (count(1.0), count(-1.0)),
        Better::Lower => (count(-1.0), count(1.0)),
    };
    let pairs = changes.len() as u64;
    let result = Reliable {
        reliability,
        baseline_deviation,
        measurement_error,
        needed,
        improved,
        worsened,
        same: pairs - improved - worsened,
        improved_share: Share::new(improved, pairs)?.wilson()?,
    };
    let method = "reliable change, 1.96 · √2 · SD · √(1 − reliability); Wilson interval";
    let mut finding = of_completers(scores, method, result);
    let supposed = "the score is as reliable here as in its literature";
    finding.assumptions.push(supposed);
    Ok(finding)
}

/// A finding about those with both scores, with R5 where they are too few of the whole.
fn of_completers<T>(scores: &Scores, method: &str, result: T) -> Finding<T> {
    let people = scores.people().len() as u64;
    let share = 1.0 - scores.missing() as f64 / people as f64;
    Finding {
        n: people - scores.missing(),
        missing: scores.missing() + scores.without_start(),
        method: method.to_owned(),
        assumptions: vec![
            "those with both scores are like those without",
            "change is not effect: nobody shows what would have happened anyway",
        ],
        refusals: (share < FOLLOW_UP_MIN)
            .then_some(Refusal::FollowUpTooLow { share })
            .into_iter()
            .collect(),
        result,
    }
}

/// Who was at or above a threshold, before and after, among those with both scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Threshold {
    /// The threshold, in points.
    pub at: f64,
    /// At or above it at the start, with Wilson's interval of the share.
    pub before: u64,
    /// Share at or above it at the start.
    pub before_share: Estimate,
    /// At or above it at follow-up.
    pub after: u64,
    /// Share at or above it at follow-up.
    pub after_share: Estimate,
    /// From below to at or above.
    pub up: u64,
    /// From at or above to below.
    pub down: u64,
    /// Exact McNemar p of up against down.
    pub p: f64,
}

/// Crossings of a threshold.
///
/// # Errors
/// `Impossible` for a threshold outside the scale; `TooFewObservations` without pairs.
pub fn threshold(scores: &Scores, at: f64) -> Result<Finding<Threshold>, Refusal> {
    if !scores.scale().holds(at) {
        let what = format!("a threshold of {at} outside the scale");
        return Err(Refusal::Impossible { what });
    }
    let sides: Vec<(bool, bool)> = scores
        .completers()
        .filter_map(|p| Some((p.before >= at, p.after? >= at)))
        .collect();
    if sides.is_empty() {
        return Err(Refusal::TooFewObservations {
            have: 0,
            coefficients: 1,
        });
    }
    let count = |of: fn(&(bool, bool)) -> bool| sides.iter().filter(|s| of(s)).count() as u64;
    let (before, after) = (count(|s| s.0), count(|s| s.1));
    let (up, down) = (count(|s| !s.0 && s.1), count(|s| s.0 && !s.1));
    let people = sides.len() as u64;
    let result = Threshold {
        at,
        before,
        before_share: Share::new(before, people)?.wilson()?,
        after,
        after_share: Share::new(after, people)?.wilson()?,
        up,
        down,
        p: mcnemar_exact(up, down),
    };
    let method = "share at or above a threshold, Wilson intervals; exact McNemar";
    Ok(of_completers(scores, method, result))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::scores::{Person, Scale};

    fn scores(better: Better, pairs: &[(f64, f64)]) -> Scores {
        let person = |(before, after): &(f64, f64)| Person {
            cluster: None,
            before: *before,
            after: Some(*after),
            traits: vec![],
        };
        let scale = Scale::new("score", 0.0, 30.0, better).expect("a scale");
        Scores::new(scale, vec![], pairs.iter().map(person).collect(), 0).expect("on the scale")
    }

    #[test]
    fn where_lower_is_better_a_fall_is_an_improvement() {
        let pairs = [(10.0, 2.0), (12.0, 12.0), (14.0, 29.0), (13.0, 1.0)];
        let lower = reliable(&scores(Better::Lower, &pairs), 0.8)
            .expect("pairs")
            .result;
        let higher = reliable(&scores(Better::Higher, &pairs), 0.8)
            .expect("pairs")
            .result;
        assert_eq!((lower.improved, lower.worsened, lower.same), (2, 1, 1));
        assert_eq!(
            (higher.improved, higher.worsened),
            (lower.worsened, lower.improved)
        );
    }

    #[test]
    fn a_reliability_of_1_or_nonsense_is_refused() {
        let some = scores(Better::Higher, &[(10.0, 12.0), (11.0, 12.0)]);
        for wrong in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(matches!(
                reliable(&some, wrong),
                Err(Refusal::Impossible { .. })
            ));
        }
        let flat = scores(Better::Higher, &[(10.0, 12.0), (10.0, 13.0)]);
        assert_eq!(reliable(&flat, 0.8), Err(Refusal::Constant));
        assert!(matches!(
            threshold(&some, 99.0),
            Err(Refusal::Impossible { .. })
        ));
    }

    #[test]
    fn few_followed_up_cannot_stand_for_all() {
        let scale = Scale::new("score", 0.0, 30.0, Better::Higher).expect("a scale");
        let person = |i: i32| Person {
            cluster: None,
            before: f64::from(i),
            after: (i < 5).then_some(12.0),
            traits: vec![],
        };
        let few =
            Scores::new(scale, vec![], (0..10).map(person).collect(), 3).expect("on the scale");
        let finding = reliable(&few, 0.8).expect("pairs");
        assert_eq!((finding.n, finding.missing), (5, 8));
        assert!(finding.refused_by("R5").is_some());
        assert!(
            threshold(&few, 10.0)
                .expect("pairs")
                .refused_by("R5")
                .is_some()
        );
    }

    #[test]
    fn crossings_are_counted_each_way() {
        let some = scores(
            Better::Higher,
            &[(10.0, 20.0), (19.0, 20.0), (20.0, 19.0), (25.0, 26.0)],
        );
        let crossed = threshold(&some, 20.0).expect("pairs").result;
        assert_eq!(
            (crossed.before, crossed.after, crossed.up, crossed.down),
            (2, 3, 2, 1)
        );
        assert_eq!(crossed.p, 1.0);
    }
}
