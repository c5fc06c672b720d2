//! Wellbeing scores of people at the start and at follow-up: what every statistic of
//! change starts from. A score is on its scale or it is refused; somebody without a
//! first score cannot show change and is counted apart.

use serde::Serialize;

use super::refusal::Refusal;

/// Which way a score improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// A higher score is better, as for wellbeing.
    Higher,
    /// A lower score is better, as for loneliness or anxiety.
    Lower,
}

/// A measure: its name, its ends, and which way is better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scale {
    name: String,
    low: f64,
    high: f64,
    better: Better,
}

impl Scale {
    /// # Errors
    /// `Impossible` when the low end is not below the high end.
    pub fn new(name: &str, low: f64, high: f64, better: Better) -> Result<Self, Refusal> {
        if !(low < high && low.is_finite() && high.is_finite()) {
            let what = format!("a scale from {low} to {high}");
            return Err(Refusal::Impossible { what });
        }
        Ok(Self {
            name: name.to_owned(),
            low,
            high,
            better,
        })
    }

    /// What the measure is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lowest possible score.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Highest possible score.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Which way is better.
    #[must_use]
    pub fn better(&self) -> Better {
        self.better
    }

    /// Whether a score can be.
    #[must_use]
    pub fn holds(&self, score: f64) -> bool {
        (self.low..=self.high).contains(&score)
    }
}

/// One person's scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The practice, or whatever people share; none when it is not known.
    pub cluster: Option<i64>,
    /// Score at the start.
    pub before: f64,
    /// Score at follow-up, if there is one.
    pub after: Option<f64>,
    /// What is known of the person at the start, in the order of the names.
    pub traits: Vec<f64>,
}

impl Person {
    /// After − before.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.after.map(|after| after - self.before)
    }
}

/// People with a first score on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    scale: Scale,
    trait_names: Vec<String>,
    people: Vec<Person>,
    without_start: u64,
}

impl Scores {
    /// People with a first score; `without_start` people had none.
    ///
    /// # Errors
    /// `Impossible` for a score outside its scale, a trait that is no number, or another
    /// number of traits than names; `TooFewObservations` when nobody is left.
    pub fn new(
        scale: Scale,
        trait_names: Vec<String>,
        people: Vec<Person>,
        without_start: u64,
    ) -> Result<Self, Refusal> {
        for (i, person) in people.iter().enumerate() {
            let scores = [Some(person.before), person.after];
            if let Some(score) = scores.into_iter().flatten().find(|s| !scale.holds(*s)) {
                let (name, low, high) = (&scale.name, scale.low, scale.high);
                let what = format!(
                    "person {} scored {score}, outside {low} to {high} of {name}",
                    i + 1
                );
                return Err(Refusal::Impossible { what });
            }
            if person.traits.len() != trait_names.len()
                || !person.traits.iter().all(|t| t.is_finite())
            {
                let what = format!("person {} lacks a characteristic", i + 1);
                return Err(Refusal::Impossible { what });
            }
        }
        if people.is_empty() {
            return Err(Refusal::TooFewObservations {
                have: 0,
                coefficients: 1,
            });
        }
        Ok(Self {
            scale,
            trait_names,
            people,
            without_start,
        })
    }

    /// The measure.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Names of the traits.
    #[must_use]
    pub fn trait_names(&self) -> &[String] {
        &self.trait_names
    }

    /// Everybody with a first score.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// People who had no first score.
    #[must_use]
    pub fn without_start(&self) -> u64 {
        self.without_start
    }

    /// Those with both scores.
    pub fn completers(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|p| p.after.is_some())
    }

    /// People with a first score and no second.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.people.iter().filter(|p| p.after.is_none()).count() as u64
    }

    /// Values of one trait over `people`.
    pub(super) fn trait_of<'a>(
        people: &'a [&Person],
        place: usize,
    ) -> impl Iterator<Item = f64> + 'a {
        people.iter().map(move |p| p.traits[place])
    }
}

/// Mean of some figures; NaN of none, so callers look first.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation with n − 1.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: f64 = values.iter().map(|v| (v - middle).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swemwbs() -> Scale {
        Scale::new("SWEMWBS", 7.0, 35.0, Better::Higher).expect("7 is below 35")
    }

    #[test]
    fn a_score_off_its_scale_and_a_missing_trait_are_refused() {
        let person = |before: f64, traits: Vec<f64>| Person {
            cluster: None,
            before,
            after: None,
            traits,
        };
        for people in [
            vec![person(36.0, vec![1.0])],
            vec![person(f64::NAN, vec![1.0])],
            vec![person(20.0, vec![])],
            vec![person(20.0, vec![f64::NAN])],
        ] {
            let refused = Scores::new(swemwbs(), vec!["age".to_owned()], people, 0);
            assert!(matches!(refused, Err(Refusal::Impossible { .. })));
        }
        let nobody = Scores::new(swemwbs(), vec![], vec![], 12);
        assert!(matches!(
            nobody,
            Err(Refusal::TooFewObservations { have: 0, .. })
        ));
    }

    #[test]
    fn a_scale_upside_down_is_refused() {
        assert!(matches!(
            Scale::new("x", 5.0, 5.0, Better::Lower),
            Err(Refusal::Impossible { .. })
        ));
        assert!(matches!(
            Scale::new("x", f64::NAN, 5.0, Better::Lower),
            Err(Refusal::Impossible { .. })
        ));
    }
}
