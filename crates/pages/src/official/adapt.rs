//! From the options as the official templates take them (many ways to say the
//! same) to the fields of our components. What has no place in ours is left
//! as it is: the component then refuses it, and the fixture is not offered.

use serde_json::{Map, Value, json};

use crate::components::{AccountItem, Header, NavItem};
use crate::form::FormToken;
use crate::html::{Html, p};

type Options = Map<String, Value>;

/// The options of a fixture as our component's fields.
pub fn adapt(component: &str, options: Value) -> Option<Value> {
    let Value::Object(mut o) = options else {
        return None;
    };
    for words in [
        "hint",
        "errorMessage",
        "summary",
        "description",
        "heading",
        "title",
    ] {
        collapse(&mut o, words);
    }
    trust(&mut o);
    match component {
        "input" | "textarea" | "select" | "file-upload" | "character-count" => control(&mut o),
        "radios" | "checkboxes" => group(&mut o),
        "label" | "legend" => return Some(wording(Value::Object(o))),
        "fieldset" => {
            reword(&mut o, "legend");
        }
        "details" | "inset-text" | "warning-callout" => as_html(component, &mut o),
        "summary-list" => summary_list(&mut o),
        "card" => card(&mut o),
        "panel" => {
            heading(&mut o);
            as_html("panel", &mut o);
        }
        "tables" => table(&mut o),
        "pagination" => pagination(&mut o),
        "task-list" => task_list(&mut o),
        "tabs" => {
            for tab in list(&mut o, "items") {
                collapse(tab, "panel");
            }
        }
        "footer" => footer(&mut o),
        "action-link" | "back-link" | "hint" | "error-message" => text(&mut o),
        "tag" => tag(&mut o),
        "error-summary" => {
            if let Some(html) = o.remove("html") {
                o.insert("description".into(), html);
            }
        }
        "date-input" => {
            group(&mut o);
            date_parts(&mut o);
        }
        _ => {}
    }
    Some(Value::Object(o))
}

/// `{"text": x}` or `{"html": x}` alone becomes the words themselves.
fn collapse(o: &mut Options, name: &str) {
    let Some(Value::Object(inner)) = o.get(name) else {
        return;
    };
    let words = match (inner.len(), inner.get("text"), inner.get("html")) {
        (1, Some(text), None) => text.clone(),
        (1, None, Some(html)) => json!({ "trusted": html }),
        _ => return,
    };
    o.insert(name.into(), words);
}

/// Marks `html` as markup.
fn trust(o: &mut Options) {
    if let Some(Value::String(html)) = o.get("html") {
        let html = json!({ "trusted": html.trim() });
        o.insert("html".into(), html);
    }
}

/// Moves `html` to `text`, which takes both.
fn text(o: &mut Options) {
    if let Some(html) = o.remove("html") {
        o.insert("text".into(), html);
    }
}

/// The objects of a list.
fn list<'a>(o: &'a mut Options, name: &str) -> Vec<&'a mut Options> {
    match o.get_mut(name) {
        Some(Value::Array(items)) => items.iter_mut().filter_map(Value::as_object_mut).collect(),
        _ => Vec::new(),
    }
}

/// A label or legend in its one form.
fn wording(from: Value) -> Value {
    let Value::Object(mut o) = from else {
        return json!({ "text": from });
    };
    collapse(&mut o, "caption");
    trust(&mut o);
    text(&mut o);
    match o.remove("heading") {
        Some(Value::Object(heading)) => {
            o.entry("heading").or_insert(json!(1));
            for (name, value) in heading {
                let name = match name.as_str() {
                    "level" => "heading",
                    "id" => "id of the heading",
                    other => other,
                };
                o.insert(name.into(), value);
            }
        }
        Some(Value::Bool(true)) => {
            o.insert("heading".into(), json!(1));
        }
        Some(Value::Null) | None => {}
        Some(words) => {
            o.insert("text".into(), words);
            o.insert("heading".into(), json!(1));
        }
    }
    Value::Object(o)
}

fn reword(o: &mut Options, name: &str) {
    if let Some(words) = o.remove(name) {
        o.insert(name.into(), wording(words));
    }
}

fn control(o: &mut Options) {
    reword(o, "label");
    collapse(o, "prefix");
    collapse(o, "suffix");
    if let Some(Value::Object(mut group)) = o.remove("formGroup") {
        collapse(&mut group, "afterInput");
        match (group.len(), group.remove("afterInput")) {
            (1, Some(after)) => o.insert("after".into(), after),
            _ => o.insert("formGroup".into(), Value::Object(group)),
        };
    }
}

fn group(o: &mut Options) {
    match o.remove("fieldset") {
        Some(Value::Object(mut fieldset)) => {
            if let Some(legend) = fieldset.remove("legend") {
                o.insert("legend".into(), wording(legend));
            }
            if !fieldset.is_empty() {
                o.insert("fieldset".into(), Value::Object(fieldset));
            }
        }
        Some(Value::Null) | None => {}
        Some(other) => {
            o.insert("fieldset".into(), other);
        }
    }
    for item in list(o, "items") {
        collapse(item, "hint");
        collapse(item, "conditional");
        if item.contains_key("divider") {
            item.entry("value").or_insert(json!(""));
            item.entry("text").or_insert(json!(""));
        }
    }
}

/// Boxes of a date given as a list become its day, month and year, where they
/// are those three in that order and as wide as ours.
fn date_parts(o: &mut Options) {
    let ours = [("day", 2), ("month", 2), ("year", 4)];
    if let Some(Value::Array(items)) = o.get("items").cloned() {
        let same = items.len() == 3
            && ours.iter().zip(&items).all(|((name, width), item)| {
                item["name"] == *name && (item["width"] == *width || item["width"].is_null())
            });
        if same {
            o.remove("items");
            for ((name, _), mut item) in ours.into_iter().zip(items) {
                if let Some(part) = item.as_object_mut() {
                    part.remove("name");
                    part.remove("width");
                }
                o.insert(name.into(), item);
            }
        }
    }
    if let Some(Value::Object(values)) = o.remove("values") {
        for (name, value) in values {
            let part = o.entry(name).or_insert(json!({}));
            if let Some(part) = part.as_object_mut() {
                part.entry("value").or_insert(value);
            }
        }
    }
}

fn tag(o: &mut Options) {
    text(o);
    if o.get("colour") == Some(&json!(false)) {
        o.remove("colour");
        o.insert("noColour".into(), json!(true));
    }
}

/// Components whose one content may be a text: as a paragraph where the
/// official one makes it so.
fn as_html(component: &str, o: &mut Options) {
    let Some(Value::String(words)) = o.get("text").cloned() else {
        return;
    };
    o.remove("text");
    let html = match component {
        "details" | "panel" => Html::from(words),
        "inset-text" => p(words),
        _ => crate::html::el("p")
            .class("nhsuk-card__description")
            .child(words)
            .into(),
    };
    o.insert("html".into(), json!({ "trusted": html.as_str() }));
}

fn actions(o: &mut Options) {
    if let Some(Value::Object(inner)) = o.get_mut("actions")
        && inner.len() == 1
        && let Some(items) = inner.remove("items")
    {
        o.insert("actions".into(), items);
    }
}

/// The options of a heading become the component's own.
fn heading(o: &mut Options) {
    if let Some(Value::Object(heading)) = o.get("heading").cloned() {
        o.remove("heading");
        for (name, value) in heading {
            let ours = match name.as_str() {
                "text" => "heading",
                "id" => "id of the heading",
                other => other,
            };
            o.insert(ours.into(), value);
        }
    }
}

fn card(o: &mut Options) {
    heading(o);
    // Markup as description stands there as it is, without a paragraph.
    if o.get("description").is_some_and(Value::is_object)
        && let Some(html) = o.remove("description")
    {
        o.insert("html".into(), html);
    }
    actions(o);
}

fn summary_list(o: &mut Options) {
    for row in list(o, "rows") {
        collapse(row, "key");
        collapse(row, "value");
        actions(row);
    }
    if let Some(Value::Object(inner)) = o.get_mut("card") {
        collapse(inner, "heading");
        card(inner);
    }
}

fn table(o: &mut Options) {
    if let Some(Value::Object(caption)) = o.get("caption").cloned() {
        o.remove("caption");
        for (name, value) in caption {
            let ours = match name.as_str() {
                "text" => "caption",
                "size" => "captionSize",
                "id" => "captionId",
                "classes" => "captionClasses",
                other => other,
            };
            o.insert(ours.into(), value);
        }
    }
    let cell = |cell: &mut Value| {
        if let Value::String(words) = cell {
            *cell = json!({ "text": words });
        }
        let Some(cell) = cell.as_object_mut() else {
            return;
        };
        if cell.get("format") == Some(&json!("numeric")) {
            cell.remove("format");
            cell.insert("numeric".into(), json!(true));
        }
        if cell.get("sort") == Some(&json!(true)) {
            cell.insert("sort".into(), json!("none"));
        }
        if cell.contains_key("html") {
            trust(cell);
            text(cell);
            cell.insert("block".into(), json!(true));
        }
        match cell.get("text") {
            None => cell.insert("text".into(), json!("")),
            Some(Value::String(words)) => cell.insert("text".into(), json!(words.trim())),
            Some(_) => None,
        };
    };
    if let Some(Value::Array(head)) = o.get_mut("head") {
        head.iter_mut().for_each(cell);
    }
    if let Some(Value::Array(rows)) = o.get_mut("rows") {
        for row in rows.iter_mut().filter_map(Value::as_array_mut) {
            row.iter_mut().for_each(cell);
        }
    }
}

fn pagination(o: &mut Options) {
    for item in list(o, "items") {
        if item.get("ellipsis") == Some(&json!(true)) {
            item.entry("number").or_insert(json!(0));
            item.entry("href").or_insert(json!("#"));
        }
    }
    for step in ["previous", "next"] {
        if let Some(Value::Object(step)) = o.get_mut(step) {
            collapse(step, "label");
        }
    }
}

fn task_list(o: &mut Options) {
    for task in list(o, "items") {
        collapse(task, "heading");
        collapse(task, "hint");
        collapse(task, "status");
        if let Some(Value::Object(status)) = task.get_mut("status")
            && let Some(Value::Object(inner)) = status.get_mut("tag")
        {
            tag(inner);
        }
    }
}

fn footer(o: &mut Options) {
    if let Some(Value::Object(meta)) = o.get("meta").cloned() {
        o.remove("meta");
        o.extend(meta);
    }
    collapse(o, "copyright");
    match o.remove("copyright") {
        Some(words) => o.insert("words".into(), words),
        // The official foot says whose it is when nothing else is said.
        None => o.insert("words".into(), json!("© NHS England")),
    };
}

/// A header from its options. Ours has no logo and no organisation, and its
/// search posts: fixtures with those are not offered.
pub fn header(options: Value) -> Option<Html> {
    let Value::Object(mut o) = options else {
        return None;
    };
    let mut part = |name: &str| o.remove(name).unwrap_or(json!({}));
    let (service, nav, account) = (part("service"), part("navigation"), part("account"));
    // Whether its picture leads somewhere makes no difference without one.
    let logo = part("logo");
    let bare = logo.as_object()?.keys().all(|name| name == "href");
    if !o.is_empty() || !bare {
        return None;
    }
    let places: Option<Vec<NavItem>> = only_items(nav)?
        .into_iter()
        .map(|item| serde_json::from_value(item).ok())
        .collect();
    let people: Option<Vec<AccountItem>> =
        only_items(account)?.into_iter().map(account_item).collect();
    let (name, href) = match service.as_object()?.is_empty() {
        // A logo alone: ours always has a name, which goes with the logo.
        true => ("no name", "#"),
        false => (service["text"].as_str()?, service["href"].as_str()?),
    };
    let header = Header::new(name, href).nav(places?).account(people?);
    // The token is ours alone.
    let html = Html::from(&header).into_string();
    let html = html.replace(token().fields().as_str(), "");
    let unnamed = "<a class=\"nhsuk-header__service-name\" href=\"#\">no name</a>";
    Some(Html::trusted(html.replace(unnamed, "")))
}

fn only_items(from: Value) -> Option<Vec<Value>> {
    let Value::Object(mut o) = from else {
        return None;
    };
    let items = match o.remove("items") {
        Some(Value::Array(items)) => items,
        None => Vec::new(),
        Some(_) => return None,
    };
    o.is_empty().then_some(items)
}

fn token() -> FormToken {
    FormToken::new("a token", "a key")
}

fn account_item(item: Value) -> Option<AccountItem> {
    let words = item["text"].as_str()?;
    let account = match (item["href"].as_str(), item["action"].as_str()) {
        (Some(href), _) => AccountItem::link(words, href),
        (None, Some(action)) => AccountItem::post(words, action, &token()),
        (None, None) => AccountItem::words(words),
    };
    let person = item["icon"].as_bool().unwrap_or(false);
    Some(if person {
        account.with_person()
    } else {
        account
    })
}

/// The official HTML of a header without its logo: the picture goes, and the
/// link around it, or, where it holds the name too, becomes the link of the name.
pub fn without_logo(component: &str, html: &str) -> String {
    let logo = "<svg class=\"nhsuk-header__logo\"";
    if let Some((before, rest)) = html.split_once(logo)
        && let Some((_, after)) = rest.split_once("</svg>")
    {
        return without_logo(component, &format!("{before}{after}"));
    }
    let link = "<a class=\"nhsuk-header__service-logo\"";
    let name = "<span class=\"nhsuk-header__service-name\">";
    let Some((before, rest)) = html.split_once(link).filter(|_| component == "header") else {
        return html.to_owned();
    };
    let Some((inside, after)) = rest.split_once("</a>") else {
        return html.to_owned();
    };
    let href = inside
        .split_once(" aria-label")
        .map_or("", |(href, _)| href);
    let named = inside
        .split_once(name)
        .and_then(|(_, name)| name.split_once("</span>"));
    match named {
        Some((name, _)) => {
            format!("{before}<a class=\"nhsuk-header__service-name\"{href}>{name}</a>{after}")
        }
        None => format!("{before}{after}"),
    }
}
