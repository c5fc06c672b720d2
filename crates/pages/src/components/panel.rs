//! A page's one message, large: that something is done, or that one should
//! think before going on.

use super::{Size, wording::heading};
use crate::html::{Html, el};

options! {
    /// What sort of message.
    PanelVariant {
        /// Something to think about before going on.
        Interruption = "interruption",
    }
}

component! {
    /// A page's one message; its heading is the heading of the page.
    Panel(heading: Html) {
        /// The size of the heading.
        maybe size: Size,
        /// The level of the heading; 1 when not set.
        maybe level: u8,
        /// What stands below it, as it is.
        maybe html: Html,
        /// What sort of message; that something is done when not set.
        maybe variant: PanelVariant,
    }
}

impl Panel {
    /// Something to think about before going on; `html` has the way on and the
    /// way back.
    #[must_use]
    pub fn interruption(heading: impl Into<Html>, html: impl Into<Html>) -> Self {
        Self::new(heading)
            .size(Size::L)
            .html(html)
            .variant(PanelVariant::Interruption)
    }

    pub(crate) fn render(&self) -> Html {
        let size = self.size.map_or(String::new(), |size| {
            format!("nhsuk-panel__heading--{}", size.word())
        });
        let variant = self.variant.map_or(String::new(), |variant| {
            format!("nhsuk-panel--{}", variant.word())
        });
        el("div")
            .class("nhsuk-panel")
            .class(variant)
            .child(
                heading(self.level.unwrap_or(1))
                    .class("nhsuk-panel__heading")
                    .class(size)
                    .child(&self.heading),
            )
            .children(
                self.html
                    .as_ref()
                    .map(|html| el("div").class("nhsuk-panel__body").child(html)),
            )
            .into()
    }
}
