//! The foot of every page: the same links in the same place everywhere, the
//! way to raise a concern first.

use crate::html::{Href, Html, el};

component! {
    /// A link of the footer.
    FooterLink(text: Html, href: Href) {}
}

impl FooterLink {
    fn render(&self) -> Html {
        el("li")
            .class("nhsuk-footer__list-item")
            .child(
                el("a")
                    .class("nhsuk-footer__list-item-link")
                    .attr("href", &self.href)
                    .child(&self.text),
            )
            .into()
    }
}

component! {
    /// The foot of every page.
    Footer() {
        /// The links.
        list items: FooterLink,
        /// A line below them.
        maybe words: Html,
        /// As wide as the window, for compact pages.
        flag wide,
    }
}

impl Footer {
    pub(crate) fn render(&self) -> Html {
        let links = (!self.items.is_empty()).then(|| {
            [
                el("h2")
                    .class("nhsuk-u-visually-hidden")
                    .child("Support links"),
                el("ul").class("nhsuk-footer__list").children(&self.items),
            ]
            .into_iter()
            .collect::<Html>()
        });
        let words = self
            .words
            .as_ref()
            .map(|words| el("p").class("nhsuk-body-s").child(words));
        el("footer")
            .class("nhsuk-footer")
            .attr("role", "contentinfo")
            .child(
                el("div")
                    .class("nhsuk-width-container")
                    .class_if(self.wide, "nhsuk-width-container-fluid")
                    .child(
                        el("div")
                            .class("nhsuk-footer__meta")
                            .children(links)
                            .children(words),
                    ),
            )
            .into()
    }
}
