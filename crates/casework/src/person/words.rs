//! The words a person is found by. A search and a match both go through the
//! table `person_word`: one row for each word of a name as it is spelt (`=`),
//! one for the birth date with the family name (`b`), the NHS number (`n`),
//! the postcode (`c`) and the last four digits of the telephone number (`p`).
//! With the family name in it, a match passes over everybody else born that
//! day without reading their records. How a word of a name sounds is the same
//! whoever bears it, and stands once, in the table `name_sound`; only records
//! from before that table have words for it of their own (`~`).
//! Where somebody's place is sensitive, the postcode and the telephone number
//! are not among them: a search must not answer what a page would hide.

use kith_base::{Day, NhsNumber, Phone, Postcode};
use rphonetic::{DoubleMetaphone, Encoder};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What of a person goes into the words.
pub struct Findable<'a> {
    /// Given name, family name, and what they like to be called.
    pub names: &'a [&'a str],
    /// Birth date, when known, and the family name that goes with it.
    pub born: Option<(Day, &'a str)>,
    /// NHS number, when there is one.
    pub nhs_number: Option<&'a NhsNumber>,
    /// Postcode; leave it out when the place is sensitive.
    pub postcode: Option<&'a Postcode>,
    /// Telephone number; leave it out when the place is sensitive.
    pub phone: Option<&'a Phone>,
}

/// What a person is found by.
pub struct Words {
    /// The words of the person: sorted, none twice.
    pub own: Vec<String>,
    /// How the parts of their names sound, and the parts: sorted, none twice.
    pub sounds: Vec<(String, String)>,
}

/// Every word of a person.
#[must_use]
pub fn of(person: &Findable) -> Words {
    let names = person.names.iter().flat_map(|name| parts(name));
    let mut sounds: Vec<(String, String)> = names.map(|part| (sound(&part), part)).collect();
    sounds.sort();
    sounds.dedup();
    let mut words = Vec::with_capacity(sounds.len() + 4);
    words.extend(sounds.iter().map(|(_, part)| spelt(part)));
    words.extend(person.born.map(|(day, family)| {
        let family = folded(family);
        let known = sounds.iter().find(|(_, part)| *part == family);
        let sound = known.map_or_else(|| sound(&family), |(sound, _)| sound.clone());
        format!("{} {family}~{sound}", born(day))
    }));
    words.extend(person.nhs_number.map(|number| nhs(number)));
    words.extend(person.postcode.map(|code| format!("c{}", &**code)));
    words.extend(person.phone.map(|phone| format!("p{}", end_of(phone))));
    words.sort();
    words.dedup();
    Words { own: words, sounds }
}

/// The word of a name as it is spelt, or how such words begin.
#[must_use]
pub fn spelt(part: &str) -> String {
    format!("={part}")
}

/// How the words of a birth date begin; the family name follows.
#[must_use]
pub fn born(day: Day) -> String {
    format!("b{day}")
}

/// After every word that begins so.
#[must_use]
pub fn end_of_all(beginning: &str) -> String {
    format!("{beginning}\u{10FFFF}")
}

/// The family name in the word of a birth date, and how it sounds, unless the
/// word is from before that stood there.
#[must_use]
pub fn family_in(word: &str) -> (&str, Option<&str>) {
    let family = word.split_once(' ').map_or("", |(_, family)| family);
    family
        .split_once('~')
        .map_or((family, None), |(family, sound)| (family, Some(sound)))
}

/// The word of an NHS number.
#[must_use]
pub fn nhs(number: &str) -> String {
    format!("n{number}")
}

fn end_of(phone: &str) -> &str {
    &phone[phone.len().saturating_sub(4)..]
}

/// A name's parts in lower case without accents and punctuation: `O'Brien-Łoś`
/// is `obrien` and `łos`.
#[must_use]
pub fn parts(name: &str) -> Vec<String> {
    let folded: String = if name.is_ascii() {
        let letters = name.chars().filter(|c| !matches!(c, '\'' | '.'));
        letters.map(|c| c.to_ascii_lowercase()).collect()
    } else {
        without_marks(name)
    };
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A whole name as it is compared: its parts, one space between them.
#[must_use]
pub fn folded(name: &str) -> String {
    parts(name).join(" ")
}

fn without_marks(name: &str) -> String {
    name.nfd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '’' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The words of everybody with a part of a name that sounds so, for SQL with
/// the scheme in `$1`: those of the spellings, and the one that a record from
/// before `name_sound` has of its own.
#[macro_export]
#[doc(hidden)]
macro_rules! words_that_sound {
    ($sound:literal) => {
        concat!(
            "select '=' || s.part from name_sound s where s.scheme_id = $1 and s.sound = ",
            $sound,
            " union all select '~' || ",
            $sound
        )
    };
}

/// How a part of a name sounds (double metaphone); the part itself where the
/// alphabet is not one it knows.
#[must_use]
pub fn sound(part: &str) -> String {
    let code = DoubleMetaphone::default().encode(part);
    if code.is_empty() {
        part.to_owned()
    } else {
        code
    }
}

/// One word of a search as somebody typed it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sought {
    /// The beginning of a name, and how it sounds.
    Name {
        /// The folded beginning.
        start: String,
        /// Its sound.
        sound: String,
    },
    /// A whole word of the table: NHS number, end of a telephone number.
    Exactly(String),
    /// The beginning of the words of a birth date.
    Born(String),
}

/// Reads what was typed into the search box: an NHS number, a birth date
/// (dd/mm/yyyy), four digits of a telephone number, otherwise parts of a name.
#[must_use]
pub fn sought(typed: &str) -> Vec<Sought> {
    if let Ok(number) = typed.parse::<NhsNumber>() {
        return vec![Sought::Exactly(nhs(&number))];
    }
    typed
        .split_whitespace()
        .flat_map(sought_word)
        .take(4)
        .collect()
}

fn sought_word(word: &str) -> Vec<Sought> {
    if let Some(day) = uk_day(word) {
        return vec![Sought::Born(born(day))];
    }
    if word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) {
        return vec![Sought::Exactly(format!("p{word}"))];
    }
    parts(word)
        .into_iter()
        .map(|start| Sought::Name {
            sound: sound(&start),
            start,
        })
        .collect()
}

/// A day written 3/5/1951, 03-05-1951 or 03.05.1951.
fn uk_day(word: &str) -> Option<Day> {
    let mut parts = word.split(['/', '-', '.']);
    let (d, m, y) = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    if parts.next().is_some() || y < 1880 {
        return None;
    }
    Day::ymd(y, m, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_its_accents_and_marks_are_typed() {
        assert_eq!(parts("Siân O'Brien-Smith"), ["sian", "obrien", "smith"]);
        assert_eq!(parts("O’Brien"), parts("OBrien"));
    }

    #[test]
    fn the_word_of_a_birth_date_tells_the_family_name() {
        let day = Day::ymd(1951, 5, 3).unwrap();
        let words = |family| {
            of(&Findable {
                names: &["Ann", family],
                born: Some((day, family)),
                nhs_number: None,
                postcode: None,
                phone: None,
            })
        };
        let born = |family| {
            let mut own = words(family).own.into_iter();
            own.find(|word| word.starts_with('b'))
        };
        let word = born("O'Brien-Smith").unwrap();
        assert_eq!(
            word,
            format!("b1951-05-03 obrien smith~{}", sound("obrien smith"))
        );
        let sounds = sound("obrien smith");
        assert_eq!(family_in(&word), ("obrien smith", Some(&*sounds)));
        assert_eq!(family_in("b1951-05-03 O'Brien"), ("O'Brien", None));
    }

    #[test]
    fn a_misspelt_name_sounds_the_same() {
        for (right, wrong) in [
            ("catherine", "kathryn"),
            ("smith", "smyth"),
            ("phillips", "filips"),
            ("thomson", "tomson"),
        ] {
            assert_eq!(sound(right), sound(wrong), "{right} {wrong}");
        }
        assert_ne!(sound("khan"), sound("patel"));
    }

    #[test]
    fn the_search_box_knows_what_was_typed() {
        assert_eq!(
            sought("943 476 5919"),
            [Sought::Exactly("n9434765919".into())]
        );
        assert_eq!(sought("3/5/1951"), [Sought::Born("b1951-05-03".into())]);
        assert_eq!(sought("0982"), [Sought::Exactly("p0982".into())]);
        assert_eq!(sought("Smyth mary").len(), 2);
    }

    #[test]
    fn a_name_in_another_alphabet_keeps_its_own_letters() {
        assert_eq!(sound("иванов"), "иванов");
    }
}
