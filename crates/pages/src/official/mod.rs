//! The components against the design system's own fixtures (`fixtures.json`
//! of the npm package): every fixture whose options we offer is read straight
//! into the component, and the HTML must be the same. How many are offered is
//! written down for each component, so that losing one fails.
//! A second test (`hostile`) puts a hostile string into every text and attribute of those
//! fixtures, since equal HTML alone would not show a missing escape.

mod adapt;
mod fixtures;
mod hostile;
mod markup;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::components::*;
use crate::html::Html;
use fixtures::Fixture;

/// One component's way from options to HTML; none when the options hold
/// something it does not offer.
type Show = fn(Value) -> Option<Html>;

/// A component of the design system, as we show it.
struct Shown {
    /// Its folder in the npm package.
    name: &'static str,
    /// How many of its fixtures we offer, and how many there are.
    offered: (usize, usize),
    show: Show,
}

fn whole<C: DeserializeOwned + Into<Html>>(options: Value) -> Option<Html> {
    serde_json::from_value::<C>(options).ok().map(Into::into)
}

fn label(options: Value) -> Option<Html> {
    let wording: Wording = serde_json::from_value(options).ok()?;
    Some(Label::new(wording, "").into())
}

fn legend(options: Value) -> Option<Html> {
    let wording: Wording = serde_json::from_value(options).ok()?;
    Some(Legend::new(wording).into())
}

fn character_count(mut options: Value) -> Option<Html> {
    let mut take = |name| options.as_object_mut()?.remove(name)?.as_u64();
    let most = u32::try_from(take("maxlength")?).ok()?;
    let threshold = take("threshold").and_then(|percent| u32::try_from(percent).ok());
    let area: Textarea = serde_json::from_value(options).ok()?;
    let mut count = CharacterCount::new(area, most);
    if let Some(percent) = threshold {
        count = count.from_percent(percent);
    }
    Some(count.into())
}

const COMPONENTS: &[Shown] = &[
    shown("action-link", 3, 7, whole::<ActionLink>),
    shown("back-link", 1, 7, whole::<BackLink>),
    shown("breadcrumb", 1, 5, whole::<Breadcrumb>),
    shown("button", 66, 66, whole::<Button>),
    shown("card", 33, 50, whole::<Card>),
    shown("character-count", 18, 33, character_count),
    shown("checkboxes", 52, 56, whole::<Checkboxes>),
    shown("date-input", 26, 39, whole::<DateInput>),
    shown("details", 12, 12, whole::<Details>),
    shown("error-message", 6, 6, whole::<ErrorMessage>),
    shown("error-summary", 13, 14, whole::<ErrorSummary>),
    shown("fieldset", 2, 4, whole::<Fieldset>),
    shown("file-upload", 16, 21, whole::<FileUpload>),
    shown("footer", 5, 18, whole::<Footer>),
    shown("header", 8, 58, adapt::header),
    shown("hint", 3, 3, whole::<Hint>),
    shown("input", 44, 44, whole::<Input>),
    shown("inset-text", 3, 3, whole::<InsetText>),
    shown("label", 18, 31, label),
    shown("legend", 18, 27, legend),
    shown("notification-banner", 14, 17, whole::<NotificationBanner>),
    shown("pagination", 9, 11, whole::<Pagination>),
    shown("panel", 13, 15, whole::<Panel>),
    shown("radios", 48, 48, whole::<Radios>),
    shown("select", 19, 20, whole::<Select>),
    shown("skip-link", 3, 3, whole::<SkipLink>),
    shown("summary-list", 19, 28, whole::<SummaryList>),
    shown("tables", 71, 140, whole::<Table>),
    shown("tabs", 5, 5, whole::<Tabs>),
    shown("tag", 28, 28, whole::<Tag>),
    shown("task-list", 3, 6, whole::<TaskList>),
    shown("textarea", 16, 16, whole::<Textarea>),
    shown("warning-callout", 5, 6, whole::<WarningCallout>),
];

const fn shown(name: &'static str, offered: usize, of: usize, show: Show) -> Shown {
    Shown {
        name,
        offered: (offered, of),
        show,
    }
}

impl Shown {
    /// Our HTML for a fixture, when we offer its options.
    fn ours(&self, fixture: &Fixture) -> Option<Html> {
        (self.show)(adapt::adapt(self.name, fixture.options.clone())?)
    }
}

#[test]
fn every_option_we_offer_gives_the_official_html() {
    let mut faults = Vec::new();
    for component in COMPONENTS {
        let fixtures = fixtures::load(component.name);
        let mut offered = 0;
        for fixture in &fixtures {
            let Some(ours) = component.ours(fixture) else {
                continue;
            };
            offered += 1;
            let official = adapt::without_logo(component.name, &fixture.html);
            let (ours, theirs) = (
                markup::canonical(ours.as_str()),
                markup::canonical(&official),
            );
            if ours != theirs {
                let what = format!("{} / {}", component.name, fixture.name);
                faults.push(format!("{what}\n{}", markup::difference(&ours, &theirs)));
            }
        }
        let counted = (offered, fixtures.len());
        if counted != component.offered {
            faults.push(format!(
                "{}: {counted:?} offered, not {:?}",
                component.name, component.offered
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n\n")
    );
}
