//! How points depend on a column's value: mean and spread over subjects, with how many there are at each value.

use super::Sketch;
use super::panels::{Grid, Panel, Scale};
use super::picture::{Pen, Picture};
use super::style::{GOOD, GRAY, HAIRLINE, INK, NEUTRAL, Point, SMALL, sign_color};
use crate::report::view::{DependenceBinView, DependenceView, GroupView};
use crate::report::words::Words;

/// Panels at most: the columns that matter most.
const N_PANELS: usize = 6;
/// Levels of a column that are shown, the most frequent.
const N_LEVELS: usize = 5;
/// Below a plot: bars for how many subjects there are, then names.
const GRID: Grid = Grid { foot: 20.0 + 38.0 };
const BARS: f64 = 14.0;
const NAMES: f64 = 20.0 + 11.0;
/// For the line that tells what the marks mean.
const LEGEND: f64 = 20.0;
/// Beside numbers, for those whose number is not known.
const UNKNOWN: f64 = 56.0;

pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let shown: Vec<&DependenceView> = group.dependence.iter().take(N_PANELS).collect();
    if shown.is_empty() {
        return None;
    }
    let mut picture = GRID.picture(shown.len(), LEGEND);
    let heights = shown.iter().flat_map(|of| &of.bins).flat_map(|bin| [bin.low, bin.points, bin.high]);
    let scale = Scale::of(heights);
    for (place, of) in shown.iter().enumerate() {
        draw(&GRID.panel(place, scale, words), &mut picture, of);
    }
    legend(&mut picture, shown.iter().any(|of| has_numbers(of) && !of.effects.is_empty()));
    let told: Vec<String> = shown.iter().map(|of| told(of, words)).collect();
    let alt = format!("Mean points by the value of each column: {}.", told.join("; "));
    Some(Sketch { name: "dependence".to_owned(), picture, alt })
}

fn told(of: &DependenceView, words: &Words) -> String {
    let all = of.bins.iter().map(|bin| bin.points);
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    format!("{} from {} to {}", of.label, words.number(low, 1), words.number(high, 1))
}

fn legend(picture: &mut Picture, has_effects: bool) {
    let (pen, y) = (Pen::new(SMALL, GRAY), picture.height - LEGEND / 2.0);
    let mut x = 0.0;
    let mut entry = |draw: &dyn Fn(&mut Picture, f64), text: &str| {
        draw(picture, x);
        picture.text_middle((x + 22.0, y), pen, text);
        x += 22.0 + pen.measure(text) + 18.0;
    };
    entry(&|picture, x| picture.line((x, y), (x + 16.0, y), 1.75, INK), "mean points");
    entry(&|picture, x| picture.rect((x, y - 5.0), (x + 16.0, y + 5.0), HAIRLINE), "8 of 10 subjects");
    if has_effects {
        entry(&|picture, x| picture.line((x, y), (x + 16.0, y), 1.25, GOOD), "accumulated local effect");
    }
    entry(&|picture, x| picture.rect((x + 6.0, y - 5.0), (x + 10.0, y + 5.0), NEUTRAL), "how many subjects");
}

fn has_numbers(of: &DependenceView) -> bool {
    of.bins.iter().any(|bin| bin.range.is_some())
}

fn draw(panel: &Panel<'_>, picture: &mut Picture, of: &DependenceView) {
    panel.frame(picture, &of.label);
    let most = of.bins.iter().map(|bin| bin.n).max().unwrap_or(1).max(1);
    if has_numbers(of) { numbers(panel, picture, of, most) } else { levels(panel, picture, of, most) }
}

fn numbers(panel: &Panel<'_>, picture: &mut Picture, of: &DependenceView, most: usize) {
    let known: Vec<(&DependenceBinView, (f64, f64))> =
        of.bins.iter().filter_map(|bin| Some((bin, bin.range?))).collect();
    let unknown = of.bins.iter().find(|bin| bin.range.is_none());
    let (Some((_, first)), Some((_, last))) = (known.first(), known.last()) else { return };
    let (low, high) = (first.0, last.1);
    let right = panel.right() - if unknown.is_some() { UNKNOWN } else { 0.0 };
    let width = (high - low).max(f64::MIN_POSITIVE);
    let x = |at: f64| panel.left() + ((at - low) / width).clamp(0.0, 1.0) * (right - panel.left());
    let middle = |(from, to): (f64, f64)| f64::midpoint(from, to);
    let line = |height: fn(&DependenceBinView) -> f64| -> Vec<Point> {
        known.iter().map(|(bin, range)| (x(middle(*range)), panel.height(height(bin)))).collect()
    };
    picture.between(line(|bin| bin.high), line(|bin| bin.low), HAIRLINE);
    if !of.effects.is_empty() {
        picture.path(of.effects.iter().map(|(at, points)| (x(*at), panel.height(*points))).collect(), 1.25, GOOD);
    }
    picture.path(line(|bin| bin.points), 1.75, INK);
    for (bin, range) in &known {
        count(panel, picture, x(middle(*range)).clamp(panel.left() + 1.5, right - 1.5), 1.5, bin.n, most);
    }
    panel.axis(picture, panel.bottom() + NAMES, (low, high), of.unit.as_deref(), right);
    if let Some(bin) = unknown {
        let center = panel.right() - UNKNOWN / 2.0 + 4.0;
        bar(panel, picture, center, 7.0, bin, most);
        panel.name(picture, (center, panel.bottom() + NAMES), "not known", UNKNOWN - 10.0);
    }
}

fn levels(panel: &Panel<'_>, picture: &mut Picture, of: &DependenceView, most: usize) {
    let shown: Vec<&DependenceBinView> = of.bins.iter().take(N_LEVELS).collect();
    let width = (panel.right() - panel.left()) / shown.len() as f64;
    for (place, bin) in shown.into_iter().enumerate() {
        let center = panel.left() + (place as f64 + 0.5) * width;
        bar(panel, picture, center, (width * 0.3).min(14.0), bin, most);
        let name = bin.level.as_deref().unwrap_or("not known");
        panel.name(picture, (center, panel.bottom() + NAMES), name, width - 4.0);
    }
}

/// Mean points of a bin with the range of most subjects, and how many they are.
fn bar(panel: &Panel<'_>, picture: &mut Picture, center: f64, half: f64, bin: &DependenceBinView, most: usize) {
    picture.rect(
        (center - half, panel.height(bin.points.max(0.0))),
        (center + half, panel.height(bin.points.min(0.0))),
        sign_color(bin.points),
    );
    picture.line((center, panel.height(bin.low)), (center, panel.height(bin.high)), 1.0, INK);
    count(panel, picture, center, half.min(4.0), bin.n, most);
}

/// A small bar below the plot, as high as the share of the bin with most subjects.
fn count(panel: &Panel<'_>, picture: &mut Picture, center: f64, half: f64, n: usize, most: usize) {
    let foot = panel.bottom() + 4.0 + BARS;
    let height = (BARS * n as f64 / most as f64).max(0.75);
    picture.rect((center - half, foot - height), (center + half, foot), NEUTRAL);
}
