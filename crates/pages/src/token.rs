//! What every posting form carries, so that only our own page can post it,
//! and pressing twice does the thing once. Whoever knows the session makes it
//! and checks it; here it is only written into the page.

use crate::html::{Element, Html, el};

/// The name of the field that shows that our page made the form.
pub const CSRF_FIELD: &str = "csrf";
/// The name of the field under whose key the post is done once.
pub const ONCE_FIELD: &str = "once";

/// What a form carries so that only our own page can post it, and only once.
/// Made per page by whoever knows the session; never written to a log.
#[derive(Clone)]
pub struct FormToken {
    csrf: String,
    once: String,
}

impl std::fmt::Debug for FormToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FormToken")
    }
}

impl FormToken {
    /// `csrf` is bound to the session; `once` is new for every page shown.
    pub fn new(csrf: impl Into<String>, once: impl Into<String>) -> Self {
        Self {
            csrf: csrf.into(),
            once: once.into(),
        }
    }

    /// The two hidden fields.
    #[must_use]
    pub fn fields(&self) -> Html {
        [
            hidden_field(CSRF_FIELD, &self.csrf),
            hidden_field(ONCE_FIELD, &self.once),
        ]
        .into_iter()
        .collect()
    }
}

/// A field nobody sees.
pub fn hidden_field(name: &'static str, value: &str) -> Element {
    el("input")
        .attr("type", "hidden")
        .attr("name", name)
        .attr_even_empty("value", value)
}
