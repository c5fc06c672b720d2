//! The headline comparison (A2): people referred against people at the same peak who were
//! not. Contacts in months +1 to +12, Poisson quasi-likelihood on arm, stratum, month of
//! the year and window, offset log(days / 30); controls weighted for those who have left
//! (`staying`). Errors by practice (CR2, Satterthwaite t)
//! and by person (CR1); the wider interval is shown. Beside it: how the controls
//! themselves changed, which is what the peak alone does.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::DVector;
use serde::Serialize;

use super::absorbed::Absorbed;
use super::before_after::{Side, before_after};
use super::counts::{CountCells, Tallies};
use super::cr2::Cr2;
use super::design::Design;
use super::estimate::{Estimate, Finding};
use super::leads::{Leads, lead_of};
use super::limits::{
    BASELINE_FIRST, CONTROLS_LOST_MAX, EVENTS_PER_ARM_MIN, LEADS, MATCHED_SHARE_MIN,
    PEOPLE_PER_ARM_MIN, RUN_UP_FIRST, STANDARDISED_DIFFERENCE_MAX,
};
use super::matching::{Balance, Entry, Matched, PersonHistory, balance, lost_to_referral, matched};
use super::ratio_reading::{Reading, read_log_ratio};
use super::refusal::Refusal;
use super::sandwich::Clusters;
use super::second_pass::SecondPass;
use super::staying::Staying;

/// The two arms of a comparison.
#[derive(Debug, Clone, Copy, Default, Serialize, PartialEq)]
pub struct Arm {
    /// Different people.
    pub people: u64,
    /// Contacts in the follow-up; those of a control count as often as they were drawn.
    pub contacts: u64,
    /// Their exposure, in years.
    pub person_years: f64,
}

/// All that the comparison shows.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Log ratio of contacts, referred over controls: the wider of the next two.
    pub log_ratio: Estimate,
    /// With errors by practice (CR2, Satterthwaite).
    pub by_practice: Estimate,
    /// With errors by person (CR1).
    pub by_person: Estimate,
    /// Difference in contacts per person-year, from the log ratio and the rate of the
    /// referred.
    pub per_person_year: Estimate,
    /// Log ratio of the controls' own contacts, after over before: measured regression
    /// to the mean. By person (CR1).
    pub controls_change: Estimate,
    /// Share of the referred who found a control, 0 to 1.
    pub matched: f64,
    /// Share of the controls' follow-up lost to their own referral.
    pub controls_lost: f64,
    /// What is left of differences in what was matched on.
    pub balance: Vec<Balance>,
    /// Differences before the referral; none when they cannot be tested.
    pub leads: Option<Leads>,
    /// The people referred.
    pub referred: Arm,
    /// The controls.
    pub controls: Arm,
    /// What may be said; none when it is refused.
    pub reading: Option<Reading>,
}

const METHOD: &str = "people referred; controls at the same peak (practice, calendar quarter, run-up, baseline, \
                 age band, sex, deprivation), up to 5 with replacement; months +1 to +12, Poisson \
                 quasi-likelihood on arm, stratum, month of year and window, offset log(days/30), controls weighted for those who have left; the wider of \
                 CR2 by practice (Satterthwaite t) and CR1 by person; missing counts the referred without a control";

const ASSUMPTIONS: [&str; 3] = [
    "within a stratum, who was referred is as good as random",
    "a control's contacts would be the same if the others were not referred",
    "controls who leave at their own referral would have gone on like those who stay with as many contacts \
             in the quarter before",
];

/// Matches, fits and judges. The same people and seed give the same numbers.
///
/// # Errors
/// R1 when nobody was referred or nobody has a control; R3 with one practice; R7 when
/// the model cannot be fitted.
pub fn compare(people: &[PersonHistory], seed: u64) -> Result<Finding<Comparison>, Refusal> {
    let matched = matched(people, seed);
    if matched.matched == 0 {
        return Err(Refusal::NoComparator);
    }
    let follow_up = Months::after(people, &matched);
    let (referred, controls) = (follow_up.arm(people, true), follow_up.arm(people, false));
    let outcome = follow_up.outcome(people, &matched)?;
    let balance = balance(people, &matched);
    let mut refusals = outcome.refusal.iter().cloned().collect::<Vec<_>>();
    refusals.extend(too_small(&matched, referred, controls));
    refusals.extend(unbalanced(&balance));
    let controls_lost = lost_to_referral(&matched);
    if controls_lost > CONTROLS_LOST_MAX {
        refusals.push(Refusal::ControlsLeave {
            share: controls_lost,
        });
    }
    let log_ratio = outcome.wider();
    let mut reading = None;
    match log_ratio
        .interval
        .map(|interval| read_log_ratio(interval, referred.people))
    {
        Some(Ok(said)) => reading = Some(said),
        Some(Err(refusal)) => refusals.push(refusal),
        None => {}
    }
    let before = Months::of(people, &matched, |entry| {
        entry.index + i64::from(BASELINE_FIRST)..=entry.index - NEAREST_LEAD
    });
    let leads = before.leads(&matched).ok();
    refusals.extend(
        leads
            .as_ref()
            .and_then(|leads| leads.refuse(log_ratio.value, reading)),
    );
    Ok(Finding {
        n: referred.people,
        missing: matched.referred - matched.matched,
        method: METHOD.to_owned(),
        assumptions: ASSUMPTIONS.to_vec(),
        result: Comparison {
            log_ratio,
            by_practice: outcome.by_practice,
            by_person: outcome.by_person,
            per_person_year: per_person_year(log_ratio, referred),
            controls_change: controls_change(people, &matched)?,
            matched: matched.share(),
            controls_lost,
            balance,
            leads,
            referred,
            controls,
            reading: reading.filter(|_| refusals.is_empty()),
        },
        refusals,
    })
}

fn too_small(matched: &Matched, referred: Arm, controls: Arm) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if matched.share() < MATCHED_SHARE_MIN {
        refusals.push(Refusal::TooFewMatched {
            share: matched.share(),
        });
    }
    let people = referred.people.min(controls.people);
    if people < PEOPLE_PER_ARM_MIN {
        refusals.push(Refusal::TooFewPeople { people });
    }
    let events = referred.contacts.min(controls.contacts);
    if events < EVENTS_PER_ARM_MIN {
        refusals.push(Refusal::TooFewEvents { events });
    }
    refusals
}

fn unbalanced(balance: &[Balance]) -> Option<Refusal> {
    let worst = balance
        .iter()
        .max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()))?;
    (worst.difference.abs() > STANDARDISED_DIFFERENCE_MAX).then(|| Refusal::Unbalanced {
        on: worst.on.to_owned(),
        difference: worst.difference.abs(),
    })
}

/// What the referred had, less what they would have had at the controls' rate.
fn per_person_year(log_ratio: Estimate, referred: Arm) -> Estimate {
    let rate = referred.contacts as f64 / referred.person_years;
    let difference = |log_ratio: f64| rate * (1.0 - (-log_ratio).exp());
    Estimate {
        value: difference(log_ratio.value),
        standard_error: log_ratio
            .standard_error
            .map(|error| error * rate * (-log_ratio.value).exp()),
        df: log_ratio.df,
        interval: log_ratio
            .interval
            .map(|interval| interval.on_scale(difference)),
    }
}

/// Person-months of the comparison, each with where it belongs.
struct Months(Vec<Month>);

#[derive(Clone, Copy)]
struct Month {
    place: usize,
    referred: bool,
    stratum: usize,
    /// Months since the index, below 0 before it.
    since: i64,
    calendar: i64,
    count: u32,
    exposure: f64,
    /// How many person-months it counts for.
    weight: f64,
}

/// What makes person-months one cell of the model: stratum, arm, month of year, window or
/// lead, and exposure to the bit.
type Key = (usize, bool, i64, i64, u64);

/// The cells of a model and which of them each person-month is in.
struct Grouped {
    keys: Vec<Key>,
    cells: CountCells,
    of_months: Vec<usize>,
}

const REFERRED: &str = "referred";

impl Months {
    /// The follow-up; a control's months count for those who have left as well.
    fn after(people: &[PersonHistory], matched: &Matched) -> Self {
        let staying = Staying::of(people, matched);
        let mut months = Self::of(people, matched, |entry| entry.index + 1..=entry.last);
        let weights = matched.entries.iter().flat_map(|entry| {
            let months = (entry.index + 1..=entry.last).zip(staying.weights(people, entry));
            months.filter_map(|(month, weight)| people[entry.place].seen(month).map(|_| weight))
        });
        for (month, weight) in months.0.iter_mut().zip(weights) {
            month.weight = weight;
        }
        months
    }

    fn of(
        people: &[PersonHistory],
        matched: &Matched,
        span: impl Fn(&Entry) -> std::ops::RangeInclusive<i64>,
    ) -> Self {
        let months = matched.entries.iter().flat_map(|entry| {
            let person = &people[entry.place];
            span(entry).filter_map(|calendar| {
                let seen = person.seen(calendar)?;
                Some(Month {
                    place: entry.place,
                    referred: entry.referred,
                    stratum: entry.stratum,
                    since: calendar - entry.index,
                    calendar,
                    count: seen.count,
                    exposure: seen.days / 30.0,
                    weight: 1.0,
                })
            })
        });
        Self(months.collect())
    }

    fn arm(&self, people: &[PersonHistory], referred: bool) -> Arm {
        let own = || self.0.iter().filter(|month| month.referred == referred);
        Arm {
            people: own()
                .map(|month| people[month.place].person)
                .collect::<BTreeSet<_>>()
                .len() as u64,
            contacts: own().map(|month| u64::from(month.count)).sum(),
            person_years: own().map(|month| month.exposure / 12.0).sum(),
        }
    }

    /// Groups the months; `block` is the window or lead of a month.
    fn grouped(&self, block: impl Fn(&Month) -> i64) -> Result<Grouped, Refusal> {
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        let (mut keys, mut tallies) = (Vec::new(), Tallies::default());
        let mut of_months = Vec::with_capacity(self.0.len());
        for month in &self.0 {
            let of_year = month.calendar.rem_euclid(12);
            let key = (
                month.stratum,
                month.referred,
                of_year,
                block(month),
                month.exposure.to_bits(),
            );
            let place = *places.entry(key).or_insert_with(|| {
                keys.push(key);
                tallies.n.push(0.0);
                tallies.sum.push(0.0);
                tallies.sum_squares.push(0.0);
                tallies.exposure.push(month.exposure);
                keys.len() - 1
            });
            let count = f64::from(month.count);
            tallies.n[place] += month.weight;
            tallies.sum[place] += month.weight * count;
            tallies.sum_squares[place] += month.weight * count * count;
            of_months.push(place);
        }
        let of_year: Vec<i64> = keys.iter().map(|key| key.2).collect();
        let blocks: Vec<i64> = keys.iter().map(|key| key.3).collect();
        let mut design = Design::constant(keys.len()).with_levels("month of year", &of_year);
        design = design.with_levels("window", &blocks);
        for lead in LEAD_BLOCKS {
            let mark: Vec<f64> = keys
                .iter()
                .map(|key| f64::from(u8::from(key.1 && key.3 == lead)))
                .collect();
            if mark.iter().any(|&mark| mark > 0.0) {
                design = design.with(&format!("{REFERRED} {lead}"), mark);
            }
        }
        if blocks.iter().all(|block| *block >= 0) {
            design = design.with(REFERRED, keys.iter().map(|key| f64::from(u8::from(key.1))));
        }
        let cells = CountCells::new(&design, &tallies).map_err(|bad| Refusal::Impossible {
            what: bad.to_string(),
        })?;
        Ok(Grouped {
            keys,
            cells,
            of_months,
        })
    }

    fn outcome(&self, people: &[PersonHistory], matched: &Matched) -> Result<Outcome, Refusal> {
        let grouped = self.grouped(|month| window(month.since))?;
        let fit = grouped.fit()?;
        let contrast = fit.contrast(REFERRED).ok_or(Refusal::NoComparator)?;
        let cr2 = Cr2::new(&fit.working, &grouped.practices(&fit, matched))?;
        let (by_practice, refusal) = cr2.estimate(&fit.coefficients, &contrast);
        let error = self.by_person(people, &grouped, &fit, &contrast)?;
        let by_person = Estimate::normal(fit.coefficients.dot(&contrast), error);
        Ok(Outcome {
            by_practice,
            by_person,
            refusal,
        })
    }

    fn by_person(
        &self,
        people: &[PersonHistory],
        grouped: &Grouped,
        fit: &Absorbed,
        contrast: &DVector<f64>,
    ) -> Result<f64, Refusal> {
        let mut place = vec![usize::MAX; grouped.keys.len()];
        for (kept, &cell) in fit.kept.iter().enumerate() {
            place[cell] = kept;
        }
        let mut pass = SecondPass::new(&fit.working, &fit.mean, contrast);
        for (month, &cell) in self.0.iter().zip(&grouped.of_months) {
            pass.add_weighted(
                place[cell],
                people[month.place].person,
                f64::from(month.count),
                month.weight,
            );
        }
        pass.cr1_error().map(|(error, _)| error)
    }

    /// The quarters before the run-up, referred against controls.
    fn leads(&self, matched: &Matched) -> Result<Leads, Refusal> {
        let grouped = self.grouped(|month| {
            lead_of(-month.since, NEAREST_LEAD).map_or(EARLIER, |lead| LEAD_BLOCKS[lead])
        })?;
        let fit = grouped.fit()?;
        let clustered = fit.working.clustered(&grouped.practices(&fit, matched))?;
        let places: Vec<usize> = LEAD_BLOCKS
            .iter()
            .filter_map(|lead| {
                fit.names
                    .iter()
                    .position(|name| *name == format!("{REFERRED} {lead}"))
            })
            .collect();
        let covariance = clustered.cr1().select_rows(&places).select_columns(&places);
        Leads::new(
            &fit.coefficients.select_rows(&places),
            &covariance,
            clustered.clusters,
            NEAREST_LEAD,
        )
    }
}

/// The run-up is matched on, and judged by its standardised difference; a lead is earlier.
const NEAREST_LEAD: i64 = 1 - RUN_UP_FIRST as i64;

/// Blocks of the months before: the leads, nearest first, and all that is earlier.
const LEAD_BLOCKS: [i64; LEADS as usize] = [-1, -2];
const EARLIER: i64 = -3;

/// Windows of the follow-up: months 1 to 3, 4 to 6, 7 to 12.
fn window(since: i64) -> i64 {
    match since {
        ..=3 => 1,
        4..=6 => 2,
        _ => 3,
    }
}

impl Grouped {
    fn fit(&self) -> Result<Absorbed, Refusal> {
        let strata: Vec<i64> = self.keys.iter().map(|key| key.0 as i64).collect();
        Absorbed::fit(&self.cells, &Clusters::by_key(&strata))
    }

    /// The practice of each cell that takes part.
    fn practices(&self, fit: &Absorbed, matched: &Matched) -> Clusters {
        let keys: Vec<i64> = fit
            .kept
            .iter()
            .map(|&cell| matched.practices[self.keys[cell].0])
            .collect();
        Clusters::by_key(&keys)
    }
}

/// The effect with its two errors.
struct Outcome {
    by_practice: Estimate,
    by_person: Estimate,
    refusal: Option<Refusal>,
}

impl Outcome {
    /// The wider interval; none when the practices are too few for theirs.
    fn wider(&self) -> Estimate {
        let width =
            |estimate: &Estimate| estimate.interval.map_or(f64::INFINITY, |i| i.high - i.low);
        if width(&self.by_practice) >= width(&self.by_person) {
            self.by_practice
        } else {
            self.by_person
        }
    }
}

/// Controls' contacts in the year after against the year before, index month left out.
fn controls_change(people: &[PersonHistory], matched: &Matched) -> Result<Estimate, Refusal> {
    let year_before = i64::from(BASELINE_FIRST);
    let months = Months::of(people, matched, |entry| {
        entry.index + year_before..=entry.last
    });
    let own = months
        .0
        .iter()
        .filter(|month| !month.referred && month.since != 0);
    before_after(own.map(|month| Side {
        person: people[month.place].person,
        after: month.since > 0,
        count: month.count,
        exposure: month.exposure,
    }))
}
