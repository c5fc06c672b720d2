//! By what words people are counted, to see whom the service reaches and whom
//! it does not: gender, and the ethnic groups of the 2021 census of England
//! and Wales. Nobody has to answer. "Prefer not to say" is an answer; nothing
//! at all is "not recorded", and the two are never counted as one.

use kith_base::{Word, words};

words! {
    /// Gender, as the person states it.
    pub enum Gender {
        Female = "female" / "Female (including trans woman)",
        Male = "male" / "Male (including trans man)",
        NonBinary = "non_binary" / "Non-binary",
        Other = "other" / "In another way",
        NotSaid = "not_said" / "Prefer not to say",
    }
}

words! {
    /// Ethnic group. Where only the broad group is known, that is kept.
    pub enum Ethnicity {
        AsianIndian = "asian_indian" / "Asian or Asian British: Indian",
        AsianPakistani = "asian_pakistani" / "Asian or Asian British: Pakistani",
        AsianBangladeshi = "asian_bangladeshi" / "Asian or Asian British: Bangladeshi",
        AsianChinese = "asian_chinese" / "Asian or Asian British: Chinese",
        AsianOther = "asian_other" / "Asian or Asian British: any other Asian background",
        Asian = "asian" / "Asian or Asian British: not told which",
        BlackCaribbean = "black_caribbean" / "Black or Black British: Caribbean",
        BlackAfrican = "black_african" / "Black or Black British: African",
        BlackOther = "black_other" / "Black or Black British: any other Black background",
        Black = "black" / "Black or Black British: not told which",
        MixedCaribbean = "mixed_caribbean" / "Mixed: White and Black Caribbean",
        MixedAfrican = "mixed_african" / "Mixed: White and Black African",
        MixedAsian = "mixed_asian" / "Mixed: White and Asian",
        MixedOther = "mixed_other" / "Mixed: any other mixed or multiple background",
        Mixed = "mixed" / "Mixed: not told which",
        WhiteBritish = "white_british" / "White: English, Welsh, Scottish, Northern Irish or British",
        WhiteIrish = "white_irish" / "White: Irish",
        WhiteTraveller = "white_traveller" / "White: Gypsy or Irish Traveller",
        WhiteRoma = "white_roma" / "White: Roma",
        WhiteOther = "white_other" / "White: any other White background",
        White = "white" / "White: not told which",
        OtherArab = "other_arab" / "Other: Arab",
        Other = "other" / "Other: any other ethnic group",
        NotSaid = "not_said" / "Prefer not to say",
    }
}

words! {
    /// The five broad groups figures are shown by.
    pub enum EthnicGroup {
        Asian = "asian" / "Asian or Asian British",
        Black = "black" / "Black, Black British, Caribbean or African",
        Mixed = "mixed" / "Mixed or multiple ethnic groups",
        White = "white" / "White",
        Other = "other" / "Other ethnic group",
        NotSaid = "not_said" / "Prefer not to say",
    }
}

impl Ethnicity {
    /// The broad group.
    #[must_use]
    pub const fn group(self) -> EthnicGroup {
        match self {
            Self::AsianIndian
            | Self::AsianPakistani
            | Self::AsianBangladeshi
            | Self::AsianChinese
            | Self::AsianOther
            | Self::Asian => EthnicGroup::Asian,
            Self::BlackCaribbean | Self::BlackAfrican | Self::BlackOther | Self::Black => {
                EthnicGroup::Black
            }
            Self::MixedCaribbean
            | Self::MixedAfrican
            | Self::MixedAsian
            | Self::MixedOther
            | Self::Mixed => EthnicGroup::Mixed,
            Self::WhiteBritish
            | Self::WhiteIrish
            | Self::WhiteTraveller
            | Self::WhiteRoma
            | Self::WhiteOther
            | Self::White => EthnicGroup::White,
            Self::OtherArab | Self::Other => EthnicGroup::Other,
            Self::NotSaid => EthnicGroup::NotSaid,
        }
    }
}

/// What is known of a person to count them by; both may be not recorded.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Equity {
    /// Gender.
    pub gender: Option<Gender>,
    /// Ethnic group.
    pub ethnicity: Option<Ethnicity>,
}

/// What a file says of one of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told<T> {
    /// One of our words.
    As(T),
    /// That it is not known: not recorded.
    NotRecorded,
    /// Something that is none of our words.
    Unknown,
}

/// What other systems write where nothing is known.
const NOT_RECORDED: &[&str] = &[
    "",
    "x",
    "99",
    "n/a",
    "-",
    "unknown",
    "not known",
    "not recorded",
    "not specified",
];

/// What other systems write for somebody who did not want to say.
const NOT_SAID: &[&str] = &[
    "z",
    "not stated",
    "prefer not to say",
    "declined",
    "refused",
    "declined to say",
    "did not wish to say",
];

/// Letters and digits alone, small, with single spaces.
fn plain(cell: &str) -> String {
    let kept: String = cell
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn told<T: Word>(cell: &str, not_said: T, other_names: &[(&str, T)]) -> Told<T> {
    let trimmed = cell.trim().to_lowercase();
    if NOT_RECORDED.contains(&&*trimmed) {
        return Told::NotRecorded;
    }
    if NOT_SAID.contains(&&*trimmed) {
        return Told::As(not_said);
    }
    let said = plain(cell);
    T::ALL
        .iter()
        .find(|word| word.code() == trimmed || plain(word.label()) == said)
        .copied()
        .or_else(|| {
            let named = other_names.iter().find(|(name, _)| *name == said);
            named.map(|(_, word)| *word)
        })
        .map_or(Told::Unknown, Told::As)
}

impl Gender {
    /// What a cell of a file says, with the NHS codes for the stated gender.
    #[must_use]
    pub fn told(cell: &str) -> Told<Self> {
        told(
            cell,
            Self::NotSaid,
            &[
                ("f", Self::Female),
                ("2", Self::Female),
                ("woman", Self::Female),
                ("trans woman", Self::Female),
                ("m", Self::Male),
                ("1", Self::Male),
                ("man", Self::Male),
                ("trans man", Self::Male),
                ("nonbinary", Self::NonBinary),
                ("nb", Self::NonBinary),
            ],
        )
    }
}

impl Ethnicity {
    /// What a cell of a file says: our words, the last part of them, or the
    /// letters of the NHS ethnic category.
    #[must_use]
    pub fn told(cell: &str) -> Told<Self> {
        told(
            cell,
            Self::NotSaid,
            &[
                ("a", Self::WhiteBritish),
                ("white british", Self::WhiteBritish),
                ("british", Self::WhiteBritish),
                ("english", Self::WhiteBritish),
                ("welsh", Self::WhiteBritish),
                ("scottish", Self::WhiteBritish),
                ("northern irish", Self::WhiteBritish),
                ("b", Self::WhiteIrish),
                ("irish", Self::WhiteIrish),
                ("c", Self::WhiteOther),
                ("white other", Self::WhiteOther),
                ("any other white background", Self::WhiteOther),
                ("gypsy or irish traveller", Self::WhiteTraveller),
                ("gypsy", Self::WhiteTraveller),
                ("irish traveller", Self::WhiteTraveller),
                ("roma", Self::WhiteRoma),
                ("d", Self::MixedCaribbean),
                ("white and black caribbean", Self::MixedCaribbean),
                ("e", Self::MixedAfrican),
                ("white and black african", Self::MixedAfrican),
                ("f", Self::MixedAsian),
                ("white and asian", Self::MixedAsian),
                ("g", Self::MixedOther),
                ("mixed other", Self::MixedOther),
                ("any other mixed background", Self::MixedOther),
                ("h", Self::AsianIndian),
                ("indian", Self::AsianIndian),
                ("j", Self::AsianPakistani),
                ("pakistani", Self::AsianPakistani),
                ("k", Self::AsianBangladeshi),
                ("bangladeshi", Self::AsianBangladeshi),
                ("r", Self::AsianChinese),
                ("chinese", Self::AsianChinese),
                ("l", Self::AsianOther),
                ("asian other", Self::AsianOther),
                ("any other asian background", Self::AsianOther),
                ("m", Self::BlackCaribbean),
                ("caribbean", Self::BlackCaribbean),
                ("black caribbean", Self::BlackCaribbean),
                ("n", Self::BlackAfrican),
                ("african", Self::BlackAfrican),
                ("black african", Self::BlackAfrican),
                ("p", Self::BlackOther),
                ("black other", Self::BlackOther),
                ("any other black background", Self::BlackOther),
                ("asian or asian british", Self::Asian),
                ("asian british", Self::Asian),
                ("black or black british", Self::Black),
                ("black british", Self::Black),
                ("arab", Self::OtherArab),
                ("s", Self::Other),
                ("any other ethnic group", Self::Other),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ethnic_group_is_in_the_broad_group_its_code_begins_with() {
        for word in Ethnicity::ALL {
            assert!(word.code().starts_with(word.group().code()), "{word:?}");
        }
    }

    #[test]
    fn what_other_systems_write_is_understood() {
        assert_eq!(Gender::told("F"), Told::As(Gender::Female));
        assert_eq!(Gender::told("Non binary"), Told::As(Gender::NonBinary));
        assert_eq!(Ethnicity::told("A"), Told::As(Ethnicity::WhiteBritish));
        assert_eq!(
            Ethnicity::told("White - British"),
            Told::As(Ethnicity::WhiteBritish)
        );
        assert_eq!(Ethnicity::told("Asian"), Told::As(Ethnicity::Asian));
        assert_eq!(
            Ethnicity::told("White: any other White background"),
            Told::As(Ethnicity::WhiteOther)
        );
    }

    #[test]
    fn not_said_and_not_recorded_are_two_things() {
        assert_eq!(Gender::told("Not stated"), Told::As(Gender::NotSaid));
        assert_eq!(Ethnicity::told("Z"), Told::As(Ethnicity::NotSaid));
        assert_eq!(Ethnicity::told("99"), Told::NotRecorded);
        assert_eq!(Gender::told("unknown"), Told::NotRecorded);
        assert_eq!(Ethnicity::told("Klingon"), Told::Unknown);
    }
}
