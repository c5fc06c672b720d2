//! Made-up people for showing what an analysis does when the truth is known. Their need
//! wanders; whoever has a busy quarter may be referred, so that contacts fall afterwards
//! without any service. From the month after the referral the mean is times a ratio: 1 is
//! a service without an effect.

use super::draw::Draws;
use super::matching::{MonthSeen, PersonHistory};

/// What to make up.
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
    /// Where the draws start.
    pub seed: u64,
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
    (0..plan.people as i64)
        .map(|person| history(person, plan, &mut draws))
        .collect()
}

fn history(person: i64, plan: MadeUp, draws: &mut Draws) -> PersonHistory {
    let usual = 0.45 * (0.4 - draws.uniform().ln() * 0.6);
    let (mut need, mut referred) = (0.0_f64, None);
    let mut months: Vec<MonthSeen> = Vec::with_capacity(MONTHS);
    for month in 0..MONTHS {
        need = 0.75 * need + 0.45 * draws.normal();
        let quarter: u32 = months.iter().rev().take(3).map(|seen| seen.count).sum();
        let after = referred.is_some_and(|own| month as i64 > own);
        let mean = usual * (need - 0.2).exp() * if after { plan.ratio } else { 1.0 };
        months.push(MonthSeen {
            count: poisson(draws, mean),
            days: 30.0,
        });
        let seen_around = month >= 14 && month + 13 < MONTHS;
        if seen_around && quarter >= BUSY && referred.is_none() && draws.uniform() < plan.chance {
            referred = Some(month as i64);
        }
    }
    PersonHistory {
        person,
        practice: person % plan.practices.max(1),
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
            ratio: 1.0,
            chance: 0.06,
            seed: 1,
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
    fn counts_have_their_mean() {
        let mut draws = Draws::seeded(2);
        let total: u32 = (0..20_000).map(|_| poisson(&mut draws, 1.3)).sum();
        assert!((f64::from(total) / 20_000.0 - 1.3).abs() < 0.03);
        assert_eq!(poisson(&mut draws, 0.0), 0);
    }
}
