//! A field for a password or a code: it is never shown again.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use super::dressing::{dressed, problem};
use super::{Dressing, FieldKind, Posted, Wrong};
use crate::components::{Input, InputKind};
use crate::html::Html;

/// A password or code: never shown again, not even after an error, and pasting
/// is allowed.
#[derive(Clone)]
pub struct Secret<T> {
    pub(super) dressing: Dressing,
    typed: String,
    autocomplete: &'static str,
    reads: PhantomData<T>,
}
dressed!(<T> Secret<T>);

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl<T> Secret<T> {
    /// A password the account has.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            dressing: Dressing::new(label),
            typed: String::new(),
            autocomplete: "current-password",
            reads: PhantomData,
        }
    }

    /// A password the account is to have.
    #[must_use]
    pub fn to_be_set(mut self) -> Self {
        self.autocomplete = "new-password";
        self
    }
}

impl<T> From<&str> for Secret<T> {
    fn from(label: &str) -> Self {
        Self::new(label)
    }
}

impl<T> FieldKind for Secret<T>
where
    T: FromStr,
    T::Err: Display,
{
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.typed = posted.text(name).to_owned();
    }

    fn is_blank(&self) -> bool {
        self.typed.is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        // Spaces at the ends belong to a password: it is not trimmed.
        if self.typed.is_empty() {
            return Err(self.dressing.missing("Enter"));
        }
        if self.typed.chars().count() > 1000 {
            return Err(self
                .dressing
                .must("must be 1000 characters or fewer")
                .into());
        }
        self.typed
            .parse::<T>()
            .map_err(|error| error.to_string().into())
    }

    fn fill(&mut self, _: &T) {}

    fn show(&self, name: &str, wrong: Option<&Wrong>) -> Html {
        let mut input = Input::new(name, self.dressing.wording())
            .r#type(InputKind::Password)
            .autocomplete(self.autocomplete)
            .spellcheck(false)
            .width(20);
        input.hint = self.dressing.hint.clone();
        input.error_message = problem(wrong);
        input.into()
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
