//! Radios (one of a few) and checkboxes (any of a few).

use super::{wiring::Hint, wiring::Problem, wiring::wire, wording::Wording};
use crate::html::{Element, Html, el};

component! {
    /// One of a few; nothing is chosen beforehand unless something was saved.
    Radios(name: String, items: Vec<RadioItem>) {
        /// The question.
        maybe legend: Wording,
        /// The id of the first radio, when it is not the name.
        maybe id_prefix: String,
        /// Help below the question.
        maybe hint: Html,
        /// What is wrong with the choice.
        maybe error_message: Problem,
        /// What is chosen.
        maybe value: String,
        /// Beside each other: for two short choices.
        flag inline,
        /// Smaller, for compact pages.
        flag small,
        /// Cannot be changed.
        flag disabled,
    }
}

part! {
    /// A radio, or a divider ("or") between radios.
    RadioItem(value: String, text: Html) {
        /// Help below the words.
        maybe hint: Html,
        /// A piece shown while this radio is chosen.
        maybe conditional: Html,
        /// Makes it a divider with this word.
        maybe divider: Html,
        /// Whether it can be chosen, when that differs from the group.
        maybe disabled: bool,
    }
}

/// What radios and checkboxes have in common while they are written.
struct Item<'a> {
    block: &'static str,
    id: String,
    name: &'a str,
    value: &'a str,
    text: &'a Html,
    hint: Option<&'a Html>,
    conditional: Option<&'a Html>,
    checked: bool,
    disabled: bool,
}

impl Item<'_> {
    fn render(&self, extra: impl FnOnce(Element) -> Element, class: &str, described: &str) -> Html {
        let block = self.block;
        let hint_id = format!("{}-item-hint", self.id);
        let conditional_id = format!("conditional-{}", self.id);
        let mut described = described.to_owned();
        if self.hint.is_some() {
            if !described.is_empty() {
                described.push(' ');
            }
            described.push_str(&hint_id);
        }
        let kind = if block == "nhsuk-radios" {
            "radio"
        } else {
            "checkbox"
        };
        let input = el("input")
            .class(format!("{block}__input"))
            .attr("id", &self.id)
            .attr("name", self.name)
            .attr("type", kind)
            .attr_even_empty("value", self.value)
            .attr("checked", self.checked)
            .attr("disabled", self.disabled);
        let controls = self.conditional.map(|_| conditional_id.as_str());
        let input = extra(input)
            .attr("data-aria-controls", controls)
            .attr("aria-describedby", described);
        let hint = self.hint.map(|hint| {
            Hint::new(hint)
                .id(&*hint_id)
                .classes(format!("{block}__hint"))
        });
        let item = el("div")
            .class(format!("{block}__item"))
            .class(class)
            .child(input)
            .child(Wording::from(self.text).label(&self.id, &format!("{block}__label")))
            .children(hint);
        let conditional = self.conditional.map(|piece| {
            el("div")
                .class(format!("{block}__conditional"))
                .class_if(!self.checked, format!("{block}__conditional--hidden"))
                .attr("id", &conditional_id)
                .child(piece)
        });
        std::iter::once(Html::from(item))
            .chain(conditional.map(Html::from))
            .collect()
    }
}

/// The id of the item at this place: the first has the bare prefix, so that
/// an error summary can point to it.
fn item_id(prefix: &str, index: usize) -> String {
    if index == 0 {
        prefix.into()
    } else {
        format!("{prefix}-{}", index + 1)
    }
}

impl Radios {
    pub(crate) fn render(&self) -> Html {
        let prefix = self.id_prefix.as_deref().unwrap_or(&self.name);
        let wiring = wire(prefix, "", self.hint.as_ref(), self.error_message.as_ref());
        let items = self.items.iter().enumerate().map(|(index, item)| {
            if let Some(divider) = &item.divider {
                return el("div")
                    .class("nhsuk-radios__divider")
                    .child(divider)
                    .into();
            }
            Item {
                block: "nhsuk-radios",
                id: item_id(prefix, index),
                name: &self.name,
                value: &item.value,
                text: &item.text,
                hint: item.hint.as_ref(),
                conditional: item.conditional.as_ref(),
                checked: self
                    .value
                    .as_ref()
                    .is_some_and(|value| *value == item.value),
                disabled: item.disabled.unwrap_or(self.disabled),
            }
            .render(|input| input, "", "")
        });
        let inner = el("div")
            .class("nhsuk-radios")
            .class_if(self.small, "nhsuk-radios--small")
            .class_if(self.inline, "nhsuk-radios--inline")
            .attr("data-module", "nhsuk-radios")
            .children(items);
        wiring.fieldset(self.legend.as_ref(), "", inner.into())
    }
}

impl RadioItem {
    /// A divider between radios, such as "or".
    #[must_use]
    pub fn or(word: impl Into<Html>) -> Self {
        Self::new("", Html::default()).divider(word)
    }
}

component! {
    /// Any of a few.
    Checkboxes(name: String, items: Vec<CheckboxItem>) {
        /// The question.
        maybe legend: Wording,
        /// The id of the first box, when it is not the name.
        maybe id_prefix: String,
        /// Help below the question.
        maybe hint: Html,
        /// What is wrong with the choice.
        maybe error_message: Problem,
        /// What is ticked.
        list values: String,
        /// Beside each other.
        flag inline,
        /// Smaller, for compact pages.
        flag small,
        /// Cannot be changed.
        flag disabled,
    }
}

part! {
    /// A box to tick, or a divider ("or") between boxes.
    CheckboxItem(value: String, text: Html) {
        /// Help below the words.
        maybe hint: Html,
        /// A piece shown while the box is ticked.
        maybe conditional: Html,
        /// Makes it a divider with this word.
        maybe divider: Html,
        /// Whether it can be ticked, when that differs from the group.
        maybe disabled: bool,
        /// The name it posts under, when that differs from the group.
        maybe name: String,
        /// `exclusive` ("None of these") unticks the others; `inclusive`
        /// ("Select all") ticks them.
        maybe behaviour: String,
        /// The boxes the behaviour is about.
        maybe behaviour_group: String,
    }
}

impl Checkboxes {
    pub(crate) fn render(&self) -> Html {
        let prefix = self.id_prefix.as_deref().unwrap_or(&self.name);
        let wiring = wire(prefix, "", self.hint.as_ref(), self.error_message.as_ref());
        // Without a fieldset nothing else would carry the description.
        let described = match self.legend {
            Some(_) => "",
            None => wiring.described_by.as_str(),
        };
        let items = self
            .items
            .iter()
            .enumerate()
            .map(|(index, item)| self.item(item, item_id(prefix, index), described));
        let inner = el("div")
            .class("nhsuk-checkboxes")
            .class_if(self.small, "nhsuk-checkboxes--small")
            .class_if(self.inline, "nhsuk-checkboxes--inline")
            .attr("data-module", "nhsuk-checkboxes")
            .children(items);
        wiring.fieldset(self.legend.as_ref(), "", inner.into())
    }

    fn item(&self, item: &CheckboxItem, id: String, described: &str) -> Html {
        let needs_script = if item.behaviour.as_deref() == Some("inclusive") {
            "nhsuk-u-frontend-not-supported-hidden"
        } else {
            ""
        };
        if let Some(divider) = &item.divider {
            return el("div")
                .class("nhsuk-checkboxes__divider")
                .class(needs_script)
                .child(divider)
                .into();
        }
        Item {
            block: "nhsuk-checkboxes",
            id,
            name: item.name.as_deref().unwrap_or(&self.name),
            value: &item.value,
            text: &item.text,
            hint: item.hint.as_ref(),
            conditional: item.conditional.as_ref(),
            checked: self.values.contains(&item.value),
            disabled: item.disabled.unwrap_or(self.disabled),
        }
        .render(
            |input| {
                input
                    .attr("data-behaviour", item.behaviour.as_deref())
                    .attr("data-behaviour-group", item.behaviour_group.as_deref())
            },
            needs_script,
            described,
        )
    }
}

impl CheckboxItem {
    /// A divider between boxes, such as "or".
    #[must_use]
    pub fn or(word: impl Into<Html>) -> Self {
        Self::new("", Html::default()).divider(word)
    }

    /// "None of these": ticking it unticks the others.
    #[must_use]
    pub fn none_of_these(value: impl Into<String>, text: impl Into<Html>) -> Self {
        Self::new(value, text).behaviour("exclusive")
    }
}
