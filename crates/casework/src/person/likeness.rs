//! Are these two the same person? Answered from NHS number, name, birth date
//! and postcode together: an NHS number alone never decides, because numbers
//! are mistyped; a name and a birth date alone do not, because of twins.
//! "Same" is used without asking; "close" is shown side by side to somebody.

use kith_base::{Day, NhsNumber, Postcode};

use super::words;

/// What two records are compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Likeable {
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Birth date.
    pub born: Option<Day>,
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// Postcode.
    pub postcode: Option<Postcode>,
}

/// How alike two records are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Likeness {
    /// The same person.
    Same,
    /// Perhaps: somebody must look. The reasons are for the page.
    Close(Vec<&'static str>),
    /// Another person.
    Other,
}

/// How alike two spellings of a name must be to be called similar
/// (Jaro-Winkler, 0 to 1). Our own choice: 0.88 keeps "Jon" and "John" and
/// parts "Mary" from "Maria".
const SIMILAR_NAME: f64 = 0.88;

/// Compares two records.
#[must_use]
pub fn likeness(a: &Likeable, b: &Likeable) -> Likeness {
    let given = Named::from(&*a.given).is_like(&b.given);
    let family = Named::from(&*a.family).is_like(&b.family);
    let born = a.born.is_some() && a.born == b.born;
    let postcode = a.postcode.is_some() && a.postcode == b.postcode;
    match (&a.nhs_number, &b.nhs_number) {
        (Some(x), Some(y)) if x == y => same_number(born, given, family),
        (Some(_), Some(_)) => {
            if born && given && family && postcode {
                Likeness::Close(vec!["Two different NHS numbers, everything else the same"])
            } else {
                Likeness::Other
            }
        }
        _ => without_number(a, b, [given, family, born, postcode]),
    }
}

fn same_number(born: bool, given: bool, family: bool) -> Likeness {
    match (born, given || family) {
        (true, true) => Likeness::Same,
        (false, true) => Likeness::Close(vec!["Same NHS number, another date of birth"]),
        (true, false) => Likeness::Close(vec!["Same NHS number, another name"]),
        (false, false) => Likeness::Close(vec!["Same NHS number, another name and date of birth"]),
    }
}

fn without_number(
    a: &Likeable,
    b: &Likeable,
    [given, family, born, postcode]: [bool; 4],
) -> Likeness {
    let exactly = words::parts(&a.given) == words::parts(&b.given)
        && words::parts(&a.family) == words::parts(&b.family);
    if born && postcode && exactly {
        return Likeness::Same;
    }
    let mut why = Vec::new();
    if born && given && family {
        why.push(if exactly {
            "Same name and date of birth"
        } else {
            "Similar name, same date of birth"
        });
    } else if born && family && postcode {
        why.push("Same family name, date of birth and postcode: may be a twin");
    } else if given
        && family
        && a.born
            .zip(b.born)
            .is_some_and(|(x, y)| turned(x) == Some(y))
    {
        why.push("Same name, day and month of birth the other way round");
    } else if given && family && postcode && (a.born.is_none() || b.born.is_none()) {
        why.push("Same name and postcode, one date of birth not recorded");
    }
    if why.is_empty() {
        Likeness::Other
    } else {
        Likeness::Close(why)
    }
}

/// A name to compare others with.
pub struct Named {
    folded: String,
    sound: String,
}

impl From<&str> for Named {
    fn from(name: &str) -> Self {
        let folded = words::folded(name);
        let sound = words::sound(&folded);
        Self { folded, sound }
    }
}

impl Named {
    /// Whether another name is spelt or sounds alike.
    #[must_use]
    pub fn is_like(&self, other: &str) -> bool {
        let other = words::folded(other);
        self.is_spelt_like(&other) || self.sound == words::sound(&other)
    }

    /// Whether a name that is known folded and by its sound is alike.
    #[must_use]
    pub fn is_like_folded(&self, other: &str, sound: &str) -> bool {
        self.sound == sound || self.is_spelt_like(other)
    }

    fn is_spelt_like(&self, other: &str) -> bool {
        self.folded == other || strsim::jaro_winkler(&self.folded, other) >= SIMILAR_NAME
    }
}

/// The day with its day and month exchanged, where that is another day.
fn turned(day: Day) -> Option<Day> {
    let date = day.date();
    Day::ymd(date.year(), date.day(), date.month()).filter(|other| *other != day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(
        given: &str,
        family: &str,
        born: &str,
        nhs: Option<u32>,
        postcode: &str,
    ) -> Likeable {
        Likeable {
            given: given.into(),
            family: family.into(),
            born: born.parse().ok(),
            nhs_number: nhs.and_then(NhsNumber::with_check_digit),
            postcode: postcode.parse().ok(),
        }
    }

    #[test]
    fn the_same_number_name_and_birth_date_are_the_same_person() {
        let a = somebody("Mary", "Smith", "1951-05-03", Some(999_000_001), "LS1 4AP");
        let b = somebody("Mary", "Smyth", "1951-05-03", Some(999_000_001), "LS2 9JT");
        assert_eq!(likeness(&a, &b), Likeness::Same);
    }

    #[test]
    fn the_same_number_alone_is_never_enough() {
        let a = somebody("Mary", "Smith", "1951-05-03", Some(999_000_001), "LS1 4AP");
        let b = somebody("Omar", "Khan", "1980-01-09", Some(999_000_001), "LS1 4AP");
        assert!(matches!(likeness(&a, &b), Likeness::Close(_)));
    }

    #[test]
    fn twins_are_never_taken_for_one_person() {
        let a = somebody("Aisha", "Khan", "1990-02-11", None, "BD1 1AA");
        let b = somebody("Omar", "Khan", "1990-02-11", None, "BD1 1AA");
        assert_eq!(
            likeness(&a, &b),
            Likeness::Close(vec![
                "Same family name, date of birth and postcode: may be a twin"
            ])
        );
        let a = Likeable {
            nhs_number: NhsNumber::with_check_digit(999_000_001),
            ..a
        };
        let b = Likeable {
            nhs_number: NhsNumber::with_check_digit(999_000_010),
            ..b
        };
        assert!(a.nhs_number.is_some() && b.nhs_number.is_some());
        assert_eq!(likeness(&a, &b), Likeness::Other);
    }

    #[test]
    fn day_and_month_the_other_way_round_are_noticed() {
        let a = somebody("Jon", "Taylor", "1960-03-07", None, "LS1 4AP");
        let b = somebody("John", "Taylor", "1960-07-03", None, "M1 1AE");
        assert!(matches!(likeness(&a, &b), Likeness::Close(_)));
    }

    #[test]
    fn two_people_who_share_only_a_postcode_are_others() {
        let a = somebody("Mary", "Smith", "1951-05-03", None, "LS1 4AP");
        let b = somebody("Paul", "Jones", "1949-01-01", None, "LS1 4AP");
        assert_eq!(likeness(&a, &b), Likeness::Other);
    }
}
