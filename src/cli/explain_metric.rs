//! `trustrisk explain-metric`: what a metric of the audit means.

use serde_json::json;

use super::arguments::ExplainMetric;
use super::exit;
use super::terminal::Terminal;
use crate::audit::derive::PARITIES;
use crate::audit::metrics::{self, Explained};
use crate::base::error::nearest;
use crate::base::{Error, Result};

pub fn explain_metric(arguments: &ExplainMetric, terminal: &Terminal) -> Result<u8> {
    let Some(name) = &arguments.name else { return list(terminal) };
    let Some(explained) = metrics::explain(name) else {
        let names = metrics::names();
        let hint = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("`trustrisk explain-metric {near}`"),
            None => "`trustrisk explain-metric` lists all".to_owned(),
        };
        return Err(Error::new(format!("`{name}` is no metric of the audit")).hint(hint));
    };
    if terminal.json {
        terminal.object(&json!(explained))?;
    } else {
        terminal.data(text(&explained).as_bytes())?;
    }
    Ok(exit::FINE)
}

fn list(terminal: &Terminal) -> Result<u8> {
    let names = metrics::METRICS.iter().map(|metric| metric.name).chain(PARITIES.iter().map(|parity| parity.name));
    let all: Vec<Explained> = names.filter_map(metrics::explain).collect();
    let endings: Vec<&str> = metrics::derived().map(|(ending, _, _)| ending).collect();
    if terminal.json {
        terminal.object(&json!({ "metrics": all, "endings": endings }))?;
        return Ok(exit::FINE);
    }
    let width = all.iter().map(|metric| metric.name.chars().count()).max().unwrap_or(0);
    let lines: String = all.iter().map(|metric| format!("{:<width$}  {}\n", metric.name, metric.definition)).collect();
    terminal.data(format!("{lines}\nmetrics but `n` also end in {}\n", endings.join(", ")).as_bytes())?;
    terminal.tell("hint: `trustrisk explain-metric selection_rate`");
    Ok(exit::FINE)
}

fn text(explained: &Explained) -> String {
    let parts = [
        ("name", Some(explained.name.clone())),
        ("title", Some(explained.title.clone())),
        ("formula", Some(explained.definition.clone())),
        ("means", Some(explained.meaning.clone())),
        ("neutral", explained.neutral.map(|neutral| neutral.to_string())),
        ("better is", Some(explained.direction.to_owned())),
        ("compared by", explained.compared_by.map(str::to_owned)),
        ("limit", Some(explained.limit.clone())),
        ("told for", Some(explained.populations.join(", "))),
    ];
    parts.into_iter().filter_map(|(key, said)| Some(format!("{key:<12} {}\n", said?))).collect()
}
