//! Cards: a box with a heading, in a list or with something to do in it.

use super::{Icon, Size, wording::heading};
use crate::html::{Href, Html, el, hidden};

options! {
    /// What sort of card.
    CardVariant {
        /// The main things of a page.
        Primary = "primary",
        /// Less than those.
        Secondary = "secondary",
        /// With its heading in a coloured corner.
        Feature = "feature",
    }
}

component! {
    /// A box with a heading.
    Card() {
        /// The heading.
        maybe heading: Html,
        /// The level of the heading; 2 when not set.
        maybe level: u8,
        /// The size of the heading.
        maybe size: Size,
        /// Where the heading leads.
        maybe href: Href,
        /// The whole card leads there.
        flag clickable,
        /// One paragraph.
        maybe description: Html,
        /// What is in it, as it is.
        maybe html: Html,
        /// What sort of card.
        maybe variant: CardVariant,
        /// What can be done with it.
        list actions: Action,
    }
}

component! {
    /// A link beside a heading or a row: "Change", "Remove".
    Action(text: Html, href: Href) {
        /// What it is about, for screen readers: "name", "goal".
        maybe visually_hidden_text: Html,
    }
}

impl Action {
    fn render(&self) -> Html {
        self.within(None)
    }

    /// The link, in a card with this heading.
    pub(super) fn within(&self, heading: Option<&Html>) -> Html {
        let about: Html = self
            .visually_hidden_text
            .iter()
            .map(|words| [Html::from(" "), words.clone()].into_iter().collect())
            .chain(heading.map(|heading| {
                [Html::from(" ("), heading.clone(), Html::from(")")]
                    .into_iter()
                    .collect::<Html>()
            }))
            .collect();
        el("a")
            .class("nhsuk-link")
            .attr("href", &self.href)
            .child(&self.text)
            .children((!about.is_empty()).then(|| hidden(about)))
            .into()
    }
}

impl Card {
    pub(crate) fn render(&self) -> Html {
        let variant = self.variant.map_or(String::new(), |variant| {
            format!("nhsuk-card--{}", variant.word())
        });
        let top = self.heading.as_ref().map(|words| {
            let words: Html = match (&self.href, self.variant) {
                (Some(_), Some(CardVariant::Feature)) | (None, _) => words.clone(),
                (Some(href), _) => el("a")
                    .class("nhsuk-card__link")
                    .attr("href", href)
                    .child(words)
                    .into(),
            };
            let size = self.size.map_or(String::new(), |size| {
                format!("nhsuk-heading-{}", size.word())
            });
            heading(self.level.unwrap_or(2))
                .class("nhsuk-card__heading")
                .class(size)
                .child(words)
        });
        let card = el("div")
            .class("nhsuk-card")
            .class_if(self.clickable, "nhsuk-card--clickable")
            .class(variant);
        let content = el("div").class("nhsuk-card__content");
        let (above, content) = if self.actions.is_empty() {
            (None, content.children(top))
        } else {
            let row = el("div")
                .class("nhsuk-card__heading-container")
                .children(top)
                .child(self.actions_html());
            (Some(row), content)
        };
        card.children(above)
            .child(
                content
                    .children(
                        self.description
                            .as_ref()
                            .map(|words| el("p").class("nhsuk-card__description").child(words)),
                    )
                    .children(self.html.as_ref())
                    .children(
                        (self.variant == Some(CardVariant::Primary))
                            .then(|| Icon::ChevronRightCircle.render()),
                    ),
            )
            .into()
    }

    fn actions_html(&self) -> Html {
        let mut links: Vec<Html> = self
            .actions
            .iter()
            .map(|action| action.within(self.heading.as_ref()))
            .collect();
        if links.len() == 1 {
            return el("div")
                .class("nhsuk-card__actions")
                .children(links.pop())
                .into();
        }
        let items = links
            .into_iter()
            .map(|link| el("li").class("nhsuk-card__action").child(link));
        el("ul").class("nhsuk-card__actions").children(items).into()
    }
}

component! {
    /// Something important to know before going on; at most one a page.
    WarningCallout(heading: Html, html: Html) {
        /// The level of the heading; 3 when not set.
        maybe level: u8,
    }
}

impl WarningCallout {
    pub(crate) fn render(&self) -> Html {
        // The word "Important" is said even when the heading does not say it.
        let said = self.heading.as_str().contains("mportant");
        let words: Html = if said {
            self.heading.clone()
        } else {
            el("span")
                .attr("role", "text")
                .child(hidden("Important: "))
                .child(&self.heading)
                .into()
        };
        el("div")
            .class("nhsuk-card nhsuk-card--warning")
            .child(
                el("div")
                    .class("nhsuk-card__content")
                    .child(
                        heading(self.level.unwrap_or(3))
                            .class("nhsuk-card__heading")
                            .child(words),
                    )
                    .child(&self.html),
            )
            .into()
    }
}
