//! What is wrong with a form, at the top, each linked to its field.

use crate::html::{Href, Html, el};

component! {
    /// One thing that is wrong.
    SummaryError(text: Html) {
        /// The field it is about.
        maybe href: Href,
    }
}

impl SummaryError {
    fn render(&self) -> Html {
        let words: Html = match &self.href {
            Some(href) => el("a").attr("href", href).child(&self.text).into(),
            None => self.text.clone(),
        };
        el("li").child(words).into()
    }
}

component! {
    /// What is wrong with a form; it takes the focus when the page opens.
    ErrorSummary(heading: Html) {
        /// Each thing that is wrong.
        list error_list: SummaryError,
        /// Words before the list.
        maybe description: Html,
        /// Whether it leaves the focus where it is.
        maybe disable_auto_focus: bool,
    }
}

impl ErrorSummary {
    pub(crate) fn render(&self) -> Html {
        let list = (!self.error_list.is_empty()).then(|| {
            el("ul")
                .class("nhsuk-list nhsuk-error-summary__list")
                .children(&self.error_list)
        });
        let stay = self
            .disable_auto_focus
            .map(|stay| if stay { "true" } else { "false" });
        el("div")
            .class("nhsuk-error-summary")
            .attr("data-module", "nhsuk-error-summary")
            .attr("data-disable-auto-focus", stay)
            .child(
                // Focus goes to the outer box and the alert is the inner one:
                // together, some screen readers would say only half.
                el("div")
                    .attr("role", "alert")
                    .child(
                        el("h2")
                            .class("nhsuk-error-summary__heading")
                            .child(&self.heading),
                    )
                    .child(
                        el("div")
                            .class("nhsuk-error-summary__body")
                            .children(self.description.as_ref().map(|words| el("p").child(words)))
                            .children(list),
                    ),
            )
            .into()
    }
}
