//! The icons of the design system. Their shapes are taken from the npm
//! package when the program is built, so none is written here.

use crate::html::{Html, el};

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

options! {
    /// An icon that stands beside words; it is never the only sign.
    Icon {
        /// To the left: back, previous.
        ArrowLeft = "arrow-left",
        /// To the right: on, next.
        ArrowRight = "arrow-right",
        /// Up: more, earlier.
        ArrowUp = "arrow-up",
        /// Down: less, later.
        ArrowDown = "arrow-down",
        /// On, in a filled circle.
        ArrowRightCircle = "arrow-right-circle",
        /// On, as a chevron in a circle.
        ChevronRightCircle = "chevron-right-circle",
        /// No, or close.
        Cross = "cross",
        /// Yes, or done.
        Tick = "tick",
        /// Take away.
        Minus = "minus",
        /// Add.
        Plus = "plus",
        /// Search.
        Search = "search",
        /// A person.
        User = "user",
    }
}

impl Icon {
    /// The picture, hidden from screen readers.
    pub(crate) fn render(self) -> Html {
        let word = self.word();
        let shape = ICON_SHAPES
            .iter()
            .find(|(name, _)| *name == word)
            .map_or("", |(_, shape)| shape);
        el("svg")
            .class("nhsuk-icon")
            .class(format!("nhsuk-icon--{word}"))
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .attr("viewBox", "0 0 24 24")
            .attr("width", "16")
            .attr("height", "16")
            .attr("focusable", "false")
            .attr("aria-hidden", "true")
            .child(Html::trusted(shape))
            .into()
    }
}
