//! Made-up people for showing what an analysis does when the truth is known. Their need
//! wanders, winter is busier, practices differ, and people leave; whoever has a busy
//! quarter may be referred, so that contacts fall afterwards without any service. From the
//! month after the referral the mean is times a ratio: 1 is a service without an effect.

use std::f64::consts::TAU;

use super::draw::Draws;
use super::matching::{MonthSeen, PersonHistory};

/// What to make up. The default is a service without an effect.
#[derive(Debug, Clone, Copy)]
pub struct MadeUp {
    /// People.
    pub people: usize,
    /// Practices, of as many people each.
    pub practices: i64,
    /// Times as many contacts from the month after the referral on.
    pub ratio: f64,
    /// Chance of a referral in a month after a busy quarter, 0 to 1. When it is large,
    /// those left to compare with are soon referred themselves.
    pub chance: f64,
    /// How far practices differ in contacts: standard deviation of the logarithm.
    pub spread: f64,
    /// How far winter is above the year's mean, as a share of it.
    pub season: f64,
    /// Chance of leaving the practice in a month, 0 to 1.
    pub leaving: f64,
    /// Where the draws start.
    pub seed: u64,
}

impl Default for MadeUp {
    fn default() -> Self {
        Self {
            people: 12_000,
            practices: 12,
            ratio: 1.0,
            chance: 0.06,
            spread: 0.2,
            season: 0.1,
            leaving: 0.004,
            seed: 1,
        }
    }
}

/// Months of each person: two years before the first possible referral may end, and a
/// year after the last.
const MONTHS: usize = 60;

/// Contacts in three months that make a quarter busy.
const BUSY: u32 = 5;

/// The people, the same for the same seed.
#[must_use]
pub fn made_up(plan: MadeUp) -> Vec<PersonHistory> {
    let mut draws = Draws::seeded(plan.seed);
    let levels: Vec<f64> = (0..plan.practices.max(1))
        .map(|_| (plan.spread * draws.normal()).exp())
        .collect();
    (0..plan.people)
        .map(|person| history(person, plan, &levels, &mut draws))
        .collect()
}

fn history(person: usize, plan: MadeUp, levels: &[f64], draws: &mut Draws) -> PersonHistory {
    let practice = person % levels.len();
    let usual = 0.45 * (0.4 - draws.uniform().ln() * 0.6) * levels[practice];
    let (mut need, mut referred) = (0.0_f64, None);
    let mut months: Vec<MonthSeen> = Vec::with_capacity(MONTHS);
    for month in 0..MONTHS {
        need = 0.75 * need + 0.45 * draws.normal();
        let quarter: u32 = months.iter().rev().take(3).map(|seen| seen.count).sum();
        let after = referred.is_some_and(|own| month as i64 > own);
        let winter = 1.0 + plan.season * (TAU * month as f64 / 12.0).cos();
        let effect = if after { plan.ratio } else { 1.0 };
        let mean = usual * winter * (need - 0.2).exp() * effect;
        months.push(MonthSeen {
            count: poisson(draws, mean),
            days: 30.0,
        });
        let seen_around = month >= 14 && month + 13 < MONTHS;
        if seen_around && quarter >= BUSY && referred.is_none() && draws.uniform() < plan.chance {
            referred = Some(month as i64);
        }
        if draws.uniform() < plan.leaving {
            break;
        }
    }
    PersonHistory {
        person: person as i64,
        practice: practice as i64,
        age_band: 1,
        sex: 0,
        deprivation: 1,
        referred,
        first_month: 0,
        months,
    }
}

/// A count with this mean, by turning its distribution function round.
fn poisson(draws: &mut Draws, mean: f64) -> u32 {
    let (mut left, mut count, mut share) = (draws.uniform(), 0, (-mean).exp());
    while left > share && count < 1_000 {
        left -= share;
        count += 1;
        share *= mean / f64::from(count);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_people_are_referred_after_a_busy_quarter() {
        let plan = MadeUp {
            people: 300,
            practices: 4,
            ..MadeUp::default()
        };
        let (people, again) = (made_up(plan), made_up(plan));
        assert!(
            people
                .iter()
                .zip(&again)
                .all(|(a, b)| a.months == b.months && a.referred == b.referred)
        );
        let referred: Vec<_> = people
            .iter()
            .filter_map(|p| p.before(p.referred?))
            .collect();
        assert!(referred.len() > 10 && referred.iter().all(|(run_up, _)| *run_up >= BUSY));
    }

    #[test]
    fn winters_are_busier_practices_differ_and_some_people_leave() {
        let people = made_up(MadeUp {
            people: 4_000,
            practices: 20,
            season: 0.3,
            spread: 0.5,
            ..MadeUp::default()
        });
        let mean = |chosen: &dyn Fn(&PersonHistory, usize) -> bool| {
            let counts = people.iter().flat_map(|person| {
                let own = person.months.iter().enumerate();
                own.filter(|(month, _)| chosen(person, *month))
                    .map(|(_, seen)| f64::from(seen.count))
            });
            let (sum, months) = counts.fold((0.0, 0.0), |(sum, n), count| (sum + count, n + 1.0));
            sum / months
        };
        let winter = mean(&|_, month| month % 12 == 0);
        let summer = mean(&|_, month| month % 12 == 6);
        assert!(winter > 1.4 * summer, "{winter} {summer}");
        let practices: Vec<f64> = (0..20)
            .map(|p| mean(&|person, _| person.practice == p))
            .collect();
        let most = practices.iter().copied().fold(0.0, f64::max);
        let least = practices.iter().copied().fold(f64::MAX, f64::min);
        assert!(most > 2.0 * least, "{practices:?}");
        let left = people
            .iter()
            .filter(|person| person.months.len() < MONTHS)
            .count();
        assert!((600..1_200).contains(&left), "{left} of 4000 left");
    }

    #[test]
    fn counts_have_their_mean() {
        let mut draws = Draws::seeded(2);
        let total: u32 = (0..20_000).map(|_| poisson(&mut draws, 1.3)).sum();
        assert!((f64::from(total) / 20_000.0 - 1.3).abs() < 0.03);
        assert_eq!(poisson(&mut draws, 0.0), 0);
    }
}
