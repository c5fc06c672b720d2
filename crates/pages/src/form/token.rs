//! What every posting form carries, and the form that is one button.

use crate::components::Button;
use crate::html::{Element, Href, Html, el};

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

pub(super) fn hidden_field(name: &'static str, value: &str) -> Element {
    el("input")
        .attr("type", "hidden")
        .attr("name", name)
        .attr_even_empty("value", value)
}

/// A form that is one button: "Accept", "Mark as done". What it posts besides
/// the token is fixed when the page is made.
#[derive(Clone, Debug)]
pub struct PostButton {
    action: Href,
    token: FormToken,
    button: Button,
    fixed: Vec<(&'static str, String)>,
}

impl PostButton {
    /// A button that posts to `action`.
    pub fn new(action: impl Into<Href>, token: &FormToken, button: Button) -> Self {
        Self {
            action: action.into(),
            token: token.clone(),
            button: button.prevent_double_click(true),
            fixed: Vec::new(),
        }
    }

    /// Adds a fixed field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fixed.push((name, value.into()));
        self
    }
}

impl From<PostButton> for Html {
    fn from(it: PostButton) -> Self {
        el("form")
            .class("kith-post-button")
            .attr("method", "post")
            .attr("action", &it.action)
            .attr("novalidate", true)
            .child(it.token.fields())
            .children(
                it.fixed
                    .iter()
                    .map(|(name, value)| hidden_field(name, value)),
            )
            .child(it.button)
            .into()
    }
}

impl std::fmt::Display for PostButton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(Html::from(self.clone()).as_str())
    }
}
impl askama::filters::HtmlSafe for PostButton {}
