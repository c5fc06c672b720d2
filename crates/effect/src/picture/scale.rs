//! From values to pixels, with round numbers for the axis.
//!
//! A ratio is drawn on a log scale, so that a halving and a doubling look alike.

use super::canvas::{Anchor, Canvas, LINE, Stroke};
use super::shown;

/// Ratios worth a tick.
const RATIOS: [f64; 17] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0,
];

/// Those worth a tick when the scale is wide.
const WIDE_RATIOS: [f64; 11] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0];

/// A straight or log road from values to pixels.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    log: bool,
    ticks: Vec<f64>,
}

impl Scale {
    /// A straight scale that holds every finite value, from pixel `start` to `end`.
    pub(super) fn straight(
        values: impl Iterator<Item = f64>,
        start: f64,
        end: f64,
        ticks: usize,
    ) -> Self {
        let (mut low, mut high) = spread(values).unwrap_or((0.0, 1.0));
        if high - low <= f64::EPSILON * high.abs().max(low.abs()).max(f64::MIN_POSITIVE) {
            let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
            (low, high) = (low - room, high + room);
        }
        let step = round_step((high - low) / ticks.max(1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let count = (last - first).clamp(1.0, 40.0) as usize;
        let ticks = (0..=count).map(|i| (first + i as f64) * step).collect();
        Self {
            low: first * step,
            high: last * step,
            start,
            end,
            log: false,
            ticks,
        }
    }

    /// A scale from `low` to `high` exactly, with a tick at every multiple of `step`.
    pub(super) fn exact(low: f64, high: f64, step: f64, start: f64, end: f64) -> Self {
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        let ticks = (first..=last).take(60).map(|i| i as f64 * step).collect();
        Self {
            low,
            high,
            start,
            end,
            log: false,
            ticks,
        }
    }

    /// Whether a value lies on the scale.
    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// A log scale for ratios that holds every positive value and 1.
    pub(super) fn ratio(values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let positive = values.filter(|v| *v > 0.0).chain([0.8, 1.25]);
        let (low, high) = spread(positive).unwrap_or((0.8, 1.25));
        let low = RATIOS
            .iter()
            .rev()
            .copied()
            .find(|r| *r <= low)
            .unwrap_or(low);
        let high = RATIOS.iter().copied().find(|r| *r >= high).unwrap_or(high);
        let mut ticks: Vec<f64> = RATIOS
            .iter()
            .copied()
            .filter(|r| (low..=high).contains(r))
            .collect();
        if ticks.len() > 7 {
            ticks.retain(|r| WIDE_RATIOS.contains(r));
        }
        Self {
            low: low.ln(),
            high: high.ln(),
            start,
            end,
            log: true,
            ticks,
        }
    }

    /// The pixel of a value, kept inside the scale.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = if self.log {
            value.max(f64::MIN_POSITIVE).ln()
        } else {
            value
        };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// The pixel where the scale starts.
    pub(super) fn start(&self) -> f64 {
        self.start
    }

    /// Draws the scale along the foot of the plot, its grid up to `top`.
    pub(super) fn draw_foot(&self, canvas: &mut Canvas, top: f64, foot: f64, name: &str) {
        for &tick in &self.ticks {
            let x = self.at(tick);
            canvas.line((x, top), (x, foot), Stroke::Grid);
            canvas.text((x, foot + LINE), Anchor::Middle, &self.label(tick));
        }
        canvas.line((self.start, foot), (self.end, foot), Stroke::Axis);
        canvas.text(
            ((self.start + self.end) / 2.0, foot + 2.0 * LINE + 4.0),
            Anchor::Middle,
            name,
        );
    }

    /// Draws the scale up the left side, its grid out to `right`.
    pub(super) fn draw_side(&self, canvas: &mut Canvas, left: f64, right: f64) {
        for &tick in &self.ticks {
            let y = self.at(tick);
            canvas.line((left, y), (right, y), Stroke::Grid);
            canvas.text((left - 6.0, y + 5.0), Anchor::End, &self.label(tick));
        }
        canvas.line((left, self.start), (left, self.end), Stroke::Axis);
    }

    /// The label of a tick with the decimals its step needs.
    pub(super) fn label(&self, tick: f64) -> String {
        if self.log {
            return format!("{}", (tick * 100.0).round() / 100.0);
        }
        let step = match self.ticks.as_slice() {
            [a, b, ..] => (b - a).abs(),
            _ => return shown(tick),
        };
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 6.0) as usize;
        let text = format!(
            "{:.decimals$}",
            if tick.abs() < step * 1e-6 { 0.0 } else { tick }
        );
        grouped(&text).replace('-', "\u{2212}")
    }

    /// The widest label, in characters.
    pub(super) fn widest(&self) -> usize {
        self.ticks
            .iter()
            .map(|t| self.label(*t).chars().count())
            .max()
            .unwrap_or(1)
    }
}

/// Thousands apart: "20,000".
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.trim_start_matches('-').len();
    let mut out = String::new();
    for (place, c) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if c != '-' && left.is_multiple_of(3) && left < digits {
            out.push(',');
        }
        out.push(c);
    }
    out + rest
}

fn spread(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .filter(|v| v.abs() < 1e300)
        .fold(None, |seen, v| match seen {
            None => Some((v, v)),
            Some((low, high)) => Some((f64::min(low, v), f64::max(high, v))),
        })
}

/// The smallest of 1, 2, 5 times a power of ten that is not under `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|m| m * power)
        .find(|s| *s >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        let scale = Scale::straight([3.2, 17.9].into_iter(), 0.0, 100.0, 5);
        assert_eq!(scale.ticks, vec![0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(scale.label(5.0), "5");
        assert!((scale.at(10.0) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn thousands_stand_apart() {
        for (plain, apart) in [
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.5", "-1,234,567.5"),
            ("-100", "-100"),
        ] {
            assert_eq!(grouped(plain), apart);
        }
    }

    #[test]
    fn equal_values_nothing_and_infinity_still_give_a_scale() {
        for values in [
            vec![],
            vec![4.0, 4.0],
            vec![0.0],
            vec![f64::NAN, f64::INFINITY],
            vec![1e308, -1e308],
        ] {
            let scale = Scale::straight(values.into_iter(), 0.0, 10.0, 4);
            assert!(scale.at(4.0).is_finite());
        }
    }

    #[test]
    fn a_halving_and_a_doubling_look_alike() {
        let scale = Scale::ratio([0.5, 2.0].into_iter(), 0.0, 100.0);
        let middle = scale.at(1.0);
        assert!((middle - scale.at(0.5) - (scale.at(2.0) - middle)).abs() < 1e-9);
    }
}
