//! How often each group is called at risk: rates with intervals, counts beside them, and where a cell is too small.

use super::Sketch;
use super::picture::{Align, Pen, Picture};
use super::style::{BODY, FULL, GRAY, HAIRLINE, INK, SMALL};
use crate::report::view::{AuditLine, GroupView};
use crate::report::words::Words;

/// Rows at most; the rest is in the audit's table.
const N_ROWS: usize = 22;
const ROW: f64 = 22.0;
const HEAD: f64 = 30.0;
const LABEL: f64 = 190.0;
const COUNT: f64 = 300.0;
const PLOT_FROM: f64 = 324.0;
const PLOT_TO: f64 = FULL - 70.0;

/// Selection rates per sensitive feature (crossings are left to the audit's table).
pub fn sketch(group: &GroupView, words: &Words) -> Option<Sketch> {
    let all = selection_lines(group);
    let is_told = |feature: &str| all.iter().any(|line| line.feature == feature && !line.suppressed);
    let lines: Vec<&AuditLine> = all.iter().copied().filter(|line| is_told(&line.feature)).take(N_ROWS).collect();
    if lines.is_empty() {
        return None;
    }
    let n_heads = lines.iter().enumerate().filter(|(i, line)| is_head(&lines, *i, line)).count();
    let mut picture = Picture::new(FULL, n_heads as f64 * HEAD + lines.len() as f64 * ROW + 6.0);
    let top = lines.iter().filter_map(|line| line.high.or(line.value)).fold(0.0, f64::max).clamp(0.01, 1.0);
    let mut y = 0.0;
    for (i, line) in lines.iter().enumerate() {
        if is_head(&lines, i, line) {
            let pen = Pen::new(BODY, INK).strong();
            picture.text_middle((0.0, y + HEAD - 12.0), pen, &pen.fit(&line.feature, FULL));
            y += HEAD;
        }
        draw_row(&mut picture, line, y + ROW / 2.0, top, words);
        y += ROW;
    }
    let told: Vec<String> = lines.iter().map(|line| told(line, words)).collect();
    let alt =
        format!("Share of {} {} by group: {}.", group.plural, words.at_risk(group.selected_from), told.join("; "));
    Some(Sketch { name: "selection_rates".to_owned(), picture, alt })
}

/// The audit's selection rates of the population that the figures speak of, without crossings.
pub fn selection_lines(group: &GroupView) -> Vec<&AuditLine> {
    let is_shown = |line: &&AuditLine| {
        line.metric == "selection_rate" && line.population == group.population && line.n_columns == 1
    };
    group.audit.iter().filter(is_shown).collect()
}

fn is_head(lines: &[&AuditLine], i: usize, line: &AuditLine) -> bool {
    i == 0 || lines.get(i - 1).is_none_or(|previous| previous.feature != line.feature)
}

fn draw_row(picture: &mut Picture, line: &AuditLine, middle: f64, top: f64, words: &Words) {
    let (body, small) = (Pen::new(BODY, INK), Pen::new(SMALL, GRAY));
    picture.text_middle((0.0, middle), body, &body.fit(&line.group, LABEL));
    let place = |rate: f64| PLOT_FROM + (rate / top).clamp(0.0, 1.0) * (PLOT_TO - PLOT_FROM);
    picture.line((PLOT_FROM, middle - 7.0), (PLOT_FROM, middle + 7.0), 0.75, HAIRLINE);
    let Some(value) = line.value.filter(|_| !line.suppressed) else {
        picture.text_middle((PLOT_FROM + 8.0, middle), small, if line.suppressed { "not shown" } else { "no figure" });
        return;
    };
    if let (Some(numerator), Some(denominator)) = (line.numerator, line.denominator) {
        let counts = format!("{} of {}", words.integer(numerator), words.integer(denominator));
        picture.text_middle((COUNT, middle), small.align(Align::Right), &counts);
    }
    if let (Some(low), Some(high)) = (line.low, line.high) {
        picture.line((place(low), middle), (place(high), middle), 2.0, GRAY);
    }
    picture.dot((place(value), middle), 4.0, INK);
    let end = place(line.high.unwrap_or(value)).max(place(value) + 4.0);
    picture.text_middle((end + 7.0, middle), Pen::new(BODY, INK).strong(), &words.percent(value));
}

fn told(line: &AuditLine, words: &Words) -> String {
    let name = format!("{}, {}", line.feature, line.group);
    match line.value.filter(|_| !line.suppressed) {
        Some(value) => format!("{name}: {}", words.percent(value)),
        None if line.suppressed => format!("{name}: not shown"),
        None => format!("{name}: no figure"),
    }
}
