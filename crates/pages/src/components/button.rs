//! Buttons: one main button a page; the others are secondary.

use super::Icon;
use crate::html::{Element, Href, Html, el};

options! {
    /// What sort of button.
    ButtonVariant {
        /// Beside the main button.
        Secondary = "secondary",
        /// Secondary, filled.
        SecondarySolid = "secondary-solid",
        /// White, on a coloured ground.
        Reverse = "reverse",
        /// Something that is hard to undo.
        Warning = "warning",
        /// In the colour of the brand.
        Brand = "brand",
        /// To sign in.
        Login = "login",
    }
}

/// The icon of a button and where it stands.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(deny_unknown_fields))]
pub struct ButtonIcon {
    #[cfg_attr(test, serde(rename = "name"))]
    icon: Icon,
    #[cfg_attr(test, serde(deserialize_with = "is_end", rename = "placement"))]
    at_end: bool,
}

impl ButtonIcon {
    /// An icon after the words.
    #[must_use]
    pub const fn after(icon: Icon) -> Self {
        Self { icon, at_end: true }
    }
}

impl From<Icon> for ButtonIcon {
    /// An icon before the words.
    fn from(icon: Icon) -> Self {
        Self {
            icon,
            at_end: false,
        }
    }
}

#[cfg(test)]
fn is_end<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    let word: String = serde::Deserialize::deserialize(from)?;
    Ok(word == "end")
}

component! {
    /// A button, or a link that looks like one.
    Button(text: Html) {
        /// What sort of button; the main one of a page has none.
        maybe variant: ButtonVariant,
        /// A smaller button, for compact pages.
        flag small,
        /// An icon beside the words.
        maybe icon: ButtonIcon,
        /// Makes it a link that looks like a button.
        maybe href: Href,
        /// The name posted when it is pressed.
        maybe name: String,
        /// The value posted when it is pressed.
        maybe value: String,
        /// Takes a second press within a second for a slip. Every form posts
        /// its key once anyway; this saves the wait.
        maybe prevent_double_click: bool,
        /// Cannot be pressed. Say beside it why.
        flag disabled,
        /// Only for a script: a press posts nothing.
        flag inert,
        /// Copies this text to the clipboard when pressed.
        maybe copies: String,
        /// Prints the page when pressed.
        flag prints,
        /// The letter that with Alt follows its link.
        maybe key: char,
    }
}

impl Button {
    /// The button that sends the form it stands in, once.
    #[must_use]
    pub fn send(text: impl Into<Html>) -> Self {
        Self::new(text).prevent_double_click(true)
    }

    /// A secondary button.
    #[must_use]
    pub fn secondary(text: impl Into<Html>) -> Self {
        Self::new(text).variant(ButtonVariant::Secondary)
    }

    /// A button for what is hard to undo.
    #[must_use]
    pub fn warning(text: impl Into<Html>) -> Self {
        Self::new(text).variant(ButtonVariant::Warning)
    }

    /// A button that prints the page. Without scripts it does not show.
    #[must_use]
    pub fn print(text: impl Into<Html>) -> Self {
        Self::secondary(text).prints(true)
    }

    /// A button that copies `what`. Without scripts it does not show.
    #[must_use]
    pub fn copy(text: impl Into<Html>, what: impl Into<String>) -> Self {
        Self::secondary(text).copies(what)
    }

    pub(crate) fn render(&self) -> Html {
        let scripted = self.prints || self.copies.is_some();
        let twice = self
            .prevent_double_click
            .map(|on| if on { "true" } else { "false" });
        let button = el(if self.href.is_some() { "a" } else { "button" })
            .class("nhsuk-button")
            .class(
                self.variant
                    .map_or(String::new(), |v| format!("nhsuk-button--{}", v.word())),
            )
            .class_if(self.icon.is_some(), "nhsuk-button--icon")
            .class_if(self.small, "nhsuk-button--small")
            .class_if(scripted, "kith-needs-script")
            .attr("name", self.name.as_deref())
            .attr("data-module", "nhsuk-button")
            .attr("data-prevent-double-click", twice)
            .attr("data-copy", self.copies.as_deref())
            .attr("data-print", self.prints)
            .attr(
                "aria-keyshortcuts",
                self.key.map(|key| format!("Alt+{key}")),
            );
        let button = match &self.href {
            Some(href) => button
                .attr("href", href)
                .attr("role", "button")
                .attr("draggable", "false"),
            None => button
                .attr(
                    "type",
                    if self.inert || scripted {
                        "button"
                    } else {
                        "submit"
                    },
                )
                .attr("value", self.value.as_deref())
                .attr("disabled", self.disabled)
                .attr("aria-disabled", self.disabled.then_some("true")),
        };
        self.inside(button).into()
    }

    fn inside(&self, button: Element) -> Element {
        let Some(icon) = self.icon else {
            return button.child(&self.text);
        };
        let words = el("span").class("nhsuk-button__content").child(&self.text);
        if icon.at_end {
            button.child(words).child(icon.icon.render())
        } else {
            button.child(icon.icon.render()).child(words)
        }
    }
}

component! {
    /// Buttons beside each other, with room between.
    ButtonGroup(items: Vec<Html>) {}
}

impl ButtonGroup {
    pub(crate) fn render(&self) -> Html {
        el("div")
            .class("nhsuk-button-group")
            .children(&self.items)
            .into()
    }
}
