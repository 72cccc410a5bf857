//! `trustrisk explain`: why subjects of a finished run have their scores.

use serde_json::{Value, json};

use super::arguments::Explain;
use super::exit;
use super::files::run_folder;
use super::terminal::Terminal;
use crate::base::Result;
use crate::pipeline::{self, Explanation};

pub fn explain(arguments: &Explain, terminal: &Terminal) -> Result<u8> {
    let explanations = pipeline::explain(&run_folder(&arguments.run)?, &arguments.only, &arguments.ids)?;
    if terminal.json {
        let subjects: Vec<Value> = explanations.iter().map(explanation_json).collect();
        terminal.object(&json!({ "subjects": subjects, "exit": exit::FINE }))?;
        return Ok(exit::FINE);
    }
    let texts: Vec<String> = explanations.iter().map(explanation_text).collect();
    terminal.data(texts.join("\n").as_bytes())?;
    Ok(exit::FINE)
}

/// A subject's score, its reasons, and every feature's points: they add up.
pub fn explanation_text(explanation: &Explanation) -> String {
    let Explanation { stakeholders, id, time, score, base_score, band, reasons, points } = explanation;
    let time = time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
    let mut lines = vec![format!("{stakeholders} {id}{time}: score {score:.1}, {band}")];
    lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
    let width =
        points.iter().map(|(feature, _)| feature.chars().count()).max().unwrap_or(0).max("starting point".len());
    lines.push(format!("  {:<width$}  {base_score:>6.1}", "starting point"));
    lines.extend(points.iter().map(|(feature, points)| format!("  {feature:<width$}  {points:>+6.1}")));
    lines.push(String::new());
    lines.join("\n")
}

fn explanation_json(explanation: &Explanation) -> Value {
    let points: serde_json::Map<String, Value> =
        explanation.points.iter().map(|(feature, points)| (feature.clone(), json!(points))).collect();
    json!({
        "stakeholders": explanation.stakeholders,
        "id": explanation.id,
        "time": explanation.time,
        "score": explanation.score,
        "base_score": explanation.base_score,
        "band": explanation.band,
        "reasons": explanation.reasons,
        "points": points,
    })
}
