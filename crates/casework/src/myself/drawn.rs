//! Our own pictures for the easy read page: few lines, so that they are plain
//! on a small window and on paper. The words beside a picture say the same, so
//! it is hidden from whoever listens.

use kith_pages::{Html, el};

/// A picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Drawn {
    Talk,
    People,
    Home,
    Money,
    Choose,
    Screen,
    Paper,
    Days,
    Phone,
    Safe,
    Danger,
}

impl Drawn {
    /// Its lines, on a square of 96.
    const fn lines(self) -> &'static str {
        match self {
            Self::Talk => {
                "M18 40a10 10 0 1 0 20 0a10 10 0 1 0-20 0M12 84V72a16 16 0 0 1 32 0v12\
                 M58 40a10 10 0 1 0 20 0a10 10 0 1 0-20 0M52 84V72a16 16 0 0 1 32 0v12\
                 M34 6h28v14h-8l-6 7-6-7h-8z"
            }
            Self::People => {
                "M12 40a8 8 0 1 0 16 0a8 8 0 1 0-16 0M8 76V66a12 12 0 0 1 24 0v10\
                 M40 30a8 8 0 1 0 16 0a8 8 0 1 0-16 0M36 66V56a12 12 0 0 1 24 0v10\
                 M68 40a8 8 0 1 0 16 0a8 8 0 1 0-16 0M64 76V66a12 12 0 0 1 24 0v10"
            }
            Self::Home => "M10 48 48 14 86 48M20 42v42h56V42M40 84V60h16v24",
            Self::Money => {
                "M14 48a34 34 0 1 0 68 0a34 34 0 1 0-68 0M61 37a10 10 0 0 0-19 5v23M34 51h20M36 66h26"
            }
            Self::Choose => "M8 50l14 14 22-32M58 34l28 28M86 34 58 62",
            Self::Screen => "M8 16h80v50H8zM34 82h28M48 66v16",
            Self::Paper => "M22 8h36l16 16v64H22zM58 8v16h16M34 42h28M34 56h28M34 70h18",
            Self::Days => "M14 20h68v64H14zM14 38h68M32 10v18M64 10v18M30 54h10M56 54h10M30 70h10",
            Self::Phone => "M30 8h36v80H30zM42 76h12",
            Self::Safe => "M22 42h52v42H22zM34 42V28a14 14 0 0 1 28 0v14M48 58v12",
            Self::Danger => "M48 10 88 82H8zM48 36v22M48 67v5",
        }
    }
}

impl From<Drawn> for Html {
    fn from(drawn: Drawn) -> Self {
        let lines = el("path").attr("d", drawn.lines());
        el("svg")
            .class("kith-easy__picture")
            .attr("xmlns", "http://www.w3.org/2000/svg")
            .attr("viewBox", "0 0 96 96")
            .attr("width", "96")
            .attr("height", "96")
            .attr("focusable", "false")
            .attr("aria-hidden", "true")
            .child(lines)
            .into()
    }
}
