//! How a control is tied to its hint and its error: one function makes the
//! ids, `aria-describedby`, the pieces above the control and the error mark,
//! for every control there is.

use super::wording::Wording;
use crate::html::{Html, el, hidden};

/// What is wrong with what was entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Marked as wrong; the words stand elsewhere.
    Marked,
    /// Marked as wrong, with the words to put it right.
    Says(Html),
}

/// As the fixtures write it: `true` marks, words say.
#[cfg(test)]
impl<'de> serde::Deserialize<'de> for Problem {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Piece {
            Mark(bool),
            Says(Html),
        }
        match Piece::deserialize(from)? {
            Piece::Mark(true) => Ok(Self::Marked),
            Piece::Mark(false) => Err(serde::de::Error::custom("no problem")),
            Piece::Says(words) => Ok(Self::Says(words)),
        }
    }
}

impl<T: Into<Html>> From<T> for Problem {
    fn from(words: T) -> Self {
        Self::Says(words.into())
    }
}

/// The pieces a control needs around it.
pub(crate) struct Wiring {
    /// Ids of what describes the control, for `aria-describedby`.
    pub described_by: String,
    /// The hint and the error message, to stand above the control.
    pub above: Html,
    /// Whether the control is marked as wrong.
    pub wrong: bool,
}

/// Ties the control (or group) with this id to its hint and its problem.
/// `also` names what already describes it.
pub(crate) fn wire(id: &str, also: &str, hint: Option<&Html>, problem: Option<&Problem>) -> Wiring {
    let mut ids: Vec<String> = Vec::new();
    if !also.is_empty() {
        ids.push(also.into());
    }
    let mut above = Html::default();
    if let Some(hint) = hint {
        let hint_id = format!("{id}-hint");
        above.extend([Hint::new(hint).id(&*hint_id).render()]);
        ids.push(hint_id);
    }
    if let Some(Problem::Says(words)) = problem {
        let error_id = format!("{id}-error");
        above.extend([ErrorMessage::new(words).id(&*error_id).render()]);
        ids.push(error_id);
    }
    Wiring {
        described_by: ids.join(" "),
        above,
        wrong: problem.is_some(),
    }
}

impl Wiring {
    /// The box around a control and its label.
    pub(crate) fn group(&self, class: &str) -> crate::html::Element {
        el("div")
            .class("nhsuk-form-group")
            .class_if(self.wrong, "nhsuk-form-group--error")
            .class(class)
    }

    /// The box around a group, its legend when there is one, and its pieces.
    pub(crate) fn fieldset(&self, legend: Option<&Wording>, role: &str, inner: Html) -> Html {
        let inner: Html = [self.above.clone(), inner].into_iter().collect();
        match legend {
            Some(legend) => self
                .group("")
                .child(
                    el("fieldset")
                        .class("nhsuk-fieldset")
                        .attr("role", role)
                        .attr("aria-describedby", &self.described_by)
                        .child(legend.legend())
                        .child(inner),
                )
                .into(),
            None => self.group("").child(inner).into(),
        }
    }
}

component! {
    /// Help that stands between a label and its control.
    Hint(text: Html) {
        /// Sets the id a control points to.
        maybe id: String,
        /// Adds a class.
        maybe classes: String,
    }
}

impl Hint {
    pub(crate) fn render(&self) -> Html {
        el("div")
            .class("nhsuk-hint")
            .class(self.classes.as_deref().unwrap_or(""))
            .attr("id", self.id.as_deref())
            .child(&self.text)
            .into()
    }
}

component! {
    /// What is wrong, beside the control it is about.
    ErrorMessage(text: Html) {
        /// Sets the id a control points to.
        maybe id: String,
        /// Replaces the hidden word "Error", for another language; empty says
        /// no word.
        maybe visually_hidden_text: Html,
    }
}

impl ErrorMessage {
    pub(crate) fn render(&self) -> Html {
        let word = match &self.visually_hidden_text {
            Some(word) => word.clone(),
            None => Html::from("Error"),
        };
        let said = (!word.is_empty())
            .then(|| hidden([word, Html::from(": ")].into_iter().collect::<Html>()));
        el("span")
            .class("nhsuk-error-message")
            .attr("id", self.id.as_deref())
            .children(said)
            .child(&self.text)
            .into()
    }
}

component! {
    /// A group of controls under one question.
    Fieldset(legend: Wording, html: Html) {}
}

impl Fieldset {
    pub(crate) fn render(&self) -> Html {
        el("fieldset")
            .class("nhsuk-fieldset")
            .child(self.legend.legend())
            .child(&self.html)
            .into()
    }
}
