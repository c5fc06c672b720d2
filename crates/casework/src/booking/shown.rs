//! How somebody is reached and where they are met, in words: what the way of
//! meeting needs and no more. Of somebody whose place is hidden nothing is
//! said but that one must ask.

use kith_base::Line;
use kith_pages::{Html, html::line};

use super::store::Reach;
use crate::meeting::Way;

/// What stands where a hidden place would.
pub const ASK: &str = "Location hidden: ask";

/// Where they live, in one line.
fn lives(reach: &Reach) -> Option<String> {
    let parts = [
        reach.address.as_ref().map(ToString::to_string),
        reach.postcode.as_ref().map(ToString::to_string),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn careful(words: Option<&Line>) -> Html {
    words
        .map(|words| line(format!("Read first: {words}")))
        .unwrap_or_default()
}

/// For a meeting: the place that was agreed, or what its way needs.
#[must_use]
pub fn for_meeting(way: Way, reach: Option<&Reach>) -> Html {
    let Some(reach) = reach else {
        return line(ASK);
    };
    let place = reach.next_place.as_deref().map(str::to_owned);
    let phone = || reach.phone.as_ref().map(ToString::to_string);
    let found = match way {
        Way::Home | Way::Letter => place.or_else(|| lives(reach)),
        Way::Phone | Way::Text | Way::Video => place.or_else(phone),
        Way::FaceToFace | Way::Together => place,
    };
    line(found.unwrap_or_else(|| "Place not agreed yet".to_owned()))
        .and(careful(reach.safe_contact.as_ref()))
}

/// For paper: telephone and address.
#[must_use]
pub fn for_paper(reach: Option<&Reach>) -> Html {
    let Some(reach) = reach else {
        return line(ASK);
    };
    let phone = reach.phone.as_ref().map(ToString::to_string);
    let all: Vec<String> = phone.into_iter().chain(lives(reach)).collect();
    let known = all.into_iter().map(line).collect::<Html>();
    let known = if known.is_empty() {
        line("Not recorded")
    } else {
        known
    };
    careful(reach.safe_contact.as_ref()).and(known)
}
