//! A date in three boxes. No picker: people know the dates they are asked
//! for, and three boxes work with every keyboard and screen reader.

use super::{Input, wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Html, el};

component! {
    /// Day, month and year.
    DateInput(id: String, legend: Wording) {
        /// What the names of the boxes begin with: `born` gives `born[day]`.
        maybe name_prefix: String,
        /// Help below the question.
        maybe hint: Html,
        /// What is wrong with the date.
        maybe error_message: Problem,
        /// The day.
        maybe day: DatePart,
        /// The month.
        maybe month: DatePart,
        /// The year.
        maybe year: DatePart,
        /// Names the boxes as their ids: `born-day`. A form does.
        flag named_with_id,
        /// Cannot be changed.
        flag disabled,
    }
}

/// One box of a date.
#[derive(Clone, Default, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(deny_unknown_fields, default))]
pub struct DatePart {
    /// What is in it, as typed.
    pub value: String,
    /// Marks this box as the wrong one; where none is marked and the date has
    /// a problem, all three are.
    pub error: bool,
    /// What the browser may fill in.
    pub autocomplete: String,
}

impl DateInput {
    pub(crate) fn render(&self) -> Html {
        let id = &self.id;
        let parts = [
            ("day", "Day", 2, &self.day),
            ("month", "Month", 2, &self.month),
            ("year", "Year", 4, &self.year),
        ];
        let one_marked = parts
            .iter()
            .any(|(.., part)| part.as_ref().is_some_and(|part| part.error));
        // A marked box marks the group, even when the words stand elsewhere.
        let problem = match (&self.error_message, one_marked) {
            (None, true) => Some(&Problem::Marked),
            (problem, _) => problem.as_ref(),
        };
        let wiring = wire(id, "", self.hint.as_ref(), problem);
        let boxes = parts.map(|(name, label, width, part)| {
            let part = part.clone().unwrap_or_default();
            let named = match &self.name_prefix {
                Some(prefix) => format!("{prefix}[{name}]"),
                None if self.named_with_id => format!("{id}-{name}"),
                None => name.to_owned(),
            };
            let mut input = Input::new(named, label)
                .id(format!("{id}-{name}"))
                .label_classes("nhsuk-date-input__label")
                .classes("nhsuk-date-input__input")
                .width(width)
                .inputmode("numeric")
                .value(part.value)
                .autocomplete(part.autocomplete)
                .disabled(self.disabled);
            if part.error || (wiring.wrong && !one_marked) {
                input = input.error_message(Problem::Marked);
            }
            el("div").class("nhsuk-date-input__item").child(input)
        });
        let inner = el("div")
            .class("nhsuk-date-input")
            .attr("id", id)
            .children(boxes);
        wiring.fieldset(Some(&self.legend), "group", inner.into())
    }
}
