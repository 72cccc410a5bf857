//! The audit table as Markdown, short enough to be pasted.

use std::fmt::Write as _;

use super::control::unconditional;
use super::metrics::find;
use super::row::Row;
use super::verdict::{DISPARITY, INSUFFICIENT, NONE_FOUND, UNDEFINED};
use super::words;
use crate::base::population::Population;

/// Verdicts in the order in which a reader needs them.
const ORDER: [&str; 4] = [DISPARITY, INSUFFICIENT, UNDEFINED, NONE_FOUND];

/// Metrics that are told of every group, beside those with a limit.
const TOLD: [&str; 5] =
    ["base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "positive_predictive_value"];

/// Writes rows as Markdown: the binding comparisons, those of a disparity first; then the main rates of every group with
/// their intervals, a table for each feature and population. Numbers are rounded; those that are undefined, unknown or
/// suppressed are `–`.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut binding: Vec<&Row> = rows.iter().filter(|row| row.verdict.is_some()).collect();
    binding.sort_by_key(|row| rank(row));
    if !binding.is_empty() {
        text += "| verdict | metric | feature | group | n | value | reference | against it | limits | adjusted p |\n";
        text += "|---|---|---|---|--:|--:|---|--:|--:|--:|\n";
        binding.iter().for_each(|row| text += &verdict_line(row));
    }
    let mut features: Vec<(&str, Population)> = Vec::new();
    // what is conditioned on a factor has comparisons, but no rates of its own
    for row in rows.iter().filter(|row| is_told(row) && unconditional(&row.feature) == row.feature) {
        if !features.contains(&(&row.feature, row.population)) {
            features.push((&row.feature, row.population));
        }
    }
    for (feature, population) in features {
        let told: Vec<&Row> =
            rows.iter().filter(|row| row.feature == feature && row.population == population).collect();
        text += &rates(feature, population, &told);
    }
    text
}

/// The place of a row's verdict among those that a reader needs first: disparity 0, none found 3, no verdict 4.
pub fn rank(row: &Row) -> usize {
    let verdict = row.verdict.as_deref();
    ORDER.iter().position(|known| Some(*known) == verdict).unwrap_or(ORDER.len())
}

fn verdict_line(row: &Row) -> String {
    let cells = [
        row.verdict.clone().unwrap_or_default(),
        metric(row),
        row.feature.clone(),
        row.group.clone(),
        row.n.map_or_else(|| words::UNKNOWN.to_owned(), words::grouped),
        words::value(row),
        row.reference.clone().unwrap_or_default(),
        words::comparison(row).unwrap_or_else(|| words::UNKNOWN.to_owned()),
        words::limits(row).unwrap_or_default(),
        row.p_adjusted.map_or_else(|| words::UNKNOWN.to_owned(), words::p),
    ];
    line(&cells)
}

/// One line a group, one column a metric.
fn rates(feature: &str, population: Population, rows: &[&Row]) -> String {
    let mut metrics: Vec<&str> = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    for row in rows {
        if !is_told(row) {
            continue;
        }
        if !metrics.contains(&row.metric.as_str()) {
            metrics.push(&row.metric);
        }
        if !groups.contains(&row.group.as_str()) {
            groups.push(&row.group);
        }
    }
    let of_all = if population == Population::Today { ", outcome open" } else { "" };
    let mut text = format!("\n**{}**{of_all}\n\n", escaped(feature));
    let titles = metrics.iter().map(|metric| find(metric).map_or(*metric, |metric| metric.title).to_owned());
    let head: Vec<String> = ["group".to_owned(), "n".to_owned()].into_iter().chain(titles).collect();
    text += &line(&head);
    // writing to a string cannot fail
    let _ = writeln!(text, "|---|{}", "--:|".repeat(head.len() - 1));
    for group in groups {
        let of = |metric: &str| rows.iter().find(|row| row.group == group && row.metric == metric);
        let n = of("n").and_then(|row| row.n).map_or_else(|| words::UNKNOWN.to_owned(), words::grouped);
        let told = metrics.iter().map(|metric| of(metric).map_or_else(String::new, |row| words::value_between(row)));
        text += &line(&[group.to_owned(), n].into_iter().chain(told).collect::<Vec<_>>());
    }
    text
}

fn is_told(row: &Row) -> bool {
    TOLD.contains(&row.metric.as_str()) || row.limit_low.is_some()
}

fn metric(row: &Row) -> String {
    let title = find(&row.metric).map_or_else(|| row.metric.clone(), |metric| metric.title.to_lowercase());
    if row.population == Population::Today { format!("{title}, today") } else { title }
}

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Names of groups may hold what Markdown takes for a border.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ")
}
