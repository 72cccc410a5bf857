//! The final model, the fold models, and margins of subjects that a model did not see.
//!
//! Calibrating fold k needs margins of the other folds by models that saw neither them nor fold k: were the models of
//! the other folds used, each would have learned from fold k, and a subject's own outcome would come back through the
//! calibrator. So every pair of folds gets a model of its own that saw neither. The same models choose fold k's
//! penalty. With folds in time order, the earlier blocks serve instead: those of their rows whose outcome was known
//! when the block began.

use std::ops::Range;

use rayon::prelude::*;

use super::encode::Encoder;
use super::splits::{Asked, Split, n_splits, splits};
use super::{Settings, logistic, penalty, sample};
use crate::base::design::Design;
use crate::base::folds::{FoldKind, Folds};
use crate::base::model::{Bound, Model};
use crate::base::{Progress, Result, Seed};

/// A fitted model and what it was fitted on.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub model: Model,
    pub penalty: f64,
    /// Rows that the fit used.
    pub n_rows: usize,
    /// Rows that it might have used.
    pub n_available: usize,
}

/// Margins of rows that the model did not see, with their outcomes, calibration fold by calibration fold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unseen {
    pub margins: Vec<f64>,
    pub outcomes: Vec<bool>,
    /// Calibration folds ([`Folds::calibration_fold`]), each with the place where its rows end.
    pub folds: Vec<(usize, usize)>,
}

impl Unseen {
    /// Appends rows of a calibration fold; folds come one after the other.
    pub fn extend(&mut self, fold: usize, rows: impl IntoIterator<Item = (f64, bool)>) {
        for (margin, outcome) in rows {
            self.margins.push(margin);
            self.outcomes.push(outcome);
        }
        let end = self.margins.len();
        match self.folds.last_mut() {
            Some((last, last_end)) if *last == fold => *last_end = end,
            _ => self.folds.push((fold, end)),
        }
    }

    /// The places of each calibration fold's rows, one of fewer than `rows_min` together with the next (the last with
    /// the one before).
    pub fn parts(&self, rows_min: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for &(_, end) in &self.folds {
            match parts.last_mut() {
                Some(last) if last.len() < rows_min => last.end = end,
                last => {
                    let begin = last.map_or(0, |last| last.end);
                    parts.push(begin..end);
                }
            }
        }
        match parts.pop() {
            Some(short) if short.len() < rows_min && !parts.is_empty() => {
                if let Some(before) = parts.last_mut() {
                    before.end = short.end;
                }
            }
            last => parts.extend(last),
        }
        parts
    }
}

/// What training gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model of the whole history, for today's subjects.
    pub last: Fitted,
    /// One per fold.
    pub folds: Vec<Fitted>,
    /// For each fold, what its calibrator may learn from: rows of other folds, by models that saw neither these rows
    /// nor the fold; in time order only rows whose outcome was known when the fold's block began.
    pub calibration: Vec<Unseen>,
    /// Every penalty tried with its mean log loss out of fold.
    pub penalties: Vec<(f64, f64)>,
}

/// Fits one model per fold and one on all history.
///
/// `outcome` has one entry per row of the design, `history` are the rows whose outcome counts. The penalty of a fold
/// minimizes the mean log loss, over the rows that its calibrator may learn from, of models that did not see the fold;
/// the last model's, that of all of them over all rows that a fold scores (ties: the larger penalty; where there are no
/// such rows, as for the first block in time: the middle one).
///
/// # Errors
/// A fit fails.
pub fn cross_fit(
    design: &Design,
    outcome: &[Option<bool>],
    history: &[u32],
    folds: &Folds,
    settings: &Settings,
    seed: Seed,
    progress: &dyn Progress,
) -> Result<Trained> {
    let trainer = Trainer { design, outcome, settings, progress };
    let splits = splits(folds);
    let compared: Vec<Compared> =
        splits.par_iter().map(|split| trainer.compare(split, seed.child(&split.name))).collect::<Result<_>>()?;
    let tried = |by: Option<usize>| {
        let all = splits.iter().zip(&compared).flat_map(|(split, compared)| split.asked.iter().zip(&compared.losses));
        let told = all.filter(|(asked, _)| asked.by == by).map(|(asked, losses)| (asked.rows.len(), losses));
        penalty::mean_losses(&settings.penalties, told)
    };
    let by_last = tried(None);
    let last_penalty = penalty::best(&settings.penalties, &by_last);
    let penalties: Vec<f64> =
        (0..folds.parts.len()).map(|fold| penalty::best(&settings.penalties, &tried(Some(fold)))).collect();
    let mut jobs: Vec<(&[u32], f64, String)> = vec![(history, last_penalty, "last".to_owned())];
    jobs.extend((0..).zip(&folds.parts).map(|(fold, part)| (&part.train[..], penalties[fold], format!("fold {fold}"))));
    let mut fitted: Vec<Fitted> = jobs
        .par_iter()
        .map(|(rows, penalty, name)| trainer.fit(rows, settings.fit_rows_max, *penalty, seed.child(name)))
        .collect::<Result<_>>()?;
    let last = fitted.remove(0);
    let calibration = trainer.calibration(&splits, &compared, folds, &penalties, &fitted, seed)?;
    Ok(Trained { last, folds: fitted, calibration, penalties: by_last })
}

/// Steps that [`cross_fit`] takes, for a progress bar: it compares penalties on every split and fits every model.
pub fn n_steps(folds: &Folds) -> u64 {
    (n_splits(folds) + folds.parts.len() + 1) as u64
}

/// What the models of one split say.
struct Compared {
    /// Mean log loss per asked rows, per penalty.
    losses: Vec<Vec<f64>>,
    /// The models, where the comparison used all rows, so that they need not be fitted again.
    models: Option<Vec<Model>>,
}

struct Trainer<'a> {
    design: &'a Design,
    outcome: &'a [Option<bool>],
    settings: &'a Settings,
    progress: &'a dyn Progress,
}

impl Trainer<'_> {
    fn compare(&self, split: &Split<'_>, seed: Seed) -> Result<Compared> {
        let max = self.settings.selection_rows_max;
        let rows = sample::stratified(&split.train, self.outcome, max, seed);
        let asked: Vec<Vec<u32>> =
            split.asked.iter().map(|asked| sample::stratified(&asked.rows, self.outcome, max, seed)).collect();
        let mut losses = vec![Vec::new(); asked.len()];
        let mut models = Vec::new();
        let encoder = Encoder::learn(self.design, &rows, self.settings);
        let (x, y) = (encoder.matrix(&rows), self.outcomes(&rows));
        let mut start: Option<Vec<f64>> = None;
        for &penalty in &self.settings.penalties {
            let weights = logistic::fit(&x, &y, penalty, start.as_deref())?;
            let model = encoder.model(&weights, &rows)?;
            let bound = model.bind(self.design)?;
            losses.iter_mut().zip(&asked).for_each(|(losses, rows)| losses.push(self.log_loss(&bound, rows)));
            models.push(model);
            start = Some(weights);
        }
        self.progress.advance(1);
        Ok(Compared { losses, models: (rows.len() == split.train.len()).then_some(models) })
    }

    fn fit(&self, rows: &[u32], max: usize, penalty: f64, seed: Seed) -> Result<Fitted> {
        let used = sample::stratified(rows, self.outcome, max, seed);
        let encoder = Encoder::learn(self.design, &used, self.settings);
        let start = self.small_start(&encoder, &used, penalty, seed)?;
        let weights = logistic::fit(&encoder.matrix(&used), &self.outcomes(&used), penalty, start.as_deref())?;
        self.progress.advance(1);
        Ok(Fitted { model: encoder.model(&weights, &used)?, penalty, n_rows: used.len(), n_available: rows.len() })
    }

    /// Weights to begin from: those of a tenth of the rows, in the same columns, where there are many rows.
    fn small_start(&self, encoder: &Encoder, rows: &[u32], penalty: f64, seed: Seed) -> Result<Option<Vec<f64>>> {
        if rows.len() <= self.settings.selection_rows_max || encoder.n_columns() == 0 {
            return Ok(None);
        }
        let few = sample::stratified(rows, self.outcome, self.settings.selection_rows_max, seed.child("start"));
        logistic::fit(&encoder.matrix(&few), &self.outcomes(&few), penalty, None).map(Some)
    }

    /// For each fold the margins that its calibrator learns from.
    fn calibration(
        &self,
        splits: &[Split<'_>],
        compared: &[Compared],
        folds: &Folds,
        penalties: &[f64],
        fitted: &[Fitted],
        seed: Seed,
    ) -> Result<Vec<Unseen>> {
        let pairs = self.pair_models(splits, compared, folds, penalties, seed)?;
        let mut jobs: Vec<(usize, &Asked<'_>, &Model)> = Vec::new();
        for (number, split) in splits.iter().enumerate() {
            for asked in &split.asked {
                let Some(fold) = asked.by else { continue };
                let pair = pairs.iter().find(|(split, penalty, _)| *split == number && *penalty == penalties[fold]);
                jobs.push((fold, asked, pair.map_or(&fitted[asked.of].model, |(_, _, model)| model)));
            }
        }
        let margins: Vec<Vec<f64>> =
            jobs.par_iter().map(|(_, asked, model)| self.margins(model, &asked.rows)).collect::<Result<_>>()?;
        let mut calibration = vec![Unseen::default(); folds.parts.len()];
        for ((fold, asked, _), margins) in jobs.into_iter().zip(margins) {
            let told = margins.into_iter().zip(self.outcomes(&asked.rows));
            calibration[fold].extend(folds.calibration_fold(asked.of), told);
        }
        Ok(calibration)
    }

    /// The models of pairs of folds at the penalties of their folds, as (split, penalty, model); none with folds in
    /// time order, where the fold models serve.
    fn pair_models(
        &self,
        splits: &[Split<'_>],
        compared: &[Compared],
        folds: &Folds,
        penalties: &[f64],
        seed: Seed,
    ) -> Result<Vec<(usize, f64, Model)>> {
        if folds.kind == FoldKind::Forward {
            return Ok(Vec::new());
        }
        let mut needed: Vec<(usize, f64)> = Vec::new();
        for (number, split) in splits.iter().enumerate() {
            for fold in split.asked.iter().filter_map(|asked| asked.by) {
                if !needed.contains(&(number, penalties[fold])) {
                    needed.push((number, penalties[fold]));
                }
            }
        }
        needed
            .par_iter()
            .map(|&(number, penalty)| {
                let place = self.settings.penalties.iter().position(|tried| tried.total_cmp(&penalty).is_eq());
                let ready = compared[number].models.as_ref().zip(place).and_then(|(models, place)| models.get(place));
                let model = match ready {
                    Some(model) => model.clone(),
                    None => {
                        self.fit(
                            &splits[number].train,
                            self.settings.calibration_rows_max,
                            penalty,
                            seed.child(&splits[number].name),
                        )?
                        .model
                    }
                };
                Ok((number, penalty, model))
            })
            .collect()
    }

    fn margins(&self, model: &Model, rows: &[u32]) -> Result<Vec<f64>> {
        let bound = model.bind(self.design)?;
        Ok(rows.iter().map(|&row| bound.margin(row as usize)).collect())
    }

    fn outcomes(&self, rows: &[u32]) -> Vec<bool> {
        rows.iter().map(|&row| self.outcome[row as usize] == Some(true)).collect()
    }

    /// Mean of ln(1 + e^∓margin) over the rows; 0 without rows.
    fn log_loss(&self, bound: &Bound<'_>, rows: &[u32]) -> f64 {
        let loss = |row: u32| {
            let margin = bound.margin(row as usize);
            let wrong = if self.outcome[row as usize] == Some(true) { -margin } else { margin };
            wrong.max(0.0) + (-wrong.abs()).exp().ln_1p()
        };
        rows.iter().map(|&row| loss(row)).sum::<f64>() / rows.len().max(1) as f64
    }
}
