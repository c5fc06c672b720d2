//! A box for several lines, with or without a count of what is left.

use super::input::true_or_false;
use super::{wiring::Hint, wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Html, el};

component! {
    /// A box for several lines.
    Textarea(name: String, label: Wording) {
        /// The id, when it is not the name.
        maybe id: String,
        /// Help between the label and the box.
        maybe hint: Html,
        /// What is wrong with what is in it.
        maybe error_message: Problem,
        /// What is in it.
        maybe value: String,
        /// How many lines it shows; five when not set.
        maybe rows: u16,
        /// What the browser may fill in.
        maybe autocomplete: String,
        /// Whether the browser checks the spelling.
        maybe spellcheck: bool,
        /// Cannot be changed.
        flag disabled,
    }
}

impl Textarea {
    pub(crate) fn render(&self) -> Html {
        self.with_count(None)
    }

    fn with_count(&self, count: Option<Count>) -> Html {
        let id = self.id.as_deref().unwrap_or(&self.name);
        let info = if count.is_some() {
            format!("{id}-info")
        } else {
            String::new()
        };
        let wiring = wire(id, &info, self.hint.as_ref(), self.error_message.as_ref());
        let area = el("textarea")
            .class("nhsuk-textarea")
            .class_if(wiring.wrong, "nhsuk-textarea--error")
            .class_if(count.is_some(), "nhsuk-js-character-count")
            .attr("id", id)
            .attr("name", &self.name)
            .attr("rows", self.rows.unwrap_or(5))
            .attr("spellcheck", self.spellcheck.map(true_or_false))
            .attr("disabled", self.disabled)
            .attr("aria-describedby", wiring.described_by.as_str())
            .attr("autocomplete", self.autocomplete.as_deref())
            .child(kept(self.value.as_deref().unwrap_or("")));
        let group = match &count {
            None => wiring.group(""),
            Some(count) => wiring
                .group("nhsuk-character-count")
                .attr("data-module", "nhsuk-character-count")
                .attr("data-maxlength", count.most)
                .attr("data-threshold", count.from_percent),
        };
        group
            .child(self.label.label(id, ""))
            .child(&wiring.above)
            .child(area)
            .children(count.map(|count| {
                Hint::new(format!("You can enter up to {} characters", count.most))
                    .id(info)
                    .classes("nhsuk-character-count__message")
            }))
            .into()
    }
}

/// A browser drops one line end at the start of the box: where the text has
/// one, another goes before it, so that a text saved again stays as it was.
fn kept(text: &str) -> Html {
    if text.starts_with('\n') || text.starts_with("\r\n") {
        Html::from(format!("\n{text}"))
    } else {
        Html::from(text)
    }
}

#[derive(Clone, Copy)]
struct Count {
    most: u32,
    from_percent: Option<u32>,
}

/// A box for several lines that says how many characters are left.
#[derive(Clone, Debug)]
pub struct CharacterCount {
    area: Textarea,
    most: u32,
    from_percent: Option<u32>,
}

impl CharacterCount {
    /// Counts down from `most` characters in this box. The limit is told, not
    /// forced: what is too long is kept and answered with a message.
    #[must_use]
    pub fn new(area: Textarea, most: u32) -> Self {
        Self {
            area,
            most,
            from_percent: None,
        }
    }

    /// Says how many are left only when so many percent are used.
    #[must_use]
    pub fn from_percent(mut self, percent: u32) -> Self {
        self.from_percent = Some(percent);
        self
    }
}

impl From<CharacterCount> for Html {
    fn from(it: CharacterCount) -> Self {
        it.area.with_count(Some(Count {
            most: it.most,
            from_percent: it.from_percent,
        }))
    }
}
