//! The form that is one button: "Accept", "Mark as done".

use crate::components::Button;
use crate::html::{Href, Html, el};
use crate::token::{FormToken, hidden_field};

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
