//! What is known, as pairs of a name and a value, with what can be changed.

use super::{Action, Card};
use crate::html::{Html, el};

component! {
    /// One pair.
    SummaryRow(key: Html, value: Html) {
        /// What can be done with it.
        list actions: Action,
        /// Whether a line stands below it; yes when not set.
        maybe border: bool,
    }
}

impl SummaryRow {
    fn render(&self) -> Html {
        self.within(false, true, None)
    }

    fn within(&self, others_act: bool, lines: bool, card: Option<&Html>) -> Html {
        let mut links: Vec<Html> = self.actions.iter().map(|a| a.within(card)).collect();
        let actions = (!links.is_empty()).then(|| {
            let cell = el("dd").class("nhsuk-summary-list__actions");
            if links.len() == 1 {
                cell.children(links.pop())
            } else {
                let items = links.into_iter().map(|link| {
                    el("li")
                        .class("nhsuk-summary-list__actions-list-item")
                        .child(link)
                });
                cell.child(
                    el("ul")
                        .class("nhsuk-summary-list__actions-list")
                        .children(items),
                )
            }
        });
        el("div")
            .class("nhsuk-summary-list__row")
            .class_if(
                others_act && actions.is_none(),
                "nhsuk-summary-list__row--no-actions",
            )
            .class_if(
                lines && self.border == Some(false),
                "nhsuk-summary-list__row--no-border",
            )
            .child(el("dt").class("nhsuk-summary-list__key").child(&self.key))
            .child(
                el("dd")
                    .class("nhsuk-summary-list__value")
                    .child(&self.value),
            )
            .children(actions)
            .into()
    }
}

component! {
    /// Pairs of a name and a value.
    SummaryList(rows: Vec<SummaryRow>) {
        /// Whether lines stand between the rows; yes when not set.
        maybe border: bool,
        /// Whether a line stands below the last row; yes when not set.
        maybe last_row_border: bool,
        /// The card it stands in.
        maybe card: Card,
    }
}

impl SummaryList {
    pub(crate) fn render(&self) -> Html {
        let others_act = self.rows.iter().any(|row| !row.actions.is_empty());
        let card = self.card.as_ref().and_then(|card| card.heading.as_ref());
        let (all, last) = (
            self.border != Some(false),
            self.last_row_border != Some(false),
        );
        let rows = self
            .rows
            .iter()
            .map(|row| row.within(others_act, all, card));
        let list = el("dl")
            .class("nhsuk-summary-list")
            .class_if(!all, "nhsuk-summary-list--no-border")
            .class_if(all && !last, "nhsuk-summary-list--no-last-row-border")
            .children(rows);
        match &self.card {
            Some(card) => card.clone().html(Html::from(list)).into(),
            None => list.into(),
        }
    }
}
