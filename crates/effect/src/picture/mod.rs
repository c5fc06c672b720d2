//! Pictures of results: SVG that prints in grey, reads aloud, and has its
//! numbers in a table beneath.
//!
//! Every picture has a title and a description, tells its series apart by
//! shape and dash rather than by colour, and uses presentation attributes only
//! (no script, no inline style), so that a strict content policy shows it.
//! Text is 14 px at natural size; `Size::Narrow` is drawn for a 320 px screen.
//! No colour says "good" or "bad": contacts have no good direction.

mod canvas;
mod scale;
mod plot;
pub mod bounds;
pub mod event_profile;
pub mod forest;
pub mod funnel;
pub mod series;
pub mod slope_pairs;
pub mod xmr;

/// How wide a picture is drawn, in CSS pixels at natural size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 320 px: a phone.
    Narrow,
    /// 640 px: a page or a sheet of paper.
    Wide,
}

impl Size {
    pub(crate) fn width(self) -> f64 {
        match self {
            Self::Narrow => 320.0,
            Self::Wide => 640.0,
        }
    }

    pub(crate) fn is_narrow(self) -> bool {
        self == Self::Narrow
    }
}

/// What a picture is called, and where it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// An HTML id, unique on the page; letters, digits and hyphens are kept.
    pub id: String,
    /// The name of the picture, read first by a screen reader and drawn on top.
    pub title: String,
    /// How wide it is drawn.
    pub size: Size,
}

impl Frame {
    /// A frame for a picture with this id and title.
    pub fn new(id: &str, title: &str, size: Size) -> Self {
        let id = id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Self {
            id,
            title: title.to_owned(),
            size,
        }
    }
}

/// One picture and the numbers it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// A complete `<svg>` element; also a file of its own.
    pub svg: String,
    /// The numbers drawn, for the table beneath and for a CSV file.
    pub table: Table,
}

/// A plain table: what the picture shows, for those who cannot see it or who
/// want the numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the table holds.
    pub caption: String,
    /// Headings of the columns.
    pub head: Vec<String>,
    /// Rows, each as long as `head`.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(caption: &str, head: &[&str]) -> Self {
        Self {
            caption: caption.to_owned(),
            head: head.iter().map(|&word| word.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// The table as HTML, the first column being the heading of its row.
    pub fn html(&self) -> String {
        let mut out = format!(
            "<table class=\"nhsuk-table\">\n<caption class=\"nhsuk-table__caption\">{}</caption>\n\
             <thead class=\"nhsuk-table__head\"><tr>",
            canvas::escaped(&self.caption)
        );
        for word in &self.head {
            out += &format!("<th scope=\"col\">{}</th>", canvas::escaped(word));
        }
        out += "</tr></thead>\n<tbody class=\"nhsuk-table__body\">\n";
        for row in &self.rows {
            out += "<tr class=\"nhsuk-table__row\">";
            for (at, cell) in row.iter().enumerate() {
                let cell = canvas::escaped(cell);
                out += &if at == 0 {
                    format!("<th scope=\"row\" class=\"nhsuk-table__header\">{cell}</th>")
                } else {
                    format!("<td class=\"nhsuk-table__cell\">{cell}</td>")
                };
            }
            out += "</tr>\n";
        }
        out + "</tbody></table>\n"
    }
}

/// A number for a label or a table: as many decimals as its size deserves.
pub(crate) fn shown(value: f64) -> String {
    if !value.is_finite() {
        return "not known".to_owned();
    }
    let size = value.abs();
    let decimals = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else if size >= 0.1 || size == 0.0 {
        2
    } else {
        4
    };
    let text = format!("{value:.decimals$}");
    if text
        .trim_start_matches('-')
        .chars()
        .all(|c| c == '0' || c == '.')
    {
        text.trim_start_matches('-').to_owned()
    } else {
        text.replace('-', "\u{2212}")
    }
}
