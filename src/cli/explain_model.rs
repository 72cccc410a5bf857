//! `trustrisk explain-model`: a model trained elsewhere, attributed on a table.

use serde_json::json;

use super::arguments::ExplainModel;
use super::exit;
use super::files;
use super::subjects;
use super::terminal::{Terminal, finding_line, grouped};
use crate::base::attributions::Perturbation;
use crate::base::{Result, Seed};
use crate::pipeline::{self, ExplainedModel, Question};

/// Columns whose importance is told.
const N_TOLD: usize = 10;

pub fn explain_model(arguments: &ExplainModel, terminal: &Terminal) -> Result<u8> {
    let ExplainModel { model, subjects, background, seed, path_dependent } = arguments;
    let question = Question {
        settings: subjects::settings(subjects, model, terminal)?,
        perturbation: if *path_dependent { Perturbation::PathDependent } else { Perturbation::Interventional },
        background_max: *background as usize,
        seed: Seed(*seed),
    };
    let progress = terminal.progress();
    let text = files::read(model)?;
    let explained =
        subjects::write(subjects, terminal, |out| pipeline::explain_model(&text, &question, out, &*progress))?;
    for finding in &explained.findings {
        terminal.tell(&finding_line(finding, terminal.color));
    }
    let exit = exit::code(&explained.findings, false, 0, &[]);
    terminal.tell(&story(&explained));
    if let Some(path) = &subjects.out {
        terminal.tell(&format!("{} subjects explained: `{}`", grouped(explained.n_rows as u64), path.display()));
    }
    if terminal.json {
        let importance: serde_json::Map<String, serde_json::Value> =
            explained.importance.iter().map(|(column, points)| (column.clone(), json!(points))).collect();
        terminal.object(&json!({
            "maker": explained.maker,
            "n_trees": explained.n_trees,
            "n_rows": explained.n_rows,
            "method": explained.method,
            "importance": importance,
            "path": subjects.out,
            "findings": explained.findings,
            "exit": exit,
        }))?;
    }
    Ok(exit)
}

/// What was explained and how, and which columns matter most.
pub fn story(explained: &ExplainedModel) -> String {
    let ExplainedModel { maker, n_trees, method, importance, .. } = explained;
    let how = match method.perturbation {
        Perturbation::Interventional => {
            format!("interventional, against {} subjects", grouped(method.n_background))
        }
        Perturbation::PathDependent => "path-dependent, by cover".to_owned(),
    };
    let mut lines = vec![format!("{maker}, {n_trees} trees; attributions {how}; points of the uncalibrated score")];
    let told = &importance[..importance.len().min(N_TOLD)];
    let width = told.iter().map(|(column, _)| column.chars().count()).max().unwrap_or(0);
    lines.extend(told.iter().map(|(column, points)| format!("  {column:<width$}  {points:>5.1}")));
    if importance.len() > told.len() {
        lines.push(format!("  and {} more columns", importance.len() - told.len()));
    }
    lines.join("\n")
}
