//! Parts of one thing behind tabs. Without scripts they stand below each
//! other, and the tabs are links to them.

use crate::html::{Html, el};

part! {
    /// One tab.
    Tab(label: Html, panel: Html) {
        /// Its id, when it is not the prefix and its number.
        maybe id: String,
    }
}

component! {
    /// Parts of one thing behind tabs.
    Tabs(items: Vec<Tab>) {
        /// The id.
        maybe id: String,
        /// What the ids of the tabs begin with; the id when not set.
        maybe id_prefix: String,
        /// The heading when they stand below each other; "Contents" when not set.
        maybe visually_hidden_text: Html,
    }
}

impl Tabs {
    pub(crate) fn render(&self) -> Html {
        let prefix = self
            .id_prefix
            .as_deref()
            .or(self.id.as_deref())
            .unwrap_or("");
        let id = |at: usize, tab: &Tab| {
            tab.id
                .clone()
                .unwrap_or_else(|| format!("{prefix}-{}", at + 1))
        };
        let items = self.items.iter().enumerate().map(|(at, tab)| {
            el("li")
                .class("nhsuk-tabs__list-item")
                .class_if(at == 0, "nhsuk-tabs__list-item--selected")
                .child(
                    el("a")
                        .class("nhsuk-tabs__tab")
                        .attr("href", format!("#{}", id(at, tab)))
                        .child(&tab.label),
                )
        });
        let panels = self.items.iter().enumerate().map(|(at, tab)| {
            el("div")
                .class("nhsuk-tabs__panel")
                .class_if(at > 0, "nhsuk-tabs__panel--hidden")
                .attr("id", id(at, tab))
                .child(&tab.panel)
        });
        let title = self.visually_hidden_text.clone();
        el("div")
            .class("nhsuk-tabs")
            .attr("id", self.id.as_deref())
            .attr("data-module", "nhsuk-tabs")
            .child(
                el("h2")
                    .class("nhsuk-tabs__heading")
                    .child(title.unwrap_or_else(|| "Contents".into())),
            )
            .child(el("ul").class("nhsuk-tabs__list").children(items))
            .children(panels)
            .into()
    }
}
