//! One of many, in a list that opens. Radios are easier where there are few.

use super::{wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Html, el};

component! {
    /// A list that opens.
    Select(name: String, label: Wording, items: Vec<SelectItem>) {
        /// The id, when it is not the name.
        maybe id: String,
        /// Help between the label and the list.
        maybe hint: Html,
        /// What is wrong with the choice.
        maybe error_message: Problem,
        /// What is chosen.
        maybe value: String,
        /// Cannot be changed.
        flag disabled,
        /// A piece after the list, such as its button.
        maybe after: Html,
    }
}

part! {
    /// A line of the list.
    SelectItem(value: String, text: Html) {
        /// Cannot be chosen.
        flag disabled,
    }
}

impl Select {
    pub(crate) fn render(&self) -> Html {
        let id = self.id.as_deref().unwrap_or(&self.name);
        let wiring = wire(id, "", self.hint.as_ref(), self.error_message.as_ref());
        let options = self.items.iter().map(|item| {
            el("option")
                .attr_even_empty("value", &item.value)
                .attr(
                    "selected",
                    self.value
                        .as_ref()
                        .is_some_and(|value| *value == item.value),
                )
                .attr("disabled", item.disabled)
                .child(&item.text)
        });
        let select = el("select")
            .class("nhsuk-select")
            .class_if(wiring.wrong, "nhsuk-select--error")
            .attr("id", id)
            .attr("name", &self.name)
            .attr("disabled", self.disabled)
            .attr("aria-describedby", wiring.described_by.as_str())
            .children(options);
        let control: Html = match &self.after {
            Some(after) => el("div")
                .class("nhsuk-input-wrapper")
                .child(select)
                .child(after)
                .into(),
            None => select.into(),
        };
        wiring
            .group("")
            .child(self.label.label(id, ""))
            .child(&wiring.above)
            .child(control)
            .into()
    }
}
