//! Do coders agree (A8)? In tenths for everybody, beyond chance for the researcher. No word
//! such as "substantial" is put on a number: what is enough depends on what the codes are for.

use super::{Sentences, codes, in_ten, number, with_interval};
use crate::stats::agreement::Kappa;
use crate::stats::estimate::{Estimate, Finding};

/// The sentences of alpha over all coders, with kappa of the first two when there is one.
#[must_use]
pub fn sentences(
    alpha: &Finding<Estimate>,
    kappa: Option<&Finding<Kappa>>,
    coders: usize,
) -> Sentences {
    let value = alpha.result.value;
    let same = kappa.map_or_else(String::new, |k| {
        format!(
            "The first two coders gave the same code {} times. ",
            in_ten(k.result.observed)
        )
    });
    let beyond = match alpha.result.interval {
        Some(interval) if interval.low > 0.0 => "They agree more than chance would make them.",
        Some(interval) if interval.high < 0.0 => {
            "They agree less than chance would make them: they may read the codes differently."
        }
        _ => "We cannot tell whether they agree more than chance would make them.",
    };
    let kappa_said = kappa.map_or_else(String::new, |k| {
        format!(
            " {}: {} (n {}).",
            k.method,
            with_interval(&k.result.kappa, 3),
            k.n
        )
    });
    Sentences {
        link_worker: format!("{same}{beyond}"),
        gp: format!(
            "Agreement of {coders} coders beyond chance: {} (1 is full, 0 is chance). {beyond}",
            number(value, 2)
        ),
        researcher: format!(
            "{}: {}; units {}, with fewer than two codes {}.{kappa_said}{}",
            alpha.method,
            with_interval(&alpha.result, 3),
            alpha.n,
            alpha.missing,
            codes(&alpha.refusals)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::agreement::{Level, Ratings, Weights, alpha, kappa};

    fn said(codes: &[[usize; 2]]) -> Sentences {
        let units = codes
            .iter()
            .map(|u| u.iter().map(|c| Some(*c)).collect())
            .collect();
        let ratings = Ratings::new(vec![0.0, 1.0], units).expect("two codes");
        let kappa = kappa(&ratings, (0, 1), Weights::None).expect("two codes");
        sentences(
            &alpha(&ratings, Level::Nominal, 1).expect("two codes"),
            Some(&kappa),
            2,
        )
    }

    #[test]
    fn agreement_is_said_in_tenths_without_a_grade() {
        let mut units = vec![[0, 0]; 12];
        units.extend([[1, 1]; 12]);
        units.extend([[0, 1], [1, 0]]);
        let said = said(&units);
        assert!(
            said.link_worker.starts_with(
                "The first two coders gave the same code 9 in 10 times. They agree more"
            )
        );
        for sentence in said.with_readers().map(|r| r.1) {
            assert!(
                !sentence.contains("substantial") && !sentence.contains("good"),
                "{sentence}"
            );
        }
    }

    #[test]
    fn chance_is_called_chance() {
        let units: Vec<[usize; 2]> = (0..24).map(|i| [i % 2, i / 2 % 2]).collect();
        assert!(said(&units).link_worker.contains("We cannot tell"));
    }
}
