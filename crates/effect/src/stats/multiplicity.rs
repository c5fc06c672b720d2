//! Many questions of one set of data: what is left of each p.
//! The primary question stands alone; inside it Holm, and for what is exploratory
//! Benjamini–Hochberg (R11). Adjusted p values, as R's `p.adjust` gives them.

use super::refusal::Refusal;

/// Holm 1979: controls the chance of any false finding.
///
/// # Errors
/// `Impossible` when a p is not between 0 and 1.
pub fn holm(p: &[f64]) -> Result<Vec<f64>, Refusal> {
    let order = ordered(p)?;
    let count = p.len();
    let mut adjusted = vec![0.0; count];
    let mut highest = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        highest = highest.max(p[place] * (count - rank) as f64);
        adjusted[place] = highest.min(1.0);
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg 1995: controls the share of false findings among the findings.
///
/// # Errors
/// `Impossible` when a p is not between 0 and 1.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, Refusal> {
    let order = ordered(p)?;
    let count = p.len() as f64;
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest = 1.0_f64;
    for (rank, &place) in order.iter().enumerate().rev() {
        lowest = lowest.min(p[place] * count / (rank + 1) as f64);
        adjusted[place] = lowest;
    }
    Ok(adjusted)
}

/// Bonferroni: each p times how many there are, at most 1.
///
/// # Errors
/// `Impossible` when a p is not between 0 and 1.
pub fn bonferroni(p: &[f64]) -> Result<Vec<f64>, Refusal> {
    ordered(p)?;
    Ok(p.iter().map(|v| (v * p.len() as f64).min(1.0)).collect())
}

/// Places from the smallest p to the largest.
fn ordered(p: &[f64]) -> Result<Vec<usize>, Refusal> {
    if let Some(wrong) = p.iter().find(|v| !(0.0..=1.0).contains(*v)) {
        let what = format!("a p value of {wrong}");
        return Err(Refusal::Impossible { what });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_p_that_is_none_is_refused() {
        for wrong in [f64::NAN, -0.1, 1.1] {
            assert!(matches!(
                holm(&[0.5, wrong]),
                Err(Refusal::Impossible { .. })
            ));
            assert!(benjamini_hochberg(&[wrong]).is_err());
        }
        assert_eq!(holm(&[]), Ok(vec![]));
    }

    proptest! {
        #[test]
        fn adjusting_never_helps_and_keeps_the_order(p in prop::collection::vec(0.0_f64..=1.0, 0..30)) {
            let (h, b) = (holm(&p).expect("they are p values"), benjamini_hochberg(&p).expect("they are"));
            for i in 0..p.len() {
                prop_assert!(h[i] >= b[i] - 1e-15 && b[i] >= p[i] - 1e-15 && h[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || (h[i] <= h[j] && b[i] <= b[j]));
                }
            }
        }
    }
}
