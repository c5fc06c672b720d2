//! A field with values up its left side, and the key beneath: what the pictures of
//! series, funnels and profiles share.

use super::Frame;
use super::canvas::{Anchor, Canvas, LINE, Mark, Stroke, width_of};
use super::scale::Scale;

/// Height of the field, in pixels at natural size.
const HEIGHT: f64 = 250.0;

/// One entry of the key.
pub(super) enum Key<'a> {
    Line(Stroke, &'a str),
    Mark(Mark, &'a str),
    Both(Stroke, Mark, &'a str),
}

/// The field being drawn on.
pub(super) struct Plot {
    pub canvas: Canvas,
    /// Values to pixels, upwards.
    pub side: Scale,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub foot: f64,
}

impl Plot {
    /// A field with its side drawn for `values` and `below` lines of room under it.
    pub(super) fn new(
        frame: &Frame,
        axis: &str,
        values: impl Iterator<Item = f64>,
        below: usize,
    ) -> Self {
        let mut canvas = Canvas::new(frame, HEIGHT + (below as f64 + 1.0) * LINE + 10.0);
        let (top, foot) = (canvas.top + LINE + 4.0, canvas.top + LINE + HEIGHT);
        let side = Scale::straight(values, foot, top, 5);
        let left = 18.0 + width_of("0") * side.widest() as f64;
        let right = canvas.width() - 28.0;
        canvas.text((8.0, canvas.top + 10.0), Anchor::Start, axis);
        side.draw_side(&mut canvas, left, right);
        Self {
            canvas,
            side,
            left,
            right,
            top,
            foot,
        }
    }

    /// A scale along the foot, drawn with its name.
    pub(super) fn along(&mut self, scale: impl Fn(f64, f64) -> Scale, name: &str) -> Scale {
        let scale = scale(self.left, self.right);
        scale.draw_foot(&mut self.canvas, self.foot, self.foot, name);
        scale
    }

    /// An upright line through the field.
    pub(super) fn upright(&mut self, x: f64, stroke: Stroke) {
        self.canvas.line((x, self.top), (x, self.foot), stroke);
    }

    /// A level line through the field.
    pub(super) fn level(&mut self, value: f64, stroke: Stroke) {
        let y = self.side.at(value);
        self.canvas.line((self.left, y), (self.right, y), stroke);
    }

    /// The first and last name under the foot, and a line there.
    pub(super) fn ends(&mut self, first: &str, last: &str) {
        self.canvas.line(
            (self.left, self.foot),
            (self.right, self.foot),
            Stroke::Axis,
        );
        self.canvas
            .text((self.left, self.foot + LINE), Anchor::Start, first);
        self.canvas
            .text((self.right, self.foot + LINE), Anchor::End, last);
    }

    /// The key, from `line` lines under the foot on.
    pub(super) fn key(&mut self, line: usize, entries: &[Key]) {
        let mut y = self.foot + line as f64 * LINE + 4.0;
        for entry in entries {
            let (stroke, mark, words) = match entry {
                Key::Line(stroke, words) => (Some(*stroke), None, words),
                Key::Mark(mark, words) => (None, Some(*mark), words),
                Key::Both(stroke, mark, words) => (Some(*stroke), Some(*mark), words),
            };
            if let Some(stroke) = stroke {
                self.canvas.line((10.0, y), (44.0, y), stroke);
            }
            if let Some(mark) = mark {
                self.canvas.mark((27.0, y), mark);
            }
            self.canvas.text((52.0, y + 5.0), Anchor::Start, words);
            y += LINE;
        }
    }
}
