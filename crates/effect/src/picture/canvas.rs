//! The sheet a picture is drawn on: lines, areas, marks and words as SVG.
//!
//! Series differ by dash and shape, so a grey print keeps them apart. All looks
//! are presentation attributes; there is nothing here a content policy refuses.

use super::Frame;

/// Ink for lines and words.
const INK: &str = "#212b32";
/// The one accent; prints as dark grey.
const ACCENT: &str = "#005eb8";
/// Grid and less important lines.
const FAINT: &str = "#768692";
/// Shaded areas; prints as light grey.
const SHADE: &str = "#e3e8eb";
/// A white edge around words, so that a line behind them does not cross them out.
const HALO: &str =
    "stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
/// The size of every word, in CSS pixels at natural size.
pub(super) const TEXT: f64 = 14.0;
/// The height of a line of words.
pub(super) const LINE: f64 = 18.0;
/// Mean width of a character of Arial at 14 px, measured generously.
const CHARACTER: f64 = 7.4;
/// The same of a bold one, in the wider letters that stand in where there is no Arial.
const STRONG_CHARACTER: f64 = 9.4;

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) enum Stroke {
    /// An axis.
    Axis,
    /// A line of the grid.
    Grid,
    /// A result.
    Solid,
    /// What would have been, or a comparison.
    Dashed,
    /// A limit or a reference.
    Dotted,
    /// One of many, in the background.
    Thin,
}

/// The shape at a point; filled shapes carry the result, the ring what stands beside.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    Dot,
    Ring,
    Square,
    Diamond,
}

/// Where words stand relative to their point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A sheet being drawn on; `finish` gives the SVG.
pub(super) struct Canvas {
    width: f64,
    height: f64,
    id: String,
    title: String,
    body: String,
    /// Where drawing may begin under the title.
    pub(super) top: f64,
}

impl Canvas {
    /// A sheet with its title drawn on top and `below` pixels left under it.
    pub(super) fn new(frame: &Frame, below: f64) -> Self {
        let width = frame.size.width();
        let mut canvas = Self {
            width,
            height: 0.0,
            id: frame.id.clone(),
            title: frame.title.clone(),
            body: String::new(),
            top: 8.0,
        };
        let characters = (width - 16.0) / STRONG_CHARACTER;
        for line in wrapped(&frame.title, characters * CHARACTER) {
            canvas.top += LINE;
            let y = canvas.top;
            canvas.words(8.0, y, Anchor::Start, &line, true);
        }
        canvas.top += 10.0;
        canvas.height = canvas.top + below;
        canvas
    }

    pub(super) fn width(&self) -> f64 {
        self.width
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        if !placed(&[from, to]) {
            return;
        }
        self.body += &format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {}/>\n",
            from.0,
            from.1,
            to.0,
            to.1,
            looks(stroke)
        );
    }

    pub(super) fn path(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if points.len() > 1 && placed(points) {
            self.body += &format!(
                "<polyline points=\"{}\" fill=\"none\" {}/>\n",
                joined(points),
                looks(stroke)
            );
        }
    }

    pub(super) fn area(&mut self, points: &[(f64, f64)]) {
        if points.len() > 2 && placed(points) {
            self.body += &format!(
                "<polygon points=\"{}\" fill=\"{FAINT}\" fill-opacity=\"0.22\"/>\n",
                joined(points)
            );
        }
    }

    pub(super) fn mark(&mut self, at: (f64, f64), mark: Mark) {
        let (x, y) = at;
        if !placed(&[at]) {
            return;
        }
        self.body += &match mark {
            Mark::Dot => {
                format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{ACCENT}\"/>\n")
            }
            Mark::Ring => format!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#ffffff\" stroke=\"{INK}\" stroke-width=\"1.5\"/>\n"
            ),
            Mark::Square => format!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"9\" height=\"9\" fill=\"{ACCENT}\"/>\n",
                x - 4.5,
                y - 4.5
            ),
            Mark::Diamond => polygon(&[(x, y - 7.0), (x + 7.0, y), (x, y + 7.0), (x - 7.0, y)]),
        };
    }

    pub(super) fn text(&mut self, at: (f64, f64), anchor: Anchor, words: &str) {
        self.words(at.0, at.1, anchor, words, false);
    }

    /// Words on as many lines as they need in `room` pixels; gives the y after the last.
    pub(super) fn paragraph(&mut self, at: (f64, f64), room: f64, words: &str) -> f64 {
        let mut y = at.1;
        for line in wrapped(words, room) {
            self.words(at.0, y, Anchor::Start, &line, false);
            y += LINE;
        }
        y
    }

    fn words(&mut self, x: f64, y: f64, anchor: Anchor, words: &str, strong: bool) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if strong { " font-weight=\"bold\"" } else { "" };
        self.body += &format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{weight} {HALO}>{}</text>\n",
            escaped(words)
        );
    }

    /// The sheet as a complete `<svg>`; `description` says what it shows.
    pub(super) fn finish(self, description: &str) -> String {
        let Self {
            width,
            height,
            id,
            title,
            body,
            ..
        } = self;
        let (title, description) = (escaped(&title), escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kith-picture\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {width} {height:.0}\" \
             width=\"{width}\" height=\"{height:.0}\" font-family=\"Arial, sans-serif\" \
             font-size=\"{TEXT}\" fill=\"{INK}\">\n<title id=\"{id}-title\">{title}</title>\n\
             <desc id=\"{id}-desc\">{description}</desc>\n\
             <rect width=\"{width}\" height=\"{height:.0}\" fill=\"#ffffff\"/>\n{body}</svg>\n"
        )
    }
}

/// A value that is no number has no place and is not drawn.
fn placed(points: &[(f64, f64)]) -> bool {
    points.iter().all(|(x, y)| x.is_finite() && y.is_finite())
}

fn looks(stroke: Stroke) -> String {
    let (colour, width, dash) = match stroke {
        Stroke::Axis => (INK, "1", ""),
        Stroke::Grid => (SHADE, "1", ""),
        Stroke::Solid => (ACCENT, "2.5", ""),
        Stroke::Dashed => (INK, "1.5", "7 4"),
        Stroke::Dotted => (INK, "1.5", "2 4"),
        Stroke::Thin => (FAINT, "1", ""),
    };
    let dash = if dash.is_empty() {
        String::new()
    } else {
        format!(" stroke-dasharray=\"{dash}\"")
    };
    format!("stroke=\"{colour}\" stroke-width=\"{width}\"{dash}")
}

fn joined(points: &[(f64, f64)]) -> String {
    points
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect::<Vec<_>>()
        .join(" ")
}

fn polygon(points: &[(f64, f64)]) -> String {
    format!("<polygon points=\"{}\" fill=\"{INK}\"/>\n", joined(points))
}

/// The width words take at 14 px, a little generous.
pub(super) fn width_of(words: &str) -> f64 {
    CHARACTER * words.chars().count() as f64
}

/// Words broken into lines that fit `room` pixels; a long word keeps its line.
pub(super) fn wrapped(words: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width_of(line) + width_of(word) + CHARACTER <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Words safe inside markup.
pub(super) fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}
