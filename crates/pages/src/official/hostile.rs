//! A hostile string in every text and attribute of every fixture we offer:
//! it must come out as it went in, and the page must keep its shape.

use serde_json::Value;

use super::{COMPONENTS, Shown, adapt, fixtures, markup};

/// Tries to leave a text, a quoted attribute and a comment. Without a colon,
/// so that an address with it stays one of ours.
const HOSTILE: &str = "x\"'><script>alert(1)</script><!-- &lt;b&gt; &amp; \"onfocus=\"1";
/// As harmless as can be, and found nowhere else.
const HARMLESS: &str = "plainmark";

/// Where a string stands in the options, that somebody could have typed.
fn leaves(options: &Value, at: &str, found: &mut Vec<String>) {
    match options {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{number}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                // Markup is taken as it is: that is what `trusted` says.
                if name != "trusted" {
                    leaves(field, &format!("{at}/{name}"), found);
                }
            }
        }
        _ => {}
    }
}

/// The HTML with a string put in one place, when the component takes any
/// string there (an option of a closed list takes none).
fn with(component: &Shown, options: &Value, at: &str, words: &str) -> Option<String> {
    let mut options = options.clone();
    *options.pointer_mut(at)? = Value::String(words.into());
    Some((component.show)(options)?.into_string())
}

/// A canonical page with what was put in taken out: its elements, its
/// attributes and every other word.
fn without(words: &str, canonical: &str) -> String {
    let quoted = format!("{words:?}");
    canonical
        .replace(quoted.trim_matches('"'), "…")
        .replace(words, "…")
}

#[test]
fn a_hostile_string_comes_out_as_it_went_in_everywhere() {
    let (mut tried, mut faults) = (0, Vec::new());
    for component in COMPONENTS {
        for fixture in fixtures::load(component.name) {
            let Some(options) = adapt::adapt(component.name, fixture.options.clone()) else {
                continue;
            };
            if component.ours(&fixture).is_none() {
                continue;
            }
            let mut places = Vec::new();
            leaves(&options, "", &mut places);
            for place in places {
                let Some(plain) = with(component, &options, &place, HARMLESS) else {
                    continue;
                };
                let hostile = with(component, &options, &place, HOSTILE).unwrap_or_default();
                tried += 1;
                let (plain, hostile) = (markup::exact(&plain), markup::exact(&hostile));
                if without(HARMLESS, &plain) != without(HOSTILE, &hostile) {
                    let what = format!("{} / {} at {place}", component.name, fixture.name);
                    faults.push(format!("{what}\n{}", markup::difference(&hostile, &plain)));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n\n")
    );
    // Were places lost, the test would pass by looking at nothing.
    assert_eq!(tried, 4204, "places tried");
}
