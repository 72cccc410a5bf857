//! Which families are asked at all: by how much there is to learn from, and by declared directions.

use super::compare::FamilyFigures;
use super::select::Task;
use crate::base::model::Model;
use crate::base::units::{Direction, Family};
use crate::base::{Error, Finding, Result};
use crate::calibrate;
use crate::train::{self, CrossFitted, Evidence, Violation};

/// Subjects, and outcomes of either kind, below which only the simplest families are asked.
const SUBJECTS_MIN: usize = 300;
/// Where a calibrator cannot be fitted, nothing that needs one may score.
const OUTCOMES_MIN: usize = calibrate::OUTCOMES_MIN;
/// With a rate below, and fewer of the rarer outcome, only families that can be read are asked: what many trees find in so
/// few cannot be told from chance by anybody who looks at it.
const RARE_RATE: f64 = 0.05;
const RARE_MIN: usize = 200;

/// The families that may score, and those that may not, with the reason.
pub fn in_question(task: &Task<'_>, findings: &mut Vec<Finding>) -> (Vec<Family>, Vec<FamilyFigures>) {
    if let Some(family) = task.stakeholders.train.family {
        return (vec![family], Vec::new());
    }
    let all = Family::ALL.to_vec();
    let history = task.evidence.history;
    let n_outcomes = history.iter().filter(|&&row| task.evidence.outcome[row as usize] == Some(true)).count();
    let n_fewer = n_outcomes.min(history.len() - n_outcomes);
    let is_small = history.len() < SUBJECTS_MIN || n_fewer < OUTCOMES_MIN;
    let is_rare = n_fewer < RARE_MIN && (n_fewer as f64) < RARE_RATE * history.len() as f64;
    if !is_small && !is_rare {
        return (all, Vec::new());
    }
    let most = if is_small { Family::Tree } else { Family::Additive };
    let (simple, others): (Vec<Family>, Vec<Family>) = all.into_iter().partition(|family| *family <= most);
    let reason = if is_small {
        format!(
            "too little to learn from: {} subjects, {n_fewer} of the rarer outcome (expected {SUBJECTS_MIN} and \
             {OUTCOMES_MIN})",
            history.len()
        )
    } else {
        format!("the rarer outcome is rare: {n_fewer} of {} subjects (expected {RARE_MIN})", history.len())
    };
    findings.push(Finding::new("simple-models", format!("{reason}; only the simpler models were asked")));
    let refused = |family: &Family| FamilyFigures::refused(*family, &Error::new(reason.clone()));
    (simple, others.iter().map(refused).collect())
}

/// The directions that a model breaks, on history.
pub fn violations(task: &Task<'_>, model: &Model) -> Result<Vec<Violation>> {
    let (evidence, directions) = (&task.evidence, &task.stakeholders.train.directions);
    train::violations(model, evidence.design, evidence.history, directions, task.seed)
}

/// The first direction that a first model of a family breaks, in words: such a family is not tried at length.
pub fn foreseen(task: &Task<'_>, family: Family) -> Result<Option<String>> {
    let train = &task.stakeholders.train;
    if train.directions.is_empty() || train::keeps_directions(family) {
        return Ok(None);
    }
    let settings = train::Settings { fit_rows_max: train.selection_rows_max, ..train.clone() };
    let Evidence { design, outcome, history, .. } = task.evidence;
    let fitted = train::fit_rows(design, outcome, history, family, None, &settings, task.seed)?;
    Ok(violations(task, &fitted.model)?.first().map(told))
}

/// The first direction that a fold's model breaks, in words.
pub fn violation(task: &Task<'_>, fitted: &CrossFitted) -> Result<Option<String>> {
    for fold in &fitted.folds {
        if let Some(violation) = violations(task, &fold.model)?.first() {
            return Ok(Some(told(violation)));
        }
    }
    Ok(None)
}

/// A broken direction in words.
pub fn told(violation: &Violation) -> String {
    let Violation { feature, direction, n, n_rows, .. } = violation;
    let moves = match direction {
        Direction::Increasing => "falls",
        Direction::Decreasing => "rises",
    };
    format!("the risk {moves} where `{feature}` rises, for {n} of {n_rows} rows looked at")
}
