//! Words set apart from the running text: to open when wanted, or to notice.

use crate::html::{Html, el, hidden};

component! {
    /// Help that opens on a press, for what only some need.
    Details(summary: Html, html: Html) {
        /// Open from the start.
        flag open,
        /// More classes: `nhsuk-expander`.
        maybe classes: String,
    }
}

impl Details {
    pub(crate) fn render(&self) -> Html {
        el("details")
            .class("nhsuk-details")
            .class(self.classes.as_deref().unwrap_or(""))
            .attr("open", self.open)
            .child(
                el("summary").class("nhsuk-details__summary").child(
                    el("span")
                        .class("nhsuk-details__summary-text")
                        .child(&self.summary),
                ),
            )
            .child(el("div").class("nhsuk-details__text").child(&self.html))
            .into()
    }
}

component! {
    /// Something worth noticing.
    InsetText(html: Html) {}
}

impl InsetText {
    /// One paragraph worth noticing.
    #[must_use]
    pub fn saying(words: impl Into<Html>) -> Self {
        Self::new(crate::html::p(words))
    }

    pub(crate) fn render(&self) -> Html {
        el("div")
            .class("nhsuk-inset-text")
            .child(hidden("Information: "))
            .child(&self.html)
            .into()
    }
}
