//! Fields of words: one line, or several.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use super::dressing::{dressed, problem};
use super::paper::{Room, on_paper};
use super::{Dressing, FieldKind, Posted, Wrong};
use crate::components::{CharacterCount, Input, InputKind, Textarea};
use crate::html::Html;

/// One line, read as `T`. `T`'s own error is the message; one that begins
/// with "Must" gets the field's name in front.
#[derive(Clone, Debug)]
pub struct Text<T> {
    pub(super) dressing: Dressing,
    typed: String,
    kind: InputKind,
    width: Option<u8>,
    code: bool,
    inputmode: Option<&'static str>,
    autocomplete: Option<&'static str>,
    spellcheck: Option<bool>,
    wrong: Option<String>,
    most: usize,
    reads: PhantomData<T>,
}
dressed!(<T> Text<T>);

impl<T> Text<T> {
    /// A line with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: String::new(),
            kind: InputKind::Text,
            width: None,
            code: false,
            inputmode: None,
            autocomplete: None,
            spellcheck: None,
            wrong: None,
            most: 500,
            reads: PhantomData,
        }
    }

    /// As wide as so many letters: 2, 3, 4, 5, 10, 20 or 30.
    #[must_use]
    pub fn width(mut self, letters: u8) -> Self {
        self.width = Some(letters);
        self
    }

    /// For codes and numbers: letters of one width, not spell-checked.
    #[must_use]
    pub fn code(mut self) -> Self {
        self.code = true;
        self.spellcheck = Some(false);
        self
    }

    /// For digits: telephones show their number keys.
    #[must_use]
    pub fn digits(mut self) -> Self {
        self.inputmode = Some("numeric");
        self.code()
    }

    /// For an e-mail address.
    #[must_use]
    pub fn email(mut self) -> Self {
        self.kind = InputKind::Email;
        self.spellcheck = Some(false);
        self
    }

    /// For a telephone number.
    #[must_use]
    pub fn phone(mut self) -> Self {
        self.kind = InputKind::Tel;
        self.width = Some(20);
        self
    }

    /// What the browser may fill in, by the HTML standard's name for it.
    #[must_use]
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    /// The message for whatever cannot be read, instead of `T`'s own.
    #[must_use]
    pub fn wrong(mut self, words: impl Into<String>) -> Self {
        self.wrong = Some(words.into());
        self
    }

    /// At most so many characters; 500 when not set.
    #[must_use]
    pub fn most(mut self, characters: usize) -> Self {
        self.most = characters;
        self
    }
}

impl<T> From<&str> for Text<T> {
    fn from(label: &str) -> Self {
        Self::new(label)
    }
}

/// Reads trimmed text of at most `most` characters as `T`.
fn parse<T>(
    dressing: &Dressing,
    typed: &str,
    most: usize,
    wrong: Option<&String>,
) -> Result<T, Wrong>
where
    T: FromStr,
    T::Err: Display,
{
    let text = typed.trim();
    if text.is_empty() {
        return Err(dressing.missing("Enter"));
    }
    let count = text.chars().count();
    if count > most {
        let rest = format!("must be {most} characters or fewer: this has {count}");
        return Err(dressing.must(&rest).into());
    }
    // Databases cannot keep a NUL, and nobody types one.
    if text.contains('\0') {
        return Err(dressing
            .must("must not have characters that cannot be shown")
            .into());
    }
    text.parse::<T>().map_err(|error| {
        if let Some(words) = wrong {
            return words.clone().into();
        }
        let says = error.to_string();
        match says.strip_prefix("Must ") {
            Some(rest) => dressing.must(&format!("must {rest}")).into(),
            None => says.into(),
        }
    })
}

impl<T> FieldKind for Text<T>
where
    T: FromStr + Display,
    T::Err: Display,
{
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.typed = posted.text(name).to_owned();
    }

    fn is_blank(&self) -> bool {
        self.typed.trim().is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        parse(&self.dressing, &self.typed, self.most, self.wrong.as_ref())
    }

    fn fill(&mut self, value: &T) {
        self.typed = value.to_string();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let mut input = Input::new(name, self.dressing.wording())
            .r#type(self.kind)
            .value(self.typed.as_str())
            .code(self.code);
        input.hint = self.dressing.hint.clone();
        input.error_message = problem(wrong);
        input.width = self.width;
        input.inputmode = self.inputmode.map(Into::into);
        input.autocomplete = self.autocomplete.map(Into::into);
        input.spellcheck = self.spellcheck;
        input.into()
    }

    fn on_paper(&self) -> Html {
        on_paper(&self.dressing, Room::Lines(1))
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}

/// Several lines, read as `T`.
#[derive(Clone, Debug)]
pub struct Long<T> {
    pub(super) dressing: Dressing,
    typed: String,
    rows: Option<u16>,
    most: usize,
    counted: bool,
    reads: PhantomData<T>,
}
dressed!(<T> Long<T>);

impl<T> Long<T> {
    /// A box for several lines with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: String::new(),
            rows: None,
            most: 10_000,
            counted: false,
            reads: PhantomData,
        }
    }

    /// How many lines it shows.
    #[must_use]
    pub fn rows(mut self, rows: u16) -> Self {
        self.rows = Some(rows);
        self
    }

    /// At most so many characters, with a count of what is left; 10,000
    /// without a count when not set.
    #[must_use]
    pub fn most(mut self, characters: usize) -> Self {
        self.most = characters;
        self.counted = true;
        self
    }
}

impl<T> From<&str> for Long<T> {
    fn from(label: &str) -> Self {
        Self::new(label)
    }
}

impl<T> FieldKind for Long<T>
where
    T: FromStr + Display,
    T::Err: Display,
{
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        // Browsers post line ends as CR LF, whatever was typed.
        self.typed = posted.text(name).replace("\r\n", "\n");
    }

    fn is_blank(&self) -> bool {
        self.typed.trim().is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        parse(&self.dressing, &self.typed, self.most, None)
    }

    fn fill(&mut self, value: &T) {
        self.typed = value.to_string();
    }

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let mut area = Textarea::new(name, self.dressing.wording()).value(self.typed.as_str());
        area.hint = self.dressing.hint.clone();
        area.error_message = problem(wrong);
        area.rows = self.rows;
        match u32::try_from(self.most) {
            Ok(most) if self.counted => CharacterCount::new(area, most).into(),
            _ => area.into(),
        }
    }

    fn on_paper(&self) -> Html {
        on_paper(&self.dressing, Room::Lines(self.rows.unwrap_or(5)))
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
