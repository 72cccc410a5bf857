//! The fold models of one family, and margins of subjects that a model did not see.
//!
//! Calibrating fold k needs margins of the other folds by models that saw neither them nor fold k: were the models of
//! the other folds used, each would have learned from fold k, and a subject's own outcome would come back through the
//! calibrator. So every pair of folds gets a model of its own that saw neither. The same models choose fold k's
//! restraint (a penalty, a depth, a number of trees), and between families. With folds in time order, the earlier
//! blocks serve instead: those of their rows whose outcome was known when the block began.

use rayon::prelude::*;

use super::learner::{Learner, Path, Task, margins};
use super::splits::{Asked, Split, n_splits, splits};
use super::unseen::Unseen;
use super::{Settings, family, restraint, sample};
use crate::base::design::Design;
use crate::base::folds::{FoldKind, Folds};
use crate::base::model::Model;
use crate::base::saved::Tuned;
use crate::base::units::{Family, MarginUnit};
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
    /// Which of them the model of the whole history takes.
    best: usize,
}

/// What all fits of a group learn from.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub design: &'a Design,
    /// One entry per row of the design.
    pub outcome: &'a [Option<bool>],
    /// Rows whose outcome counts.
    pub history: &'a [u32],
    pub folds: &'a Folds,
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
    let task = Task { design: evidence.design, outcome: evidence.outcome, settings };
    let learner = family::learner(family, task);
    Cross { task, learner: &*learner, folds: evidence.folds, group: seed, seed: seed.child(family.name()), progress }
        .fit()
}

/// Fits the model of the whole history, for today's subjects, with the restraint that the folds' comparison chose.
///
/// # Errors
/// The fit fails.
pub fn fit_last(evidence: &Evidence<'_>, fitted: &CrossFitted, settings: &Settings, seed: Seed) -> Result<Fitted> {
    let task = Task { design: evidence.design, outcome: evidence.outcome, settings };
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
    let task = Task { design, outcome, settings };
    let learner = family::learner(family, task);
    let values = learner.candidates().values;
    let far = |candidate: &usize| restraint.map_or(0.0, |wanted| (values[*candidate] - wanted).abs());
    let nearest = (0..values.len()).min_by(|a, b| far(a).total_cmp(&far(b)));
    let candidate = restraint.and(nearest).unwrap_or(values.len() / 2);
    fit(&*learner, task, rows, settings.fit_rows_max, candidate, seed)
}

/// Steps that [`cross_fit`] takes, for a progress bar: it compares restraints on every split and fits every fold.
pub fn n_steps(folds: &Folds) -> u64 {
    (n_splits(folds) + folds.parts.len()) as u64
}

fn fit(
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

fn tuned(learner: &dyn Learner, candidate: usize) -> Tuned {
    let candidates = learner.candidates();
    Tuned { name: candidates.name.to_owned(), value: candidates.values.get(candidate).copied().unwrap_or_default() }
}

struct Cross<'a> {
    task: Task<'a>,
    learner: &'a dyn Learner,
    folds: &'a Folds,
    /// For what must be the same for all families.
    group: Seed,
    /// The family's own.
    seed: Seed,
    progress: &'a dyn Progress,
}

/// What the models of one split say.
struct Compared {
    /// Mean log loss per asked rows, per candidate.
    losses: Vec<Vec<f64>>,
    /// The models, where the comparison used as many rows as a fit would, so that they need not be fitted again.
    path: Option<Path>,
}

impl Cross<'_> {
    fn fit(&self) -> Result<CrossFitted> {
        let splits = splits(self.folds);
        let compared: Vec<Compared> = splits.par_iter().map(|split| self.compare(split)).collect::<Result<_>>()?;
        let n_candidates = self.learner.candidates().values.len();
        let losses = |by: Option<usize>| {
            let all =
                splits.iter().zip(&compared).flat_map(|(split, compared)| split.asked.iter().zip(&compared.losses));
            let told = all.filter(|(asked, _)| asked.by == by).map(|(asked, losses)| (asked.rows.len(), losses));
            restraint::mean_losses(n_candidates, told)
        };
        let by_last = losses(None);
        let chosen: Vec<usize> =
            (0..self.folds.parts.len()).map(|fold| restraint::best(n_candidates, &losses(Some(fold)))).collect();
        let folds: Vec<Fitted> = self
            .folds
            .parts
            .par_iter()
            .zip(&chosen)
            .enumerate()
            .map(|(fold, (part, &candidate))| {
                let seed = self.seed.child(&format!("fold {fold}"));
                self.fit_one(&part.train, self.task.settings.fit_rows_max, candidate, seed)
            })
            .collect::<Result<_>>()?;
        let calibration = self.calibration(&splits, &compared, &chosen, &folds)?;
        let best = restraint::best(n_candidates, &by_last);
        let tried = by_last.into_iter().enumerate().map(|(candidate, loss)| (tuned(self.learner, candidate), loss));
        Ok(CrossFitted { family: self.learner.family(), folds, calibration, tried: tried.collect(), best })
    }

    fn fit_one(&self, rows: &[u32], max: usize, candidate: usize, seed: Seed) -> Result<Fitted> {
        let fitted = fit(self.learner, self.task, rows, max, candidate, seed);
        self.progress.advance(1);
        fitted
    }

    fn compare(&self, split: &Split<'_>) -> Result<Compared> {
        let (task, seed) = (self.task, self.seed.child(&split.name));
        let (max, fit_max) = (task.settings.selection_rows_max, self.learner.rows_max());
        let rows = sample::stratified(&split.train, task.outcome, max.min(fit_max), seed);
        let path = self.learner.path(&rows, seed)?;
        let unit = self.learner.family().margin_unit();
        let losses = split.asked.iter().map(|asked| {
            let rows = sample::stratified(&asked.rows, task.outcome, max, seed);
            let outcomes = task.outcomes(&rows);
            let margins = path.margins(task.design, &rows)?;
            Ok(margins.iter().map(|margins| log_loss(unit, margins, &outcomes)).collect())
        });
        let losses = losses.collect::<Result<_>>()?;
        self.progress.advance(1);
        let is_whole = rows.len() == split.train.len().min(fit_max);
        Ok(Compared { losses, path: is_whole.then_some(path) })
    }

    /// For each fold the margins that its calibrator learns from.
    fn calibration(
        &self,
        splits: &[Split<'_>],
        compared: &[Compared],
        chosen: &[usize],
        fitted: &[Fitted],
    ) -> Result<Vec<Unseen>> {
        let pairs = self.pair_models(splits, compared, chosen)?;
        let mut jobs: Vec<(usize, &Asked<'_>, &Model)> = Vec::new();
        for (number, split) in splits.iter().enumerate() {
            for asked in &split.asked {
                let Some(fold) = asked.by else { continue };
                let pair = pairs.iter().find(|(split, candidate, _)| *split == number && *candidate == chosen[fold]);
                jobs.push((fold, asked, pair.map_or(&fitted[asked.of].model, |(_, _, model)| model)));
            }
        }
        let (task, max) = (self.task, self.task.settings.evidence_rows_max);
        let told: Vec<(Vec<u32>, Vec<f64>)> = jobs
            .par_iter()
            .map(|(fold, asked, model)| {
                let seed = self.group.child(&format!("evidence {fold} {}", asked.of));
                let rows = sample::stratified(&asked.rows, task.outcome, max, seed);
                let margins = margins(model, task.design, &rows)?;
                Ok((rows, margins))
            })
            .collect::<Result<_>>()?;
        let mut calibration = vec![Unseen::default(); self.folds.parts.len()];
        for ((fold, asked, _), (rows, margins)) in jobs.into_iter().zip(told) {
            calibration[fold].extend(self.folds.calibration_fold(asked.of), &rows, &margins, task.outcome);
        }
        Ok(calibration)
    }

    /// The models of pairs of folds with the restraints of their folds, as (split, candidate, model); none with folds in
    /// time order, where the fold models serve.
    fn pair_models(
        &self,
        splits: &[Split<'_>],
        compared: &[Compared],
        chosen: &[usize],
    ) -> Result<Vec<(usize, usize, Model)>> {
        if self.folds.kind == FoldKind::Forward {
            return Ok(Vec::new());
        }
        let mut needed: Vec<(usize, usize)> = Vec::new();
        for (number, split) in splits.iter().enumerate() {
            for fold in split.asked.iter().filter_map(|asked| asked.by) {
                if !needed.contains(&(number, chosen[fold])) {
                    needed.push((number, chosen[fold]));
                }
            }
        }
        let max = self.task.settings.calibration_rows_max;
        needed
            .par_iter()
            .map(|&(number, candidate)| {
                let ready = compared[number].path.as_ref().and_then(|path| path.model(candidate));
                let split = &splits[number];
                let model = match ready {
                    Some(model) => model,
                    None => {
                        fit(self.learner, self.task, &split.train, max, candidate, self.seed.child(&split.name))?.model
                    }
                };
                Ok((number, candidate, model))
            })
            .collect()
    }
}

/// Mean log loss of margins taken as they are; 0 without rows.
fn log_loss(unit: MarginUnit, margins: &[f64], outcomes: &[bool]) -> f64 {
    let loss = |(margin, outcome): (&f64, &bool)| match unit {
        MarginUnit::LogOdds => {
            let wrong = if *outcome { -margin } else { *margin };
            wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
        }
        MarginUnit::Rate => -(if *outcome { *margin } else { 1.0 - margin }).max(1e-12).ln(),
    };
    margins.iter().zip(outcomes).map(loss).sum::<f64>() / margins.len().max(1) as f64
}
