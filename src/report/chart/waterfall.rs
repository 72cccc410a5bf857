//! How one score comes about: from the starting point, reason by reason, to the score; anyone can add it up.

use super::Sketch;
use super::picture::{Pen, Picture};
use super::style::{BODY, Color, FULL, HAIRLINE, INK, NEUTRAL, sign_color};
use crate::report::view::{GroupView, SubjectView};
use crate::report::words::{Words, capitalized};

const ROW: f64 = 23.0;
const BAR: f64 = 12.0;
const LABELS: f64 = 236.0;
const FROM: f64 = 250.0;
/// Room for the number right of the longest bar.
const TO: f64 = FULL - 48.0;

/// The waterfall of the first of the top subjects.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let subject = group.top.first()?;
    let this = format!("This {}", group.subject);
    let steps = steps(subject);
    let scale = Scale::new(subject.base_score, &steps);
    let mut picture = Picture::new(FULL, (steps.len() + 2) as f64 * ROW);
    draw_label(&mut picture, 0, "Starting point", false);
    scale.draw_bar(&mut picture, 0, (0.0, subject.base_score), NEUTRAL, &words.number(subject.base_score, 1));
    let mut reached = subject.base_score;
    for (i, (label, points)) in steps.iter().enumerate() {
        let row = i + 1;
        draw_label(&mut picture, row, label, false);
        let to = reached + points;
        scale.draw_bar(&mut picture, row, (reached, to), sign_color(*points), &words.points(*points));
        reached = to;
    }
    let last = steps.len() + 1;
    draw_label(&mut picture, last, &this, true);
    let y = (last as f64 + 0.5) * ROW;
    picture.frame((scale.place(0.0), y - BAR / 2.0), (scale.place(subject.score), y + BAR / 2.0), INK);
    let number = words.number(subject.score, 1);
    picture.text_middle((scale.place(subject.score) + 6.0, y), Pen::new(BODY, INK).strong(), &number);
    let told: Vec<String> = steps.iter().map(|(label, points)| format!("{label} {}", words.points(*points))).collect();
    let base = words.number(subject.base_score, 1);
    let alt = format!("From the starting point {base} to the score {number}: {}.", told.join(", "));
    Some(Sketch { name: "waterfall", picture, alt })
}

/// Reasons, then all other columns together.
fn steps(subject: &SubjectView) -> Vec<(String, f64)> {
    let reasons = subject.reasons.iter().map(|reason| (capitalized(&reason.label), reason.points));
    let rest = (subject.rest_points != 0.0).then(|| ("All other columns".to_owned(), subject.rest_points));
    reasons.chain(rest).collect()
}

fn draw_label(picture: &mut Picture, row: usize, label: &str, strong: bool) {
    let pen = if strong { Pen::new(BODY, INK).strong() } else { Pen::new(BODY, INK) };
    picture.text_middle((0.0, (row as f64 + 0.5) * ROW), pen, &pen.fit(label, LABELS));
}

/// From points to pixels; on the way to the score the sum may pass 0 or 100, and the scale reaches as far.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn new(base_score: f64, steps: &[(String, f64)]) -> Self {
        let mut reached = base_score;
        let (mut low, mut high) = (0.0, base_score.max(1.0));
        for (_, points) in steps {
            reached += points;
            low = reached.min(low);
            high = reached.max(high);
        }
        Self { low, high }
    }

    fn place(&self, score: f64) -> f64 {
        FROM + (score - self.low) / (self.high - self.low) * (TO - FROM)
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
}
