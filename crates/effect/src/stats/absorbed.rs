//! Poisson with an intercept for every stratum, without a column for each: the stratum's
//! intercept is log(its contacts / what the other terms expect), so only the other terms
//! are searched for. Coefficients and errors are those of the model with all columns.
//! A stratum without a contact says nothing about ratios and is left out.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::counts::CountCells;
use super::design::CONSTANT;
use super::limits::{ALIASING_TOLERANCE, NEWTON_STEPS_MAX};
use super::linear::{first_aliased, inverse, weighted_gram};
use super::poisson::SETTLED;
use super::refusal::Refusal;
use super::sandwich::{Clusters, WorkingModel};

const NOT_CONVERGED: Refusal = Refusal::NotConverged {
    model: "stratified Poisson",
};

/// A fitted stratified model.
#[derive(Debug, Clone)]
pub struct Absorbed {
    /// The terms searched for: those of the design but the constant.
    pub names: Vec<String>,
    /// Log ratios, in their order.
    pub coefficients: DVector<f64>,
    /// The cells that take part, by their place in the cells handed in.
    pub kept: Vec<usize>,
    /// Expected count of one observation, per kept cell.
    pub mean: DVector<f64>,
    /// What the error estimators start from, over the kept cells.
    pub working: WorkingModel,
    /// Pearson χ² over (observations − all coefficients).
    pub dispersion: f64,
}

impl Absorbed {
    /// Fits the model; one stratum per cell.
    ///
    /// # Errors
    /// R7 as the Poisson model; a term that is constant inside every stratum is aliased.
    pub fn fit(cells: &CountCells, strata: &Clusters) -> Result<Self, Refusal> {
        let problem = Problem::new(cells, strata)?;
        let coefficients = problem.search()?;
        let at = problem.at(&coefficients);
        let x = problem.within(&at.expected);
        let bread = inverse(&weighted_gram(&x, &at.expected)).ok_or(NOT_CONVERGED)?;
        let mean = at.expected.component_div(&problem.cells.n);
        let ones = DVector::from_element(mean.len(), 1.0);
        let squares = problem
            .cells
            .residual_squares(&mean)
            .component_div(&mean)
            .sum();
        let parameters = coefficients.len() + problem.totals.len();
        let dispersion = squares / (problem.cells.observations() - parameters as f64);
        let working = WorkingModel::of_counts(&problem.cells, &mean, &ones, bread)
            .within_strata(x, problem.stratum);
        Ok(Self {
            names: problem.cells.names,
            coefficients,
            kept: problem.kept,
            mean,
            working,
            dispersion,
        })
    }

    /// 1 for the named term and 0 for the others; none when there is no such term.
    #[must_use]
    pub fn contrast(&self, name: &str) -> Option<DVector<f64>> {
        let place = self.names.iter().position(|here| here == name)?;
        Some(DVector::from_fn(self.names.len(), |term, _| {
            f64::from(u8::from(term == place))
        }))
    }
}

/// The cells of strata with a contact, without the constant.
struct Problem {
    cells: CountCells,
    kept: Vec<usize>,
    stratum: Vec<usize>,
    /// Contacts by stratum.
    totals: Vec<f64>,
}

/// What one set of coefficients expects.
struct At {
    /// n × mean, per cell.
    expected: DVector<f64>,
    /// Log-likelihood, the strata at their best.
    height: f64,
}

impl Problem {
    fn new(cells: &CountCells, strata: &Clusters) -> Result<Self, Refusal> {
        let of_cells = strata.of_cells();
        let mut contacts = vec![0.0; strata.count()];
        for (cell, &stratum) in of_cells.iter().enumerate() {
            contacts[stratum] += cells.sum[cell];
        }
        let kept: Vec<usize> = (0..cells.cells())
            .filter(|&cell| contacts[of_cells[cell]] > 0.0)
            .collect();
        let terms: Vec<usize> = (0..cells.names().len())
            .filter(|&term| cells.names()[term] != CONSTANT)
            .collect();
        let kept_cells = CountCells {
            names: terms
                .iter()
                .map(|&term| cells.names()[term].clone())
                .collect(),
            x: cells.x.select_rows(&kept).select_columns(&terms),
            n: cells.n.select_rows(&kept),
            sum: cells.sum.select_rows(&kept),
            sum_squares: cells.sum_squares.select_rows(&kept),
            offset: cells.offset.select_rows(&kept),
        };
        let strata = Clusters::by_key(
            &kept
                .iter()
                .map(|&cell| of_cells[cell] as i64)
                .collect::<Vec<_>>(),
        );
        let mut totals = vec![0.0; strata.count()];
        for (cell, &stratum) in strata.of_cells().iter().enumerate() {
            totals[stratum] += kept_cells.sum[cell];
        }
        let stratum = strata.of_cells().to_vec();
        let problem = Self {
            cells: kept_cells,
            kept,
            stratum,
            totals,
        };
        problem.estimable()?;
        Ok(problem)
    }

    /// Names a term without an event, or one that says nothing inside the strata.
    fn estimable(&self) -> Result<(), Refusal> {
        let cells = &self.cells;
        if cells.cells() == 0 {
            return Err(Refusal::NoEvents);
        }
        let weight = cells.n.component_mul(&cells.offset.map(f64::exp));
        let within = self.within(&weight);
        let size = |x: &DMatrix<f64>, term: usize| {
            x.column(term).component_mul(&x.column(term)).dot(&weight)
        };
        let flat = (0..cells.names().len())
            .find(|&term| size(&within, term) <= ALIASING_TOLERANCE * size(&cells.x, term));
        if let Some(term) = flat.or_else(|| first_aliased(&within, &weight)) {
            return Err(Refusal::Aliased {
                term: cells.names()[term].clone(),
            });
        }
        match (0..cells.names().len()).find(|&term| cells.has_no_events(term)) {
            Some(term) => Err(Refusal::Separated {
                term: cells.names()[term].clone(),
            }),
            None => Ok(()),
        }
    }

    fn search(&self) -> Result<DVector<f64>, Refusal> {
        let mut coefficients = DVector::zeros(self.cells.names().len());
        let mut at = self.at(&coefficients);
        for _ in 0..NEWTON_STEPS_MAX {
            let x = self.within(&at.expected);
            let score = self.cells.x.tr_mul(&(&self.cells.sum - &at.expected));
            let step = Cholesky::new(weighted_gram(&x, &at.expected))
                .ok_or(NOT_CONVERGED)?
                .solve(&score);
            let largest = (&x * &step).amax();
            let gain = step.dot(&score);
            if !largest.is_finite() || (gain < 1e-9 && largest > 0.1) {
                return Err(Refusal::Separated {
                    term: self.cells.names()[step.iamax()].clone(),
                });
            }
            let mut length = 1.0;
            loop {
                let next = &coefficients + &step * length;
                let there = self.at(&next);
                if there.height >= at.height || gain < 1e-6 || length < 1e-6 {
                    (coefficients, at) = (next, there);
                    break;
                }
                length /= 2.0;
            }
            if largest < SETTLED {
                return Ok(coefficients);
            }
        }
        Err(NOT_CONVERGED)
    }

    fn at(&self, coefficients: &DVector<f64>) -> At {
        let log = &self.cells.x * coefficients + &self.cells.offset;
        let mut expected = self.cells.n.component_mul(&log.map(f64::exp));
        let sums = self.sums(&expected);
        for (cell, &stratum) in self.stratum.iter().enumerate() {
            expected[cell] *= self.totals[stratum] / sums[stratum];
        }
        let strata: f64 = self
            .totals
            .iter()
            .zip(&sums)
            .map(|(total, sum)| total * sum.ln())
            .sum();
        At {
            expected,
            height: self.cells.sum.dot(&log) - strata,
        }
    }

    fn sums(&self, values: &DVector<f64>) -> Vec<f64> {
        let mut sums = vec![0.0; self.totals.len()];
        for (value, &stratum) in values.iter().zip(&self.stratum) {
            sums[stratum] += value;
        }
        sums
    }

    /// The design less its weighted mean in every stratum.
    fn within(&self, weight: &DVector<f64>) -> DMatrix<f64> {
        let sums = self.sums(weight);
        let mut within = self.cells.x.clone();
        for mut column in within.column_iter_mut() {
            let totals = self.sums(&column.component_mul(weight));
            for (cell, &stratum) in self.stratum.iter().enumerate() {
                column[cell] -= totals[stratum] / sums[stratum];
            }
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::Tallies;
    use super::super::cr2::Cr2;
    use super::super::design::Design;
    use super::super::poisson::Poisson;
    use super::*;

    /// Forty-eight rows in eight strata, two strata to a practice.
    struct Rows {
        counts: Vec<u64>,
        strata: Vec<i64>,
        practices: Vec<i64>,
    }

    fn rows() -> Rows {
        let counts = (0_u64..48)
            .map(|row| (row * 7 + row * row * 3) % 6 + row % 3)
            .collect();
        Rows {
            counts,
            strata: (0..48).map(|row| row / 6).collect(),
            practices: (0..48).map(|row| row / 12).collect(),
        }
    }

    fn terms(design: Design) -> Design {
        design
            .with("referred", (0..48).map(|row| f64::from(row % 2)))
            .with("month", (0..48).map(|row| f64::from(row * 5 % 7)))
    }

    fn exposure() -> Vec<f64> {
        (0..48).map(|row| 0.5 + f64::from(row % 4) / 4.0).collect()
    }

    #[test]
    fn it_is_the_model_with_a_column_for_every_stratum() {
        let rows = rows();
        let tallies = Tallies::from_rows(&rows.counts, &exposure());
        let plain = CountCells::new(&terms(Design::constant(48)), &tallies).expect("whole rows");
        let design = terms(Design::constant(48)).with_levels("stratum", &rows.strata);
        let full = CountCells::new(&design, &tallies).expect("whole rows");
        let absorbed = Absorbed::fit(&plain, &Clusters::by_key(&rows.strata)).expect("a fit");
        let columns = Poisson::fit(&full).expect("a fit");
        let practices = Clusters::by_key(&rows.practices);
        let cr1 = |working: &WorkingModel| working.clustered(&practices).expect("practices").cr1();
        let (cr1_absorbed, cr1_columns) = (cr1(&absorbed.working), cr1(&columns.working));
        let cr2_absorbed = Cr2::new(&absorbed.working, &practices).expect("practices");
        let cr2_columns = Cr2::new(&columns.working, &practices).expect("practices");
        let hc0 = (absorbed.working.hc0(), columns.working.hc0());
        let same = |left: f64, right: f64| {
            assert!((left - right).abs() < 1e-9 * right.abs(), "{left} {right}")
        };
        same(absorbed.dispersion, columns.dispersion);
        for name in ["referred", "month"] {
            let (few, many) = (
                absorbed.contrast(name).expect("a term"),
                DVector::from_fn(full.names().len(), |term, _| {
                    f64::from(u8::from(full.names()[term] == name))
                }),
            );
            same(
                few.dot(&absorbed.coefficients),
                many.dot(&columns.coefficients),
            );
            same(
                few.dot(&(&cr1_absorbed * &few)),
                many.dot(&(&cr1_columns * &many)),
            );
            same(few.dot(&(&hc0.0 * &few)), many.dot(&(&hc0.1 * &many)));
            same(cr2_absorbed.error_of(&few), cr2_columns.error_of(&many));
            same(cr2_absorbed.df_of(&few), cr2_columns.df_of(&many));
        }
    }

    #[test]
    fn a_stratum_without_a_contact_is_left_out_and_changes_nothing() {
        let mut rows = rows();
        let strata = Clusters::by_key(&rows.strata);
        rows.counts[..6].fill(0);
        let tallies = Tallies::from_rows(&rows.counts, &exposure());
        let cells = CountCells::new(&terms(Design::constant(48)), &tallies).expect("whole rows");
        let fit = Absorbed::fit(&cells, &strata).expect("a fit");
        assert_eq!(fit.kept.len(), 42);
        rows.counts.fill(0);
        let none = Tallies::from_rows(&rows.counts, &exposure());
        let cells = CountCells::new(&terms(Design::constant(48)), &none).expect("whole rows");
        assert_eq!(
            Absorbed::fit(&cells, &strata).err(),
            Some(Refusal::NoEvents)
        );
    }

    #[test]
    fn a_term_that_never_varies_inside_a_stratum_is_named() {
        let rows = rows();
        let design =
            terms(Design::constant(48)).with("practice", rows.practices.iter().map(|&p| p as f64));
        let cells = CountCells::new(&design, &Tallies::from_rows(&rows.counts, &exposure()))
            .expect("whole rows");
        let fit = Absorbed::fit(&cells, &Clusters::by_key(&rows.strata));
        assert_eq!(
            fit.err(),
            Some(Refusal::Aliased {
                term: "practice".to_owned()
            })
        );
    }

    #[test]
    fn an_arm_without_a_contact_is_named() {
        let mut rows = rows();
        rows.counts
            .iter_mut()
            .skip(1)
            .step_by(2)
            .for_each(|count| *count = 0);
        let cells = CountCells::new(
            &terms(Design::constant(48)),
            &Tallies::from_rows(&rows.counts, &exposure()),
        )
        .expect("whole rows");
        let fit = Absorbed::fit(&cells, &Clusters::by_key(&rows.strata));
        assert_eq!(
            fit.err(),
            Some(Refusal::Separated {
                term: "referred".to_owned()
            })
        );
    }
}
