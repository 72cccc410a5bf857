//! What each column alone does to the score: one small panel a column, all on one scale.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, FULL, GOOD, GRAY, HAIRLINE, INK, Point, SMALL, sign_color};
use crate::report::view::{GroupView, TermPointView, TermView};
use crate::report::words::Words;

const COLUMNS: usize = 3;
/// Panels at most: the columns that matter most.
const N_PANELS: usize = 9;
const PANEL: f64 = (FULL - 2.0 * GAP) / COLUMNS as f64;
const GAP: f64 = 26.0;
const PLOT: f64 = 92.0;
const HEAD: f64 = 24.0;
const FOOT: f64 = 38.0;
const LEFT: f64 = 28.0;
/// Levels of a column that are named.
const N_LEVELS: usize = 5;

/// The curves of the columns that matter most; `None` for models without terms.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let terms = shown(group);
    if terms.is_empty() {
        return None;
    }
    let n_lines = terms.len().div_ceil(COLUMNS);
    let mut picture = Picture::new(FULL, n_lines as f64 * (HEAD + PLOT + FOOT));
    let scale = Scale::of(&terms);
    for (place, term) in terms.iter().enumerate() {
        let x = (place % COLUMNS) as f64 * (PANEL + GAP);
        let y = (place / COLUMNS) as f64 * (HEAD + PLOT + FOOT);
        Panel { x, y, scale, words }.draw(&mut picture, term);
    }
    let told: Vec<String> = terms.iter().map(|term| told(term, words)).collect();
    let alt =
        format!("By how many points each column alone moves a score from the starting point: {}.", told.join("; "));
    Some(Sketch { name: "terms", picture, alt })
}

/// By importance, as many as there is room for.
fn shown(group: &GroupView) -> Vec<&TermView> {
    let importance = |term: &TermView| {
        let feature = group.features.iter().find(|feature| feature.label == term.label);
        feature.map_or(0.0, |feature| feature.importance)
    };
    let mut terms: Vec<&TermView> = group.terms.iter().filter(|term| !marks(term).is_empty()).collect();
    terms.sort_by(|a, b| importance(b).total_cmp(&importance(a)));
    terms.truncate(N_PANELS);
    terms
}

/// All heights of a term.
fn marks(term: &TermView) -> Vec<f64> {
    let of_curve = term.curve.iter().map(|point| point.points);
    of_curve.chain(term.levels.iter().map(|level| level.points)).collect()
}

fn told(term: &TermView, words: &Words) -> String {
    let marks = marks(term);
    let (low, high) = marks.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(*y), h.max(*y)));
    format!("{} from {} to {}", term.label, words.number(low, 1), words.number(high, 1))
}

/// Points from the bottom to the top of every panel.
#[derive(Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Covers every curve and level, zero, and steps of five points.
    fn of(terms: &[&TermView]) -> Self {
        let all = terms.iter().flat_map(|term| marks(term));
        let (low, high) = all.fold((0.0_f64, 0.0_f64), |(low, high), y| (low.min(y), high.max(y)));
        Self { low: (low / 5.0).floor() * 5.0, high: ((high / 5.0).ceil() * 5.0).max(5.0) }
    }
}

struct Panel<'a> {
    x: f64,
    y: f64,
    scale: Scale,
    words: &'a Words,
}

impl Panel<'_> {
    fn draw(&self, picture: &mut Picture, term: &TermView) {
        let title = Pen::new(BODY, INK).strong();
        picture.text_middle((self.x, self.y + 8.0), title, &title.fit(&term.label, PANEL));
        let tick = Pen::new(SMALL, GRAY).align(Align::Right);
        for points in [self.scale.low, 0.0, self.scale.high] {
            let y = self.height(points);
            picture.hairline((self.x + LEFT, y), (self.x + PANEL, y));
            picture.text_middle((self.x + LEFT - 6.0, y), tick, &self.words.number(points, 0));
        }
        if term.curve.is_empty() { self.levels(picture, term) } else { self.curve(picture, term) }
    }

    /// The pixel height of a number of points.
    fn height(&self, points: f64) -> f64 {
        let share = (points - self.scale.low) / (self.scale.high - self.scale.low);
        self.y + HEAD + (1.0 - share.clamp(0.0, 1.0)) * PLOT
    }

    fn curve(&self, picture: &mut Picture, term: &TermView) {
        let (Some(first), Some(last)) = (term.curve.first(), term.curve.last()) else { return };
        let width = (last.at - first.at).max(f64::MIN_POSITIVE);
        let x = |point: &TermPointView| self.x + LEFT + (point.at - first.at) / width * (PANEL - LEFT);
        for pair in term.curve.windows(2) {
            if let (Some(low), Some(high)) = (pair[0].low, pair[0].high) {
                picture.rect((x(&pair[0]), self.height(high)), (x(&pair[1]), self.height(low)), HAIRLINE);
            }
        }
        let truth = term.truth.iter().map(|(at, points)| {
            let share = ((at - first.at) / width).clamp(0.0, 1.0);
            (self.x + LEFT + share * (PANEL - LEFT), self.height(*points))
        });
        let truth: Vec<Point> = truth.collect();
        if !truth.is_empty() {
            picture.path(truth, 1.25, GOOD);
        }
        picture.path(term.curve.iter().map(|point| (x(point), self.height(point.points))).collect(), 1.75, INK);
        let pen = Pen::new(SMALL, GRAY);
        let y = self.y + HEAD + PLOT + 11.0;
        picture.text_middle((self.x + LEFT, y), pen, &number(self.words, first.at));
        picture.text_middle((self.x + PANEL, y), pen.align(Align::Right), &number(self.words, last.at));
        if let Some(unit) = &term.unit {
            let center = self.x + LEFT + (PANEL - LEFT) / 2.0;
            picture.text_middle((center, y), pen.align(Align::Center), &pen.fit(unit, (PANEL - LEFT) / 2.0));
        }
    }

    fn levels(&self, picture: &mut Picture, term: &TermView) {
        let n = term.levels.len().min(N_LEVELS);
        let mut levels: Vec<_> = term.levels.iter().collect();
        levels.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        levels.truncate(N_LEVELS);
        levels.sort_by(|a, b| a.points.total_cmp(&b.points));
        let width = (PANEL - LEFT) / n as f64;
        for (place, level) in levels.into_iter().enumerate() {
            let center = self.x + LEFT + (place as f64 + 0.5) * width;
            let half = (width * 0.3).min(14.0);
            picture.rect(
                (center - half, self.height(level.points.max(0.0))),
                (center + half, self.height(level.points.min(0.0))),
                sign_color(level.points),
            );
            if let (Some(low), Some(high)) = (level.low, level.high) {
                picture.line((center, self.height(low)), (center, self.height(high)), 1.0, INK);
            }
            let pen = Pen::new(SMALL, GRAY).align(Align::Center);
            for (line, text) in in_lines(&level.level, pen, width - 4.0).iter().enumerate() {
                let y = self.y + HEAD + PLOT + 11.0 + 12.0 * line as f64;
                picture.text_middle((center, y), pen, &pen.fit(text, width - 4.0));
            }
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
