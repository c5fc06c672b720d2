//! HTML in one canonical form, a node a line, so that two can be compared:
//! attributes sorted, classes apart by one space, indentation gone. A space
//! inside a line counts; one that comes with a line end does not.

use std::fmt::Write as _;

use scraper::{ElementRef, Html, Node};

/// The canonical form of a piece of HTML.
pub fn canonical(html: &str) -> String {
    let page = Html::parse_fragment(html);
    let mut out = String::new();
    write_children(&mut out, page.root_element(), 0, collapsed);
    out
}

/// The same with every text and attribute exactly as a browser reads it.
pub fn exact(html: &str) -> String {
    let page = Html::parse_fragment(html);
    let mut out = String::new();
    write_children(&mut out, page.root_element(), 0, str::to_owned);
    out
}

fn write_children(
    out: &mut String,
    parent: ElementRef<'_>,
    depth: usize,
    read: fn(&str) -> String,
) {
    let pad = "  ".repeat(depth);
    for child in parent.children() {
        match child.value() {
            Node::Text(text) => {
                let text = read(text);
                if !text.is_empty() {
                    writeln!(out, "{pad}“{text}”").unwrap();
                }
            }
            Node::Element(element) => {
                let mut attrs: Vec<String> = element
                    .attrs()
                    .map(|(name, value)| match name {
                        "class" => {
                            let classes: Vec<&str> = value.split_whitespace().collect();
                            format!(" class={:?}", classes.join(" "))
                        }
                        _ => format!(" {name}={value:?}"),
                    })
                    .collect();
                attrs.sort();
                writeln!(out, "{pad}<{}{}>", element.name(), attrs.concat()).unwrap();
                if let Some(element) = ElementRef::wrap(child) {
                    write_children(out, element, depth + 1, read);
                }
            }
            Node::Comment(comment) => writeln!(out, "{pad}<!--{}-->", &**comment).unwrap(),
            _ => {}
        }
    }
}

/// Text with every run of white space as one space; none at an end where the
/// run holds a line end.
fn collapsed(text: &str) -> String {
    let trimmed = text.trim();
    let inner: Vec<&str> = trimmed.split_whitespace().collect();
    let start = &text[..text.len() - text.trim_start().len()];
    let end = &text[text.trim_end().len()..];
    let kept = |space: &str| !space.is_empty() && !space.contains('\n');
    if trimmed.is_empty() {
        return if kept(text) {
            " ".into()
        } else {
            String::new()
        };
    }
    format!(
        "{}{}{}",
        if kept(start) { " " } else { "" },
        inner.join(" "),
        if kept(end) { " " } else { "" }
    )
}

/// The lines in which two canonical forms first differ.
pub fn difference(ours: &str, theirs: &str) -> String {
    let at = ours
        .lines()
        .zip(theirs.lines())
        .take_while(|(a, b)| a == b)
        .count();
    let from = at.saturating_sub(2);
    let cut = |text: &str| {
        text.lines()
            .skip(from)
            .take(7)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!("-- ours\n{}\n-- official\n{}", cut(ours), cut(theirs))
}
