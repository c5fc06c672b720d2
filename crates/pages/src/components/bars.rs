//! Amounts side by side as horizontal bars: how many each worker holds, how
//! long people wait. The picture is for the eye; the table beneath it says
//! the same to everybody and prints.

use super::{Cell, Column, Details, Table};
use crate::html::{Html, el};

part! {
    /// One bar.
    Bar(name: String, amount: f64) {
        /// The amount in words; the number itself when not set.
        maybe words: String,
        /// A mark to compare with, such as a limit, in the same unit.
        maybe mark: f64,
    }
}

component! {
    /// Bars, with their table.
    Bars(title: String, items: Vec<Bar>) {
        /// What the bars measure, with its unit: "People", "Days waited".
        maybe unit: String,
        /// What a mark means: "Limit".
        maybe mark_words: String,
        /// What the bars are of: "Link worker".
        maybe of: String,
    }
}

const NAME_WIDTH: u32 = 180;
const BAR_WIDTH: u32 = 360;
const WORDS_WIDTH: u32 = 100;
const ROW: u32 = 28;

impl Bar {
    fn said(&self) -> String {
        self.words
            .clone()
            .unwrap_or_else(|| self.amount.to_string())
    }

    /// The amount as a picture can show it: never below nought.
    fn shown(&self) -> f64 {
        if self.amount.is_finite() {
            self.amount.max(0.0)
        } else {
            0.0
        }
    }
}

impl Bars {
    pub(crate) fn render(&self) -> Html {
        el("figure")
            .class("kith-bars")
            .child(el("figcaption").class("nhsuk-heading-s").child(&self.title))
            .child(self.picture())
            .children(self.key())
            .child(Details::new("Show as a table", self.table()))
            .into()
    }

    /// What the marks mean, when there are any.
    fn key(&self) -> Option<Html> {
        self.items.iter().find(|bar| bar.mark.is_some())?;
        let words = self.mark_words.as_deref().unwrap_or("Limit");
        let said = format!("The upright line marks: {}", words.to_lowercase());
        Some(el("p").class("kith-bars__key").child(said).into())
    }

    fn picture(&self) -> Html {
        let most = self
            .items
            .iter()
            .flat_map(|bar| [bar.shown(), bar.mark.unwrap_or(0.0)])
            .fold(0.0_f64, f64::max);
        let along = |amount: f64| {
            let share = if most > 0.0 { amount / most } else { 0.0 };
            share * f64::from(BAR_WIDTH)
        };
        let count = u32::try_from(self.items.len()).unwrap_or(u32::MAX / ROW);
        let height = count.saturating_mul(ROW);
        let rows = (0u32..).zip(&self.items).map(|(at, bar)| {
            let top = at * ROW;
            let mark = bar.mark.map(|mark| {
                el("rect")
                    .class("kith-bars__mark")
                    .attr("x", format!("{:.1}", f64::from(NAME_WIDTH) + along(mark)))
                    .attr("y", top + 2)
                    .attr("width", "2")
                    .attr("height", ROW - 4)
            });
            el("g")
                .child(label(0, top, &shortened(&bar.name)))
                .child(
                    el("rect")
                        .class("kith-bars__bar")
                        .attr("x", NAME_WIDTH)
                        .attr("y", top + 5)
                        .attr("width", format!("{:.1}", along(bar.shown())))
                        .attr("height", ROW - 10),
                )
                .children(mark)
                .child(label(NAME_WIDTH + BAR_WIDTH + 8, top, &bar.said()))
        });
        el("svg")
            .class("kith-bars__picture")
            .attr(
                "viewBox",
                format!("0 0 {} {height}", NAME_WIDTH + BAR_WIDTH + WORDS_WIDTH),
            )
            .attr("role", "img")
            .attr("aria-label", &self.title)
            .child(el("title").child(&self.title))
            .child(el("desc").child(self.in_words()))
            .children(rows)
            .into()
    }

    fn in_words(&self) -> String {
        let each: Vec<String> = self
            .items
            .iter()
            .map(|bar| format!("{}: {}", bar.name, bar.said()))
            .collect();
        each.join("; ")
    }

    fn table(&self) -> Table {
        let marked = self.items.iter().any(|bar| bar.mark.is_some());
        let unit = self.unit.clone().unwrap_or_else(|| "Amount".into());
        let of = self.of.clone().unwrap_or_else(|| "Name".into());
        let mark = self.mark_words.clone().unwrap_or_else(|| "Limit".into());
        let mut table = Table::new()
            .caption(&self.title)
            .caption_classes("nhsuk-u-visually-hidden")
            .first_cell_is_header(true)
            .head([Column::new(of), Column::number(unit)])
            .head(marked.then(|| Column::number(mark)));
        for bar in &self.items {
            let mark = bar.mark.map(|mark| mark.to_string()).unwrap_or_default();
            table = table.row(
                [Cell::new(&bar.name), Cell::number(bar.said())]
                    .into_iter()
                    .chain(marked.then(|| Cell::number(mark))),
            );
        }
        table
    }
}

fn label(x: u32, top: u32, words: &str) -> Html {
    el("text")
        .class("kith-bars__words")
        .attr("x", x)
        .attr("y", top + 19)
        .child(words)
        .into()
}

/// A name that fits beside its bar; the table has it whole.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 24 {
        return name.into();
    }
    name.chars().take(23).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the elements under a selector have in an attribute.
    fn all(html: &Html, selector: &str, attribute: &str) -> Vec<String> {
        let dom = scraper::Html::parse_fragment(html.as_str());
        dom.select(&scraper::Selector::parse(selector).unwrap())
            .map(|found| found.attr(attribute).unwrap_or("").to_owned())
            .collect()
    }

    fn words(html: &Html, selector: &str) -> Vec<String> {
        let dom = scraper::Html::parse_fragment(html.as_str());
        dom.select(&scraper::Selector::parse(selector).unwrap())
            .map(|found| found.text().collect())
            .collect()
    }

    #[test]
    fn a_bar_is_as_long_as_its_amount_and_the_table_says_the_same() {
        let bars = Bars::new(
            "Load",
            [
                Bar::new("Kay", 20.0).mark(40.0),
                Bar::new("Ola <b>", 30.0).words("30 (part time)").mark(30.0),
            ],
        )
        .unit("People")
        .render();
        assert_eq!(all(&bars, ".kith-bars__bar", "width"), ["180.0", "270.0"]);
        assert_eq!(all(&bars, ".kith-bars__mark", "x"), ["540.0", "450.0"]);
        assert_eq!(all(&bars, "svg", "role"), ["img"]);
        assert_eq!(words(&bars, "svg > title"), ["Load"]);
        assert_eq!(
            words(&bars, "svg > desc"),
            ["Kay: 20; Ola <b>: 30 (part time)"]
        );
        let cells = words(&bars, "tbody th, tbody td");
        assert_eq!(
            cells,
            ["Kay", "20", "40", "Ola <b>", "30 (part time)", "30"]
        );
        assert_eq!(words(&bars, "thead th"), ["Name", "People", "Limit"]);
    }

    #[test]
    fn bars_of_nothing_and_of_no_number_are_drawn_as_nothing() {
        let bars = Bars::new(
            "Load",
            [
                Bar::new("a", 0.0),
                Bar::new("b", f64::NAN),
                Bar::new("c", -3.0),
            ],
        )
        .render();
        assert_eq!(
            all(&bars, ".kith-bars__bar", "width"),
            ["0.0", "0.0", "0.0"]
        );
        assert!(all(&Bars::new("Load", []).render(), ".kith-bars__bar", "width").is_empty());
    }
}
