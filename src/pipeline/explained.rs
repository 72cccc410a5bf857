//! What a run tells of its explanations: how they were come by, how far they can be trusted, and what matters overall.

use serde::Serialize;

use super::group::Judgement;
use super::json::write_json;
use super::rows;
use crate::base::{Finding, Result, Seed};
use crate::config::Stakeholders;
use crate::explain::{self, Dependence, Importance, Interaction, Method};
use crate::govern::Outputs;

/// Pairs of columns that are told.
const N_INTERACTIONS: usize = 10;
/// Columns whose dependence is told.
const N_DEPENDENCE: usize = 8;
/// Subjects that interactions are told by, at most.
const N_PAIRED: usize = 500;

/// The content of `explanation.json`.
#[derive(Debug, Serialize)]
pub struct Explanation {
    /// Of the model that scores today's subjects, then of the folds' models.
    method: Vec<Method>,
    quality: Quality,
    importance: Vec<Importance>,
    /// Pairs of columns that say most together.
    interactions: Vec<Interaction>,
    /// Of the most important columns.
    dependence: Vec<Dependence>,
}

/// In numbers that `docs/explanations.md` defines; `None` where there is nothing to tell them by.
#[derive(Debug, Serialize)]
struct Quality {
    /// Points; the largest over all rows.
    additivity_error: f64,
    coverage: Option<f64>,
    stability: Option<f64>,
    faithfulness: Option<f64>,
}

/// Looks at the explanations of the subjects that the run speaks of, and writes `explanation.json`.
///
/// # Errors
/// A column does not fit a model, or the file cannot be written.
pub fn write(
    stakeholders: &Stakeholders,
    judgement: &Judgement,
    additivity_error: f64,
    seed: Seed,
    outputs: &mut dyn Outputs,
) -> Result<Vec<Finding>> {
    let Judgement { table, design, judged, norms, .. } = judgement;
    let settings = &stakeholders.explain;
    // the last model first
    let explainers = rows::explainers(judged.scorers.iter().rev(), settings.perturbation);
    let scorers = rows::scorers(&explainers, design)?;
    let mut reported = table.rows_of(judged.reported);
    reported.retain(|row| judged.risk[*row as usize].is_some());
    let sampled = explain::spaced(&reported, explain::STABLE_ROWS);
    let quality = Quality {
        additivity_error,
        coverage: explain::coverage(&scorers[0], &reported, design, norms, settings),
        stability: explain::stability(&scorers, &sampled, design),
        faithfulness: explain::faithfulness(&scorers[0], &reported, design, seed.child("faithfulness"))?,
    };
    let findings = quality.findings(settings.limits);
    let importance = explain::importance(&scorers, &sampled, design);
    let column = |name: &str| design.features.iter().position(|feature| feature.name == name);
    let used = importance.iter().filter(|of| of.points > 0.0).take(N_DEPENDENCE);
    let columns: Vec<usize> = used.filter_map(|of| column(&of.feature)).collect();
    let few = explain::spaced(&reported, N_PAIRED);
    let explanation = Explanation {
        method: explainers.iter().map(explain::Explainer::method).collect(),
        interactions: explain::strongest(&explainers[0], design, &few, N_INTERACTIONS)?,
        dependence: explain::dependence(&scorers[0], design, &sampled, &columns)?,
        importance,
        quality,
    };
    write_json(outputs, &format!("{}/explanation.json", stakeholders.name), &explanation)?;
    Ok(findings)
}

impl Quality {
    fn findings(&self, limits: explain::Limits) -> Vec<Finding> {
        let told = [
            (
                self.coverage,
                limits.coverage,
                "the reasons that are named cover a share of",
                "of the scores",
                "more reasons: `n_reasons = 5`",
            ),
            (
                self.stability,
                limits.stability,
                "attributions agree between the models of the folds with a rank correlation of",
                "only",
                "read single reasons with care: other rows would have given others",
            ),
            (
                self.faithfulness,
                limits.faithfulness,
                "replacing columns in the order of the reasons moves the scores by a factor of",
                "of what a random order does",
                "read single reasons with care: columns speak together",
            ),
        ];
        let finding = |(value, limit, before, after, hint): (Option<f64>, f64, &str, &str, &str)| {
            let value = value.filter(|value| *value < limit)?;
            let message = format!("{before} {value:.2} {after} (limit {limit})");
            Some(Finding::new("weak-explanations", message).hint(hint))
        };
        told.into_iter().filter_map(finding).collect()
    }
}
