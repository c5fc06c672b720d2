//! How many people there are in each group: what reach is measured against.
//! Groups are a closed set for each dimension, so that a file and the record
//! speak of the same ones; "not recorded" is a group of its own.

pub mod rows;
pub mod store;

use kith_base::{Day, words};

words! {
    /// What people are grouped by.
    pub enum Dimension {
        Age = "age" / "Age",
        Sex = "sex" / "Sex",
        Ethnicity = "ethnicity" / "Ethnicity",
        Deprivation = "deprivation" / "Deprivation",
    }
}

/// The group of those of whom it is not known.
pub const NOT_RECORDED: &str = "Not recorded";

/// The first year of each group of age, in the order of the groups.
const AGES: [i64; 6] = [0, 18, 35, 50, 65, 80];

impl Dimension {
    /// Its groups, in the order they are shown.
    #[must_use]
    pub const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Age => &[
                "0 to 17",
                "18 to 34",
                "35 to 49",
                "50 to 64",
                "65 to 79",
                "80 and over",
                NOT_RECORDED,
            ],
            Self::Sex => &["Female", "Male", "Other", NOT_RECORDED],
            // The five groups of the census in England and Wales.
            Self::Ethnicity => &["Asian", "Black", "Mixed", "White", "Other", NOT_RECORDED],
            Self::Deprivation => &[
                "1 (most deprived)",
                "2",
                "3",
                "4",
                "5 (least deprived)",
                NOT_RECORDED,
            ],
        }
    }

    /// The group that is called so, in any case; of deprivation also the bare
    /// number.
    #[must_use]
    pub fn group(self, called: &str) -> Option<&'static str> {
        let called = called.trim().to_lowercase();
        if called.is_empty() {
            return None;
        }
        let named = |group: &&&str| {
            let group = group.to_lowercase();
            group == called || group.split(' ').next() == Some(&called) && self == Self::Deprivation
        };
        self.groups().iter().find(named).copied()
    }
}

/// The last day to be born on for each group of age but the first, youngest
/// first: who was born then or before is in it, or in an older one.
#[must_use]
pub fn age_limits(today: Day) -> [Day; 5] {
    let [_, older @ ..] = AGES;
    older.map(|first| today.plus_months(-12 * first))
}

/// The group of somebody's age in whole years.
#[must_use]
pub fn age_group(years: i64) -> &'static str {
    let at = AGES.iter().rposition(|first| *first <= years).unwrap_or(0);
    Dimension::Age.groups()[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_in_one_group() {
        for (years, group) in [
            (0, "0 to 17"),
            (17, "0 to 17"),
            (18, "18 to 34"),
            (64, "50 to 64"),
            (80, "80 and over"),
            (104, "80 and over"),
        ] {
            assert_eq!(age_group(years), group);
        }
    }

    #[test]
    fn a_day_of_birth_is_in_the_group_of_its_age() {
        let day = |text: &str| -> Day { text.parse().unwrap() };
        for today in ["2026-11-24", "2026-02-28", "2026-03-01", "2024-02-29"].map(day) {
            let limits = age_limits(today);
            for back in 0..366 * 90 {
                let born = today.plus_days(-back);
                let older = limits.iter().filter(|limit| born <= **limit).count();
                let group = age_group(i64::from(today.years_since(born)));
                assert_eq!(
                    Dimension::Age.groups()[older],
                    group,
                    "{born:?} on {today:?}"
                );
            }
        }
    }

    #[test]
    fn a_group_is_known_by_its_name_alone() {
        assert_eq!(Dimension::Sex.group("FEMALE"), Some("Female"));
        assert_eq!(Dimension::Deprivation.group("1"), Some("1 (most deprived)"));
        assert_eq!(Dimension::Age.group("not recorded"), Some(NOT_RECORDED));
        assert_eq!(Dimension::Age.group("18"), None);
        assert_eq!(Dimension::Ethnicity.group(""), None);
    }
}
