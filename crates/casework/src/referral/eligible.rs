//! Who this service is for. It is for adults: somebody younger has a pathway
//! of their own, and the door says which, in the scheme's own words, instead
//! of letting them wait here.

use kith_base::{Day, Refusal};

/// The age from which somebody is an adult.
pub const ADULT: i16 = 18;

/// Refuses somebody who is too young. An unknown birth date is let through:
/// whoever takes the referral on asks.
///
/// # Errors
/// A refusal about the field `born` that names the other pathway.
pub fn of_age(born: Option<Day>, today: Day, instead: &str) -> Result<(), Refusal> {
    match born {
        Some(born) if today.years_since(born) < ADULT => {
            let what = "This service is for people aged 18 and over";
            Err(Refusal::field("born", what).try_next(instead))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_let_in_on_their_eighteenth_birthday_and_not_the_day_before() {
        let born = Day::ymd(2008, 11, 21);
        let day = |d| Day::ymd(2026, 11, d).unwrap();
        let instead = "Ring the youth service";
        assert_eq!(of_age(born, day(21), instead), Ok(()));
        let refusal = of_age(born, day(20), instead).unwrap_err();
        assert_eq!(refusal.field, Some("born"));
        assert_eq!(refusal.next, instead);
        assert_eq!(of_age(None, day(20), instead), Ok(()));
    }
}
