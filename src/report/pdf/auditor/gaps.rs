//! Where gaps come from: the columns whose points add up to them, what stands in for a sensitive feature, and slices of
//! which the risks are wrong.

use serde::Serialize;

use crate::audit::{Condition, Of, words as figures};
use crate::base::population::Population;
use crate::report::tell::Teller;
use crate::report::tell::rich::{Rich, safe};
use crate::report::view::{GapFigures, PublicAudit};
use crate::report::words::{Words, capitalized};

/// Columns of a gap that are told one by one.
const N_COLUMNS: usize = 5;
/// Gaps that are told.
const N_GAPS: usize = 12;
/// Smaller parts are told together, in points.
const POINTS_MIN: f64 = 0.05;

#[derive(Serialize)]
pub struct Gaps {
    gaps: Vec<Gap>,
    note: String,
    /// Feature, column, group, area with interval.
    proxies: Vec<[String; 4]>,
    proxies_note: String,
    /// Conditions, subjects, with the outcome, foretold.
    slices: Vec<[String; 4]>,
    slices_note: String,
}

#[derive(Serialize)]
struct Gap {
    title: Rich,
    /// Shares of the bar, of the width that parts in their direction have, with what they are; they add up to the gap.
    parts: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    label: String,
    points: String,
    between: String,
    /// Ends on a scale that all gaps of the page share, 0 to 1.
    from: f64,
    to: f64,
    tone: &'static str,
}

/// What explains the gaps of an audit; `None` where there is nothing to tell.
pub fn gaps(audit: &PublicAudit, teller: &Teller, label: &dyn Fn(&str) -> String) -> Option<Gaps> {
    let shown = chosen(audit);
    let reach = shown.iter().map(|gap| reach(gap)).fold(f64::MIN_POSITIVE, f64::max);
    let told = Gaps {
        note: note(audit, shown.len(), teller.words),
        gaps: shown.into_iter().map(|of| gap(of, reach, teller, label)).collect(),
        proxies: proxies(audit, label),
        proxies_note: proxies_note(audit, label, teller.words),
        slices: slices(audit, label, teller.words),
        slices_note: slices_note(audit, teller.words),
    };
    let is_empty = told.gaps.is_empty() && told.proxies_note.is_empty() && told.slices_note.is_empty();
    (!is_empty).then_some(told)
}

/// Gaps of plain features: of today where it is told, else of the past; the widest first.
fn chosen(audit: &PublicAudit) -> Vec<&GapFigures> {
    let plain = || audit.drivers.iter().filter(|gap| !gap.feature.contains(" × "));
    let is_today = |gap: &&GapFigures| gap.population == Population::Today;
    let has_today =
        |of: &GapFigures| plain().filter(is_today).any(|gap| (&gap.feature, &gap.group) == (&of.feature, &of.group));
    let mut shown: Vec<&GapFigures> = plain().filter(|gap| is_today(gap) || !has_today(gap)).collect();
    shown.sort_by(|a, b| b.gap.abs().total_cmp(&a.gap.abs()));
    shown.truncate(N_GAPS);
    shown
}

fn note(audit: &PublicAudit, n_shown: usize, words: &Words) -> String {
    let whole = audit.drivers.len();
    let told = "Gaps are differences of mean score. The points of all columns, and the difference of starting points between folds, \
                add up to them exactly; beside each part stands its interval, at the level of the policy.";
    match whole.saturating_sub(n_shown) {
        0 => told.to_owned(),
        more => format!("{told} {} more in the attached table.", capitalized(&words.counted(more, "gap", "gaps"))),
    }
}

/// How far a gap's running sum goes from 0.
fn reach(gap: &GapFigures) -> f64 {
    let mut at = 0.0;
    let mut farthest: f64 = gap.gap.abs();
    for (_, points, _) in steps(gap) {
        at += points;
        farthest = farthest.max(f64::abs(at));
    }
    farthest
}

type Step<'a> = (Option<&'a str>, f64, Option<(f64, f64)>);

/// The parts in order: the largest columns, then all others together; `None` names the others.
fn steps(gap: &GapFigures) -> Vec<Step<'_>> {
    let told = gap.columns.iter().take(N_COLUMNS).filter(|column| column.points.abs() >= POINTS_MIN);
    let mut steps: Vec<Step<'_>> =
        told.map(|column| (Some(column.feature.as_str()), column.points, column.low.zip(column.high))).collect();
    let named: f64 = steps.iter().map(|step| step.1).sum();
    steps.push((None, gap.gap - named, None));
    steps
}

fn gap(of: &GapFigures, reach: f64, teller: &Teller, label: &dyn Fn(&str) -> String) -> Gap {
    let words = teller.words;
    let place = |points: f64| f64::midpoint((points / reach).clamp(-1.0, 1.0), 1.0);
    let mut at = 0.0;
    let mut parts: Vec<Part> = Vec::new();
    for (column, points, between) in steps(of) {
        let (from, to) = (place(at), place(at + points));
        at += points;
        parts.push(Part {
            label: column.map_or_else(|| "All others".to_owned(), label),
            points: words.points(points),
            between: between
                .map_or_else(String::new, |(low, high)| format!("{} to {}", words.points(low), words.points(high))),
            from: from.min(to),
            to: from.max(to),
            tone: if points < 0.0 { "good" } else { "risk" },
        });
    }
    let when = if of.population == Population::Today { "today" } else { "in the past" };
    let between = of.gap_low.zip(of.gap_high);
    let between =
        between.map_or_else(String::new, |(low, high)| format!(" ({} to {})", words.points(low), words.points(high)));
    let title = Rich::default().strong(format!("{}, {}", label(&of.feature), safe(&of.group, 40))).plain(format!(
        ": {}{between} points beside {} {when}",
        words.points(of.gap),
        safe(crate::audit::words::reference(&of.reference), 40)
    ));
    Gap { title, parts }
}

fn proxies(audit: &PublicAudit, label: &dyn Fn(&str) -> String) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    for of in &audit.proxies {
        for column in of.columns.iter().filter(|column| column.state == "proxy") {
            let between = column.low.zip(column.high);
            let between = between.map_or_else(String::new, |(low, high)| format!(" ({low:.2} to {high:.2})"));
            rows.push([
                label(&column.column),
                label(&of.feature),
                safe(&column.group, 40),
                format!("{:.2}{between}", column.auc),
            ]);
        }
    }
    rows
}

fn proxies_note(audit: &PublicAudit, label: &dyn Fn(&str) -> String, words: &Words) -> String {
    if audit.proxies.is_empty() {
        return String::new();
    }
    let is_proxy = |state: &str| state == "proxy";
    let clear: Vec<String> = audit
        .proxies
        .iter()
        .filter(|of| !of.columns.iter().any(|column| is_proxy(&column.state)))
        .map(|of| label(&of.feature))
        .collect();
    let told =
        "A column stands in for a group where it tells the group from the rest clearly better than a coin (area 0.50).";
    if clear.is_empty() { told.to_owned() } else { format!("{told} None was found for {}.", words.list(&clear)) }
}

fn slices(audit: &PublicAudit, label: &dyn Fn(&str) -> String, words: &Words) -> Vec<[String; 4]> {
    let weak = audit.slices.iter().flat_map(|of| &of.slices).filter(|slice| slice.weak);
    weak.map(|slice| {
        let conditions: Vec<String> = slice.conditions.iter().map(|of| condition(of, label, words)).collect();
        [
            conditions.join("; "),
            figures::grouped(slice.n),
            figures::grouped(slice.observed),
            words.number(slice.expected, 0),
        ]
    })
    .collect()
}

/// "Contract: month-to-month", "Average delay: from 2 to below 4.5".
fn condition(of: &Condition, label: &dyn Fn(&str) -> String, words: &Words) -> String {
    let number = |number: f64| words.plain(number);
    let told = match &of.of {
        Of::Level(level) => safe(level, 40),
        Of::Numbers { low: Some(low), high: Some(high) } => format!("from {} to below {}", number(*low), number(*high)),
        Of::Numbers { low: Some(low), high: None } => format!("from {}", number(*low)),
        Of::Numbers { low: None, high: Some(high) } => format!("below {}", number(*high)),
        Of::Numbers { low: None, high: None } => "known".to_owned(),
        Of::Missing(true) => "not known".to_owned(),
        Of::Missing(false) => "known".to_owned(),
        Of::Rare(_) => "rare values".to_owned(),
    };
    format!("{}: {told}", label(&of.feature))
}

fn slices_note(audit: &PublicAudit, words: &Words) -> String {
    let Some(of) = &audit.slices else { return String::new() };
    let n = words.count(of.n_slices);
    if of.slices.iter().any(|slice| slice.weak) {
        return format!(
            "Of {n} slices that were looked at, these are farther from what was foretold than a search over so many finds where nothing is wrong."
        );
    }
    format!("Of {n} slices that were looked at, none is farther from what was foretold than chance explains.")
}
