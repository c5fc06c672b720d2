//! A field on paper: the same words as on the screen, with room for a pen.
//! A form that is printed empty and filled in by hand is made of the fields of
//! the form on the screen, so that the two cannot part.

use super::Dressing;
use crate::html::{Html, el};

/// Room for a pen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Room {
    /// So many lines.
    Lines(u16),
    /// Day, month and year.
    Day,
    /// A box before each of these.
    Boxes(Vec<String>),
}

/// The words of a field and room for a pen.
pub(super) fn on_paper(dressing: &Dressing, room: Room) -> Html {
    let words = el("p").child(el("strong").child(dressing.words()));
    let hint = dressing
        .hint
        .clone()
        .map(|hint| el("p").class("nhsuk-hint").child(hint));
    let room: Html = match room {
        Room::Lines(lines) => (0..lines.max(1))
            .map(|_| Html::from(el("div").class("kith-pen")))
            .collect(),
        Room::Day => el("p")
            .class("kith-boxes")
            .child("Day ____   Month ____   Year ________")
            .into(),
        Room::Boxes(all) => el("ul")
            .class("kith-boxes")
            .children(all.into_iter().map(|one| el("li").child(one)))
            .into(),
    };
    let piece = el("div").class("kith-on-paper").child(words);
    let piece = match hint {
        Some(hint) => piece.child(hint),
        None => piece,
    };
    piece.child(room).into()
}
