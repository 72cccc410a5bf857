//! `trustrisk explain`: why subjects of a finished run have their scores.

use serde_json::{Value, json};

use super::arguments::Explain;
use super::exit;
use super::files::run_folder;
use super::terminal::{Terminal, error_json};
use crate::base::Result;
use crate::pipeline::{self, Explained, Explanation};

pub fn explain(arguments: &Explain, terminal: &Terminal) -> Result<u8> {
    let Explained { explanations, missing } =
        pipeline::explain(&run_folder(&arguments.run)?, &arguments.only, &arguments.ids)?;
    let exit = if missing.is_some() { exit::FAILED } else { exit::FINE };
    if let Some(missing) = &missing {
        terminal.tell_error(missing);
    }
    if terminal.json {
        let subjects: Vec<Value> = explanations.iter().map(explanation_json).collect();
        let errors = missing.as_ref().map_or(json!([]), |missing| error_json(missing)["errors"].clone());
        terminal.object(&json!({ "subjects": subjects, "errors": errors, "exit": exit }))?;
        return Ok(exit);
    }
    let texts: Vec<String> = explanations.iter().map(explanation_text).collect();
    terminal.data(texts.join("\n").as_bytes())?;
    Ok(exit)
}

/// A subject's score, its reasons, and every feature's points: they add up.
pub fn explanation_text(explanation: &Explanation) -> String {
    let Explanation { stakeholders, id, time, score, base_score, band, reasons, actions, points } = explanation;
    let time = time.as_ref().map_or_else(String::new, |time| format!(" at {time}"));
    let mut lines = vec![format!("{stakeholders} {id}{time}: score {score:.1}, {band}")];
    lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
    if !actions.is_empty() {
        lines.push("  what could be done (the model's score, not a promise)".to_owned());
        lines.extend(actions.iter().map(|action| format!("    {action}")));
    }
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
        "actions": explanation.actions,
        "points": points,
    })
}
