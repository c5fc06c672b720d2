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
        /// Whether it has a border; yes when not set.
        maybe border: bool,
    }
}

impl Tag {
    pub(crate) fn render(&self) -> Html {
        let colour = self.colour.map_or(String::new(), |colour| {
            format!("nhsuk-tag--{}", colour.word())
        });
        el("strong")
            .class("nhsuk-tag")
            .class(colour)
            .class_if(self.border == Some(false), "nhsuk-tag--no-border")
            .child(&self.text)
            .into()
    }
}
