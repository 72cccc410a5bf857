//! What a metric means, in words: for people who read its name somewhere.

use serde::Serialize;

use super::{Best, Kind, METRICS, Metric, find};

/// All that there is to say of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    pub name: String,
    pub title: String,
    /// Formula in words.
    pub definition: String,
    /// In a sentence.
    pub meaning: String,
    /// The value of a score without fault.
    pub neutral: Option<f64>,
    /// Which value is better.
    pub direction: &'static str,
    /// `ratio` or `difference`; `None` where groups are not compared.
    pub compared_by: Option<&'static str>,
    /// Where a limit comes from.
    pub limit: String,
    /// Of which subjects it is told.
    pub populations: Vec<&'static str>,
}

/// Endings of derived names, the longer first; with how the number follows from the metric by group, and the value
/// where groups are alike.
pub const DERIVED: [(&str, &str, Option<f64>); 6] = [
    ("_difference_to_overall", "the largest absolute difference between a group and all subjects together", Some(0.0)),
    ("_ratio_to_overall", "the ratio between a group and all subjects together that is furthest from 1", Some(1.0)),
    ("_difference", "highest minus lowest over the groups", Some(0.0)),
    ("_ratio", "lowest ÷ highest over the groups", Some(1.0)),
    ("_group_min", "the lowest over the groups", None),
    ("_group_max", "the highest over the groups", None),
];

/// The metric of a name, or what follows from one by rule, in words.
pub fn explain(name: &str) -> Option<Explained> {
    if let Some(metric) = find(name) {
        return Some(of_metric(metric));
    }
    let (ending, rule, neutral) = DERIVED.iter().find(|(ending, _, _)| name.ends_with(ending))?;
    let metric = find(name.strip_suffix(ending)?).filter(|metric| metric.kind != Kind::Count)?;
    let words = ending.trim_start_matches('_').replace('_', " ");
    let is_gap = neutral.is_some();
    Some(Explained {
        name: name.to_owned(),
        title: format!("{}, {words}", metric.title),
        definition: format!("{rule}, of: {}", metric.definition),
        meaning: if is_gap {
            format!("How far groups are apart. Of each group: {}", metric.meaning)
        } else {
            format!("The group at this end. Of each group: {}", metric.meaning)
        },
        neutral: *neutral,
        direction: match (is_gap, *neutral) {
            (true, Some(1.0)) => "nearer to 1",
            (true, _) => "nearer to 0",
            _ => direction(metric),
        },
        compared_by: None,
        limit: "No verdict of its own: verdicts are given group by group.".to_owned(),
        populations: populations(metric),
    })
}

/// All names that [`explain`] knows.
pub fn names() -> Vec<String> {
    let derived = |metric: &Metric| DERIVED.map(|(ending, _, _)| format!("{}{ending}", metric.name));
    let plain = METRICS.iter().map(|metric| metric.name.to_owned());
    plain.chain(METRICS.iter().filter(|metric| metric.kind != Kind::Count).flat_map(derived)).collect()
}

fn of_metric(metric: &Metric) -> Explained {
    let by = if metric.is_by_ratio() { "ratio" } else { "difference" };
    Explained {
        name: metric.name.to_owned(),
        title: metric.title.to_owned(),
        definition: metric.definition.to_owned(),
        meaning: metric.meaning.to_owned(),
        neutral: metric.neutral,
        direction: direction(metric),
        compared_by: (metric.kind != Kind::Count).then_some(by),
        limit: metric.limit.to_owned(),
        populations: populations(metric),
    }
}

fn direction(metric: &Metric) -> &'static str {
    match (metric.best, metric.neutral) {
        (Best::Highest, _) => "higher",
        (Best::Lowest, _) => "lower",
        (Best::BySelection, _) => "higher where being selected helps, lower where it harms",
        (Best::Neutral, Some(_)) => "nearer to the neutral value",
        (Best::Neutral, None) => "neither",
    }
}

fn populations(metric: &Metric) -> Vec<&'static str> {
    if metric.populations.len() == 2 { vec!["history", "today"] } else { vec!["history"] }
}
