//! A field nobody sees: what the page must know again when it is posted.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use super::{Dressing, FieldKind, Posted, Wrong};
use crate::html::Html;

/// What the page knows and the user does not see: an id, a version. It is
/// posted by a browser like everything else, so it is read with the same care.
#[derive(Clone, Debug)]
pub struct Hidden<T> {
    dressing: Dressing,
    typed: String,
    reads: PhantomData<T>,
}

impl<T> Hidden<T> {
    /// A hidden field; `missing` is said when it did not come.
    pub fn new(missing: impl Into<String>) -> Self {
        let mut dressing = Dressing::new("");
        dressing.missing = Some(missing.into());
        Self {
            dressing,
            typed: String::new(),
            reads: PhantomData,
        }
    }
}

impl<T> From<&str> for Hidden<T> {
    fn from(missing: &str) -> Self {
        Self::new(missing)
    }
}

impl<T: FromStr + Display> FieldKind for Hidden<T> {
    type Value = T;

    fn keep(&mut self, name: &str, posted: &Posted) {
        self.typed = posted.text(name).to_owned();
    }

    fn is_blank(&self) -> bool {
        self.typed.is_empty()
    }

    fn read(&self) -> Result<T, Wrong> {
        // What cannot be read was not made by our page: as if it were missing.
        self.typed
            .parse()
            .map_err(|_| self.dressing.missing("Enter"))
    }

    fn fill(&mut self, value: &T) {
        self.typed = value.to_string();
    }

    fn show(&self, name: &str, _: Option<&Wrong>) -> Html {
        crate::html::el("input")
            .attr("type", "hidden")
            .attr("name", name)
            .attr_even_empty("value", &self.typed)
            .into()
    }

    fn anchor(&self, _: &str, _: &Wrong) -> Option<String> {
        None
    }

    fn dressing(&mut self) -> &mut Dressing {
        &mut self.dressing
    }
}
