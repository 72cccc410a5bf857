//! The learning curve: what fewer rows would have cost, and so whether more might help.

use rayon::prelude::*;

use super::cross::{CrossFitted, Evidence};
use super::learner::{Learner, Task, margins};
use super::{Settings, family, sample};
use crate::base::{Progress, Result, Seed};

/// Shares of the rows of a fit that are tried, besides all.
const SHARES: [f64; 3] = [0.125, 0.25, 0.5];
/// A fit on fewer rows says nothing.
const ROWS_MIN: usize = 100;

/// Margins out of fold by models that learned from a part of what they might have.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningPoint {
    /// Of the rows that a fold's fit used.
    pub share: f64,
    /// Mean over folds.
    pub n_rows: f64,
    /// Fold by fold, in the order of the folds' rows.
    pub margins: Vec<Vec<f64>>,
}

/// Fits every fold's model again on parts of its rows (stratified, seeded), with the restraint that it had; the fewest
/// rows first, the point of all rows last. Points that would leave a fold fewer than 100 rows are left out.
///
/// # Errors
/// A fit fails.
pub fn learning_curve(
    evidence: &Evidence<'_>,
    fitted: &CrossFitted,
    settings: &Settings,
    seed: Seed,
    progress: &dyn Progress,
) -> Result<Vec<LearningPoint>> {
    let task = evidence.task(settings);
    let learner = family::learner(fitted.family, task);
    let enough = |share: &f64| fitted.folds.iter().all(|fold| fold.n_rows as f64 * share >= ROWS_MIN as f64);
    let shares: Vec<f64> = SHARES.into_iter().filter(enough).collect();
    let mut points = Vec::new();
    for share in shares {
        points.push(point(evidence, fitted, task, &*learner, share, seed.child(&format!("share {share}")))?);
        progress.advance(1);
    }
    let whole = fitted.folds.iter().zip(&evidence.folds.parts);
    let told = whole.map(|(fitted, part)| margins(&fitted.model, task.design, &part.test));
    points.push(LearningPoint { share: 1.0, n_rows: mean_rows(fitted, 1.0), margins: told.collect::<Result<_>>()? });
    Ok(points)
}

/// Steps that [`learning_curve`] takes at most.
pub const CURVE_STEPS: u64 = SHARES.len() as u64;

fn point(
    evidence: &Evidence<'_>,
    fitted: &CrossFitted,
    task: Task<'_>,
    learner: &dyn Learner,
    share: f64,
    seed: Seed,
) -> Result<LearningPoint> {
    let candidates = learner.candidates();
    let of_fold = |(fold, part): (usize, &crate::base::folds::Fold)| {
        let of_fold = &fitted.folds[fold];
        let n_rows = (of_fold.n_rows as f64 * share) as usize;
        let rows = sample::stratified(&part.train, task.outcome, n_rows, seed.child(&fold.to_string()));
        let candidate = candidates.values.iter().position(|value| *value == of_fold.tuned.value).unwrap_or_default();
        let model = learner.fit(&rows, candidate, seed.child(&format!("fit {fold}")))?;
        margins(&model, task.design, &part.test)
    };
    let told = evidence.folds.parts.par_iter().enumerate().map(of_fold).collect::<Result<_>>()?;
    Ok(LearningPoint { share, n_rows: mean_rows(fitted, share), margins: told })
}

fn mean_rows(fitted: &CrossFitted, share: f64) -> f64 {
    let sum: f64 = fitted.folds.iter().map(|fold| (fold.n_rows as f64 * share).floor()).sum();
    sum / fitted.folds.len().max(1) as f64
}
