//! A form on a page: where it posts to, its fields in order, its button.

use kith_pages::{Html, components::Button, form::Open};

/// A whole form.
pub(crate) fn sheet(
    open: Open,
    fields: impl IntoIterator<Item = Html>,
    button: impl Into<Html>,
) -> Html {
    std::iter::once(Html::from(open))
        .chain(fields)
        .chain([button.into(), Html::trusted("</form>")])
        .collect()
}

/// A button that sends the form it stands in, once.
pub(crate) fn send(words: &str) -> Button {
    Button::new(words).prevent_double_click(true)
}

/// Pieces one after the other.
pub(crate) fn pieces<const N: usize>(pieces: [Html; N]) -> Html {
    pieces.into_iter().collect()
}
