//! What each column alone does to the score: one small panel a column, all on one scale.

use super::Sketch;
use super::panels::{Grid, Panel, Scale};
use super::picture::Picture;
use super::style::{GOOD, HAIRLINE, INK, Point, sign_color};
use crate::report::view::{GroupView, TermPointView, TermView};
use crate::report::words::Words;

/// Panels at most: the columns that matter most.
const N_PANELS: usize = 9;
const GRID: Grid = Grid { foot: 38.0 };
/// Levels of a column that are named.
const N_LEVELS: usize = 5;

/// The curves of the columns that matter most; `None` for models without terms.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let terms = shown(group);
    if terms.is_empty() {
        return None;
    }
    let mut picture = GRID.picture(terms.len(), 0.0);
    let scale = Scale::of(terms.iter().flat_map(|term| marks(term)));
    for (place, term) in terms.iter().enumerate() {
        draw(&GRID.panel(place, scale, words), &mut picture, term);
    }
    let told: Vec<String> = terms.iter().map(|term| told(term, words)).collect();
    let alt =
        format!("By how many points each column alone moves a score from the starting point: {}.", told.join("; "));
    Some(Sketch { name: "terms".to_owned(), picture, alt })
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

fn draw(panel: &Panel<'_>, picture: &mut Picture, term: &TermView) {
    panel.frame(picture, &term.label);
    if term.curve.is_empty() { levels(panel, picture, term) } else { curve(panel, picture, term) }
}

fn curve(panel: &Panel<'_>, picture: &mut Picture, term: &TermView) {
    let (Some(first), Some(last)) = (term.curve.first(), term.curve.last()) else { return };
    let width = (last.at - first.at).max(f64::MIN_POSITIVE);
    let place = |at: f64| panel.left() + ((at - first.at) / width).clamp(0.0, 1.0) * (panel.right() - panel.left());
    let x = |point: &TermPointView| place(point.at);
    for pair in term.curve.windows(2) {
        if let (Some(low), Some(high)) = (pair[0].low, pair[0].high) {
            picture.rect((x(&pair[0]), panel.height(high)), (x(&pair[1]), panel.height(low)), HAIRLINE);
        }
    }
    let truth: Vec<Point> = term.truth.iter().map(|(at, points)| (place(*at), panel.height(*points))).collect();
    if !truth.is_empty() {
        picture.path(truth, 1.25, GOOD);
    }
    picture.path(term.curve.iter().map(|point| (x(point), panel.height(point.points))).collect(), 1.75, INK);
    let ends = (first.at, last.at);
    panel.axis(picture, panel.bottom() + 11.0, ends, term.unit.as_deref(), panel.right());
}

fn levels(panel: &Panel<'_>, picture: &mut Picture, term: &TermView) {
    let n = term.levels.len().min(N_LEVELS);
    let mut levels: Vec<_> = term.levels.iter().collect();
    levels.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    levels.truncate(N_LEVELS);
    levels.sort_by(|a, b| a.points.total_cmp(&b.points));
    let width = (panel.right() - panel.left()) / n as f64;
    for (place, level) in levels.into_iter().enumerate() {
        let center = panel.left() + (place as f64 + 0.5) * width;
        let half = (width * 0.3).min(14.0);
        picture.rect(
            (center - half, panel.height(level.points.max(0.0))),
            (center + half, panel.height(level.points.min(0.0))),
            sign_color(level.points),
        );
        if let (Some(low), Some(high)) = (level.low, level.high) {
            picture.line((center, panel.height(low)), (center, panel.height(high)), 1.0, INK);
        }
        panel.name(picture, (center, panel.bottom() + 11.0), &level.level, width - 4.0);
    }
}
