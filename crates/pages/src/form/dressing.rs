//! The words around a field: its label, its hint, and what it is called in
//! messages.

use crate::components::{Problem, Wording};
use crate::html::Html;

use super::Wrong;

/// The words around a field.
#[derive(Clone, Debug)]
pub struct Dressing {
    label: String,
    pub(super) size: Option<crate::components::Size>,
    pub(super) page_heading: bool,
    pub(super) optional: bool,
    /// One of several of which one is needed: "(optional)" would mislead.
    pub(super) unmarked: bool,
    pub(super) hint: Option<Html>,
    pub(super) called: Option<String>,
    pub(super) missing: Option<String>,
}

impl Dressing {
    pub(super) fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            size: None,
            page_heading: false,
            optional: false,
            unmarked: false,
            hint: None,
            called: None,
            missing: None,
        }
    }

    pub(super) fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What the label says.
    #[must_use]
    pub fn words(&self) -> String {
        if self.optional && !self.unmarked {
            format!("{} (optional)", self.label)
        } else {
            self.label.clone()
        }
    }

    /// The label or legend.
    pub(super) fn wording(&self) -> Wording {
        let mut wording = Wording::from(self.words());
        if let Some(size) = self.size {
            wording = wording.size(size);
        }
        if self.page_heading {
            wording = wording.as_page_heading();
        }
        wording
    }

    /// What the field is called in the middle of a sentence. A question has
    /// no name of its own: set `called` for it.
    pub(super) fn called(&self) -> String {
        if let Some(called) = &self.called {
            return called.clone();
        }
        if self.label.ends_with('?') {
            return "an answer".into();
        }
        let mut letters = self.label.chars();
        match (letters.next(), letters.clone().next()) {
            // "NHS number" keeps its capitals; "Date of birth" does not.
            (Some(first), Some(second)) if !second.is_uppercase() => {
                first.to_lowercase().chain(letters).collect()
            }
            _ => self.label.clone(),
        }
    }

    /// What to say when nothing was entered: `act` is "Enter" or "Select".
    pub(super) fn missing(&self, act: &str) -> Wrong {
        match &self.missing {
            Some(words) => words.clone().into(),
            None => format!("{act} {}", self.called()).into(),
        }
    }

    /// A sentence about the field: "must be …" with its name in front.
    pub(super) fn must(&self, rest: &str) -> String {
        let called = if self.called.is_none() && self.label.ends_with('?') {
            "your answer".into()
        } else {
            self.called()
        };
        let mut letters = called.chars();
        let capital: String = letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
            .unwrap_or_default();
        format!("{capital} {rest}")
    }
}

/// The problem a component shows for a message.
pub(super) fn problem(wrong: Option<&Wrong>) -> Option<Problem> {
    wrong.map(|wrong| Problem::from(&*wrong.says))
}

/// The setters every kind of field has.
macro_rules! dressed {
    ($($generics:tt)*) => {
        impl $($generics)* {
            /// Help below the label.
            #[must_use]
            pub fn hint(mut self, hint: impl Into<$crate::html::Html>) -> Self {
                self.dressing.hint = Some(hint.into());
                self
            }

            /// What it is called in messages, in the middle of a sentence:
            /// "the date of contact".
            #[must_use]
            pub fn called(mut self, name: impl Into<String>) -> Self {
                self.dressing.called = Some(name.into());
                self
            }

            /// The message when nothing was entered.
            #[must_use]
            pub fn missing(mut self, words: impl Into<String>) -> Self {
                self.dressing.missing = Some(words.into());
                self
            }

            /// Does not say "(optional)": the field may stay empty only
            /// when another is filled in, and the hint says which.
            #[must_use]
            pub fn unmarked(mut self) -> Self {
                self.dressing.unmarked = true;
                self
            }

            /// The size of the label.
            #[must_use]
            pub fn size(mut self, size: $crate::components::Size) -> Self {
                self.dressing.size = Some(size);
                self
            }

            /// Makes the label the heading of the page: for a page that asks
            /// one thing. Such a page has no heading besides.
            #[must_use]
            pub fn as_page_heading(mut self) -> Self {
                self.dressing.page_heading = true;
                self
            }
        }
    };
}
pub(super) use dressed;
