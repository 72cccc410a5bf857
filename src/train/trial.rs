//! A family tried on every fold: compared with itself at every degree of restraint, then fitted.
//!
//! Calibrating fold k needs margins of the other folds by models that saw neither them nor fold k: were the models of
//! the other folds used, each would have learned from fold k, and a subject's own outcome would come back through the
//! calibrator. So every pair of folds gets a model of its own that saw neither. The same models choose fold k's
//! restraint (a penalty, a depth, a number of trees), and between families. With folds in time order, the earlier
//! blocks serve instead: those of their rows whose outcome was known when the block began.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::cross::{CrossFitted, Evidence, Fitted, fit, tuned};
use super::learner::{Learner, Path, Task, margins};
use super::splits::{Asked, Split, n_first, splits};
use super::unseen::Unseen;
use super::{Settings, family, restraint, sample};
use crate::base::folds::{FoldKind, Folds};
use crate::base::model::Model;
use crate::base::units::{Family, MarginUnit};
use crate::base::{Progress, Result, Seed};

/// A family that is being fitted to every fold.
pub struct Trial<'a> {
    task: Task<'a>,
    learner: Box<dyn Learner + 'a>,
    folds: &'a Folds,
    splits: Vec<Split<'a>>,
    /// Of the first splits, as far as the trial has come.
    compared: Vec<Compared>,
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
    path: Path,
    /// Whether the comparison used as many rows as a fit would, so that its models need not be fitted again.
    is_whole: bool,
}

impl<'a> Trial<'a> {
    /// Compares the family's degrees of restraint on the first splits, in which every random fold learns from two
    /// others.
    ///
    /// # Errors
    /// A fit fails.
    pub fn begin(
        evidence: &Evidence<'a>,
        family: Family,
        settings: &'a Settings,
        seed: Seed,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let (folds, task) = (evidence.folds, evidence.task(settings));
        let learner = family::learner(family, task);
        let (splits, compared, own) = (splits(folds), Vec::new(), seed.child(family.name()));
        let mut trial = Self { task, learner, folds, splits, compared, group: seed, seed: own, progress };
        trial.compare(n_first(folds))?;
        Ok(trial)
    }

    /// For each fold what the first splits tell it: rows of other folds, the same for all families, by models that saw
    /// neither these rows nor the fold.
    ///
    /// # Errors
    /// A column does not fit a model.
    pub fn look(&self) -> Result<Vec<Unseen>> {
        let chosen = self.chosen();
        let model = |fold: usize, split: usize| self.compared[split].path.model(chosen[fold]).map(Cow::Owned);
        self.unseen(self.task.settings.selection_rows_max, &model)
    }

    /// Compares on the other splits, fits the folds' models, and lets their calibrators have something to learn from.
    ///
    /// # Errors
    /// A fit fails.
    pub fn finish(mut self) -> Result<CrossFitted> {
        self.compare(self.splits.len())?;
        let (chosen, by_last) = (self.chosen(), self.losses(None));
        let folds = self.fold_models(&chosen)?;
        let pairs = self.pair_models(&chosen)?;
        let model = |fold: usize, split: usize| {
            let pair = pairs.iter().find(|(number, candidate, _)| (*number, *candidate) == (split, chosen[fold]));
            let of_split = || folds.get(split).map(|fitted| &fitted.model);
            pair.map(|(_, _, model)| model).or_else(of_split).map(Cow::Borrowed)
        };
        let calibration = self.unseen(self.task.settings.evidence_rows_max, &model)?;
        let best = restraint::best(self.n_candidates(), &by_last);
        let tried = by_last.into_iter().enumerate().map(|(candidate, loss)| (tuned(&*self.learner, candidate), loss));
        Ok(CrossFitted { family: self.learner.family(), folds, calibration, tried: tried.collect(), chosen, best })
    }

    /// Compares until so many splits are done.
    fn compare(&mut self, n_splits: usize) -> Result<()> {
        let done = self.compared.len();
        let more: Vec<Compared> =
            self.splits[done..n_splits].par_iter().map(|split| self.compare_one(split)).collect::<Result<_>>()?;
        self.compared.extend(more);
        Ok(())
    }

    fn compare_one(&self, split: &Split<'_>) -> Result<Compared> {
        let (task, seed) = (self.task, self.seed.child(&split.name));
        let (max, fit_max) = (task.settings.selection_rows_max, self.learner.rows_max());
        let rows = sample::stratified(&split.train, task.outcome, max.min(fit_max), seed);
        let path = self.learner.path(&rows, seed)?;
        let unit = self.learner.family().margin_unit();
        let mut losses: Vec<Vec<f64>> = Vec::new();
        for (number, asked) in split.asked.iter().enumerate() {
            let is_same = |earlier: &Asked<'_>| earlier.rows == asked.rows;
            if let Some(same) = split.asked[..number].iter().position(is_same) {
                losses.push(losses[same].clone());
                continue;
            }
            let rows = sample::stratified(&asked.rows, task.outcome, max, seed);
            let (outcomes, margins) = (task.outcomes(&rows), path.margins(task.design, &rows)?);
            losses.push(margins.iter().map(|margins| log_loss(unit, margins, &outcomes)).collect());
        }
        self.progress.advance(1);
        let is_whole = rows.len() == split.train.len().min(fit_max);
        Ok(Compared { losses, path, is_whole })
    }

    fn n_candidates(&self) -> usize {
        self.learner.candidates().values.len()
    }

    /// Mean log loss of every candidate over what a fold (`None`: the last model) is told; empty where that is nothing.
    fn losses(&self, by: Option<usize>) -> Vec<f64> {
        let all = self.splits.iter().zip(&self.compared);
        let told = all.flat_map(|(split, compared)| split.asked.iter().zip(&compared.losses));
        let told = told.filter(|(asked, _)| asked.by == by).map(|(asked, losses)| (asked.rows.len(), losses));
        restraint::mean_losses(self.n_candidates(), told)
    }

    /// The candidate of each fold.
    fn chosen(&self) -> Vec<usize> {
        let best = |fold| restraint::best(self.n_candidates(), &self.losses(Some(fold)));
        (0..self.folds.parts.len()).map(best).collect()
    }

    fn fold_models(&self, chosen: &[usize]) -> Result<Vec<Fitted>> {
        let model = |(fold, candidate): (usize, &usize)| {
            let (seed, max) = (self.seed.child(&format!("fold {fold}")), self.task.settings.fit_rows_max);
            let fitted = fit(&*self.learner, self.task, &self.folds.parts[fold].train, max, *candidate, seed);
            self.progress.advance(1);
            fitted
        };
        chosen.par_iter().enumerate().map(model).collect()
    }

    /// The models of pairs of folds with the restraints of their folds, as (split, candidate, model); none with folds in
    /// time order, where the fold models serve.
    fn pair_models(&self, chosen: &[usize]) -> Result<Vec<(usize, usize, Model)>> {
        if self.folds.kind == FoldKind::Forward {
            return Ok(Vec::new());
        }
        let asked = self.splits.iter().enumerate().flat_map(|(number, split)| {
            split.asked.iter().filter_map(|asked| asked.by).map(move |fold| (number, chosen[fold]))
        });
        let needed: BTreeSet<(usize, usize)> = asked.collect();
        let model = |(number, candidate): (usize, usize)| {
            let (split, compared) = (&self.splits[number], &self.compared[number]);
            let ready = compared.path.model(candidate).filter(|_| compared.is_whole);
            let (seed, max) = (self.seed.child(&split.name), self.task.settings.calibration_rows_max);
            let fitted = || fit(&*self.learner, self.task, &split.train, max, candidate, seed);
            Ok((number, candidate, ready.map_or_else(|| Ok(fitted()?.model), Ok)?))
        };
        needed.into_par_iter().map(model).collect()
    }

    /// What the compared splits tell each fold, at most `max` rows of another, by the model for a fold and a split.
    fn unseen<'m>(
        &self,
        max: usize,
        model: &(dyn Fn(usize, usize) -> Option<Cow<'m, Model>> + Sync),
    ) -> Result<Vec<Unseen>> {
        let mut jobs = Vec::new();
        for (number, split) in self.splits[..self.compared.len()].iter().enumerate() {
            jobs.extend(split.asked.iter().filter_map(|asked| Some((asked.by?, asked, number))));
        }
        jobs.sort_by_key(|(fold, asked, _)| (*fold, asked.of));
        let tell = |(fold, asked, number): &(usize, &Asked<'_>, usize)| {
            let seed = self.group.child(&format!("evidence {fold} {}", asked.of));
            let Some(model) = model(*fold, *number) else { return Ok(Default::default()) };
            let rows = sample::stratified(&asked.rows, self.task.outcome, max, seed);
            let margins = margins(&model, self.task.design, &rows)?;
            Ok((rows, margins))
        };
        let told: Vec<(Vec<u32>, Vec<f64>)> = jobs.par_iter().map(tell).collect::<Result<_>>()?;
        let mut unseen = vec![Unseen::default(); self.folds.parts.len()];
        for ((fold, asked, _), (rows, margins)) in jobs.into_iter().zip(told) {
            unseen[fold].extend(self.folds.calibration_fold(asked.of), &rows, &margins, self.task.outcome);
        }
        Ok(unseen)
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
