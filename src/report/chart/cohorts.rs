//! Those at risk, parted by why: what sets each cohort apart.

use super::Sketch;
use super::picture::{Pen, Picture};
use super::style::{BODY, FULL, GRAY, HAIRLINE, INK, Point, SMALL, sign_color};
use crate::report::view::{CohortReasonView, CohortView, GroupView};
use crate::report::words::Words;

const HEAD: f64 = 28.0;
const ROW: f64 = 38.0;
const GAP: f64 = 14.0;
const BAR: f64 = 12.0;
/// Width of the texts beside the bars.
const LABELS: f64 = 380.0;
/// For a number beside a bar, on either side.
const NUMBER: f64 = 48.0;

pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    if group.cohorts.is_empty() {
        return None;
    }
    let n_reasons: usize = group.cohorts.iter().map(|cohort| cohort.reasons.len()).sum();
    let height = group.cohorts.len() as f64 * (HEAD + GAP) + n_reasons as f64 * ROW + LEGEND;
    let mut picture = Picture::new(FULL, height);
    let all = || group.cohorts.iter().flat_map(|cohort| &cohort.reasons).map(|reason| reason.difference);
    let (low, high) = all().fold((0.0_f64, 0.0_f64), |(low, high), points| (low.min(points), high.max(points)));
    let scale = Scale::new(low, high);
    let mut y = 0.0;
    for (place, cohort) in group.cohorts.iter().enumerate() {
        y = draw(&mut picture, y, (place, cohort), group, &scale, words);
    }
    let pen = Pen::new(SMALL, GRAY);
    let at_risk = words.at_risk(group.selected_from);
    let legend = format!("Bars: mean points less those of all {} {at_risk}.", group.plural);
    picture.text_middle((0.0, height - LEGEND / 2.0), pen, &pen.fit(&legend, FULL));
    let alt = format!("What sets cohorts of {} {at_risk} apart: {}.", group.plural, told(group, words));
    Some(Sketch { name: "cohorts".to_owned(), picture, alt })
}

/// For the line that tells what the bars mean.
const LEGEND: f64 = 20.0;

fn told(group: &GroupView, words: &Words) -> String {
    let reason = |of: &CohortReasonView| format!("{} {}", of.label, words.points(of.difference));
    let cohort = |of: &CohortView| {
        let reasons: Vec<String> = of.reasons.iter().map(reason).collect();
        format!("{} with {}", words.count(of.n), reasons.join(", "))
    };
    group.cohorts.iter().map(cohort).collect::<Vec<_>>().join("; ")
}

/// Draws a cohort from `y` on; tells where the next begins.
fn draw(
    picture: &mut Picture,
    mut y: f64,
    (place, cohort): (usize, &CohortView),
    group: &GroupView,
    scale: &Scale,
    words: &Words,
) -> f64 {
    let noun = if cohort.n == 1 { &group.subject } else { &group.plural };
    let title = format!("{}: {} {noun}", place + 1, words.count(cohort.n));
    let stake = cohort.value_at_stake.map_or_else(String::new, |value| format!(", {} at stake", words.money(value)));
    let (share, score) = (words.percent(cohort.share), words.number(cohort.score, 1));
    let detail = format!("{share} of those {}, mean score {score}{stake}", words.at_risk(group.selected_from));
    let (strong, pen) = (Pen::new(BODY, INK).strong(), Pen::new(SMALL, GRAY));
    picture.text_middle((0.0, y + HEAD / 2.0), strong, &title);
    let from = strong.measure(&title) + 10.0;
    picture.text_middle((from, y + HEAD / 2.0), pen, &pen.fit(&detail, FULL - from));
    y += HEAD;
    for reason in &cohort.reasons {
        row(picture, y, reason, scale, words);
        y += ROW;
    }
    y + GAP
}

fn row(picture: &mut Picture, y: f64, reason: &CohortReasonView, scale: &Scale, words: &Words) {
    let (title, detail) = (Pen::new(BODY, INK), Pen::new(SMALL, GRAY));
    picture.text_middle((14.0, y + 11.0), title, &title.fit(&reason.label, LABELS - 14.0));
    if let Some(usual) = &reason.usual {
        picture.text_middle((14.0, y + 26.0), detail, &detail.fit(usual, LABELS - 14.0));
    }
    let (middle, end) = (y + ROW / 2.0, scale.place(reason.difference));
    let (from, to): (Point, Point) =
        ((scale.zero.min(end), middle - BAR / 2.0), (scale.zero.max(end), middle + BAR / 2.0));
    picture.rect(from, to, sign_color(reason.difference));
    picture.line((scale.zero, middle - BAR), (scale.zero, middle + BAR), 0.75, HAIRLINE);
    let pen = Pen::new(BODY, INK).strong();
    let x = if reason.difference < 0.0 { scale.zero } else { end } + 5.0;
    picture.text_middle((x, middle), pen, &words.points(reason.difference));
}

/// Where zero is and how long a point is.
struct Scale {
    zero: f64,
    per_point: f64,
}

impl Scale {
    fn new(low: f64, high: f64) -> Self {
        let room = FULL - LABELS - 10.0 - NUMBER;
        let per_point = if high - low > 0.0 { room / (high - low) } else { 0.0 };
        Self { zero: LABELS + 10.0 - low * per_point, per_point }
    }

    fn place(&self, points: f64) -> f64 {
        self.zero + points * self.per_point
    }
}
