//! A message about something besides the page: what was just done, or news.

use crate::html::{Html, el};

options! {
    /// What sort of message.
    BannerVariant {
        /// Something went well; it is said at once.
        Success = "success",
    }
}

component! {
    /// A message at the top of a page.
    NotificationBanner() {
        /// The message, as one line.
        maybe text: Html,
        /// A line above the rest.
        maybe heading: Html,
        /// The message, as it is.
        maybe html: Html,
        /// What stands in the bar above; "Success" or "Important" when not set.
        maybe title: Html,
        /// What sort of message.
        maybe variant: BannerVariant,
        /// Whether it leaves the focus where it is.
        maybe disable_auto_focus: bool,
    }
}

impl NotificationBanner {
    /// What was just done.
    #[must_use]
    pub fn success(words: impl Into<Html>) -> Self {
        Self::new().text(words).variant(BannerVariant::Success)
    }

    /// News.
    #[must_use]
    pub fn important(words: impl Into<Html>) -> Self {
        Self::new().text(words)
    }

    pub(crate) fn render(&self) -> Html {
        let (class, role, title) = match self.variant {
            Some(BannerVariant::Success) => {
                ("nhsuk-notification-banner--success", "alert", "Success")
            }
            None => ("", "region", "Important"),
        };
        let title = self.title.clone().unwrap_or_else(|| title.into());
        let stay = self
            .disable_auto_focus
            .map(|stay| if stay { "true" } else { "false" });
        let heading = self.heading.as_ref().map(|words| {
            el("h3")
                .class("nhsuk-notification-banner__heading")
                .child(words)
        });
        let words = match (&self.html, &self.text) {
            (Some(html), _) => Some(html.clone()),
            (None, Some(text)) => {
                let class = if heading.is_some() {
                    "nhsuk-body"
                } else {
                    "nhsuk-notification-banner__heading"
                };
                Some(el("p").class(class).child(text).into())
            }
            (None, None) => None,
        };
        el("div")
            .class("nhsuk-notification-banner")
            .class(class)
            .attr("data-module", "nhsuk-notification-banner")
            .attr("data-disable-auto-focus", stay)
            .attr("role", role)
            .attr("aria-labelledby", "nhsuk-notification-banner-title")
            .child(
                el("div").class("nhsuk-notification-banner__header").child(
                    el("h2")
                        .class("nhsuk-notification-banner__title")
                        .attr("id", "nhsuk-notification-banner-title")
                        .child(title),
                ),
            )
            .child(
                el("div")
                    .class("nhsuk-notification-banner__content")
                    .children(heading)
                    .children(words),
            )
            .into()
    }
}
