//! A box for one line.

use super::{wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Html, el};

options! {
    /// What the browser takes the line for; it chooses keyboards, never rules.
    InputKind {
        /// Plain text.
        Text = "text",
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Tel = "tel",
        /// A web address.
        Url = "url",
        /// A search.
        Search = "search",
        /// A password.
        Password = "password",
        /// A number; the box has no arrows, see `inputmode`.
        Number = "number",
    }
}

/// Words before or after the box, such as a unit.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(transparent))]
pub struct Affix(Html);

impl<T: Into<Html>> From<T> for Affix {
    fn from(words: T) -> Self {
        Self(words.into())
    }
}

impl Affix {
    fn render(&self, side: &str) -> Html {
        el("div")
            .class(format!("nhsuk-input-wrapper__{side}"))
            .attr("aria-hidden", "true")
            .child(&self.0)
            .into()
    }
}

component! {
    /// A box for one line.
    Input(name: String, label: Wording) {
        /// The id, when it is not the name.
        maybe id: String,
        /// Help between the label and the box.
        maybe hint: Html,
        /// What is wrong with what is in it.
        maybe error_message: Problem,
        /// What is in it.
        maybe value: String,
        /// What the browser takes it for.
        maybe r#type: InputKind,
        /// Which keyboard a telephone shows: `numeric`, `decimal`.
        maybe inputmode: String,
        /// What the browser may fill in, by the HTML standard's names.
        maybe autocomplete: String,
        /// Whether the browser checks the spelling.
        maybe spellcheck: bool,
        /// As wide as so many letters: 2, 3, 4, 5, 10, 20 or 30.
        maybe width: u8,
        /// In letters of one width, for codes and numbers.
        flag code,
        /// Cannot be changed.
        flag disabled,
        /// A unit before the box.
        maybe prefix: Affix,
        /// A unit after the box.
        maybe suffix: Affix,
        /// A piece after the box, such as its button.
        maybe after: Html,
        /// More classes for the box.
        maybe classes: String,
        /// More classes for the label.
        maybe label_classes: String,
        /// What else describes the box, by id.
        maybe described_by: String,
    }
}

impl Input {
    pub(crate) fn render(&self) -> Html {
        let id = self.id.as_deref().unwrap_or(&self.name);
        let also = self.described_by.as_deref().unwrap_or("");
        let wiring = wire(id, also, self.hint.as_ref(), self.error_message.as_ref());
        let more = self.classes.as_deref().unwrap_or("");
        let width = self
            .width
            .filter(|_| !more.contains("nhsuk-input--width-"))
            .map_or(String::new(), |width| format!("nhsuk-input--width-{width}"));
        let input = el("input")
            .class("nhsuk-input")
            .class_if(self.code, "nhsuk-input--code")
            .class_if(wiring.wrong, "nhsuk-input--error")
            .class(width)
            .class(more)
            .attr("id", id)
            .attr("name", &self.name)
            .attr("type", self.r#type.unwrap_or(InputKind::Text).word())
            .attr("spellcheck", self.spellcheck.map(true_or_false))
            .attr("value", self.value.as_deref())
            .attr("disabled", self.disabled)
            .attr("aria-describedby", wiring.described_by.as_str())
            .attr("autocomplete", self.autocomplete.as_deref())
            .attr("inputmode", self.inputmode.as_deref());
        let wrapped = self.prefix.is_some() || self.suffix.is_some() || self.after.is_some();
        let control: Html = if wrapped {
            el("div")
                .class("nhsuk-input-wrapper")
                .children(self.prefix.as_ref().map(|affix| affix.render("prefix")))
                .child(input)
                .children(self.suffix.as_ref().map(|affix| affix.render("suffix")))
                .children(self.after.as_ref())
                .into()
        } else {
            input.into()
        };
        wiring
            .group("")
            .child(
                self.label
                    .label(id, self.label_classes.as_deref().unwrap_or("")),
            )
            .child(&wiring.above)
            .child(control)
            .into()
    }
}

pub(super) fn true_or_false(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}
