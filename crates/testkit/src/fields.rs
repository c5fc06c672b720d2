//! The forms of a page as somebody fills them in: fields are found by the
//! words of their labels, groups by their legends, forms by their buttons.
//! What is sent is what a browser would send: values as they stand, choices
//! that are ticked, the button that was pressed.

use std::collections::BTreeMap;

use scraper::ElementRef;

use crate::seen::{Seen, css, single_spaces, words_of};

/// What was filled in on a page, by the name of the field: its new values.
pub(crate) type Filled = BTreeMap<String, Vec<String>>;

/// A form to be sent.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) post: bool,
    pub(crate) multipart: bool,
    pub(crate) pairs: Vec<(String, String)>,
}

/// A field found by its label.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) kind: Kind,
}

/// What sort of field it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Typed,
    Radio,
    Tick,
    Pick,
    File,
}

impl Seen {
    /// The field with this label; inside the group with this legend, when
    /// there is one.
    pub(crate) fn field(&self, group: Option<&str>, label: &str) -> Option<Field> {
        let fieldsets: Vec<ElementRef<'_>> = self.html.select(&css("fieldset")).collect();
        let inside: Vec<ElementRef<'_>> = match group {
            None => vec![self.html.root_element()],
            Some(group) => fieldsets
                .into_iter()
                .filter(|set| {
                    let legend = set.select(&css("legend")).next().map(words_of);
                    legend.is_some_and(|legend| is_called(&legend, group))
                })
                .collect(),
        };
        inside
            .into_iter()
            .find_map(|place| self.field_inside(place, label))
    }

    fn field_inside(&self, place: ElementRef<'_>, label: &str) -> Option<Field> {
        let found = place
            .select(&css("label"))
            .find(|one| is_called(&words_of(*one), label))?;
        let control = match found.value().attr("for") {
            Some(id) => {
                let by_id = format!("[id=\"{}\"]", id.replace('"', "\\\""));
                self.html.select(&css(&by_id)).next()
            }
            None => found.select(&css("input, select, textarea")).next(),
        }?;
        Some(Field {
            name: control.value().attr("name")?.to_owned(),
            value: control.value().attr("value").unwrap_or("on").to_owned(),
            kind: match (control.value().name(), control.value().attr("type")) {
                ("select", _) => Kind::Pick,
                (_, Some("radio")) => Kind::Radio,
                (_, Some("checkbox")) => Kind::Tick,
                (_, Some("file")) => Kind::File,
                _ => Kind::Typed,
            },
        })
    }

    /// The value of the option with these words.
    pub(crate) fn option(&self, name: &str, words: &str) -> Option<String> {
        let by_name = format!("select[name=\"{name}\"] option");
        let options = css(&by_name);
        let option = self
            .html
            .select(&options)
            .find(|option| words_of(*option) == single_spaces(words))?;
        Some(
            option
                .value()
                .attr("value")
                .map_or_else(|| words_of(option), str::to_owned),
        )
    }

    /// The form of the button with these words, filled in. Words that stand
    /// on several buttons are told apart by `near`: words of the row, the list
    /// item or the card the button stands in.
    pub(crate) fn form(&self, button: &str, near: Option<&str>, filled: &Filled) -> Option<Form> {
        let buttons = css("button, input[type=submit]");
        let pressed = self.html.select(&buttons).find(|one| {
            let words = match one.value().name() {
                "input" => one.value().attr("value").unwrap_or_default().to_owned(),
                _ => words_of(*one),
            };
            let called = is_called(&words, button)
                || one
                    .value()
                    .attr("aria-label")
                    .is_some_and(|label| is_called(label, button));
            called && near.is_none_or(|near| stands_near(*one, near))
        })?;
        let form = self.form_of(pressed)?;
        let mut pairs = self.values(form, filled);
        if let Some(name) = pressed.value().attr("name") {
            pairs.push((
                name.to_owned(),
                pressed.value().attr("value").unwrap_or_default().to_owned(),
            ));
        }
        let action = pressed
            .value()
            .attr("formaction")
            .or_else(|| form.value().attr("action"));
        Some(Form {
            action: action.unwrap_or_default().to_owned(),
            post: form
                .value()
                .attr("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            multipart: form.value().attr("enctype") == Some("multipart/form-data"),
            pairs,
        })
    }

    fn form_of<'a>(&'a self, button: ElementRef<'a>) -> Option<ElementRef<'a>> {
        if let Some(id) = button.value().attr("form") {
            let by_id = format!("form[id=\"{id}\"]");
            return self.html.select(&css(&by_id)).next();
        }
        button
            .ancestors()
            .filter_map(ElementRef::wrap)
            .find(|one| one.value().name() == "form")
    }

    /// Every value the form would send, in the order of the page.
    fn values(&self, form: ElementRef<'_>, filled: &Filled) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut done: Vec<String> = Vec::new();
        for control in form.select(&css("input, select, textarea")) {
            let element = control.value();
            let (Some(name), None) = (element.attr("name"), element.attr("disabled")) else {
                continue;
            };
            let kind = element.attr("type").unwrap_or_default();
            if matches!(kind, "submit" | "button" | "image" | "reset" | "file") {
                continue;
            }
            if let Some(values) = filled.get(name) {
                if !done.iter().any(|one| one == name) {
                    done.push(name.to_owned());
                    pairs.extend(values.iter().map(|value| (name.to_owned(), value.clone())));
                }
                continue;
            }
            if let Some(value) = value_of(control, kind) {
                pairs.push((name.to_owned(), value));
            }
        }
        pairs
    }

    /// Which boxes of a name are ticked as the page came.
    pub(crate) fn ticked(&self, name: &str) -> Vec<String> {
        let by_name = format!("input[type=checkbox][name=\"{name}\"][checked]");
        let value = |one: ElementRef<'_>| one.value().attr("value").unwrap_or("on").to_owned();
        self.html.select(&css(&by_name)).map(value).collect()
    }

    /// Where the first link leads that begins like this, in the row or card
    /// with those words.
    pub(crate) fn link_beginning(&self, begins: &str, near: &str) -> Option<String> {
        let links = css("a[href]");
        let mut found = self.html.select(&links).filter_map(|link| {
            let href = link.value().attr("href")?;
            (href.starts_with(begins) && stands_near(link, near)).then(|| href.to_owned())
        });
        found.next()
    }

    /// Where the link with these words leads.
    pub(crate) fn link(&self, words: &str, near: Option<&str>) -> Option<String> {
        let links = css("a[href]");
        let mut found = self
            .html
            .select(&links)
            .filter(|link| near.is_none_or(|near| stands_near(*link, near)));
        let link = found.find(|link| is_called(&words_of(*link), words))?;
        link.value().attr("href").map(str::to_owned)
    }
}

/// The value a control sends as it stands; nothing when it is not ticked.
fn value_of(control: ElementRef<'_>, kind: &str) -> Option<String> {
    let element = control.value();
    match (element.name(), kind) {
        ("textarea", _) => Some(
            control
                .text()
                .collect::<String>()
                .trim_start_matches('\n')
                .to_owned(),
        ),
        ("select", _) => {
            let options: Vec<ElementRef<'_>> = control.select(&css("option")).collect();
            let chosen = options
                .iter()
                .find(|one| one.value().attr("selected").is_some())
                .or(options.first())?;
            Some(
                chosen
                    .value()
                    .attr("value")
                    .map_or_else(|| words_of(*chosen), str::to_owned),
            )
        }
        (_, "radio" | "checkbox") => {
            element.attr("checked")?;
            Some(element.attr("value").unwrap_or("on").to_owned())
        }
        _ => Some(element.attr("value").unwrap_or_default().to_owned()),
    }
}

/// Whether the words are the name: the same, or the name with what the page
/// adds for a reader ("Remove" for "Remove Kay Ward").
fn is_called(words: &str, name: &str) -> bool {
    let name = single_spaces(name);
    words == name
        || words
            .strip_prefix(&name)
            .is_some_and(|rest| rest.starts_with([' ', ',', '(']))
}

/// Whether the row, item or card an element stands in holds the words.
fn stands_near(element: ElementRef<'_>, words: &str) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|one| {
            let card = one
                .value()
                .classes()
                .any(|class| class.contains("card") || class.contains("summary-list__row"));
            card || matches!(one.value().name(), "tr" | "li" | "article")
        })
        .is_some_and(|place| words_of(place).contains(&single_spaces(words)))
}
