//! The words a question is asked with. The same wording becomes the label of
//! one control or the legend of a group, and the page's heading when the page
//! asks one thing only.

use crate::html::{Element, Html, el};

options! {
    /// How large a heading, label or legend is.
    Size {
        /// Small.
        S = "s",
        /// Middle.
        M = "m",
        /// Large: the usual page heading.
        L = "l",
        /// Extra large.
        Xl = "xl",
    }
}

/// The words of a question, and how they stand on the page.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct Wording {
    text: Html,
    #[cfg_attr(test, serde(default))]
    size: Option<Size>,
    #[cfg_attr(test, serde(default))]
    heading: Option<u8>,
    #[cfg_attr(test, serde(default))]
    caption: Option<Html>,
    #[cfg_attr(test, serde(default))]
    id: Option<String>,
}

impl<T: Into<Html>> From<T> for Wording {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            size: None,
            heading: None,
            caption: None,
            id: None,
        }
    }
}

impl Wording {
    /// Sets the size.
    #[must_use]
    pub fn size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    /// Makes the question the heading of the page (level 1, large): for a page
    /// that asks one thing.
    #[must_use]
    pub fn as_page_heading(mut self) -> Self {
        self.heading = Some(1);
        self.size = self.size.or(Some(Size::L));
        self
    }

    /// Makes the question a heading of this level.
    #[must_use]
    pub fn as_heading(mut self, level: u8) -> Self {
        self.heading = Some(level);
        self
    }

    /// Adds a smaller line above, such as the section the question belongs to.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<Html>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    fn caption_html(&self) -> Html {
        let Some(caption) = &self.caption else {
            return Html::default();
        };
        let class = match self.size {
            Some(Size::S) | None => "nhsuk-caption".to_owned(),
            Some(size) => format!("nhsuk-caption-{}", size.word()),
        };
        el("span").class(class).child(caption).into()
    }

    /// The label of the control with this id.
    pub(crate) fn label(&self, control: &str, class: &str) -> Html {
        let label = el("label")
            .class("nhsuk-label")
            .class(sized("nhsuk-label--", self.size))
            .class(class)
            .attr("id", self.id.as_deref())
            .attr("for", control)
            .child(self.caption_html())
            .child(&self.text);
        match self.heading {
            Some(level) => heading(level)
                .class("nhsuk-label-wrapper")
                .child(label)
                .into(),
            None => label.into(),
        }
    }

    /// The legend of a group.
    pub(crate) fn legend(&self) -> Html {
        let legend = el("legend")
            .class("nhsuk-fieldset__legend")
            .class(sized("nhsuk-fieldset__legend--", self.size))
            .attr("id", self.id.as_deref());
        match self.heading {
            Some(level) => legend
                .child(
                    heading(level)
                        .class("nhsuk-fieldset__heading")
                        .child(self.caption_html())
                        .child(&self.text),
                )
                .into(),
            None => legend.child(self.caption_html()).child(&self.text).into(),
        }
    }
}

fn sized(prefix: &str, size: Option<Size>) -> String {
    size.map_or(String::new(), |size| format!("{prefix}{}", size.word()))
}

/// The heading element of a level; what is no level is the lowest.
pub(crate) fn heading(level: u8) -> Element {
    el(match level {
        1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        _ => "h6",
    })
}

/// A label standing by itself, for a control written by hand.
#[derive(Clone, Debug)]
pub struct Label(Wording, String);

impl Label {
    /// The label `wording` of the control with the id `control`.
    pub fn new(wording: impl Into<Wording>, control: impl Into<String>) -> Self {
        Self(wording.into(), control.into())
    }
}

impl From<Label> for Html {
    fn from(label: Label) -> Self {
        label.0.label(&label.1, "")
    }
}

/// A legend standing by itself.
#[derive(Clone, Debug)]
pub struct Legend(Wording);

impl Legend {
    /// The legend with this wording.
    pub fn new(wording: impl Into<Wording>) -> Self {
        Self(wording.into())
    }
}

impl From<Legend> for Html {
    fn from(legend: Legend) -> Self {
        legend.0.legend()
    }
}
