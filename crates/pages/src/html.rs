//! Pieces of a page that are safe to send, and the small builder every
//! component is written with.
//! Text becomes [`Html`] by being escaped; [`Html::trusted`] is the one door
//! that does not escape, so that a search for it finds every exception.
//! An attribute with nothing to say is left out, and an address that would
//! run a script is refused by its type ([`Href`]).

use std::borrow::Cow;
use std::fmt;

/// A piece of a page, already safe: text in it has been escaped.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Html(String);

impl Html {
    /// Takes markup as it is. Only for markup this program wrote itself;
    /// never for anything somebody typed.
    pub fn trusted(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// Renders a page template.
    ///
    /// # Errors
    /// When the template's own values fail to render.
    pub fn template(template: &impl askama::Template) -> Result<Self, askama::Error> {
        template.render().map(Self)
    }

    /// Adds a piece after this one.
    #[must_use]
    pub fn and(mut self, piece: impl Into<Self>) -> Self {
        self.0.push_str(&piece.into().0);
        self
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup, owned.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// As the fixtures write it: a string is text, `{"trusted": …}` is markup.
#[cfg(test)]
impl<'de> serde::Deserialize<'de> for Html {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged, deny_unknown_fields)]
        enum Piece {
            Text(String),
            Markup { trusted: String },
        }
        Ok(match Piece::deserialize(from)? {
            Piece::Text(text) => Self::from(text),
            Piece::Markup { trusted } => Self::trusted(trusted),
        })
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Html {}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        escape_into(&mut out, text);
        Self(out)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        if text.bytes().any(|byte| escape_of(byte).is_some()) {
            Self::from(text.as_str())
        } else {
            Self(text)
        }
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Html> for Html {
    fn from(html: &Html) -> Self {
        html.clone()
    }
}

impl<T: Into<Html>> FromIterator<T> for Html {
    /// One piece after the other, with nothing between.
    fn from_iter<I: IntoIterator<Item = T>>(pieces: I) -> Self {
        let mut pieces = pieces.into_iter();
        let mut all = pieces.next().map_or_else(Self::default, Into::into);
        all.extend(pieces);
        all
    }
}

impl<T: Into<Html>> Extend<T> for Html {
    fn extend<I: IntoIterator<Item = T>>(&mut self, pieces: I) {
        for piece in pieces {
            self.0.push_str(&piece.into().0);
        }
    }
}

/// How a byte that has a meaning in markup is written.
const fn escape_of(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\'' => Some("&#39;"),
        _ => None,
    }
}

/// Most texts need no escape: what stands between two is copied at once.
fn escape_into(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let Some(escaped) = escape_of(byte) else {
            continue;
        };
        out.push_str(&text[from..at]);
        out.push_str(escaped);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// The value of an attribute; one that says nothing is left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attr<'a> {
    /// Leave the attribute out.
    Out,
    /// The name alone, like `disabled`.
    Bare,
    /// A value, escaped when written.
    Value(Cow<'a, str>),
}

impl From<bool> for Attr<'_> {
    fn from(on: bool) -> Self {
        if on { Self::Bare } else { Self::Out }
    }
}

impl<'a> From<&'a str> for Attr<'a> {
    fn from(value: &'a str) -> Self {
        if value.is_empty() {
            Self::Out
        } else {
            Self::Value(value.into())
        }
    }
}

impl From<String> for Attr<'_> {
    fn from(value: String) -> Self {
        if value.is_empty() {
            Self::Out
        } else {
            Self::Value(value.into())
        }
    }
}

macro_rules! attr_from {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Attr<'_> {
            fn from(value: $kind) -> Self {
                Self::Value(value.to_string().into())
            }
        }
    )* };
}
attr_from!(u8, u16, u32, u64, usize, i32, i64, f64);

impl<'a> From<&'a Href> for Attr<'a> {
    fn from(value: &'a Href) -> Self {
        Self::Value(value.as_str().into())
    }
}

impl<'a> From<&'a String> for Attr<'a> {
    fn from(value: &'a String) -> Self {
        Self::from(value.as_str())
    }
}

impl<'a, T: Into<Attr<'a>>> From<Option<T>> for Attr<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Out, Into::into)
    }
}

/// An element being built: `el("p").class("nhsuk-body").child("Hello")`.
/// Names of elements and attributes are fixed in the code; values are escaped.
/// It is one text from the start: a working list has thousands of them.
#[derive(Clone, Debug)]
pub struct Element {
    name: &'static str,
    /// `<name class="…" …`, and once something is inside, `>` and that.
    markup: String,
    /// Where a further class goes, once there is one.
    class_at: Option<usize>,
    /// Where the `>` stands, once something is inside.
    inside_at: Option<usize>,
}

/// Room for the head of most elements and a few words.
const ROOM: usize = 112;

/// Starts an element.
#[must_use]
pub fn el(name: &'static str) -> Element {
    let mut markup = String::with_capacity(ROOM);
    markup.push('<');
    markup.push_str(name);
    Element {
        name,
        markup,
        class_at: None,
        inside_at: None,
    }
}

impl Element {
    /// Adds a class, or several with spaces between. Classes are written
    /// before the attributes, whichever came first.
    #[must_use]
    pub fn class(mut self, class: impl AsRef<str>) -> Self {
        let class = class.as_ref();
        if class.is_empty() {
            return self;
        }
        let end = match self.class_at {
            Some(at) => self.write(at, |out| {
                out.push(' ');
                escape_into(out, class);
            }),
            None => {
                let end = self.write(1 + self.name.len(), |out| write_attr(out, "class", class));
                end - '"'.len_utf8()
            }
        };
        self.class_at = Some(end);
        self
    }

    /// Adds a class when something holds.
    #[must_use]
    pub fn class_if(self, holds: bool, class: impl AsRef<str>) -> Self {
        if holds { self.class(class) } else { self }
    }

    /// Sets an attribute, left out when there is nothing to say.
    #[must_use]
    pub fn attr<'a>(mut self, name: &'static str, value: impl Into<Attr<'a>>) -> Self {
        let at = self.inside_at.unwrap_or(self.markup.len());
        match value.into() {
            Attr::Out => at,
            Attr::Bare => self.write(at, |out| {
                out.push(' ');
                out.push_str(name);
            }),
            Attr::Value(value) => self.write(at, |out| write_attr(out, name, &value)),
        };
        self
    }

    /// Sets an attribute even when its value is empty (`value=""` of an option).
    #[must_use]
    pub fn attr_even_empty(mut self, name: &'static str, value: &str) -> Self {
        let at = self.inside_at.unwrap_or(self.markup.len());
        self.write(at, |out| write_attr(out, name, value));
        self
    }

    /// Sets an attribute to the words of a piece, without their markup. They
    /// are escaped already.
    #[must_use]
    pub(crate) fn attr_words(mut self, name: &'static str, words: &Html) -> Self {
        let at = self.inside_at.unwrap_or(self.markup.len());
        self.write(at, |out| {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            for piece in words.0.split('<') {
                out.push_str(piece.split_once('>').map_or(piece, |(_, after)| after));
            }
            out.push('"');
        });
        self
    }

    /// Writes into the head at a place of it; gives where that ends.
    fn write(&mut self, at: usize, piece: impl FnOnce(&mut String)) -> usize {
        if at == self.markup.len() {
            piece(&mut self.markup);
            return self.markup.len();
        }
        let mut late = String::new();
        piece(&mut late);
        self.markup.insert_str(at, &late);
        self.inside_at = self.inside_at.map(|inside| inside + late.len());
        at + late.len()
    }

    /// The text, to go on writing inside.
    fn inside(&mut self) -> &mut String {
        if self.inside_at.is_none() {
            self.inside_at = Some(self.markup.len());
            self.markup.push('>');
        }
        &mut self.markup
    }

    /// Adds a piece inside; text is escaped.
    #[must_use]
    pub fn child(mut self, piece: impl Into<Html>) -> Self {
        self.inside().push_str(&piece.into().0);
        self
    }

    /// Adds pieces inside.
    #[must_use]
    pub fn children<T: Into<Html>>(mut self, pieces: impl IntoIterator<Item = T>) -> Self {
        for piece in pieces {
            self.inside().push_str(&piece.into().0);
        }
        self
    }

    /// Writes an element with nothing inside yet to the end of `out`, with
    /// what `inside` writes: one head for all rows of a table.
    pub(crate) fn around(&self, out: &mut Html, inside: impl FnOnce(&mut Html)) {
        out.0.push_str(&self.markup);
        out.0.push('>');
        inside(out);
        self.end(&mut out.0);
    }

    fn end(&self, out: &mut String) {
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

fn write_attr(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_into(out, value);
    out.push('"');
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Html::from(self).as_str())
    }
}

impl From<&Element> for Html {
    fn from(element: &Element) -> Self {
        Self::from(element.clone())
    }
}

impl From<Element> for Html {
    fn from(mut element: Element) -> Self {
        element.inside();
        let mut markup = std::mem::take(&mut element.markup);
        if !matches!(
            element.name,
            "input" | "hr" | "br" | "img" | "meta" | "link"
        ) {
            element.end(&mut markup);
        }
        Self(markup)
    }
}

impl askama::filters::HtmlSafe for Element {}

/// Where a link leads. Addresses in this program, web addresses, and the
/// schemes for mail and telephone are taken; anything else, such as
/// `javascript:`, becomes `#`, which leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(test, derive(serde::Deserialize), serde(from = "String"))]
pub struct Href(String);

const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "sms"];

impl Href {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether an address leads within this program, or by a scheme that is taken.
fn leads_somewhere(address: &str) -> bool {
    if address.starts_with('/') {
        return true;
    }
    // Browsers drop these before they look for the scheme: so do we.
    let seen: String = address
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect();
    let before_path = seen.split(['/', '?', '#']).next().unwrap_or("");
    match before_path.split_once(':') {
        None => true,
        Some((scheme, _)) => SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()),
    }
}

impl From<String> for Href {
    fn from(address: String) -> Self {
        if leads_somewhere(&address) {
            Self(address)
        } else {
            Self("#".into())
        }
    }
}

impl From<&str> for Href {
    fn from(address: &str) -> Self {
        Self::from(address.to_owned())
    }
}

impl From<&String> for Href {
    fn from(address: &String) -> Self {
        Self::from(address.as_str())
    }
}

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A plain link in running text.
pub fn link(to: impl Into<Href>, words: impl Into<Html>) -> Html {
    el("a")
        .class("nhsuk-link")
        .attr("href", &to.into())
        .child(words)
        .into()
}

/// A paragraph.
pub fn p(words: impl Into<Html>) -> Html {
    el("p").child(words).into()
}

/// A further line of a cell, smaller than the first.
pub fn line(words: impl Into<Html>) -> Html {
    el("span").class("kith-line").child(words).into()
}

/// Words only a screen reader says.
pub fn hidden(words: impl Into<Html>) -> Html {
    el("span")
        .class("nhsuk-u-visually-hidden")
        .child(words)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_html_is_not_escaped_twice() {
        let html = Html::from("<b> & \"quotes\" 'n' all");
        assert_eq!(
            html.as_str(),
            "&lt;b&gt; &amp; &quot;quotes&quot; &#39;n&#39; all"
        );
        assert_eq!(Html::from(&html), html);
        assert_eq!(
            p(html).as_str(),
            "<p>&lt;b&gt; &amp; &quot;quotes&quot; &#39;n&#39; all</p>"
        );
    }

    #[test]
    fn an_attribute_with_nothing_to_say_is_left_out() {
        let option = el("option")
            .attr("id", "")
            .attr("disabled", false)
            .attr("selected", true)
            .attr("title", None::<&str>)
            .attr_even_empty("value", "");
        assert_eq!(option.to_string(), "<option selected value=\"\"></option>");
    }

    #[test]
    fn an_address_that_would_run_a_script_leads_nowhere() {
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
        ] {
            assert_eq!(Href::from(bad).as_str(), "#", "{bad:?}");
        }
        for good in [
            "/people/1?tab=plan#notes",
            "#goal",
            "?page=2",
            "https://example.org/a:b",
            "mailto:help@example.org",
            "tel:116123",
            "notes/10:30",
        ] {
            assert_eq!(Href::from(good).as_str(), good);
        }
    }
}
