//! A status word in a box. The word carries the meaning; the colour helps.

use crate::html::{Html, el};

options! {
    /// The colour of a tag.
    TagColour {
        /// White.
        White = "white",
        /// Grey.
        Grey = "grey",
        /// Green.
        Green = "green",
        /// Between green and blue.
        AquaGreen = "aqua-green",
        /// Blue.
        Blue = "blue",
        /// Purple.
        Purple = "purple",
        /// Pink.
        Pink = "pink",
        /// Red.
        Red = "red",
        /// Orange.
        Orange = "orange",
        /// Yellow.
        Yellow = "yellow",
    }
}

component! {
    /// A status word in a box.
    Tag(text: Html) {
        /// Its colour.
        maybe colour: TagColour,
        /// In the colour of the text around it.
        flag no_colour,
        /// Whether it has a border; yes when not set.
        maybe border: bool,
        /// More classes: `nhsuk-u-font-weight-normal`.
        maybe classes: String,
    }
}

impl Tag {
    pub(crate) fn render(&self) -> Html {
        let more = self.classes.as_deref().unwrap_or("");
        let colour = self
            .colour
            .filter(|_| !more.contains("nhsuk-tag--"))
            .map_or(String::new(), |colour| {
                format!("nhsuk-tag--{}", colour.word())
            });
        el("strong")
            .class("nhsuk-tag")
            .class(colour)
            .class_if(self.no_colour, "nhsuk-tag--no-colour")
            .class_if(self.border == Some(false), "nhsuk-tag--no-border")
            .class(more)
            .child(&self.text)
            .into()
    }
}
