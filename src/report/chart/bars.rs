//! Horizontal bars with their labels beside them: what lifts those at risk, and what matters at all.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, GRAY, HAIRLINE, HALF, INK, NEUTRAL, SMALL, sign_color};
use super::style::{Color, Point};
use crate::base::units::Pillar;
use crate::report::view::{DriverView, FeatureView, GroupView};
use crate::report::words::{Words, capitalized};

/// Rows of an importance chart at most.
const N_FEATURES: usize = 8;
/// Columns that stand for themselves where there are no pillars.
const N_DRIVERS: usize = 6;
/// What [`DriverView`] calls points that no column has: rows of different folds start from different scores.
const BETWEEN_FOLDS: &str = "between folds";
/// Less than a printed zero is not shown.
const POINTS_MIN: f64 = 0.05;
const ROW: f64 = 41.0;
const BAR: f64 = 12.0;
/// Share of the width that labels have.
const LABELS: f64 = 0.54;
/// From a bar's end to its number.
const GAP: f64 = 5.0;

struct Bar {
    title: String,
    detail: String,
    value: f64,
    number: String,
    color: Color,
}

/// A part of what lifts those at risk above all.
pub struct DriverPart {
    pub label: String,
    /// What is in it; may be empty.
    pub detail: String,
    pub points: f64,
    /// Whether it has a bar: a rest that prints as 0 has none.
    pub is_shown: bool,
}

/// Points at risk minus points of all, a bar per pillar (per column where no column has a pillar), with their sum.
pub fn drivers(group: &GroupView, words: &Words) -> Option<Sketch> {
    if group.drivers.is_empty() {
        return None;
    }
    let total: f64 = group.drivers.iter().map(|driver| driver.points).sum();
    let shown = driver_parts(group, words).into_iter().filter(|part| part.is_shown);
    let bars: Vec<Bar> = shown.map(|part| signed(part.label, part.detail, part.points, words)).collect();
    let alt = format!(
        "What lifts {} {} above all, in points: {}. Together {}.",
        group.plural,
        words.at_risk(group.selected_from),
        described(&bars),
        words.points(total)
    );
    let sum = Some(("Together".to_owned(), words.points(total)));
    Some(Sketch { name: "drivers".to_owned(), picture: picture(&bars, sum), alt })
}

/// What lifts those at risk above all, in parts that add up: pillars, or columns where no column has a pillar; then what
/// starts from different scores.
pub fn driver_parts(group: &GroupView, words: &Words) -> Vec<DriverPart> {
    let (between, drivers): (Vec<&DriverView>, Vec<&DriverView>) =
        group.drivers.iter().partition(|driver| driver.label == BETWEEN_FOLDS);
    let has_pillars = drivers.iter().any(|driver| driver.pillar.is_some());
    let mut parts = if has_pillars { pillar_parts(group, drivers, words) } else { column_parts(group, &drivers) };
    parts.extend(between.into_iter().map(|driver| DriverPart {
        label: capitalized(&driver.label),
        detail: "different starting points".to_owned(),
        points: driver.points,
        is_shown: shows(driver.points),
    }));
    parts
}

/// Pillars by what they add, then what has no pillar.
fn pillar_parts(group: &GroupView, mut drivers: Vec<&DriverView>, words: &Words) -> Vec<DriverPart> {
    drivers.sort_by(|a, b| a.pillar.is_none().cmp(&b.pillar.is_none()).then(b.points.total_cmp(&a.points)));
    let part = |driver: &DriverView| DriverPart {
        label: capitalized(&driver.label),
        detail: movers(&group.features, driver.pillar, driver.points, words),
        points: driver.points,
        is_shown: true,
    };
    drivers.into_iter().map(part).collect()
}

/// The columns that add or take most, then all others together.
fn column_parts(group: &GroupView, drivers: &[&DriverView]) -> Vec<DriverPart> {
    let total: f64 = drivers.iter().map(|driver| driver.points).sum();
    let mut columns: Vec<(&str, f64)> =
        group.features.iter().filter_map(|feature| Some((feature.label.as_str(), feature.drive?))).collect();
    let n_columns = columns.len();
    columns.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    columns.truncate(N_DRIVERS);
    columns.retain(|(_, points)| shows(*points));
    columns.sort_by(|a, b| b.1.total_cmp(&a.1));
    let rest = total - columns.iter().map(|(_, points)| points).sum::<f64>();
    let part = |label: &str, points: f64, is_shown| DriverPart {
        label: label.to_owned(),
        detail: String::new(),
        points,
        is_shown,
    };
    let others = (n_columns > columns.len()).then(|| part("All other columns", rest, shows(rest)));
    columns.into_iter().map(|(label, points)| part(label, points, true)).chain(others).collect()
}

/// Whether points are more than a printed zero.
fn shows(points: f64) -> bool {
    points.abs() >= POINTS_MIN
}

fn signed(title: String, detail: String, points: f64, words: &Words) -> Bar {
    Bar { title, detail, value: points, number: words.points(points), color: sign_color(points) }
}

/// Mean absolute points of the most important features.
pub fn importance(group: &GroupView, words: &Words) -> Option<Sketch> {
    let shown = group.features.iter().filter(|feature| feature.importance > 0.0).take(N_FEATURES);
    let bars: Vec<Bar> = shown
        .map(|feature| Bar {
            title: feature.label.clone(),
            detail: feature.pillar.map_or("", Pillar::name).to_owned(),
            value: feature.importance,
            number: words.number(feature.importance, 1),
            color: NEUTRAL,
        })
        .collect();
    if bars.is_empty() {
        return None;
    }
    let alt = format!("Points by which each column moves a score, up or down, on average: {}.", described(&bars));
    Some(Sketch { name: "importance".to_owned(), picture: picture(&bars, None), alt })
}

/// Mean absolute points that two columns say together, beyond what each says alone.
pub fn interactions(group: &GroupView, words: &Words) -> Option<Sketch> {
    let shown = group.interactions.iter().filter(|pair| pair.points >= POINTS_MIN).take(N_FEATURES);
    let bars: Vec<Bar> = shown
        .map(|pair| Bar {
            title: pair.labels[0].clone(),
            detail: format!("with {}", pair.labels[1]),
            value: pair.points,
            number: words.number(pair.points, 1),
            color: NEUTRAL,
        })
        .collect();
    if bars.is_empty() {
        return None;
    }
    let told: Vec<String> = bars.iter().map(|bar| format!("{} {} {}", bar.title, bar.detail, bar.number)).collect();
    let alt = format!("Points that two columns say together, on average: {}.", told.join(", "));
    Some(Sketch { name: "interactions".to_owned(), picture: picture(&bars, None), alt })
}

/// The features of a pillar that move its bar most in the bar's own direction, at most two.
fn movers(features: &[FeatureView], pillar: Option<Pillar>, points: f64, words: &Words) -> String {
    let mut found: Vec<(&FeatureView, f64)> = features
        .iter()
        .filter(|feature| feature.pillar == pillar)
        .filter_map(|feature| feature.drive.map(|drive| (feature, drive)))
        .filter(|(_, drive)| *drive * points > 0.0 && shows(*drive))
        .collect();
    found.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let labels: Vec<String> = found.iter().take(2).map(|(feature, _)| feature.label.clone()).collect();
    let both = words.list(&labels);
    let fits = Pen::new(SMALL, GRAY).measure(&both) <= HALF * LABELS;
    if fits { both } else { labels.into_iter().next().unwrap_or_default() }
}

fn described(bars: &[Bar]) -> String {
    bars.iter().map(|bar| format!("{} {}", bar.title, bar.number)).collect::<Vec<_>>().join(", ")
}

fn picture(bars: &[Bar], sum: Option<(String, String)>) -> Picture {
    let n_rows = bars.len() as f64;
    let mut picture = Picture::new(HALF, n_rows * ROW + if sum.is_some() { 30.0 } else { 4.0 });
    let scale = Scale::new(bars);
    for (i, bar) in bars.iter().enumerate() {
        draw_row(&mut picture, bar, i as f64 * ROW, &scale);
    }
    if let Some((title, number)) = sum {
        let y = n_rows * ROW + 2.0;
        picture.line((0.0, y), (HALF, y), 0.75, HAIRLINE);
        let pen = Pen::new(BODY, INK).strong();
        picture.text_middle((0.0, y + 15.0), pen, &title);
        picture.text_middle((scale.zero + GAP, y + 15.0), pen, &number);
    }
    picture
}

fn draw_row(picture: &mut Picture, bar: &Bar, y: f64, scale: &Scale) {
    let (title, detail) = (Pen::new(BODY, INK), Pen::new(SMALL, GRAY));
    let middle = if bar.detail.is_empty() { y + ROW / 2.0 } else { y + 13.0 };
    picture.text_middle((0.0, middle), title, &title.fit(&bar.title, scale.labels));
    if !bar.detail.is_empty() {
        picture.text_middle((0.0, y + 28.5), detail, &detail.fit(&bar.detail, scale.labels));
    }
    let middle = y + ROW / 2.0;
    let end = scale.zero + bar.value * scale.per_point;
    let (from, to): (Point, Point) =
        ((scale.zero.min(end), middle - BAR / 2.0), (scale.zero.max(end), middle + BAR / 2.0));
    picture.rect(from, to, bar.color);
    picture.line((scale.zero, middle - BAR / 2.0 - 4.0), (scale.zero, middle + BAR / 2.0 + 4.0), 0.75, HAIRLINE);
    let pen = Pen::new(BODY, INK).strong();
    if bar.value < 0.0 {
        // the number stands on the free side of the axis, where positive bars leave room in this row
        picture.text_middle((scale.zero + GAP, middle), pen, &bar.number);
    } else {
        picture.text_middle((end + GAP, middle), pen.align(Align::Left), &bar.number);
    }
}

/// Where zero is and how long a point is.
struct Scale {
    /// Width of the label column.
    labels: f64,
    zero: f64,
    per_point: f64,
}

impl Scale {
    fn new(bars: &[Bar]) -> Self {
        let pen = Pen::new(BODY, INK).strong();
        let numbers = bars.iter().map(|bar| pen.measure(&bar.number)).fold(30.0, f64::max) + GAP + 1.0;
        let high = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        let low = bars.iter().map(|bar| bar.value).fold(0.0, f64::min);
        let labels = HALF * LABELS;
        let room = (HALF - labels - 10.0 - numbers).max(10.0);
        let per_point = if high - low > 0.0 { room / (high - low) } else { 0.0 };
        Self { labels, zero: labels + 10.0 - low * per_point, per_point }
    }
}
