//! The same question asked of other models (A9): negative binomial, quasi-Poisson,
//! estimating equations, negative binomial with a practice intercept. The use is "does the
//! answer change?"; a model is never chosen by its p. A model that refuses says why, and
//! the others still stand.

use nalgebra::DVector;
use serde::Serialize;

use super::counts::{CountCells, Histogram};
use super::cr2::Cr2;
use super::estimate::{Estimate, Finding};
use super::gee::{Division, Gee};
use super::linear::quadratic;
use super::negative_binomial::NegativeBinomial;
use super::poisson::Poisson;
use super::random_intercept::{NODES, RandomIntercept};
use super::refusal::Refusal;
use super::sandwich::Clusters;

/// One model's answer.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The model and where its error comes from.
    pub model: &'static str,
    /// The log ratio; none when the model refused.
    pub log_ratio: Option<Estimate>,
    /// Why there is none, or why it has no interval.
    pub refusal: Option<Refusal>,
}

/// All answers, and whether they point the same way.
#[derive(Debug, Clone, Serialize)]
pub struct Sensitivity {
    /// The headline model first.
    pub answers: Vec<Answer>,
    /// Whether every model with an interval sees what the headline sees: a rise, a fall,
    /// or neither.
    pub agree: bool,
}

/// Asks every model for the log ratio of one term.
///
/// # Errors
/// R7 when the headline model (Poisson with CR2) cannot be fitted; R3 for one practice;
/// a named refusal when there is no such term.
pub fn sensitivity(
    cells: &CountCells,
    histogram: &Histogram,
    practices: &Clusters,
    term: &str,
) -> Result<Finding<Sensitivity>, Refusal> {
    let place = cells.place(term).ok_or_else(|| Refusal::Impossible {
        what: format!("there is no term \"{term}\""),
    })?;
    let contrast = DVector::from_fn(cells.names().len(), |other, _| {
        f64::from(u8::from(other == place))
    });
    let poisson = Poisson::fit(cells)?;
    let (headline, few) =
        Cr2::new(&poisson.working, practices)?.estimate(&poisson.coefficients, &contrast);
    let model_variance = quadratic(poisson.working.model_covariance(), &contrast);
    let quasi = Estimate::normal(
        poisson.coefficients[place],
        (model_variance * poisson.dispersion).sqrt(),
    );
    let joint =
        |fit: NegativeBinomial| Estimate::normal(fit.coefficients[place], fit.joint_errors[place]);
    let robust =
        |fit: Gee| Estimate::normal(fit.coefficients[place], fit.bias_reduced_errors()[place]);
    let within =
        |fit: RandomIntercept| Estimate::normal(fit.coefficients[place], fit.errors[place]);
    let answers = vec![
        Answer {
            model: "Poisson, CR2 by practice",
            log_ratio: Some(headline),
            refusal: few.clone(),
        },
        answer("quasi-Poisson", Ok(quasi)),
        answer(
            "negative binomial, joint maximum likelihood",
            NegativeBinomial::fit(cells, histogram).map(joint),
        ),
        answer(
            "estimating equations, exchangeable within practice, Mancl-DeRouen",
            Gee::fit(cells, practices, Division::LessCoefficients).map(robust),
        ),
        answer(
            "negative binomial with practice intercept, adaptive quadrature",
            RandomIntercept::fit(cells, histogram, practices, NODES).map(within),
        ),
    ];
    let seen: Vec<i8> = answers
        .iter()
        .filter_map(|answer| direction(answer.log_ratio?))
        .collect();
    Ok(Finding {
        n: cells.observations() as u64,
        missing: 0,
        method: format!("person-months; log ratio of \"{term}\" by five models on the same cells"),
        assumptions: vec!["as each model; none is chosen by its p"],
        refusals: few.into_iter().collect(),
        result: Sensitivity {
            agree: seen.windows(2).all(|pair| pair[0] == pair[1]),
            answers,
        },
    })
}

fn answer(model: &'static str, log_ratio: Result<Estimate, Refusal>) -> Answer {
    match log_ratio {
        Ok(log_ratio) => Answer {
            model,
            log_ratio: Some(log_ratio),
            refusal: None,
        },
        Err(refusal) => Answer {
            model,
            log_ratio: None,
            refusal: Some(refusal),
        },
    }
}

/// −1 for a fall, 1 for a rise, 0 for neither; none without an interval.
fn direction(estimate: Estimate) -> Option<i8> {
    let interval = estimate.interval?;
    Some(i8::from(interval.low > 0.0) - i8::from(interval.high < 0.0))
}

#[cfg(test)]
mod tests {
    use super::super::counts::Tallies;
    use super::super::design::Design;
    use super::*;

    fn asked(ratio: f64, practices: i64, term: &str) -> Result<Finding<Sensitivity>, Refusal> {
        let rows = 240_u32;
        let referred = |row: u32| row.is_multiple_of(2);
        let count = |row: u32| {
            let base =
                f64::from((row * 7 + row * row * 5) % 13) * f64::from(1 + (row / 2) % 3) / 2.0;
            (base * if referred(row) { ratio } else { 1.0 }).round() as u64
        };
        let counts: Vec<u64> = (0..rows).map(count).collect();
        let design = Design::constant(rows as usize).with(
            "referred",
            (0..rows).map(|row| f64::from(u8::from(referred(row)))),
        );
        let cells = CountCells::new(&design, &Tallies::from_rows(&counts, &[1.0; 240]))
            .expect("whole rows");
        let keys: Vec<i64> = (0..rows)
            .map(|row| i64::from(row / 2) % practices)
            .collect();
        let histogram = counts.iter().map(|&y| (y, 1)).collect();
        sensitivity(&cells, &histogram, &Clusters::by_key(&keys), term)
    }

    #[test]
    fn a_large_effect_is_seen_by_every_model_that_answers() {
        let finding = asked(0.4, 12, "referred").expect("an answer");
        assert!(finding.result.agree && finding.concludes());
        assert_eq!(finding.result.answers.len(), 5);
        for answer in &finding.result.answers {
            match (answer.log_ratio, &answer.refusal) {
                (Some(log_ratio), None) => assert!(log_ratio.value < -0.6, "{answer:?}"),
                (None, Some(refusal)) => assert_eq!(refusal.code(), "R7"),
                _ => panic!("{answer:?}"),
            }
        }
    }

    #[test]
    fn few_practices_have_no_headline_interval_and_one_no_headline() {
        let finding = asked(0.4, 3, "referred").expect("an answer");
        assert!(finding.refused_by("R3").is_some());
        assert!(
            finding.result.answers[0]
                .log_ratio
                .is_some_and(|headline| headline.interval.is_none())
        );
        assert_eq!(asked(0.4, 1, "referred").err(), Some(Refusal::OneCluster));
        assert!(matches!(
            asked(0.4, 3, "sent"),
            Err(Refusal::Impossible { .. })
        ));
    }
}
