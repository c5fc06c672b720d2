//! Made-up people: names (`names`), addresses in streets that do not
//! exist, NHS numbers of the range that is never given out (999…), telephone
//! numbers of the ranges kept for drama. Any likeness is chance.

use kith_access::Organisation;
use kith_base::{Day, Id, NhsNumber, Refusal};
use kith_casework::person::{Details, Equity, Ethnicity, Gender, Place};

use super::{draw::Draw, names, text};

const STREETS: &[&str] = &[
    "Chandler's Row",
    "Ropewalk Lane",
    "Lantern Street",
    "Osier Close",
    "Ferryman's Way",
    "Saltmarsh Road",
    "Kiln Terrace",
    "Heron Court",
    "Limekiln Hill",
    "Quayside Mews",
];

/// The person with this number; the same number is the same person.
///
/// # Errors
/// When one of the words above is not what it should be.
pub fn person(number: u32, practice: Id<Organisation>, today: Day) -> Result<Details, Refusal> {
    let mut draw = Draw::of(u64::from(number) ^ 0x5EED);
    let age = draw.weighed(&[(25, 14), (40, 20), (55, 26), (70, 28), (85, 12)]);
    let born = today.plus_days(-(age * 365 + draw.between(-2550, 2550)));
    let (given, family) = names::of_age(i64::from(today.years_since(born)), &mut draw);
    let short: String = given.chars().take(3).collect();
    Ok(Details {
        given: text(given)?,
        family: text(family)?,
        known_as: if draw.of_hundred(8) {
            Some(text(&short)?)
        } else {
            None
        },
        born: draw.of_hundred(98).then_some(born),
        nhs_number: if draw.of_hundred(96) {
            nhs_number(number)
        } else {
            None
        },
        practice: Some(practice),
        place: place(&mut draw)?,
    })
}

/// What the same person is counted by; not everybody was asked.
#[must_use]
pub fn equity(details: &Details) -> Equity {
    let number = details.nhs_number.as_deref().and_then(|n| n.parse().ok());
    let mut draw = Draw::of(number.unwrap_or(1_u64) ^ 0xE0);
    let (gender, ethnicity) = names::behind(&details.given, &details.family).unzip();
    let gender = draw.weighed(&[
        (gender, 91),
        (Some(Gender::NonBinary), 1),
        (Some(Gender::NotSaid), 1),
        (None, 7),
    ]);
    let ethnicity = draw.weighed(&[(ethnicity, 84), (Some(Ethnicity::NotSaid), 3), (None, 13)]);
    Equity { gender, ethnicity }
}

fn place(draw: &mut Draw) -> Result<Place, Refusal> {
    let street = *draw.one(STREETS);
    let house = draw.between(1, 120);
    // QQ is no postcode area, and none is planned.
    let letters = [
        *draw.one(&['A', 'B', 'D', 'E']),
        *draw.one(&['F', 'G', 'H', 'J']),
    ];
    let postcode = format!(
        "QQ{} {}{}{}",
        draw.between(1, 9),
        draw.between(1, 9),
        letters[0],
        letters[1]
    );
    let phone = format!("07700 900{:03}", draw.between(0, 999));
    Ok(Place {
        address: Some(text(&format!("{house} {street}, Harbour"))?),
        postcode: Some(text(&postcode)?),
        phone: if draw.of_hundred(92) {
            Some(text(&phone)?)
        } else {
            None
        },
        email: None,
        safe_contact: if draw.of_hundred(5) {
            Some(text("Ring only in the mornings")?)
        } else {
            None
        },
        text_is_safe: draw.of_hundred(70),
        voicemail_is_safe: draw.of_hundred(60),
    })
}

/// A number of the range 999, another for each of a million people; one in
/// eleven has none, because its first nine digits have no check digit.
fn nhs_number(number: u32) -> Option<NhsNumber> {
    // Neighbours in the demonstration are not neighbours in the range.
    let place = u64::from(number) * 7_919 % 1_000_000;
    let first_nine = 999_000_000 + u32::try_from(place).ok()?;
    (number < 1_000_000)
        .then(|| NhsNumber::with_check_digit(first_nine))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_base::Ts;
    use std::collections::BTreeSet;

    #[test]
    fn people_have_numbers_of_their_own_from_the_range_never_given_out() {
        let practice = Id::new(Ts::from_micros(1));
        let today = Day::ymd(2026, 11, 24).unwrap();
        let people: Vec<Details> = (0..2_000)
            .map(|n| person(n, practice, today).unwrap())
            .collect();
        let numbers: Vec<_> = people
            .iter()
            .filter_map(|p| p.nhs_number.as_ref())
            .collect();
        assert!(numbers.iter().all(|number| number.starts_with("999")));
        let distinct: BTreeSet<_> = numbers.iter().map(|number| number.to_string()).collect();
        assert_eq!(distinct.len(), numbers.len());
        assert!(
            people.iter().all(|p| p.place.postcode.is_some()),
            "a postcode does not parse"
        );
        assert_eq!(people[7], person(7, practice, today).unwrap());
    }
}
