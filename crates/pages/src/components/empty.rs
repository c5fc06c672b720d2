//! A list with nothing in it: why, and the one thing to do next.

use crate::html::{Href, Html, el, link};

component! {
    /// Why a list is empty.
    Empty(why: Html) {
        /// The one thing to do next.
        maybe next_step: Html,
    }
}

impl Empty {
    /// Links to the one thing to do next.
    #[must_use]
    pub fn next(self, words: impl Into<Html>, href: impl Into<Href>) -> Self {
        self.next_step(link(href, words))
    }

    pub(crate) fn render(&self) -> Html {
        el("div")
            .class("kith-empty")
            .child(el("p").child(&self.why))
            .children(self.next_step.as_ref().map(|next| el("p").child(next)))
            .into()
    }
}
