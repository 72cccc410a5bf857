//! How one score comes about: from the starting point, reason by reason, to the score; anyone can add it up.

use super::Sketch;
use super::picture::{Pen, Picture};
use super::style::{BODY, Color, FULL, HAIRLINE, INK, NEUTRAL, sign_color};
use crate::report::view::{GroupView, SubjectView};
use crate::report::words::{Words, capitalized};

const ROW: f64 = 23.0;
const BAR: f64 = 12.0;
/// Room for labels: at least, at most on a page, and at most where the picture may be as wide as it likes.
const LABELS: [f64; 3] = [236.0, 340.0, 900.0];
/// Between labels and bars.
const GAP: f64 = 14.0;
/// Room for the number right of the longest bar.
const NUMBER: f64 = 48.0;

/// The way of a score from its starting point: `base_score + Σ steps = score`, all in points.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Whose score it is: "This customer".
    pub called: String,
    pub base_score: f64,
    /// Label and points, as they are to be drawn.
    pub steps: Vec<(String, f64)>,
    pub score: f64,
}

/// The waterfall of the first of the top subjects.
pub fn of_group(group: &GroupView, words: &Words) -> Option<Sketch> {
    let subject = group.top.first()?;
    let called = format!("This {}", group.subject);
    let way = Way { called, base_score: subject.base_score, steps: steps(subject), score: subject.score };
    Some(draw(&way, Width::Page, words))
}

/// A waterfall that stands alone: as wide as its labels need.
pub fn alone(way: &Way, words: &Words) -> Sketch {
    draw(way, Width::Free, words)
}

/// Reasons, then all other columns together.
fn steps(subject: &SubjectView) -> Vec<(String, f64)> {
    let reasons = subject.reasons.iter().map(|reason| (reason.label.clone(), reason.points));
    let rest = (subject.rest_points != 0.0).then(|| ("All other columns".to_owned(), subject.rest_points));
    reasons.chain(rest).collect()
}

/// Of columns that have no step of their own.
pub fn others(n: usize) -> String {
    if n == 1 { "1 other column".to_owned() } else { format!("{n} other columns") }
}

/// How wide the picture may become.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    Page,
    Free,
}

fn draw(way: &Way, width: Width, words: &Words) -> Sketch {
    let steps: Vec<(String, f64)> = way.steps.iter().map(|(label, points)| (capitalized(label), *points)).collect();
    let scale = Scale::new(way, &steps, width);
    let mut picture = Picture::new(scale.to + NUMBER, (steps.len() + 2) as f64 * ROW);
    scale.draw_label(&mut picture, 0, "Starting point", false);
    let base = words.number(way.base_score, 1);
    scale.draw_bar(&mut picture, 0, (0.0, way.base_score), NEUTRAL, &base);
    let mut reached = way.base_score;
    for (i, (label, points)) in steps.iter().enumerate() {
        let row = i + 1;
        scale.draw_label(&mut picture, row, label, false);
        let to = reached + points;
        scale.draw_bar(&mut picture, row, (reached, to), sign_color(*points), &words.points(*points));
        reached = to;
    }
    let last = steps.len() + 1;
    scale.draw_label(&mut picture, last, &way.called, true);
    let number = words.number(way.score, 1);
    scale.draw_score(&mut picture, last, way.score, &number);
    let told: Vec<String> = steps.iter().map(|(label, points)| format!("{label} {}", words.points(*points))).collect();
    let alt = format!("From the starting point {base} to the score {number}: {}.", told.join(", "));
    Sketch { name: "waterfall".to_owned(), picture, alt }
}

fn pen(strong: bool) -> Pen {
    if strong { Pen::new(BODY, INK).strong() } else { Pen::new(BODY, INK) }
}

/// From points to pixels; on the way to the score the sum may pass 0 or 100, and the scale reaches as far.
struct Scale {
    low: f64,
    high: f64,
    /// Room for labels, in pixels.
    labels: f64,
    /// Where the longest bar ends.
    to: f64,
}

impl Scale {
    fn new(way: &Way, steps: &[(String, f64)], width: Width) -> Self {
        let mut reached = way.base_score;
        let (mut low, mut high) = (0.0, way.base_score.max(1.0));
        let mut labels = pen(true).measure(&way.called);
        for (label, points) in steps {
            reached += points;
            low = reached.min(low);
            high = reached.max(high);
            labels = pen(false).measure(label).max(labels);
        }
        let [least, most_on_page, most] = LABELS;
        let to = FULL - NUMBER;
        match width {
            Width::Page => Self { low, high, labels: labels.clamp(least, most_on_page), to },
            Width::Free => {
                let labels = labels.clamp(least, most);
                Self { low, high, labels, to: to + labels - least }
            }
        }
    }

    fn place(&self, score: f64) -> f64 {
        let from = self.labels + GAP;
        from + (score - self.low) / (self.high - self.low) * (self.to - from)
    }

    fn draw_label(&self, picture: &mut Picture, row: usize, label: &str, strong: bool) {
        let pen = pen(strong);
        picture.text_middle((0.0, (row as f64 + 0.5) * ROW), pen, &pen.fit(label, self.labels));
    }

    fn draw_bar(&self, picture: &mut Picture, row: usize, span: (f64, f64), color: Color, number: &str) {
        let y = (row as f64 + 0.5) * ROW;
        let (from, to) = (self.place(span.0.min(span.1)), self.place(span.0.max(span.1)));
        picture.rect((from, y - BAR / 2.0), (to.max(from + 0.75), y + BAR / 2.0), color);
        picture.text_middle((to + 6.0, y), Pen::new(BODY, INK).strong(), number);
        // where the next bar begins
        let end = self.place(span.1);
        picture.line((end, y + BAR / 2.0), (end, y + ROW - BAR / 2.0), 0.75, HAIRLINE);
    }

    fn draw_score(&self, picture: &mut Picture, row: usize, score: f64, number: &str) {
        let y = (row as f64 + 0.5) * ROW;
        let end = self.place(score);
        picture.frame((self.place(0.0), y - BAR / 2.0), (end, y + BAR / 2.0), INK);
        picture.text_middle((end + 6.0, y), Pen::new(BODY, INK).strong(), number);
    }
}
