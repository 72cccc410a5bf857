//! What a metric means, in words: for people who read its name somewhere.

use serde::Serialize;

use super::{Best, Kind, METRICS, Metric, find};
use crate::audit::derive::{AVERAGE_ODDS, Figure, ODDS, PARITIES, Parity};

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

/// Endings of derived names, each with what it tells and the value where groups are alike.
pub fn derived() -> impl Iterator<Item = (&'static str, &'static str, Option<f64>)> {
    Figure::ALL.into_iter().map(|figure| (figure.suffix(), figure.meaning(), alike(figure)))
}

/// The metric of a name, or what follows from one by rule, or a named parity, in words.
pub fn explain(name: &str) -> Option<Explained> {
    if let Some(metric) = find(name) {
        return Some(of_metric(metric));
    }
    if let Some(parity) = PARITIES.iter().find(|parity| parity.name == name) {
        return Some(of_parity(parity));
    }
    if name == AVERAGE_ODDS {
        return Some(average_odds());
    }
    let (figure, metric) = split(name)?;
    let mut words = figure.suffix().replace('_', " ");
    words.insert(0, ',');
    Some(Explained {
        name: name.to_owned(),
        title: format!("{}{words}", metric.title),
        definition: format!("{}; of each group: {}", figure.meaning(), metric.definition),
        meaning: match figure {
            Figure::GroupMin | Figure::GroupMax => format!("One group's figure. {}", metric.meaning),
            _ => format!("All groups in one number. Of each group: {}", metric.meaning),
        },
        neutral: alike(figure),
        direction: match figure {
            Figure::Ratio => "nearer to 1",
            Figure::Difference | Figure::Spread => "nearer to 0",
            Figure::GroupMin | Figure::GroupMax => direction(metric),
        },
        compared_by: None,
        limit: "No verdict of its own: verdicts are given group by group.".to_owned(),
        populations: populations(metric),
    })
}

/// The figure and the metric of a derived name.
fn split(name: &str) -> Option<(Figure, &'static Metric)> {
    let of = |figure: Figure| Some((figure, find(name.strip_suffix(figure.suffix())?)?));
    Figure::ALL.into_iter().find_map(of).filter(|(_, metric)| metric.kind != Kind::Count)
}

/// The metrics that a name of the table comes from; none where it is not known.
pub fn bases(name: &str) -> Vec<&'static Metric> {
    let parity = PARITIES.iter().find(|parity| parity.name == name);
    match (find(name), parity) {
        (Some(metric), _) => vec![metric],
        (None, Some(parity)) => parity.metrics.iter().filter_map(|name| find(name)).collect(),
        (None, None) if name == AVERAGE_ODDS => ODDS.iter().filter_map(|name| find(name)).collect(),
        (None, None) => split(name).map(|(_, metric)| metric).into_iter().collect(),
    }
}

/// All names that the table may have.
pub fn names() -> Vec<String> {
    let derived = |metric: &Metric| Figure::ALL.map(|figure| format!("{}{}", metric.name, figure.suffix()));
    let plain = METRICS.iter().map(|metric| metric.name.to_owned());
    let parities = PARITIES.iter().map(|parity| parity.name.to_owned()).chain([AVERAGE_ODDS.to_owned()]);
    plain.chain(METRICS.iter().filter(|metric| metric.is_by_group()).flat_map(derived)).chain(parities).collect()
}

/// The value of a figure where groups are alike.
fn alike(figure: Figure) -> Option<f64> {
    match figure {
        Figure::Ratio => Some(1.0),
        Figure::Difference | Figure::Spread => Some(0.0),
        Figure::GroupMin | Figure::GroupMax => None,
    }
}

fn of_parity(parity: &Parity) -> Explained {
    let told = parity.metrics.iter().filter_map(|name| find(name)).map(populations);
    Explained {
        name: parity.name.to_owned(),
        title: parity.title.to_owned(),
        definition: parity.definition.to_owned(),
        meaning: parity.meaning.to_owned(),
        neutral: alike(parity.figure),
        direction: if parity.figure == Figure::Ratio { "nearer to 1" } else { "nearer to 0" },
        compared_by: None,
        limit: format!("No verdict of its own: verdicts are given group by group. {}.", parity.source),
        populations: told.min_by_key(Vec::len).unwrap_or_default(),
    }
}

fn average_odds() -> Explained {
    Explained {
        name: AVERAGE_ODDS.to_owned(),
        title: "Average odds difference".to_owned(),
        definition: "((true positive rate − the reference's) + (false positive rate − the reference's)) ÷ 2".to_owned(),
        meaning: "How much more often the group is selected than the reference at equal outcomes.".to_owned(),
        neutral: Some(0.0),
        direction: "nearer to 0",
        compared_by: None,
        limit: "No verdict of its own: verdicts are given by rate. AIF360.".to_owned(),
        populations: vec!["history"],
    }
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
