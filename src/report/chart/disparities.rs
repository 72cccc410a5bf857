//! How groups compare with their reference: ratios with their intervals on a logarithmic scale, the limits as a band, and the
//! verdict in words.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, CAUTION_TEXT, Color, FULL, GOOD, GRAY, INK, PANEL, RISK, SMALL};
use crate::audit::metrics;
use crate::audit::verdict::{DISPARITY, INSUFFICIENT, NONE_FOUND};
use crate::base::population::Population;
use crate::report::view::{AuditLine, GroupView};
use crate::report::words::Words;

/// Rows at most; the rest is in the audit's table.
const N_ROWS: usize = 24;
const ROW: f64 = 22.0;
const HEAD: f64 = 34.0;
const AXIS: f64 = 24.0;
const LABEL: f64 = 150.0;
const COUNT: f64 = 246.0;
const FROM: f64 = 264.0;
const TO: f64 = 470.0;
const VERDICT: f64 = 486.0;
/// Ends of the scale: an eighth and eight times.
const REACH: f64 = 8.0;
const TICKS: [(f64, &str); 7] =
    [(0.125, "⅛"), (0.25, "¼"), (0.5, "½"), (1.0, "equal"), (2.0, "2 ×"), (4.0, "4 ×"), (8.0, "8 ×")];

/// Binding rates of plain features, those with a disparity first; `None` where no verdict may be told.
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let mut blocks = blocks(group);
    // a feature with a disparity comes first, else as the audit has them
    blocks.sort_by_key(|block| !block.iter().any(|line| line.verdict.as_deref() == Some(DISPARITY)));
    let mut n_rows = 0;
    blocks.retain(|block| {
        n_rows += block.len();
        n_rows <= N_ROWS
    });
    if blocks.is_empty() {
        return None;
    }
    let n_rows: usize = blocks.iter().map(Vec::len).sum();
    let mut picture = Picture::new(FULL, blocks.len() as f64 * HEAD + n_rows as f64 * ROW + AXIS);
    let mut y = 0.0;
    for block in &blocks {
        let limit = group.binding.get(&block[0].metric).copied().filter(|limit| *limit > 0.0 && *limit < 1.0);
        picture.text_middle(
            (0.0, y + HEAD - 13.0),
            Pen::new(BODY, INK).strong(),
            &Pen::new(BODY, INK).strong().fit(&title(block[0]), FULL),
        );
        y += HEAD;
        let height = block.len() as f64 * ROW;
        if let Some(limit) = limit {
            picture.rect((place(limit), y), (place(1.0 / limit), y + height), PANEL);
        }
        picture.line((place(1.0), y), (place(1.0), y + height), 0.75, GRAY);
        for line in block {
            row(&mut picture, line, y + ROW / 2.0, words);
            y += ROW;
        }
    }
    for (ratio, mark) in TICKS {
        let pen = Pen::new(SMALL, GRAY).align(Align::Center);
        picture.text_middle((place(ratio), y + AXIS / 2.0), pen, mark);
    }
    let told: Vec<String> = blocks.iter().flatten().filter_map(|line| told(line, words)).collect();
    let alt = format!("Groups beside their reference, as ratios: {}.", told.join("; "));
    Some(Sketch { name: "disparities".to_owned(), picture, alt })
}

/// Lines of one feature, metric and population that hold a verdict, with their reference.
fn blocks(group: &GroupView) -> Vec<Vec<&AuditLine>> {
    let is_shown = |line: &&AuditLine| {
        line.n_columns == 1 && !line.suppressed && group.binding.contains_key(&line.metric) && line.ratio.is_some()
    };
    let mut blocks: Vec<Vec<&AuditLine>> = Vec::new();
    let key = |line: &AuditLine| (line.feature.clone(), line.metric.clone(), line.population);
    for line in group.audit.iter().filter(is_shown) {
        match blocks.iter_mut().find(|block| key(block[0]) == key(line)) {
            Some(block) => block.push(line),
            None => blocks.push(vec![line]),
        }
    }
    blocks.retain(|block| block.iter().any(|line| line.verdict.is_some()));
    blocks
}

/// "Mother tongue: selection rate, today".
fn title(line: &AuditLine) -> String {
    let metric = metrics::find(&line.metric).map_or(line.metric.as_str(), |metric| metric.title);
    let when = if line.population == Population::Today { "today" } else { "in the past" };
    format!("{}: {}, {when}", line.feature, metric.to_lowercase())
}

fn place(ratio: f64) -> f64 {
    let at = (ratio.max(1e-9).ln() / REACH.ln()).clamp(-1.0, 1.0);
    f64::midpoint(FROM, TO) + at * (TO - FROM) / 2.0
}

fn row(picture: &mut Picture, line: &AuditLine, middle: f64, words: &Words) {
    let (body, small) = (Pen::new(BODY, INK), Pen::new(SMALL, GRAY));
    picture.text_middle((0.0, middle), body, &body.fit(&line.group, LABEL));
    if let (Some(numerator), Some(denominator)) = (line.numerator, line.denominator) {
        let counts = format!("{} of {}", words.integer(numerator), words.integer(denominator));
        picture.text_middle((COUNT, middle), small.align(Align::Right), &counts);
    }
    let (color, text) = verdict(line, words);
    if let (Some(low), Some(high)) = (line.ratio_low, line.ratio_high) {
        picture.line((place(low), middle), (place(high), middle), 2.0, color);
    }
    if let Some(ratio) = line.ratio.filter(|ratio| *ratio > 0.0) {
        picture.dot((place(ratio), middle), 4.0, color);
    }
    let pen = Pen::new(SMALL, color).strong();
    picture.text_middle((VERDICT, middle), pen, &pen.fit(&text, FULL - VERDICT));
}

fn verdict(line: &AuditLine, words: &Words) -> (Color, String) {
    match line.verdict.as_deref() {
        Some(DISPARITY) => {
            let ratio = line.ratio.map_or_else(String::new, |ratio| format!(" · {} ×", words.number(ratio, 2)));
            (RISK, format!("disparity{ratio}"))
        }
        Some(NONE_FOUND) => (GOOD, NONE_FOUND.to_owned()),
        Some(INSUFFICIENT) => (CAUTION_TEXT, INSUFFICIENT.to_owned()),
        Some(other) => (GRAY, other.to_owned()),
        None if line.reference.as_deref() == Some(line.group.as_str()) => (GRAY, "reference".to_owned()),
        // groups that are too small alone
        None => (GRAY, "not judged together".to_owned()),
    }
}

fn told(line: &AuditLine, words: &Words) -> Option<String> {
    let verdict = line.verdict.as_deref()?;
    Some(format!("{}, {}: {} times, {verdict}", title(line), line.group, words.number(line.ratio?, 2)))
}
