//! The models of one family that score: one per fold, and the last one.

use super::learner::{Learner, Task};
use super::splits::n_splits;
use super::trial::Trial;
use super::unseen::Unseen;
use super::{Settings, family, sample};
use crate::base::design::Design;
use crate::base::folds::Folds;
use crate::base::model::Model;
use crate::base::saved::Tuned;
use crate::base::units::Family;
use crate::base::{Progress, Result, Seed};

/// A fitted model and what it was fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub model: Model,
    /// How it was restrained.
    pub tuned: Tuned,
    /// Rows that the fit used.
    pub n_rows: usize,
    /// Rows that it might have used.
    pub n_available: usize,
}

/// A family fitted to every fold.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossFitted {
    pub family: Family,
    /// One per fold.
    pub folds: Vec<Fitted>,
    /// For each fold, what its calibrator may learn from: rows of other folds, by models that saw neither these rows
    /// nor the fold; in time order only rows whose outcome was known when the fold's block began.
    pub calibration: Vec<Unseen>,
    /// Every restraint tried with its mean log loss out of fold.
    pub tried: Vec<(Tuned, f64)>,
    /// Which of them each fold takes.
    pub(super) chosen: Vec<usize>,
    /// Which of them the model of the whole history takes.
    pub(super) best: usize,
}

/// What all fits of a group learn from.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub design: &'a Design,
    /// One entry per row of the design.
    pub outcome: &'a [Option<bool>],
    /// Likewise; rows of one cluster belong together: no model may be judged by some after it learned from others.
    pub cluster: &'a [u32],
    /// Rows whose outcome counts.
    pub history: &'a [u32],
    pub folds: &'a Folds,
    /// What the rows of a fit weigh; `None`: all alike. Families that take no weights ([`super::takes_weights`]) never ask.
    pub weigh: Option<Weigh<'a>>,
}

/// The weights of the rows of a fit: positive, one for each.
pub type Weigh<'a> = &'a (dyn Fn(&[u32]) -> Vec<f64> + Sync);

impl<'a> Evidence<'a> {
    pub(super) fn task(&self, settings: &'a Settings) -> Task<'a> {
        let Self { design, outcome, cluster, weigh, .. } = *self;
        Task { design, outcome, cluster, weigh, settings }
    }
}

/// Fits one model of a family per fold, and what their calibrators need.
///
/// The restraint of a fold minimizes the mean log loss, over the rows that its calibrator may learn from, of models that
/// did not see the fold; the last model's, that of all of them over all rows that a fold scores (ties: the more
/// restrained; where there are no such rows, as for the first block in time: the middle one).
///
/// # Errors
/// A fit fails.
pub fn cross_fit(
    evidence: &Evidence<'_>,
    family: Family,
    settings: &Settings,
    seed: Seed,
    progress: &dyn Progress,
) -> Result<CrossFitted> {
    Trial::begin(evidence, family, settings, seed, progress)?.finish()
}

/// Fits the model of the whole history, for today's subjects, with the restraint that the folds' comparison chose.
///
/// # Errors
/// The fit fails.
pub fn fit_last(evidence: &Evidence<'_>, fitted: &CrossFitted, settings: &Settings, seed: Seed) -> Result<Fitted> {
    let task = evidence.task(settings);
    let learner = family::learner(fitted.family, task);
    let seed = seed.child(fitted.family.name()).child("last");
    fit(&*learner, task, evidence.history, settings.fit_rows_max, fitted.best, seed)
}

/// Fits one model of a family to `rows`, with the restraint nearest to `restraint`, or the middle one.
///
/// # Errors
/// The fit fails.
pub fn fit_rows(
    design: &Design,
    outcome: &[Option<bool>],
    rows: &[u32],
    family: Family,
    restraint: Option<f64>,
    settings: &Settings,
    seed: Seed,
) -> Result<Fitted> {
    let task = Task { design, outcome, cluster: &[], weigh: None, settings };
    let learner = family::learner(family, task);
    let values = learner.candidates().values;
    let far = |candidate: &usize| restraint.map_or(0.0, |wanted| (values[*candidate] - wanted).abs());
    let nearest = (0..values.len()).min_by(|a, b| far(a).total_cmp(&far(b)));
    let candidate = restraint.and(nearest).unwrap_or(values.len() / 2);
    fit(&*learner, task, rows, settings.fit_rows_max, candidate, seed)
}

/// Steps that a [`Trial`] takes, for a progress bar: it compares restraints on every split and fits every fold.
pub fn n_steps(folds: &Folds) -> u64 {
    (n_splits(folds) + folds.parts.len()) as u64
}

pub(super) fn fit(
    learner: &dyn Learner,
    task: Task<'_>,
    rows: &[u32],
    max: usize,
    candidate: usize,
    seed: Seed,
) -> Result<Fitted> {
    let used = sample::stratified(rows, task.outcome, max.min(learner.rows_max()), seed);
    let model = learner.fit(&used, candidate, seed)?;
    let tuned = tuned(learner, candidate);
    Ok(Fitted { model, tuned, n_rows: used.len(), n_available: rows.len() })
}

pub(super) fn tuned(learner: &dyn Learner, candidate: usize) -> Tuned {
    let candidates = learner.candidates();
    Tuned { name: candidates.name.to_owned(), value: candidates.values.get(candidate).copied().unwrap_or_default() }
}
