//! Whom a referral is about, as somebody types it in one line: "Aisha Khan
//! 3 5 1951", "KHAN, Aisha 03/05/1951 LS1 4AP 07700 900 982".
//! The line is read whole or not at all: what is not understood is named, and
//! where two readings are possible neither is taken. What was read is only a
//! suggestion, for a look before anything is kept; `form` sees to that.

use kith_base::{Day, MONTHS, Name, NhsNumber, Phone, Postcode};

/// What was read. Everything in the line stands in one of these.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Read {
    /// NHS number.
    pub nhs_number: Option<NhsNumber>,
    /// First names and last names.
    pub name: Option<(Name, Name)>,
    /// Birth date.
    pub born: Option<Day>,
    /// Postcode.
    pub postcode: Option<Postcode>,
    /// Telephone number.
    pub phone: Option<Phone>,
}

/// The part of a line that was not understood, as it was typed, and what to
/// do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotRead {
    /// As it was typed.
    pub part: String,
    /// What to do.
    pub next: &'static str,
}

const AS_HERE: &str = "Write it like Aisha Khan 3 5 1951, or give the details below";
const NAME: &str = "Write the name like Aisha Khan, or KHAN, Aisha";
const NUMBER: &str = "A digit of the NHS number is wrong, or two are swapped";
const EITHER: &str = "Give the telephone number or the NHS number below, to tell the two apart";
const NO_DAY: &str = "There is no such day. Write the day first, then the month and the year";
const FUTURE: &str = "The date of birth must be in the past";
const YEAR: &str = "Write the year with 4 numbers";
const TWICE: &str = "This was given before in the line: leave one of the two";

/// The oldest anybody is taken to be.
const OLDEST: i16 = 115;

const TITLES: [&str; 6] = ["mr", "mrs", "ms", "miss", "mx", "dr"];
/// Words with which a last name of several words begins.
const BEFORE_LAST: [&str; 26] = [
    "van", "von", "der", "den", "de", "da", "di", "do", "dos", "das", "du", "del", "della", "la",
    "le", "al", "el", "bin", "bint", "ibn", "abu", "ap", "st", "ter", "ní", "ó",
];

/// A word of the line and whether a comma stands behind it.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    comma: bool,
}

/// What a stretch of words is.
enum Item {
    Number(NhsNumber),
    Born(Day),
    Postcode(Postcode),
    Phone(Phone),
}

/// A reader of one sort of thing: how many words it takes, and what they are.
type Reader = fn(&[Word<'_>], Day) -> Result<Option<(usize, Item)>, NotRead>;

/// What may stand before a thing to say what it is. It is left out only where
/// that thing follows: "Born" is a last name too.
const LABELS: [(&[&[&str]], Reader); 4] = [
    (&[&["nhs", "number"], &["nhs", "no"], &["nhs"]], number),
    (
        &[&["date", "of", "birth"], &["d.o.b"], &["dob"], &["born"]],
        born,
    ),
    (
        &[
            &["tel", "no"],
            &["tel"],
            &["telephone"],
            &["phone"],
            &["mobile"],
            &["mob"],
        ],
        phone,
    ),
    (&[&["post", "code"], &["postcode"]], postcode),
];

/// Reads the line.
///
/// # Errors
/// With the first part that cannot be read with certainty.
pub fn read(line: &str, today: Day) -> Result<Read, NotRead> {
    let words = words(line);
    let mut read = Read::default();
    let mut name: Vec<Word<'_>> = Vec::new();
    let mut name_has_ended = false;
    let mut rest = &words[..];
    while let Some(first) = rest.first() {
        // After one name alone "Born" is the other one.
        let one_name = name.len() == 1 && !name[0].comma;
        let (taken, item) = match next(rest, !one_name, today)? {
            Some(found) => found,
            None if is_name(first.text) && !name_has_ended => {
                name.push(*first);
                rest = &rest[1..];
                continue;
            }
            None => return Err(unread(rest, today)),
        };
        name_has_ended = !name.is_empty();
        let part = &rest[..taken];
        match item {
            Item::Number(it) => once(&mut read.nhs_number, it, part)?,
            Item::Born(it) => once(&mut read.born, it, part)?,
            Item::Postcode(it) => once(&mut read.postcode, it, part)?,
            Item::Phone(it) => once(&mut read.phone, it, part)?,
        }
        rest = &rest[taken..];
    }
    if !name.is_empty() {
        read.name = Some(parted(&name)?);
    }
    Ok(read)
}

fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for piece in line.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':')) {
        let text =
            piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':'));
        let comma = piece.ends_with([',', ';']);
        let bare = text.trim_matches(['(', ')']);
        match (bare.is_empty(), words.last_mut()) {
            (false, _) => words.push(Word { text: bare, comma }),
            // A comma that stands by itself belongs to the word before it.
            (true, Some(Word { comma: before, .. })) => *before |= comma,
            (true, None) => {}
        }
    }
    words
}

/// The thing at the beginning of these words, if one begins here; with what
/// says what it is, where `labelled`.
fn next(words: &[Word<'_>], labelled: bool, today: Day) -> Result<Option<(usize, Item)>, NotRead> {
    for (labels, reader) in LABELS.into_iter().filter(|_| labelled) {
        for label in labels {
            let after = words.get(label.len()..).unwrap_or_default();
            let is_it = words.len() > label.len()
                && label.iter().zip(words).all(|(label, word)| {
                    word.text.trim_end_matches('.').eq_ignore_ascii_case(label)
                });
            if is_it && let Some((taken, item)) = reader(after, today)? {
                return Ok(Some((label.len() + taken, item)));
            }
        }
    }
    for reader in [number, born, phone, postcode] {
        if let Some(found) = reader(words, today)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The words from here to the next that can be read.
fn unread(words: &[Word<'_>], today: Day) -> NotRead {
    let is_word = |at: usize| words.get(at).is_some_and(|word| is_name(word.text));
    let readable = |at: &usize| {
        let thing = !matches!(next(&words[*at..], true, today), Ok(None));
        thing || (is_word(*at) && !is_word(0))
    };
    let ends = (1..words.len()).find(readable).unwrap_or(words.len());
    not_read(&words[..ends], AS_HERE)
}

fn not_read(words: &[Word<'_>], next: &'static str) -> NotRead {
    NotRead {
        part: spaced(words),
        next,
    }
}

fn spaced(words: &[Word<'_>]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
    texts.join(" ")
}

fn once<T>(place: &mut Option<T>, item: T, part: &[Word<'_>]) -> Result<(), NotRead> {
    match place.replace(item) {
        None => Ok(()),
        Some(_) => Err(not_read(part, TWICE)),
    }
}

fn joined(words: &[Word<'_>]) -> String {
    words.iter().map(|word| word.text).collect()
}

/// Digits, and what people put between them.
fn digits(text: &str, between: &[char]) -> Option<String> {
    text.chars()
        .all(|c| c.is_ascii_digit() || between.contains(&c))
        .then(|| text.chars().filter(char::is_ascii_digit).collect())
}

/// Ten digits, in one or as 3-3-4.
fn number(words: &[Word<'_>], _: Day) -> Result<Option<(usize, Item)>, NotRead> {
    for taken in [1, 3] {
        let Some(part) = words.get(..taken) else {
            continue;
        };
        let Some(ten) = digits(&joined(part), &['-']).filter(|ten| ten.len() == 10) else {
            continue;
        };
        let usual = taken == 1
            || part
                .iter()
                .zip([3, 3, 4])
                .all(|(w, long)| w.text.len() == long);
        if !usual {
            continue;
        }
        return match (ten.parse(), ten.starts_with('0')) {
            (Ok(number), false) => Ok(Some((taken, Item::Number(number)))),
            (Err(_), false) => Err(not_read(part, NUMBER)),
            // Some telephone numbers have ten digits.
            (Ok(_), true) => Err(not_read(part, EITHER)),
            (Err(_), true) => Ok(None),
        };
    }
    Ok(None)
}

/// A telephone number of this country: eleven digits, ten of a few places, or
/// +44 and ten.
fn phone(words: &[Word<'_>], _: Day) -> Result<Option<(usize, Item)>, NotRead> {
    let Some(first) = words.first() else {
        return Ok(None);
    };
    let abroad = first.text.starts_with("+44");
    if !abroad && !first.text.starts_with('0') {
        return Ok(None);
    }
    let found = |long: usize| {
        (1..=words.len().min(5)).find_map(|taken| {
            let text = joined(words.get(..taken)?);
            let text = text.strip_prefix('+').unwrap_or(&text);
            (digits(text, &['-', '(', ')', '.'])?.len() == long).then_some(taken)
        })
    };
    let taken = if abroad {
        found(12)
    } else {
        found(11).or_else(|| found(10))
    };
    let Some(taken) = taken else { return Ok(None) };
    let phone = joined(&words[..taken]).parse().ok();
    Ok(phone.map(|phone| (taken, Item::Phone(phone))))
}

fn postcode(words: &[Word<'_>], _: Day) -> Result<Option<(usize, Item)>, NotRead> {
    for taken in [2, 1] {
        let Some(part) = words.get(..taken) else {
            continue;
        };
        let whole = taken == 1 || part[1].text.len() == 3;
        if whole && let Ok(postcode) = joined(part).parse() {
            return Ok(Some((taken, Item::Postcode(postcode))));
        }
    }
    Ok(None)
}

/// A date as it is written in Britain, the day first.
fn born(words: &[Word<'_>], today: Day) -> Result<Option<(usize, Item)>, NotRead> {
    let Some((taken, date)) = date_shape(words) else {
        return Ok(None);
    };
    let part = &words[..taken];
    let found = date.year.whole(today).ok_or(YEAR).and_then(|year| {
        let day = Day::ymd(year, date.month, date.day).ok_or(NO_DAY)?;
        if day > today {
            return Err(FUTURE);
        }
        if today.years_since(day) > OLDEST {
            return Err(YEAR);
        }
        Ok(day)
    });
    match found {
        Ok(day) => Ok(Some((taken, Item::Born(day)))),
        Err(next) => Err(not_read(part, next)),
    }
}

/// A date as it was written; there may be no such day.
struct Written {
    day: i8,
    month: i8,
    year: Year,
}

enum Year {
    Whole(i16),
    Short(i16),
}

impl Year {
    /// The year it is; none where a short one may be either of two centuries.
    fn whole(&self, today: Day) -> Option<i16> {
        let short = match self {
            Self::Whole(year) => return Some(*year),
            Self::Short(short) => short,
        };
        let this_year = today.date().year();
        let lives = |year: &i16| (this_year - OLDEST..=this_year).contains(year);
        let mut found = [1900 + short, 2000 + short].into_iter().filter(lives);
        found.next().filter(|_| found.next().is_none())
    }
}

/// How many words a date takes, when one is written here.
fn date_shape(words: &[Word<'_>]) -> Option<(usize, Written)> {
    let written = |taken, day: &str, month: &str, year: &str| {
        let date = Written {
            day: day_of(day)?,
            month: month_of(month)?,
            year: year_of(year)?,
        };
        Some((taken, date))
    };
    let texts: Vec<&str> = words.iter().take(4).map(|word| word.text).collect();
    let first = *texts.first()?;
    if let [one, two, three] = first.split(['/', '.', '-']).collect::<Vec<_>>()[..] {
        // A computer writes 1951-05-03.
        return match one.len() {
            4 => written(1, three, two, one),
            _ => written(1, one, two, three),
        };
    }
    if digits(first, &[]).is_some() && matches!(first.len(), 6 | 8) {
        return written(1, &first[..2], &first[2..4], &first[4..]);
    }
    match texts[..] {
        [day, of, month, year] if of.eq_ignore_ascii_case("of") => written(4, day, month, year),
        [day, month, year, ..] => written(3, day, month, year),
        _ => None,
    }
}

fn day_of(text: &str) -> Option<i8> {
    let lower = text.to_lowercase();
    let ends = ["st", "nd", "rd", "th"];
    let bare = ends.iter().find_map(|end| lower.strip_suffix(end));
    one_or_two(bare.unwrap_or(&lower))
}

fn month_of(text: &str) -> Option<i8> {
    let lower = text.trim_end_matches('.').to_lowercase();
    let named = |month: &&str| lower.len() >= 3 && month.to_lowercase().starts_with(&lower);
    match MONTHS.iter().position(named) {
        Some(at) => i8::try_from(at + 1).ok(),
        None => one_or_two(&lower),
    }
}

fn year_of(text: &str) -> Option<Year> {
    let text = text.trim_start_matches(['\'', '’']);
    let number = digits(text, &[])?.parse().ok()?;
    match text.len() {
        4 => Some(Year::Whole(number)),
        2 => Some(Year::Short(number)),
        _ => None,
    }
}

fn one_or_two(text: &str) -> Option<i8> {
    let short = matches!(text.len(), 1 | 2) && digits(text, &[]).is_some();
    short.then(|| text.parse().ok()).flatten()
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '‘' | '`' | '-' | '.');
    text.chars().all(allowed) && text.chars().any(char::is_alphabetic)
}

/// First names and last names.
fn parted(words: &[Word<'_>]) -> Result<(Name, Name), NotRead> {
    // A comma behind the whole name parts nothing.
    let mut commas = (0..words.len().saturating_sub(1)).filter(|at| words[*at].comma);
    let (given, family) = match (commas.next(), commas.next()) {
        (None, _) => without_commas(without_titles(words)),
        (Some(at), None) => (without_titles(&words[at + 1..]), &words[..=at]),
        (Some(_), Some(_)) => return Err(not_read(words, NAME)),
    };
    let one = |words: &[Word<'_>]| spaced(words).parse().ok();
    match (one(given), one(family)) {
        (Some(given), Some(family)) => Ok((given, family)),
        _ => Err(not_read(words, NAME)),
    }
}

/// "Aisha Khan", "Anna van der Berg", "Maria GARCIA LOPEZ", "KHAN Aisha".
fn without_commas<'a, 'b>(words: &'a [Word<'b>]) -> (&'a [Word<'b>], &'a [Word<'b>]) {
    let small = |word: &Word<'_>| word.text.chars().any(char::is_lowercase);
    let capital = |word: &&Word<'_>| !small(word) && word.text.chars().count() >= 3;
    let some_small = words.iter().any(small);
    let run = |count: usize| if some_small { count } else { 0 };
    let behind = run(words.iter().rev().take_while(capital).count());
    let before = run(words.iter().take_while(capital).count());
    if behind == 0 && before > 0 {
        let (family, given) = words.split_at(before);
        return (given, family);
    }
    let mut at = words.len().saturating_sub(behind.max(1));
    let belongs = |word: &Word<'_>| BEFORE_LAST.contains(&&*word.text.to_lowercase());
    while at > 1 && words.get(at - 1).is_some_and(belongs) {
        at -= 1;
    }
    words.split_at(at)
}

fn without_titles<'a, 'b>(mut words: &'a [Word<'b>]) -> &'a [Word<'b>] {
    let title = |word: &Word<'_>| {
        let bare = word.text.trim_end_matches('.').to_lowercase();
        TITLES.contains(&&*bare)
    };
    while let Some((_, rest)) = words.split_first().filter(|(first, _)| title(first)) {
        words = rest;
    }
    while let Some((_, rest)) = words.split_last().filter(|(last, _)| title(last)) {
        words = rest;
    }
    words
}

#[cfg(test)]
#[path = "one_line_tests.rs"]
mod tests;
