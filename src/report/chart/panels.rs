//! Small panels side by side, all on one scale of points: what the charts of columns share.

use super::picture::{Align, Pen, Picture};
use super::style::{BODY, FULL, GRAY, INK, SMALL};
use crate::report::words::Words;

const COLUMNS: usize = 3;
const GAP: f64 = 26.0;
const HEAD: f64 = 24.0;
/// From a panel's left to its plot.
const LEFT: f64 = 28.0;
const WIDTH: f64 = (FULL - 2.0 * GAP) / COLUMNS as f64;
const PLOT: f64 = 92.0;
const LINE: f64 = 12.0;

/// Where panels stand.
#[derive(Clone, Copy)]
pub struct Grid {
    /// Below a plot.
    pub foot: f64,
}

impl Grid {
    /// A picture with room for some panels and, below them, for `rest`.
    pub fn picture(self, n_panels: usize, rest: f64) -> Picture {
        Picture::new(FULL, n_panels.div_ceil(COLUMNS) as f64 * self.height() + rest)
    }

    fn height(self) -> f64 {
        HEAD + PLOT + self.foot
    }

    pub fn panel(self, place: usize, scale: Scale, words: &Words) -> Panel<'_> {
        let x = (place % COLUMNS) as f64 * (WIDTH + GAP);
        Panel { x, y: (place / COLUMNS) as f64 * self.height(), scale, words }
    }
}

/// Points from the bottom to the top of every panel.
#[derive(Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Covers all points, zero, and steps of five points.
    pub fn of(all: impl Iterator<Item = f64>) -> Self {
        let (low, high) = all.fold((0.0_f64, 0.0_f64), |(low, high), y| (low.min(y), high.max(y)));
        Self { low: (low / 5.0).floor() * 5.0, high: ((high / 5.0).ceil() * 5.0).max(5.0) }
    }
}

pub struct Panel<'a> {
    x: f64,
    y: f64,
    scale: Scale,
    pub words: &'a Words,
}

impl Panel<'_> {
    /// The title and the lines of the scale.
    pub fn frame(&self, picture: &mut Picture, title: &str) {
        let pen = Pen::new(BODY, INK).strong();
        picture.text_middle((self.x, self.y + 8.0), pen, &pen.fit(title, WIDTH));
        let tick = Pen::new(SMALL, GRAY).align(Align::Right);
        for points in [self.scale.low, 0.0, self.scale.high] {
            let y = self.height(points);
            picture.hairline((self.left(), y), (self.right(), y));
            picture.text_middle((self.left() - 6.0, y), tick, &self.words.number(points, 0));
        }
    }

    /// The pixel height of a number of points.
    pub fn height(&self, points: f64) -> f64 {
        let share = (points - self.scale.low) / (self.scale.high - self.scale.low);
        self.y + HEAD + (1.0 - share.clamp(0.0, 1.0)) * PLOT
    }

    /// The lower end of the plot.
    pub fn bottom(&self) -> f64 {
        self.y + HEAD + PLOT
    }

    pub fn left(&self) -> f64 {
        self.x + LEFT
    }

    pub fn right(&self) -> f64 {
        self.x + WIDTH
    }

    /// The least and greatest value below the axis, up to `right`, with the unit between them where there is room.
    pub fn axis(&self, picture: &mut Picture, y: f64, (low, high): (f64, f64), unit: Option<&str>, right: f64) {
        let pen = Pen::new(SMALL, GRAY);
        let (low, high) = (number(self.words, low), number(self.words, high));
        picture.text_middle((self.left(), y), pen, &low);
        picture.text_middle((right, y), pen.align(Align::Right), &high);
        let Some(unit) = unit else { return };
        let (from, to) = (self.left() + pen.measure(&low) + 6.0, right - pen.measure(&high) - 6.0);
        let unit = pen.fit(unit, to - from);
        if unit != "…" {
            picture.text_middle(((from + to) / 2.0, y), pen.align(Align::Center), &unit);
        }
    }

    /// A name below a place of the axis, on two lines where it needs them.
    pub fn name(&self, picture: &mut Picture, (center, y): (f64, f64), name: &str, width: f64) {
        let pen = Pen::new(SMALL, GRAY).align(Align::Center);
        for (line, text) in in_lines(name, pen, width).iter().enumerate() {
            picture.text_middle((center, y + LINE * line as f64), pen, &pen.fit(text, width));
        }
    }
}

/// A name on one line, or on two where it is too wide and has a place to break.
fn in_lines(name: &str, pen: Pen, width: f64) -> Vec<String> {
    let breaks = name.char_indices().filter(|(_, letter)| matches!(letter, ' ' | '-'));
    let parts = breaks.map(|(at, _)| (name[..=at].trim_end(), &name[at + 1..]));
    let widest = |(first, second): &(&str, &str)| pen.measure(first).max(pen.measure(second));
    match parts.min_by(|a, b| widest(a).total_cmp(&widest(b))) {
        Some((first, second)) if pen.measure(name) > width => vec![first.to_owned(), second.to_owned()],
        _ => vec![name.to_owned()],
    }
}

/// A number at the end of an axis: few digits.
fn number(words: &Words, value: f64) -> String {
    let decimals = if value.fract() == 0.0 || value.abs() >= 100.0 { 0 } else { 1 };
    words.number(value, decimals)
}
