//! Text as people type it, parsed once at the edge: trimmed, in Unicode NFC
//! as it came, with a length nobody needs to pass and no control characters.
//! An empty text is never a value: a field that may be empty is an `Option`.

use std::fmt;

/// Why a text was not taken; shown beside the field it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadText(pub String);

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::error::Error for BadText {}

/// Trims, refuses control characters (line ends only where `lines`) and what
/// is longer than `most` characters.
fn clean(text: &str, most: usize, lines: bool) -> Result<String, BadText> {
    let text = text.trim();
    let text = if text.contains('\r') {
        text.replace("\r\n", "\n")
    } else {
        text.to_owned()
    };
    if text.is_empty() {
        return Err(BadText("Enter some text".into()));
    }
    // No text has more characters than bytes.
    let count = text.len();
    let count = if count > most {
        text.chars().count()
    } else {
        count
    };
    if count > most {
        return Err(BadText(format!(
            "Must be {most} characters or fewer: this has {count}"
        )));
    }
    let bad = |c: char| c.is_control() && !(lines && (c == '\n' || c == '\t'));
    if text.chars().any(bad) {
        return Err(BadText("Remove characters that cannot be shown".into()));
    }
    Ok(text)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, |$text:ident| $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(String);

        impl std::str::FromStr for $name {
            type Err = BadText;
            fn from_str($text: &str) -> Result<Self, $crate::text::BadText> {
                $parse.map(Self)
            }
        }
        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&self.0)
            }
        }
    };
}
pub(crate) use text_type;

text_type!(
    /// A part of a person's or an organisation's name: one line, at most 100 characters.
    Name, |text| clean(text, 100, false)
);
text_type!(
    /// One line, at most 300 characters.
    Line, |text| clean(text, 300, false)
);
text_type!(
    /// Several lines, at most 10,000 characters: a note, somebody's own words.
    Story, |text| clean(text, 10_000, true)
);
text_type!(
    /// An e-mail address, lower case. Only the shape is checked: whether mail
    /// arrives shows when it is sent.
    Email, |text| email(text)
);
text_type!(
    /// A telephone number as digits, `+` only in front; shown as it was meant
    /// to be read by its user, so spaces are dropped.
    Phone, |text| phone(text)
);

fn email(text: &str) -> Result<String, BadText> {
    let text = clean(text, 254, false)?.to_lowercase();
    let whole = match text.split_once('@') {
        Some((local, host)) => {
            !local.is_empty()
                && !host.contains('@')
                && host.contains('.')
                && host.split('.').all(|part| !part.is_empty())
        }
        None => false,
    };
    if whole && !text.contains([' ', '<', '>', ',', ';', '"']) {
        Ok(text)
    } else {
        Err(BadText(
            "Enter an email address in the correct format, like name@example.com".into(),
        ))
    }
}

fn phone(text: &str) -> Result<String, BadText> {
    let wrong = || BadText("Enter a telephone number, like 01632 960 001 or 07700 900 982".into());
    let kept: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
        .collect();
    let digits = kept.strip_prefix('+').unwrap_or(&kept);
    let right = (9..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    if right { Ok(kept) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_accents_and_loses_its_edges() {
        assert_eq!(&*"  Siân  ".parse::<Name>().unwrap(), "Siân");
        assert!("".parse::<Name>().is_err());
        assert!("a\u{0}b".parse::<Name>().is_err());
        assert!("a\nb".parse::<Line>().is_err());
        assert!("a\nb".parse::<Story>().is_ok());
    }

    #[test]
    fn an_address_needs_a_name_and_a_host() {
        assert_eq!(
            &*" Kay@Example.COM ".parse::<Email>().unwrap(),
            "kay@example.com"
        );
        for wrong in [
            "kay",
            "kay@",
            "@example.com",
            "kay@host",
            "a b@example.com",
            "a@b@c.d",
        ] {
            assert!(wrong.parse::<Email>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_telephone_number_may_be_written_with_spaces() {
        assert_eq!(&*"(01632) 960 001".parse::<Phone>().unwrap(), "01632960001");
        assert!("call me".parse::<Phone>().is_err());
    }
}
