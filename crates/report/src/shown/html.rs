//! An analysis on a page: the sentence first, then why and what would be
//! needed, the picture, and, to open, its table and how it was made. A wide
//! and a narrow picture stand in the page; the window shows one of them.

use kith_base::Word;
use kith_pages::{
    Html,
    components::{Column, Details, InsetText, SummaryList, SummaryRow, Table},
    el,
    html::line,
};

use super::{Drawn, Made, Numbers, Reader, Shown, Why};

/// The choice of reader: links to the same page.
#[must_use]
pub fn switch(path: &str, reader: Reader) -> Html {
    let links = Reader::ALL.iter().map(|one| {
        let here = *one == reader;
        let words = el("a")
            .class("nhsuk-link")
            .attr("href", format!("{path}?reader={}", one.code()))
            .attr("aria-current", here.then_some("true"))
            .child(one.label());
        el("li").child(words)
    });
    let list = el("ul")
        .class("nhsuk-list kith-filters")
        .attr("aria-label", "In words for")
        .children(links);
    el("div")
        .class("kith-reader kith-no-print")
        .child(
            el("p")
                .class("kith-reader__label")
                .attr("aria-hidden", "true")
                .child("In words for"),
        )
        .child(list)
        .into()
}

impl Shown {
    /// The analysis for one reader, as a section of a page.
    #[must_use]
    pub fn html(&self, reader: Reader) -> Html {
        let (notes, against): (Vec<&Why>, Vec<&Why>) =
            self.why.iter().partition(|why| is_note(why));
        el("section")
            .class("kith-figure")
            .child(el("h2").class("nhsuk-heading-m").child(&self.title))
            .child(InsetText::saying(self.said.to(reader)))
            .children(reasons(&against, reader))
            .children(self.pictures.iter().map(picture))
            .children(self.tables.iter().map(table))
            .child(how(&self.made, &notes))
            .into()
    }
}

/// What to keep in mind, rather than what stands against a conclusion.
fn is_note(why: &Why) -> bool {
    matches!(why.code.as_str(), "R11" | "R12")
}

fn reasons(against: &[&Why], reader: Reader) -> Option<Html> {
    if against.is_empty() {
        return None;
    }
    let items = against.iter().map(|why| {
        let code = (reader == Reader::Researcher).then(|| format!("{}: ", why.code));
        let needed = why.needed.as_ref().map(|needed| {
            el("span")
                .class("kith-line")
                .child(format!("What would be needed: {needed}"))
        });
        el("li")
            .children(code.map(Html::from))
            .child(why.why.as_str())
            .children(needed)
    });
    let heading = if against.len() == 1 {
        "Why"
    } else {
        "Why, in full"
    };
    let list = el("ul")
        .class("nhsuk-list nhsuk-list--bullet")
        .children(items);
    Some(
        [
            Html::from(el("h3").class("nhsuk-heading-s").child(heading)),
            list.into(),
        ]
        .into_iter()
        .collect(),
    )
}

fn picture(drawn: &Drawn) -> Html {
    // Our own drawing; every word in it was escaped when it was drawn.
    let wide = el("div")
        .class("kith-drawn kith-drawn--wide")
        .child(Html::trusted(&*drawn.wide));
    let narrow = el("div")
        .class("kith-drawn kith-drawn--narrow")
        .child(Html::trusted(&*drawn.narrow));
    el("figure")
        .class("kith-figure__picture")
        .child(wide)
        .child(narrow)
        .child(Details::new(
            "The numbers in the picture",
            numbers(&drawn.numbers),
        ))
        .into()
}

/// Numbers as a table, the first cell naming its row.
#[must_use]
pub fn numbers(given: &Numbers) -> Table {
    let mut table = Table::new()
        .caption(&given.caption)
        .caption_size(kith_pages::components::Size::S)
        .first_cell_is_header(true)
        .responsive(true)
        .compact(true)
        .head(given.head.iter().map(Column::new));
    for row in &given.rows {
        table = table.row(row.iter().map(String::as_str));
    }
    table
}

fn table(given: &Numbers) -> Html {
    numbers(given).into()
}

/// How it was made, to open; on paper it is always open.
fn how(made: &Made, notes: &[&Why]) -> Html {
    let mut rows = Vec::new();
    let mut add = |key: &str, value: Html| rows.push(SummaryRow::new(key, value));
    if !made.counted.is_empty() {
        add("What is counted", lines(&made.counted));
    }
    if let Some(words) = &made.rests_on {
        add("It rests on", words.into());
    }
    if let Some(words) = &made.missing {
        add("Missing", words.into());
    }
    if let Some(words) = &made.method {
        add("Method", words.into());
    }
    if !made.assumptions.is_empty() {
        add("What must be true", lines(&made.assumptions));
    }
    if let Some(words) = &made.together {
        add("Beside the others", words.into());
    }
    if !notes.is_empty() {
        let words: Vec<String> = notes
            .iter()
            .map(|why| format!("{}: {}", why.code, why.why))
            .collect();
        add("Keep in mind", lines(&words));
    }
    if rows.is_empty() {
        return Html::default();
    }
    Details::new("How this was made", SummaryList::new(rows)).into()
}

fn lines(words: &[String]) -> Html {
    words.iter().map(|words| line(words.as_str())).collect()
}
