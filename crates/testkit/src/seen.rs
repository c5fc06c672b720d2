//! What somebody sees on a page: its words in order, spaces made single, and
//! without what a browser does not show.

use scraper::{ElementRef, Html, Node, Selector};

/// A page as it came.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) html: Html,
}

/// A selector of our own.
pub(crate) fn css(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|e| panic!("{selector} is no selector: {e}"))
}

impl Seen {
    pub(crate) fn of(text: &str) -> Self {
        Self {
            html: Html::parse_document(text),
        }
    }

    /// Everything that can be read on the page.
    pub(crate) fn words(&self) -> String {
        let body = self.html.select(&css("body")).next();
        body.map(words_of).unwrap_or_default()
    }

    /// The title in the window's bar.
    pub(crate) fn title(&self) -> String {
        self.html
            .select(&css("title"))
            .next()
            .map(words_of)
            .unwrap_or_default()
    }

    /// The main heading.
    pub(crate) fn heading(&self) -> String {
        self.html
            .select(&css("h1"))
            .next()
            .map(words_of)
            .unwrap_or_default()
    }

    /// The page's words a line each, to be printed when a step fails.
    pub(crate) fn printed(&self) -> String {
        let parts = css("h1, h2, h3, p, li, dt, dd, th, td, label, legend, button, a, caption");
        let mut lines: Vec<String> = Vec::new();
        for element in self.html.select(&parts) {
            let words = words_of(element);
            if !words.is_empty() && lines.last().is_none_or(|last| !last.contains(&words)) {
                lines.push(format!("{}: {words}", element.value().name()));
            }
        }
        lines.join("\n")
    }
}

/// The words of an element, spaces made single.
pub(crate) fn words_of(element: ElementRef<'_>) -> String {
    let mut words = String::new();
    gather(element, &mut words);
    single_spaces(&words)
}

fn gather(element: ElementRef<'_>, into: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(text) => into.push_str(text),
            Node::Element(inner) => {
                let hidden = inner.attr("hidden").is_some()
                    || matches!(inner.name(), "script" | "style" | "template" | "svg");
                if hidden {
                    continue;
                }
                // Blocks stand apart, whatever the text of the page does.
                let inline = matches!(
                    inner.name(),
                    "a" | "span" | "strong" | "b" | "em" | "i" | "abbr" | "code"
                );
                if !inline {
                    into.push(' ');
                }
                if let Some(inner) = ElementRef::wrap(child) {
                    gather(inner, into);
                }
                if !inline {
                    into.push(' ');
                }
            }
            _ => {}
        }
    }
}

/// Words with single spaces between them.
pub(crate) fn single_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
