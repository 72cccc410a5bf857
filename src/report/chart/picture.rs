//! A chart before it is drawn: marks at measured places in logical pixels, the same for every backend.

use super::style::{CAP_HEIGHT, Color, HAIRLINE, Point};
use crate::report::{fonts, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// What a text looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Em size in logical pixels.
    pub size: f64,
    pub strong: bool,
    pub color: Color,
    pub align: Align,
}

impl Pen {
    pub fn new(size: f64, color: Color) -> Self {
        Self { size, strong: false, color, align: Align::Left }
    }

    #[must_use]
    pub fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    #[must_use]
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Width of a text in logical pixels, kerning aside (within two percent).
    pub fn measure(&self, text: &str) -> f64 {
        fonts::width(text, self.strong) * self.size
    }

    /// The text, cut off with an ellipsis where it is wider than `width`.
    pub fn fit(&self, text: &str, width: f64) -> String {
        if self.measure(text) <= width {
            return text.to_owned();
        }
        let chars: Vec<char> = text.chars().collect();
        let cut = |n: usize| format!("{}…", chars[..n].iter().collect::<String>().trim_end());
        let (mut low, mut high) = (0, chars.len());
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.measure(&cut(middle)) <= width {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        cut(low)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Filled.
    Rect {
        from: Point,
        to: Point,
        color: Color,
    },
    /// Outlined.
    Frame {
        from: Point,
        to: Point,
        color: Color,
    },
    /// One pixel wide unless told.
    Line {
        from: Point,
        to: Point,
        width: f64,
        color: Color,
    },
    Path {
        points: Vec<Point>,
        width: f64,
        color: Color,
    },
    /// Filled; the last corner is joined to the first.
    Area {
        points: Vec<Point>,
        color: Color,
    },
    Dot {
        center: Point,
        radius: f64,
        color: Color,
    },
    /// On its baseline.
    Text {
        at: Point,
        pen: Pen,
        text: String,
    },
}

/// Marks on a canvas, painted in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
}

impl Picture {
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, marks: Vec::new() }
    }

    pub fn rect(&mut self, from: Point, to: Point, color: Color) {
        self.marks.push(Mark::Rect { from, to, color });
    }

    pub fn frame(&mut self, from: Point, to: Point, color: Color) {
        self.marks.push(Mark::Frame { from, to, color });
    }

    pub fn line(&mut self, from: Point, to: Point, width: f64, color: Color) {
        self.marks.push(Mark::Line { from, to, width, color });
    }

    pub fn path(&mut self, points: Vec<Point>, width: f64, color: Color) {
        self.marks.push(Mark::Path { points, width, color });
    }

    /// What lies between two lines over the same places.
    pub fn between(&mut self, above: Vec<Point>, below: Vec<Point>, color: Color) {
        self.marks.push(Mark::Area { points: above.into_iter().chain(below.into_iter().rev()).collect(), color });
    }

    pub fn hairline(&mut self, from: Point, to: Point) {
        self.line(from, to, 0.75, HAIRLINE);
    }

    pub fn dot(&mut self, center: Point, radius: f64, color: Color) {
        self.marks.push(Mark::Dot { center, radius, color });
    }

    /// A text on its baseline.
    pub fn text(&mut self, at: Point, pen: Pen, text: &str) {
        self.marks.push(Mark::Text { at, pen, text: words::printable(text) });
    }

    /// A text whose capitals are centered on a height.
    pub fn text_middle(&mut self, at: Point, pen: Pen, text: &str) {
        self.text((at.0, at.1 + pen.size * CAP_HEIGHT / 2.0), pen, text);
    }
}

#[cfg(test)]
impl Mark {
    /// The corners of what the mark covers.
    pub fn bounds(&self) -> (Point, Point) {
        match self {
            Self::Rect { from, to, .. } | Self::Frame { from, to, .. } | Self::Line { from, to, .. } => {
                ((from.0.min(to.0), from.1.min(to.1)), (from.0.max(to.0), from.1.max(to.1)))
            }
            Self::Path { points, .. } | Self::Area { points, .. } => points
                .iter()
                .fold(((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY)), |(low, high), p| {
                    ((low.0.min(p.0), low.1.min(p.1)), (high.0.max(p.0), high.1.max(p.1)))
                }),
            Self::Dot { center: (x, y), radius, .. } => ((x - radius, y - radius), (x + radius, y + radius)),
            Self::Text { at: (x, y), pen, text } => {
                let width = pen.measure(text);
                let left = match pen.align {
                    Align::Left => *x,
                    Align::Center => x - width / 2.0,
                    Align::Right => x - width,
                };
                ((left, y - pen.size * CAP_HEIGHT), (left + width, y + pen.size * 0.21))
            }
        }
    }
}
