//! Links with a place of their own: back, the trail above a page, the call to
//! go on, and the skip link.

use super::Icon;
use crate::html::{Href, Html, el, hidden};

component! {
    /// Back to where the person came from.
    BackLink(href: Href) {
        /// Replaces "Back".
        maybe text: Html,
        /// Words before the text, for screen readers.
        maybe visually_hidden_text: Html,
    }
}

impl BackLink {
    pub(crate) fn render(&self) -> Html {
        let words = self.text.clone().unwrap_or_else(|| "Back".into());
        let before = self.visually_hidden_text.as_ref().map(|text| {
            hidden(
                [text.clone(), Html::from(" ")]
                    .into_iter()
                    .collect::<Html>(),
            )
        });
        el("a")
            .class("nhsuk-back-link")
            .attr("href", &self.href)
            .children(before)
            .child(words)
            .into()
    }
}

component! {
    /// One step of the trail.
    Crumb(text: Html, href: Href) {}
}

impl Crumb {
    fn render(&self) -> Html {
        el("li")
            .class("nhsuk-breadcrumb__list-item")
            .child(
                el("a")
                    .class("nhsuk-breadcrumb__link")
                    .attr("href", &self.href)
                    .child(&self.text),
            )
            .into()
    }
}

component! {
    /// The trail of pages above this one; on a small screen, a back link to
    /// the last of them.
    Breadcrumb(items: Vec<Crumb>) {}
}

impl Breadcrumb {
    pub(crate) fn render(&self) -> Html {
        let back = self.items.last().map(|last| {
            BackLink::new(last.href.clone())
                .text(&last.text)
                .visually_hidden_text("Back to")
        });
        el("nav")
            .class("nhsuk-breadcrumb")
            .attr("aria-label", "Breadcrumb")
            .child(
                el("ol")
                    .class("nhsuk-breadcrumb__list")
                    .children(&self.items),
            )
            .children(back)
            .into()
    }
}

component! {
    /// The one thing to do next on a page that is not a form.
    ActionLink(text: Html, href: Href) {}
}

impl ActionLink {
    pub(crate) fn render(&self) -> Html {
        el("a")
            .class("nhsuk-action-link")
            .attr("href", &self.href)
            .child(Icon::ArrowRightCircle.render())
            .child(
                el("span")
                    .class("nhsuk-action-link__text")
                    .child(&self.text),
            )
            .into()
    }
}

component! {
    /// The first link of every page, past the header.
    SkipLink(text: Html, href: Href) {}
}

impl SkipLink {
    pub(crate) fn render(&self) -> Html {
        el("a")
            .class("nhsuk-skip-link")
            .attr("data-module", "nhsuk-skip-link")
            .attr("href", &self.href)
            .child(&self.text)
            .into()
    }
}
